"""Who is attached to whom, and what bears on it."""

from __future__ import annotations

import pytest

from gatewright.live.attachment import Above, is_policy, parents, selects, targets
from gatewright.live.reader import Object
from gatewright.live.references import references
from gatewright.manifest.identity import ObjectId

GROUP = "gateway.networking.k8s.io"
EDGE = ObjectId(GROUP, "Gateway", "infra", "edge")


def thing(kind: str, name: str, spec: dict[str, object], group: str = GROUP, namespace: str = "shop") -> Object:
    return {"apiVersion": f"{group}/v1" if group else "v1", "kind": kind, "metadata": {"namespace": namespace, "name": name}, "spec": spec}


ROUTE = thing("HTTPRoute", "orders", {
    "parentRefs": [{"name": "edge", "namespace": "infra", "sectionName": "shop"}],
    "rules": [{"backendRefs": [{"name": "orders", "port": 80}, {"name": "far", "namespace": "away", "group": "", "kind": "Service"}]}],
})  # fmt: skip
POLICY = thing("Policy", "orders", {"targetRefs": [{"group": GROUP, "kind": "HTTPRoute", "name": "orders"}], "jwt": {"backendRefs": [
    {"group": "example.com", "kind": "Backend", "name": "issuer"}]}}, "example.com")  # fmt: skip
TLS = thing("BackendTLSPolicy", "issuer", {"targetRefs": [{"group": "example.com", "kind": "Backend", "name": "issuer"}]})


def test_parents_and_targets_with_what_the_standard_fills_in() -> None:
    (one,) = parents(ROUTE)
    assert (one.to, one.section, one.port, str(one)) == (EDGE, "shop", 0, "Gateway infra/edge listener shop")
    (single,) = parents(thing("ListenerSet", "more", {"parentRef": {"name": "edge", "port": 80}}))
    assert str(single) == "Gateway shop/edge port 80"
    (target,) = targets(thing("Policy", "all", {"targetRef": {"group": GROUP, "kind": "GatewayClass", "name": "eg"}}))
    assert target.to == ObjectId(GROUP, "GatewayClass", "", "eg")
    assert [is_policy(one) for one in (ROUTE, POLICY, TLS)] == [False, True, True]


def test_the_gateways_above() -> None:
    above = Above({ObjectId.of(one): one for one in (ROUTE, POLICY, TLS)})
    for one in (ROUTE, POLICY, TLS):
        assert above.gateways(ObjectId.of(one)) == {EDGE}
    assert above.gateways(ObjectId("", "Service", "shop", "orders")) == {EDGE}
    assert above.gateways(ObjectId("", "Service", "shop", "unused")) == frozenset()
    assert above.gateways(EDGE) == {EDGE}


def test_what_bears_on_itself_ends() -> None:
    ring = thing("Policy", "ring", {"targetRefs": [{"group": "example.com", "kind": "Policy", "name": "ring"}]}, "example.com")
    assert Above({ObjectId.of(ring): ring}).gateways(ObjectId.of(ring)) == frozenset()


@pytest.mark.parametrize(("selector", "taken"), [
    ({"kind": "HTTPRoute", "matchLabels": {"app": "orders"}}, True),
    ({"kind": "HTTPRoute", "matchLabels": {}}, True),
    ({"kind": "HTTPRoute", "matchLabels": {"app": "other"}}, False),
    ({"kind": "GRPCRoute", "matchLabels": {}}, False),
    ({"kind": "HTTPRoute", "group": "example.com"}, False),
    ({"kind": "HTTPRoute", "matchExpressions": [{"key": "app", "operator": "In", "values": ["orders"]}]}, True),
    ({"kind": "HTTPRoute", "matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["orders"]}]}, False),
    ({"kind": "HTTPRoute", "matchExpressions": [{"key": "app", "operator": "Exists"}, {"key": "team", "operator": "DoesNotExist"}]}, True),
    ({"kind": "HTTPRoute", "matchExpressions": [{"key": "app", "operator": "Tomorrow"}]}, True),
])  # fmt: skip
def test_selectors(selector: dict[str, object], taken: bool) -> None:
    policy = thing("Policy", "all", {"targetSelectors": [selector]}, "example.com")
    assert selects(policy, ObjectId.of(ROUTE), {"app": "orders"}) is taken


def test_selectors_that_look_into_other_namespaces() -> None:
    near = thing("Policy", "all", {"targetSelectors": [{"kind": "HTTPRoute"}]}, "example.com", "elsewhere")
    far = thing("Policy", "all", {"targetSelectors": [{"kind": "HTTPRoute", "namespaces": {"from": "All"}}]}, "example.com", "elsewhere")
    assert not selects(near, ObjectId.of(ROUTE), {})
    assert selects(far, ObjectId.of(ROUTE), {})


def test_references_with_the_kinds_that_fields_default_to() -> None:
    gateway = thing("Gateway", "edge", {"listeners": [{"name": "a", "tls": {"certificateRefs": [{"name": "own"}, {"name": "far", "namespace": "certs"}]}}],
        "infrastructure": {"parametersRef": {"group": "example.com", "kind": "Proxy", "name": "edge"}}}, namespace="infra")  # fmt: skip
    certificate = thing("Certificate", "own", {"issuerRef": {"kind": "ClusterIssuer", "name": "le"}, "secretName": "own"}, "cert-manager.io")
    grant = thing("ReferenceGrant", "own", {"to": [{"group": "", "kind": "Service", "name": "orders"}]})
    found = {(str(one.to), one.to.group, one.field) for each in (gateway, certificate, grant, ROUTE) for one in references(each)}
    assert found == {
        ("Secret infra/own", "", "certificateRefs"), ("Secret certs/far", "", "certificateRefs"), ("Proxy infra/edge", "example.com", "parametersRef"),
        ("ClusterIssuer le", "cert-manager.io", "issuerRef"), ("Gateway infra/edge", GROUP, "parentRefs"), ("Service shop/orders", "", "backendRefs"),
        ("Service away/far", "", "backendRefs"),
    }  # fmt: skip
