"""Small worlds for hypothesis: a Gateway, a few HTTPRoutes, grants and SecurityPolicies, as dicts, some of them wrong in the ways that people are."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

Object = dict[str, Any]
CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller"
ISSUER = "https://id.example"

_some = st.sampled_from


def _object(version: str, kind: str, namespace: str, name: str, spec: Object) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {"namespace": namespace, "name": name}, "spec": spec}


CLASS: Object = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "GatewayClass",
    "metadata": {"name": "eg"},
    "spec": {"controllerName": CONTROLLER},
}
SERVICES: list[Object] = [
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"selector": {"app": f"{namespace}-{name}"}, "ports": [{"port": 8080}]},
    }
    for namespace, name in (("shop", "orders"), ("shop", "admin"), ("back", "store"))
]


@st.composite
def listeners(draw: Any) -> list[Object]:
    """One to three, distinct by port and hostname; HTTPS with a certificate."""
    chosen = draw(
        st.lists(
            st.tuples(_some([("HTTP", 80), ("HTTPS", 443), ("HTTPS", 8443)]), _some(["*", "*", "*", "*.x", "*.x", "a.x", "*.b.x"])),
            min_size=1,
            max_size=3,
            unique=True,
        )
    )
    made = []
    for number, ((protocol, port), host) in enumerate(chosen):
        one: Object = {"name": f"l{number}", "port": port, "protocol": protocol}
        if host != "*":
            one["hostname"] = host
        if protocol == "HTTPS":
            one["tls"] = {"certificateRefs": [{"name": "certificate"}]}
        one["allowedRoutes"] = {"namespaces": {"from": draw(_some([*["All"] * 7, "Same"]))}}
        made.append(one)
    return made


paths = _some(
    [
        ("PathPrefix", "/"),
        ("PathPrefix", "/"),
        ("PathPrefix", "/a"),
        ("PathPrefix", "/a"),
        ("PathPrefix", "/a/b"),
        ("Exact", "/"),
        ("Exact", "/a"),
        ("Exact", "/a/"),
        ("RegularExpression", "/a.*"),
    ]
)


@st.composite
def matches(draw: Any, *, regexes: bool = True) -> Object:
    """One item of ``matches``."""
    kind, value = draw(paths if regexes else paths.filter(lambda one: one[0] != "RegularExpression"))
    match: Object = {"path": {"type": kind, "value": value}}
    if draw(_some([False, False, True])):
        match["method"] = draw(_some(["GET", "POST"]))
    if draw(_some([False, False, True])):
        match["headers"] = [{"name": "Env", "value": draw(_some(["v1", "v2"]))}]
    return match


@st.composite
def rules(draw: Any) -> Object:
    """A rule with one or two matches: forwarded, redirected, or sent to what no grant allows."""
    rule: Object = {"matches": draw(st.lists(matches(), min_size=1, max_size=2, unique_by=repr))}
    if draw(_some([False] * 5 + [True])):
        return {**rule, "filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}]}
    refs = draw(st.lists(_some(["orders", "admin", "store"]), min_size=1, max_size=2, unique=True))
    return {**rule, "backendRefs": [{"name": name, "port": 8080, **({"namespace": "back"} if name == "store" else {})} for name in refs]}


@st.composite
def routes(draw: Any, name: str) -> Object:
    """Attached to the Gateway, or to one listener of it, or by a misspelt name to nothing."""
    ref: Object = {"name": draw(_some([*["edge"] * 7, "edg"])), "namespace": "infra"}
    section = draw(_some(["", "", "", "l0", "l1"]))
    spec: Object = {"parentRefs": [{**ref, "sectionName": section} if section else ref]}
    hosts = draw(_some([[], [], ["a.x"], ["*.x"], ["*.x"], ["a.x", "b.x"], ["z.y"], ["c.b.x"], ["*.b.x"]]))
    if hosts:
        spec["hostnames"] = hosts
    spec["rules"] = draw(st.lists(rules(), min_size=1, max_size=2))
    for number, rule in enumerate(spec["rules"]):
        rule["name"] = f"r{number}"
    return _object("gateway.networking.k8s.io/v1", "HTTPRoute", "shop", name, spec)


@st.composite
def policies(draw: Any, name: str, target: tuple[str, str, str, str]) -> Object:
    """A SecurityPolicy with a token, with rules for addresses and methods, with both, or with nothing at all."""
    namespace, kind, called, section = target
    ref: Object = {"group": "gateway.networking.k8s.io", "kind": kind, "name": called}
    spec: Object = {"targetRefs": [{**ref, "sectionName": section} if section else ref]}
    if draw(st.booleans()):
        spec["jwt"] = {"providers": [{"name": "id", "issuer": ISSUER, "audiences": ["shop"], "remoteJWKS": {"uri": f"{ISSUER}/jwks"}}]}
    if draw(st.booleans()):
        allowed: list[Object] = []
        for number in range(draw(_some([0, 1, 2]))):
            rule: Object = {"name": f"r{number}", "action": draw(_some(["Allow", "Allow", "Deny"]))}
            rule["principal"] = {"clientCIDRs": [draw(_some(["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0"]))]}
            if draw(_some([False, True])):
                rule["operation"] = {"methods": draw(_some([["GET"], ["POST"], ["GET", "POST"]]))}
            allowed.append(rule)
        spec["authorization"] = {"defaultAction": draw(_some(["Deny", "Deny", "Allow"])), **({"rules": allowed} if allowed else {})}
    return _object("gateway.envoyproxy.io/v1alpha1", "SecurityPolicy", namespace, name, spec)


TARGETS = [
    ("infra", "Gateway", "edge", ""),
    ("infra", "Gateway", "edge", "l0"),
    ("infra", "Gateway", "edge", "l9"),
    ("shop", "HTTPRoute", "one", ""),
    ("shop", "HTTPRoute", "one", "r0"),
    ("shop", "HTTPRoute", "two", ""),
    ("shop", "HTTPRoute", "ones", ""),
]


@st.composite
def worlds(draw: Any, *, envoy: bool = True) -> list[Object]:
    """Everything that one side of a comparison holds."""
    gateway = _object(
        "gateway.networking.k8s.io/v1", "Gateway", "infra", "edge", {"gatewayClassName": "eg", "listeners": draw(listeners())}
    )
    names = draw(st.lists(_some(["one", "two", "three", "four"]), min_size=1, max_size=3, unique=True))
    found = [CLASS, gateway, *SERVICES, *(draw(routes(name)) for name in names)]
    if draw(st.booleans()):
        spec: Object = {
            "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": draw(_some(["shop", "other"]))}],
            "to": [{"group": "", "kind": "Service", **draw(_some([{}, {"name": "store"}, {"name": "stores"}]))}],
        }
        found.append(_object("gateway.networking.k8s.io/v1beta1", "ReferenceGrant", "back", "routes", spec))
    if envoy:
        for number, target in enumerate(draw(st.lists(_some(TARGETS), max_size=3, unique=True))):
            found.append(draw(policies(f"p{number}", target)))
    return copy.deepcopy(found)


@st.composite
def changes(draw: Any, *, envoy: bool = True) -> tuple[list[Object], list[Object]]:
    """Two sides: now and then unrelated, mostly one and the same with an object or two taken from another world, or left out."""
    before = draw(worlds(envoy=envoy))
    other = draw(worlds(envoy=envoy))
    if draw(_some([False, False, False, True])):
        return before, other
    after = {(one["kind"], one["metadata"]["name"]): one for one in before}
    for one in other:
        if draw(_some([False, False, True])):
            after[one["kind"], one["metadata"]["name"]] = one
    for key in list(after):
        if key[0] in ("HTTPRoute", "SecurityPolicy", "ReferenceGrant") and draw(_some([False] * 4 + [True])):
            del after[key]
    return before, copy.deepcopy(list(after.values()))
