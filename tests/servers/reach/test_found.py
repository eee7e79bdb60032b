"""Small worlds in which Reach and Envoy once differed, or nearly: each is about one thing, and says what Envoy does."""

from __future__ import annotations

import copy
import json
from typing import Any

import attrs
import pytest

from tests.servers.certificates import key_pair
from tests.servers.egctl import Egctl
from tests.servers.reach.agreeing import Tally, addresses, compare, read
from tests.servers.reach.envoy_table import Request, answer
from tests.servers.reach.plain_objects import GATEWAY, SPACE, gateway, listener, made, on, route, security, service
from tests.servers.reach.translated import translate
from tests.servers.reach.witnesses import EG, GW, Object
from tests.servers.reach.worlds import World, encoded
from tests.servers.xds import Dump

pytestmark = pytest.mark.servers

AGE = "2026-01-01T00:00:00Z"
ROUTE: dict[str, Any] = {"group": GW, "kind": "HTTPRoute", "name": "r"}
OTHER = [{"name": "other", "port": 80}]
BASE = [gateway(listener("l")), service(), service("other", 2)]
SECURE = [gateway(listener("h", 443, "HTTPS", tls={"certificateRefs": [{"name": "c"}]}), listener("l")), service(), route()]
STREAM = [gateway(listener("t", 9000, "TCP")), service(), service("other", 2)]


def ask(path: str = "/", **fields: Any) -> Request:
    """In plaintext at port 80, unless it says otherwise."""
    return Request("a.test", path, **{"scheme": "http", "port": 80, **fields})


GRPC = ask("/s.A/Do", method="POST", headers=(("content-type", "application/grpc"), ("x-one", "2")))
BYTES, TLS = ask(port=9000), ask(scheme="https", port=443)


@attrs.frozen
class Case:
    """``truth``: the outcome of each request as Envoy has it, with what is needed to tell it from others."""

    objects: list[Object]
    truth: dict[Request, str]


def mirror(name: str) -> dict[str, Any]:
    return {"filters": [{"type": "RequestMirror", "requestMirror": {"backendRef": {"name": name, "port": 80}}}]}


def extension(group: str, kind: str) -> dict[str, Any]:
    return {"filters": [{"type": "ExtensionRef", "extensionRef": {"group": group, "kind": kind, "name": "absent"}}]}


def policy(kind: str, target: dict[str, Any], **spec: Any) -> Object:
    return made(f"{EG}/v1alpha1", kind, "p", {"targetRefs": [target], **spec})


def calls(*matches: dict[str, Any]) -> Object:
    rules = [{"backendRefs": OTHER, **({"matches": [one]} if one else {})} for one in matches]
    return made(f"{GW}/v1", "GRPCRoute", "g", {"parentRefs": [{"name": "edge"}], "rules": rules})


def stream(name: str, service: str = "app") -> Object:
    return made(
        f"{GW}/v1alpha2", "TCPRoute", name, {"parentRefs": [{"name": "edge"}], "rules": [{"backendRefs": [{"name": service, "port": 80}]}]}
    )


def by_name(section: str) -> Object:
    """A TLSRoute for ``a.test``."""
    parents = [{"name": "edge", "sectionName": section}]
    spec = {"parentRefs": parents, "hostnames": ["a.test"], "rules": [{"backendRefs": [{"name": "app", "port": 80}]}]}
    return made(f"{GW}/v1", "TLSRoute", "t", spec)


def kinds_of(name: str, *kinds: str) -> dict[str, Any]:
    return listener(name, allowedRoutes={"kinds": [{"kind": one} for one in kinds]})


def secret(text: str, key: str) -> Object:
    named = {"name": "c", "namespace": SPACE}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": named,
        "data": {"tls.crt": encoded(text), "tls.key": encoded(key)},
    }


PAIR = key_pair("*.test")
GOOD = secret(PAIR.certificate, PAIR.key)
AUTHORITY = {"clientValidation": {"caCertificateRefs": [{"kind": "ConfigMap", "group": "", "name": "absent"}]}}
SOME = {"defaultAction": "Deny", "rules": [{"action": "Allow", "principal": {"clientCIDRs": ["10.0.0.0/8"]}}]}
HERE = ({"name": "edge", "sectionName": "l"},)
EXTENSION = {"backendRefs": [{"name": "absent", "port": 80}]}

REDIRECT = {"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}
ENDED = gateway(listener("t", 9000, "TLS", tls={"mode": "Terminate", "certificateRefs": [{"name": "c"}]}))
TRUSTING = copy.deepcopy(SECURE)
TRUSTING[0]["spec"]["tls"] = {"frontend": {"default": {"validation": AUTHORITY["clientValidation"]}}}


def answering(*filters: Any) -> Object:
    """A route without backends."""
    made_of = route("r", {"filters": list(filters)})
    del made_of["spec"]["rules"][0]["backendRefs"]
    return made_of


def held(text: str, key: str = "ca.crt") -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "absent", "namespace": SPACE}, "data": {key: text}}


def ruled(name: str, rule: str) -> Object:
    found = stream(name)
    found["spec"]["rules"][0]["name"] = rule
    return found


CASES = {
    "a mirror that leads nowhere takes the whole rule": Case([*BASE, route("r", mirror("absent"))], {ask(): "response 500"}),
    "a mirror that leads somewhere": Case([*BASE, route("r", mirror("other"))], {ask(): "backend r 0"}),
    "a mirror beside a redirect": Case([*BASE, answering(mirror("other")["filters"][0], REDIRECT)], {ask(): "response 500"}),
    "an extension that leads nowhere before a redirect": Case(
        [*BASE, answering(REDIRECT), policy("EnvoyExtensionPolicy", ROUTE, extProc=[EXTENSION])], {ask(): "response 500"}
    ),
    "an authority that is none": Case(
        [*SECURE, GOOD, held("junk"), policy("ClientTrafficPolicy", GATEWAY, tls=AUTHORITY)], {TLS: "response 500", ask(): "backend r 0"}
    ),
    "an authority under its only key": Case(
        [*SECURE, GOOD, held(PAIR.certificate, "bundle"), policy("ClientTrafficPolicy", GATEWAY, tls=AUTHORITY)], {TLS: "backend r 0"}
    ),
    "an authority of the Gateway that does not exist": Case([*TRUSTING, GOOD], {TLS: "refused", ask(): "backend r 0"}),
    "an authority of the Gateway that is none": Case([*TRUSTING, GOOD, held("junk")], {TLS: "backend r 0", ask(): "backend r 0"}),
    "a certificate in a Secret without type": Case([*SECURE, {**GOOD, "type": "Opaque"}], {TLS: "refused"}),
    "a certificate and no key": Case([*SECURE, secret(PAIR.certificate, "no")], {TLS: "refused"}),
    "an authority of streams that does not exist": Case(
        [ENDED, service(), GOOD, stream("c0"), policy("ClientTrafficPolicy", GATEWAY, tls=AUTHORITY)],
        {ask(scheme="https", port=9000): "refused"},
    ),
    "the policy of another TCPRoute's rule of that name": Case(
        [
            *STREAM,
            ruled("c0", "x"),
            ruled("c1", "x"),
            security("p", {**ROUTE, "kind": "TCPRoute", "name": "c1", "sectionName": "x"}, authorization=SOME),
        ],
        {BYTES: "stream c0"},
    ),
    "the policy of another TCPRoute's rule of another name": Case(
        [
            *STREAM,
            ruled("c0", "x"),
            ruled("c1", "y"),
            security("p", {**ROUTE, "kind": "TCPRoute", "name": "c1", "sectionName": "y"}, authorization=SOME),
        ],
        {BYTES: "stream c0"},
    ),
    "a filter of a group nobody knows": Case([*BASE, route("r", extension("example.com", "Strange"))], {ask(): "response 500"}),
    "a filter that does not exist": Case([*BASE, route("r", extension(EG, "HTTPRouteFilter"))], {ask(): "response 500"}),
    "an extension that leads nowhere": Case(
        [*BASE, route(), policy("EnvoyExtensionPolicy", ROUTE, extProc=[EXTENSION])], {ask(): "response 500"}
    ),
    "an extension that leads nowhere and fails open": Case(
        [*BASE, route(), policy("EnvoyExtensionPolicy", ROUTE, extProc=[{**EXTENSION, "failOpen": True}])], {ask(): "backend r 0"}
    ),
    "an authority that does not exist": Case(
        [*SECURE, GOOD, policy("ClientTrafficPolicy", GATEWAY, tls=AUTHORITY)], {TLS: "response 500", ask(): "backend r 0"}
    ),
    "an authority of one listener that does not exist": Case(
        [*SECURE, GOOD, policy("ClientTrafficPolicy", {**GATEWAY, "sectionName": "h"}, tls=AUTHORITY)],
        {TLS: "response 500", ask(): "backend r 0"},
    ),
    "a certificate that is none": Case([*SECURE, secret("no", "no")], {TLS: "refused", ask(): "backend r 0"}),
    "a certificate that does not exist": Case(SECURE, {TLS: "refused", ask(): "backend r 0"}),
    "a bad expression drops its rule": Case(
        [*BASE, route("r", on("/a(b", "RegularExpression"), on("/a"))], {ask("/ab"): "no-route 404", ask("/a"): "backend r 1"}
    ),
    "a bad expression drops the other matches of its rule": Case(
        [*BASE, route("r", {"matches": [{"path": {"type": "RegularExpression", "value": "/a(b"}}, *on("/a")["matches"]]})],
        {ask("/a"): "no-route 404"},
    ),
    "a broader route takes what a bad expression was for": Case(
        [*BASE, route("r", on("/a(b", "RegularExpression")), route("q", {"backendRefs": OTHER})], {ask("/ab"): "backend q 0"}
    ),
    "a bad expression for a header": Case(
        [*BASE, route("r", on("/a", headers=[{"name": "x", "type": "RegularExpression", "value": "a("}]), on("/b"))],
        {ask("/a"): "no-route 404", ask("/b"): "backend r 1"},
    ),
    "a hostname of another listener, which does not admit the route": Case(
        [
            gateway(listener("l"), listener("m", hostname="a.test", allowedRoutes={"kinds": [{"kind": "GRPCRoute"}]})),
            service(),
            route(hosts=("a.test",)),
        ],
        {ask(): "no-route 404"},
    ),
    "a wildcard of another listener": Case(
        [gateway(listener("l"), listener("m", hostname="*.test")), service(), route(hosts=("*.test",), parents=HERE)],
        {ask(): "no-route 404"},
    ),
    "a hostname within a wildcard of another listener": Case(
        [gateway(listener("l"), listener("m", hostname="*.test")), service(), route(hosts=("a.test",), parents=HERE)],
        {ask(): "backend r 0"},
    ),
    "no hostname, and another listener for the host": Case(
        [gateway(listener("l"), listener("m", hostname="a.test")), service(), route(parents=HERE)], {ask(): "backend r 0"}
    ),
    "a hostname of another listener that serves nothing": Case(
        [
            gateway(
                listener("l"),
                listener("m", hostname="a.test"),
                listener("n", 80, "HTTPS", hostname="a.test", tls={"certificateRefs": [{"name": "c"}]}),
            ),
            service(),
            route(hosts=("a.test",), parents=HERE),
        ],
        {ask(): "no-route 404"},
    ),
    "a kind that the listener's protocol does not serve": Case(
        [gateway(kinds_of("l", "HTTPRoute", "TCPRoute"), listener("m", 8080)), service(), route()],
        {ask(): "refused", ask(port=8080): "backend r 0"},
    ),
    "a kind of another group": Case(
        [
            gateway(listener("l", allowedRoutes={"kinds": [{"kind": "HTTPRoute"}, {"group": "example.com", "kind": "HTTPRoute"}]})),
            service(),
            route(),
        ],
        {ask(): "refused"},
    ),
    "a listener that is not programmed is no rival": Case(
        [
            gateway(kinds_of("l", "HTTPRoute", "TCPRoute"), listener("h", 80, "HTTPS", tls={"certificateRefs": [{"name": "c"}]})),
            service(),
            GOOD,
            route(),
        ],
        {ask(scheme="https"): "backend r 0"},
    ),
    "certificates of a listener that passes TLS through": Case(
        [
            gateway(listener("t", 443, "TLS", tls={"mode": "Passthrough", "certificateRefs": [{"name": "c"}]}), listener("l")),
            service(),
            GOOD,
            by_name("t"),
        ],
        {TLS: "refused"},
    ),
    "a listener that passes TLS through": Case(
        [gateway(listener("t", 443, "TLS", tls={"mode": "Passthrough"}), listener("l")), service(), by_name("t")], {TLS: "stream t"}
    ),
    "options in the place of a certificate": Case(
        [gateway(listener("h", 443, "HTTPS", tls={"options": {"example.com/certificate": "c"}}), listener("l")), service(), route()],
        {TLS: "refused", ask(): "backend r 0"},
    ),
    "a certificate of another kind": Case(
        [
            gateway(
                listener("h", 443, "HTTPS", tls={"certificateRefs": [{"group": "example.com", "kind": "Vault", "name": "c"}]}),
                listener("l"),
            ),
            service(),
            route(),
        ],
        {TLS: "refused", ask(): "backend r 0"},
    ),
    "a certificate of another kind beside one of a Secret": Case(
        [
            gateway(
                listener(
                    "h", 443, "HTTPS", tls={"certificateRefs": [{"group": "example.com", "kind": "Vault", "name": "c"}, {"name": "c"}]}
                )
            ),
            service(),
            route(),
            GOOD,
        ],
        {TLS: "backend r 0"},
    ),
    "a protocol of somebody else": Case(
        [gateway(listener("l", 80, "example.com/HTTP"), listener("m", 8080)), service(), route()],
        {ask(): "refused", ask(port=8080): "backend r 0"},
    ),
    "a server name of another listener": Case(
        [
            gateway(
                listener("t", 443, "TLS", tls={"mode": "Passthrough"}),
                listener("h", 443, "HTTPS", hostname="a.test", tls={"certificateRefs": [{"name": "c"}]}),
            ),
            service(),
            GOOD,
            by_name("t"),
        ],
        {TLS: "no-route 404"},
    ),
    "an expression that is RE2 and not modelled": Case(
        [*BASE, route("r", on("/a", "Exact"), on("/a(?:$|/x)", "RegularExpression"), on("/b"))],
        {ask("/a"): "backend r 0", ask("/b"): "backend r 2"},
    ),
    "anchors count and say nothing": Case(
        [*BASE, route("r", on("/a/[0-9]+", "RegularExpression"), on("^/a/[0-9]+$", "RegularExpression"))], {ask("/a/1"): "backend r 1"}
    ),
    "an expression of another dialect drops its rule": Case(
        [*BASE, route("r", on("/a(?=b).*", "RegularExpression"), on("/a"))], {ask("/a"): "backend r 1", ask("/ab"): "no-route 404"}
    ),
    "HTTPRoutes before GRPCRoutes of one rank": Case([*BASE, route("r"), calls({})], {ask(): "backend r 0"}),
    "a prefix counts as it is written": Case(
        [*BASE, route("r", on("/a", method="GET"), on("/a/"))], {ask("/a"): "backend r 1", ask("/a/x"): "backend r 1"}
    ),
    "a gRPC method alone is a header": Case(
        [*BASE, calls({"method": {"method": "Do"}}, {"method": {"service": "s.A"}})], {GRPC: "backend g 1"}
    ),
    "a gRPC expression beats a service": Case(
        [*BASE, calls({"method": {"type": "RegularExpression", "service": "s[.].*"}}, {"method": {"service": "s.A"}})],
        {GRPC: "backend g 0"},
    ),
    "the policy of another TCPRoute of the listener": Case(
        [*STREAM, stream("c0"), stream("c1", "other"), security("p", {**ROUTE, "kind": "TCPRoute", "name": "c1"}, authorization=SOME)],
        {BYTES: "stream c0"},
    ),
    "a stream that leads nowhere": Case([*STREAM, stream("c0", "absent")], {BYTES: "refused"}),
    "a floor for streams": Case(
        [*STREAM, stream("c0"), security("p", GATEWAY, authorization={"defaultAction": "Deny"})], {BYTES: "refused"}
    ),
}


def told(number: int, case: Case, version: str) -> World:
    """In a namespace of its own."""
    text = json.dumps(case.objects).replace(f'"{SPACE}"', f'"{SPACE}-{number}"')
    if version != "1.8":
        text = text.replace("v1alpha2", "v1")
    objects = json.loads(text)
    for one in objects:
        one["metadata"]["creationTimestamp"] = AGE
    return World(f"case{number}", tuple(objects), (f"{SPACE}-{number}/edge",), tuple(case.truth))


@pytest.fixture(scope="module")
def dumps(egctl: Egctl) -> dict[str, Dump]:
    """All of them, translated at once."""
    found, failed = translate(egctl, [told(number, case, egctl.version) for number, case in enumerate(CASES.values())])
    assert not failed
    return found


@pytest.mark.parametrize("name", CASES)
def test_reach_says_what_envoy_does(egctl: Egctl, dumps: dict[str, Dump], name: str) -> None:
    world = told(list(CASES).index(name), CASES[name], egctl.version)
    (key,) = world.gateways
    tally = Tally()
    for request, truth in CASES[name].truth.items():
        seen = answer(dumps[key], request) if key in dumps else answer(Dump({"configs": []}), request)
        place = (
            [seen.route.rsplit("/", 1)[-1], *([] if seen.rule is None else [str(seen.rule)])]
            if seen.outcome in {"backend", "stream"}
            else []
        )
        assert " ".join([seen.outcome, *([str(seen.status)] if seen.status else []), *place]) == truth, "the case itself"
        compare(tally, world, key, read(world), addresses(world.objects), request, seen)
    assert (tally.told(), tally.undecided, tally.unknown) == ([], {}, {})
