"""Objects without a namespace meet where kubectl would put them."""

from __future__ import annotations

from gatewright.reach.placing import placed
from tests.reach.small import GATEWAY, get, reach, route, served, world

BARE_GATEWAY = GATEWAY.replace("namespace: infra, ", "")
BARE_ROUTE = route("r", "").replace("  namespace: shop\n", "").replace("namespace: infra, ", "")
POLICY = """
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: closed}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}], authorization: {defaultAction: Deny}}
"""


def test_what_states_no_namespace_meets_in_default() -> None:
    found = reach(BARE_GATEWAY, BARE_ROUTE, POLICY)
    assert served(found) == "r/0"
    winner = get(found).winner
    assert winner is not None
    assert winner.route is not None
    assert winner.route.id.namespace == "default"
    assert [one.kind for one in winner.guards if one.kind == "authorization"] == ["authorization"]


def test_a_stated_default_is_the_same() -> None:
    stated = BARE_ROUTE.replace("  name: r\n", "  name: r\n  namespace: default\n", 1)
    assert served(reach(BARE_GATEWAY, stated, POLICY)) == "r/0"


def test_cluster_scoped_objects_stay_and_a_whole_world_is_not_copied() -> None:
    whole = world(GATEWAY, "{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: eg}, spec: {controllerName: x}}")
    assert placed(whole) is whole
    half = world(BARE_GATEWAY, "{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: eg}, spec: {controllerName: x}}")
    assert sorted(str(one.id) for one in placed(half)) == ["Gateway default/edge", "GatewayClass eg"]
    assert placed(half).objects[0].file == "0.yaml"
