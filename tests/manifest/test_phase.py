"""The order in which files are applied, and names that are safe everywhere."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.manifest.identity import ObjectId
from gatewright.manifest.phase import UNKNOWN, file_name, phase_of

GATEWAY, ENVOY = "gateway.networking.k8s.io", "gateway.envoyproxy.io"
ORDER = [(ENVOY, "EnvoyProxy"), (GATEWAY, "GatewayClass"), ("", "ConfigMap"), ("", "Service"), (GATEWAY, "ReferenceGrant"),
         ("networking.k8s.io", "NetworkPolicy"), ("cert-manager.io", "Certificate"), (GATEWAY, "Gateway"), (ENVOY, "ClientTrafficPolicy"),
         (GATEWAY, "BackendTLSPolicy"), (ENVOY, "SecurityPolicy"), ("x.io", "Unheard"), (GATEWAY, "HTTPRoute")]  # fmt: skip

label = st.text("ab-", min_size=1, max_size=4).filter(lambda text: not (text.startswith("-") or text.endswith("-")))
names = st.lists(label, min_size=1, max_size=2).map(".".join) | st.text("aA_:~%.é-", min_size=1, max_size=5)
groups = st.sampled_from(["", GATEWAY, "a", "a-b", "b", "networking.istio.io"])
kinds = st.sampled_from(["Gateway", "HTTPRoute", "Secret", "A", "AB"])
identities = st.builds(ObjectId, groups, kinds, st.just("") | label, names)


def test_what_is_referred_to_comes_first_and_routes_come_last() -> None:
    phases = [phase_of(*kind) for kind in ORDER]
    assert phases == sorted(set(phases)), "each kind of this list stands before the next"


def test_a_kind_of_another_group_is_another_kind() -> None:
    assert phase_of("networking.istio.io", "Gateway") == UNKNOWN


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        (ObjectId(GATEWAY, "HTTPRoute", "shop", "orders"), "90-httproute-shop_orders.yaml"),
        (ObjectId(GATEWAY, "GatewayClass", "", "envoy"), "15-gatewayclass-envoy.yaml"),
        (ObjectId("networking.istio.io", "Gateway", "infra", "edge"), "65-gateway.networking.istio.io_infra_edge.yaml"),
        (ObjectId("rbac.authorization.k8s.io", "Role", "a", "system:Node"), "20-role-a_system%3A%4Eode.yaml"),
    ],
)
def test_names_read_as_designed(identity: ObjectId, name: str) -> None:
    assert file_name(identity) == name


@given(identities, identities)
def test_two_objects_never_share_a_file(one: ObjectId, other: ObjectId) -> None:
    same = file_name(one).casefold() == file_name(other).casefold()
    assert same == (one == other)


@given(identities)
def test_names_are_safe_everywhere(identity: ObjectId) -> None:
    assert re.fullmatch(r"[0-9]{2}-[a-zA-Z0-9%._~-]+\.yaml", file_name(identity))


def test_long_names_are_shortened_and_stay_apart() -> None:
    one, other = (file_name(ObjectId(GATEWAY, "HTTPRoute", "n" * 63, "a" * 252 + end)) for end in "xy")
    assert one != other
    assert len(one.encode()) == len(other.encode()) == 255
