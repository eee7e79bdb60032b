"""What hides behind a policy that looks the same: who delivers keys, what referenced objects hold, what else becomes of a request.

``tests/diff/test_leaves.py`` goes through every field; here is what a row says, and what lies in other objects.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from gatewright.diff.diff import diff
from gatewright.diff.manifests import manifests
from gatewright.diff.publishing import publishing
from gatewright.diff.row import Diff
from gatewright.gateways.registry import load
from gatewright.manifest.yaml_read import Loaded
from gatewright.reach.assembly import reach_of
from gatewright.reach.reach import Reach
from gatewright.world.world import World
from tests.diff.leaf_worlds import as_filter, behind, of_proxies, on_gateway, on_route
from tests.diff.leaves import COMPLETE
from tests.diff.seeds import STANDARD, VENDOR, Object, made
from tests.servers.certificates import key_pair

secured, bounded, extended = on_route("SecurityPolicy"), on_route("BackendTrafficPolicy"), on_route("EnvoyExtensionPolicy")
ASKED = {"kind": "Service", "name": "other", "port": 8080}
ROUTE = {"group": STANDARD, "kind": "HTTPRoute", "name": "orders"}


def reach(objects: Sequence[Object]) -> Reach:
    return reach_of(
        World.of([Loaded(one, "world.yaml", 1) for one in copy.deepcopy(list(objects))], COMPLETE), {"eg": load("envoy-gateway").at("1.9")}
    )


def compared(before: Sequence[Object], after: Sequence[Object]) -> Diff:
    return diff(reach(before), reach(after))


def held(kind: str, name: str, where: str = "shop", **data: str) -> Object:
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()} if kind == "Secret" else data
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": where}, "data": encoded}


def provider(**more: Any) -> Object:
    return {"name": "id", "issuer": "https://id.example.com", "remoteJWKS": {"uri": "https://id.example.com/jwks"}, **more}


def jwt(**more: Any) -> Sequence[Object]:
    return secured({"jwt": {"providers": [provider(**more)]}})


def keys(**named: Object) -> Sequence[Object]:
    refs = [{"name": one} for one in named] or [{"name": "k"}]
    return [*secured({"apiKeyAuth": {"credentialRefs": refs, "extractFrom": [{"headers": ["x"]}]}}), *named.values()]


def basic(*held_: Object) -> Sequence[Object]:
    return [*secured({"basicAuth": {"users": {"name": "k"}}}), *held_]


def users(text: str) -> Object:
    found = held("Secret", "k")
    found["data"] = {".htpasswd": base64.b64encode(text.encode()).decode()}
    return found


def mutual(*held_: Object, **validation: Any) -> Sequence[Object]:
    refs = [{"group": "", "kind": "ConfigMap", "name": "ca"}]
    return [*on_gateway({"tls": {"clientValidation": {"caCertificateRefs": refs, **validation}}}), *held_]


def authorities(*names: str) -> Object:
    return held("ConfigMap", "ca", "infra", **{"ca.crt": "".join(key_pair(f"{name}.example.com").certificate for name in names)})


def service(**spec: Any) -> Object:
    return made("v1", "Service", "shop", "other", {"selector": {"app": "other"}, "ports": [{"port": 8080}], **spec})


def with_service(objects: Sequence[Object], **spec: Any) -> Sequence[Object]:
    return [*(one for one in objects if (one["kind"], one["metadata"]["name"]) != ("Service", "other")), service(**spec)]


ASKS = secured({"extAuth": {"http": {"backendRefs": [ASKED]}}})
VERIFIED = made(
    f"{STANDARD}/v1", "BackendTLSPolicy", "shop", "other",
    {"targetRefs": [{"group": "", "kind": "Service", "name": "other"}], "validation": {"hostname": "o", "wellKnownCACertificates": "System"}},
)  # fmt: skip
LOCAL = jwt(remoteJWKS=None, localJWKS={"type": "ValueRef", "valueRef": {"group": "", "kind": "ConfigMap", "name": "keys"}})
LUA = extended({"lua": [{"type": "ValueRef", "valueRef": {"group": "", "kind": "ConfigMap", "name": "code"}}]})

# Before, after, the verdict of the change, the verdict of the change taken back.
CONTENTS: dict[str, tuple[Sequence[Object], Sequence[Object], str, str]] = {
    "another client has a key": (
        keys(k=held("Secret", "k", shop="a")), keys(k=held("Secret", "k", shop="a", lab="b")), "widened", "narrowed",
    ),
    "a key that is exchanged": (keys(k=held("Secret", "k", shop="a")), keys(k=held("Secret", "k", shop="b")), "none", "none"),
    "a Secret that is not here any more": (keys(k=held("Secret", "k", shop="a")), keys(), "undecided", "undecided"),
    "another user": (basic(users("anna:{SHA}a\n")), basic(users("anna:{SHA}a\nben:{SHA}b\n")), "widened", "narrowed"),
    "a password that is exchanged": (basic(users("anna:{SHA}a\n")), basic(users("anna:{SHA}b\n")), "none", "none"),
    "another authority beside": (mutual(authorities("a")), mutual(authorities("a", "b")), "widened", "narrowed"),
    "another authority": (mutual(authorities("a")), mutual(authorities("b")), "widened", "widened"),
    "authorities in another order": (mutual(authorities("a", "b")), mutual(authorities("b", "a")), "none", "none"),
    "other keys of a provider": (
        [*LOCAL, held("ConfigMap", "keys", jwks="{1}")], [*LOCAL, held("ConfigMap", "keys", jwks="{2}")], "widened", "widened",
    ),
    "other code": ([*LUA, held("ConfigMap", "code", lua="a")], [*LUA, held("ConfigMap", "code", lua="b")], "undecided", "undecided"),
    "another pod behind the authorizer": (ASKS, with_service(ASKS, selector={"app": "evil"}), "widened", "widened"),
    "another port of the authorizer": (ASKS, with_service(ASKS, ports=[{"port": 8080, "targetPort": 1}]), "widened", "widened"),
    "the way to the authorizer is plaintext": ([*ASKS, VERIFIED], ASKS, "widened", "widened"),
    "who delivers the keys": (jwt(), jwt(remoteJWKS={"uri": "https://id.example.com/jwks", "backendRefs": [ASKED]}), "widened", "widened"),
}  # fmt: skip


@pytest.mark.parametrize("seed", CONTENTS)
def test_what_referenced_objects_hold(seed: str) -> None:
    before, after, there, back = CONTENTS[seed]
    assert (compared(before, after).verdict, compared(after, before).verdict) == (there, back)


def test_no_key_and_no_password_is_told() -> None:
    result = repr(compared(keys(k=held("Secret", "k", shop="s3cr3t")), keys(k=held("Secret", "k", shop="s3cr3t", lab="0th3r"))))
    result += repr(compared(basic(users("anna:{SHA}aGFzaA==\n")), basic(users("anna:{SHA}aGFzaA==\nben:{SHA}aGFzaA==\n"))))
    assert "lab" in result
    assert "ben" in result
    assert not any(one in result for one in ("s3cr3t", "0th3r", "aGFzaA", base64.b64encode(b"s3cr3t").decode()))


def reason(before: Sequence[Object], after: Sequence[Object]) -> str:
    """Everything that the one row says."""
    rows = compared(before, after).rows
    return " | ".join(f"{row.change}: {row.before} -> {row.after} ({row.reason})" for row in rows)


def oidc(**more: Any) -> Sequence[Object]:
    endpoints = {"authorizationEndpoint": "https://id.example.com/a", "tokenEndpoint": "https://id.example.com/t"}
    provided = {"issuer": "https://id.example.com", **endpoints, **more.pop("provider", {})}
    return secured({"oidc": {"provider": provided, "clientID": "shop", "clientSecret": {"name": "oidc"}, **more}})


def rewritten(substitution: str) -> Sequence[Object]:
    return as_filter(
        {"urlRewrite": {"path": {"type": "ReplaceRegexMatch", "replaceRegexMatch": {"pattern": "^/a", "substitution": substitution}}}}
    )


def injected(name: str, **more: Any) -> Sequence[Object]:
    ref = {"group": "", "kind": "Secret", "name": name}
    return as_filter({"credentialInjection": {"header": "x-key", "credential": {"valueRef": ref}, **more}})


SAID: dict[str, tuple[Sequence[Object], Sequence[Object], str]] = {
    "a path that is rewritten by an expression": (
        rewritten("/b"), rewritten("/admin"),
        "the backend is asked for another path: ^/a becomes /b -> the backend is asked for another path: ^/a becomes /admin",
    ),
    "a credential of the gateway's own": (injected("a"), injected("b"), "the credential of Secret shop/b in x-key, unless the client sends one"),
    "a credential in place of the client's": (injected("a"), injected("a", overwrite=True), "in place of the client's"),
    "where a login gets its tokens": (oidc(), oidc(provider={"tokenEndpoint": "https://e.example.com/t"}), "tokenEndpoint https://e.example.com/t"),
    "who sees the session": (oidc(), oidc(cookieDomain="example.com"), "cookieDomain example.com"),
    "what an authorizer is told": (
        secured({"extAuth": {"grpc": {"backendRefs": [ASKED]}, "contextExtensions": [{"name": "mode", "type": "Value", "value": "strict"}]}}),
        secured({"extAuth": {"grpc": {"backendRefs": [ASKED]}, "contextExtensions": [{"name": "mode", "type": "Value", "value": "lax"}]}}),
        "told mode:",
    ),
    "a header that an authorizer no longer fills": (
        secured({"extAuth": {"http": {"backendRefs": [ASKED], "headersToBackend": ["x-user"]}}}), ASKS, "x-user as the client sends it",
    ),
    "a header that is filled from another claim": (
        jwt(claimToHeaders=[{"claim": "sub", "header": "x-user"}]), jwt(claimToHeaders=[{"claim": "email", "header": "x-user"}]), "email as x-user",
    ),
    "how many proxies are believed": (
        on_gateway({"clientIPDetection": {"xForwardedFor": {"numTrustedHops": 1}}}),
        on_gateway({"clientIPDetection": {"xForwardedFor": {"numTrustedHops": 2}}}),
        "X-Forwarded-For of anybody, 2 hops",
    ),
    "whose tokens are believed, where none is needed": (
        secured({"jwt": {"optional": True, "providers": [provider()]}}),
        secured({"jwt": {"optional": True, "providers": [provider(issuer="https://e.example.com")]}}),
        "https://e.example.com",
    ),
    "where answers send clients": (
        bounded({}),
        bounded({"responseOverride": [{"match": {"statusCodes": [{"type": "Value", "value": 401}]}, "redirect": {"hostname": "e.example.com"}}]}),
        "redirect 302 to same scheme://e.example.com",
    ),
    "a weak version towards the backend": (
        behind({"endpoints": [{"fqdn": {"hostname": "a.example.com", "port": 443}}], "tls": {"wellKnownCACertificates": "System"}}),
        behind({"endpoints": [{"fqdn": {"hostname": "a.example.com", "port": 443}}], "tls": {"wellKnownCACertificates": "System", "minVersion": "1.0"}}),
        "TLS 1.0 is spoken to the backend",
    ),
}  # fmt: skip


@pytest.mark.parametrize("seed", SAID)
def test_what_a_row_says(seed: str) -> None:
    before, after, words = SAID[seed]
    assert words in reason(before, after)
    assert compared(before, after).verdict == "widened"


def bootstrap(text: str) -> Sequence[Object]:
    return of_proxies({"bootstrap": {"type": "Merge", "value": text}})


BOOTSTRAP = "overload_manager:\n  refresh_interval: 1s\n"
LAYOUTS = ("overload_manager: {refresh_interval: 1s}", "# a word\noverload_manager:\n      refresh_interval: '1s'\n", "---\n" + BOOTSTRAP)
OTHERS = (
    "overload_manager:\n  refresh_interval: 2s\n",
    "  static_resources:\n    listeners: []\n",
    "{static_resources: {listeners: []}}",
    "nonsense: [",
)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_bootstrap_in_another_layout_is_the_same(layout: str) -> None:
    assert compared(bootstrap(BOOTSTRAP), bootstrap(layout)).verdict == "none"


@pytest.mark.parametrize("other", OTHERS)
def test_another_bootstrap_is_seen(other: str) -> None:
    assert compared(bootstrap(BOOTSTRAP), bootstrap(other)).verdict in ("widened", "undecided")
    assert compared(bootstrap(other), bootstrap(other)).verdict == "none"


def test_what_nobody_reads_on_either_side_and_changes_leaves_it_undecided() -> None:
    first, second = (
        of_proxies({"provider": {"type": "Kubernetes", "kubernetes": {"envoyDeployment": {"container": {"image": one}}}}}) for one in "ab"
    )
    assert compared(first, second).verdict in ("widened", "undecided")
    wrong = [secured({"jwt": {"providers": [{"name": "id", "issuer": one}]}}) for one in ("https://a", "https://b")]
    assert compared(*wrong).verdict != "none"
    assert compared(wrong[0], wrong[0]).verdict == "none"


def patched(value: object, name: str = "patch") -> Sequence[Object]:
    patches = [
        {
            "type": "type.googleapis.com/envoy.config.listener.v3.Listener",
            "name": "x",
            "operation": {"op": "add", "path": "/a", "value": value},
        }
    ]
    ref = {"group": STANDARD, "kind": "Gateway", "name": "edge"}
    return [
        *on_gateway({}),
        made(f"{VENDOR}/v1alpha1", "EnvoyPatchPolicy", "infra", name, {"type": "JSONPatch", "targetRef": ref, "jsonPatches": patches}),
    ]


def test_another_patch_is_seen_and_one_with_another_name_is_none() -> None:
    assert compared(patched(1), patched(2)).verdict in ("widened", "undecided")
    assert compared(patched(1), patched(1, "other")).verdict == "none"


def test_the_order_of_routes_and_gateways_that_are_merged() -> None:
    """Of the EnvoyProxy alone; what it does to rules that meet is a row of theirs."""

    def two(**settings: Any) -> list[Object]:
        objects = copy.deepcopy(list(of_proxies(settings)))
        rules = next(one for one in objects if one["kind"] == "HTTPRoute")["spec"]["rules"]
        wide, narrow = (
            {**rules[0], "name": name, "matches": [{"path": {"type": "PathPrefix", "value": path}}]}
            for name, path in (("w", "/a"), ("n", "/a/b"))
        )
        rules[:] = [{**wide, "backendRefs": [ASKED]}, narrow]
        return objects

    assert compared(two(), two(preserveRouteOrder=True)).verdict == "widened"


PUBLISHED: dict[str, tuple[str, Callable[[Object], Any]]] = {
    "an internal load balancer is not internal": (
        "Service", lambda one: one["metadata"].update(annotations={"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing"}),
    ),
    "so is one of the Gateway": (
        "Gateway", lambda one: one["spec"].update(infrastructure={"annotations": {"service.beta.kubernetes.io/aws-load-balancer-internal": "true"}}),
    ),
    "an address is another": ("Gateway", lambda one: one["spec"].update(addresses=[{"type": "IPAddress", "value": "192.0.2.1"}])),
    "a name is published": (
        "HTTPRoute", lambda one: one["metadata"].update(annotations={"external-dns.alpha.kubernetes.io/hostname": "a.example.com"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("seed", PUBLISHED)
def test_annotations_that_make_a_door_public(seed: str) -> None:
    kind, change = PUBLISHED[seed]
    before = list(bounded({}))
    after = copy.deepcopy(before)
    change(next(one for one in after if one["kind"] == kind))
    old, new = reach(before), reach(after)
    (told,) = publishing(old, new, manifests(old.topology.world, new.topology.world))
    assert told.startswith(f"{kind} ")
    assert told.endswith("who comes to it by that is decided outside of what is read here")


def test_other_annotations_publish_nothing() -> None:
    before = list(bounded({}))
    after = copy.deepcopy(before)
    next(one for one in after if one["kind"] == "Service")["metadata"].update(annotations={"example.com/team": "a"})
    old, new = reach(before), reach(after)
    assert tuple(publishing(old, new, manifests(old.topology.world, new.topology.world))) == ()


def test_a_policy_under_another_name_that_says_the_same_is_no_row() -> None:
    for before in (*(one for one, *_ in CONTENTS.values()), *(one for one, *_ in SAID.values())):
        after = copy.deepcopy(list(before))
        for one in after:
            if one["apiVersion"].startswith(VENDOR) and one["kind"].endswith("Policy"):
                one["metadata"]["name"] = f"{one['metadata']['name']}-2"
        assert compared(before, after).verdict == "none"
