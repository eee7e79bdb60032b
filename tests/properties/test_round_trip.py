"""What a gateway is told, read back, is what was meant; and the rules it is told decide as the protection does."""

from itertools import product

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gatewright.gateways.bare.claims import KNOWN
from gatewright.gateways.bare.reading import UNSAID
from gatewright.gateways.bare.target import GatewayApi
from gatewright.gateways.envoy import authorization
from gatewright.gateways.envoy.target import EnvoyGateway
from gatewright.gateways.port import Place
from gatewright.protection.authentication import Jwt
from gatewright.protection.authorization import Authorization
from gatewright.protection.feature import used
from gatewright.protection.lowered import LoweredGateway, LoweredListener, SecretCertificate
from gatewright.protection.policy import ListenerPolicy, Policy
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import TlsFloor
from tests.properties import strategies as draw
from tests.properties.budget import examples
from tests.properties.gatekeeper import Token, admits, passes

ENVOYS = [
    EnvoyGateway(version, rate_limit_service="fail-closed", backend_api=api) for version in EnvoyGateway.versions() for api in (False, True)
]
BARES = [GatewayApi(version, supports=KNOWN) for version in GatewayApi.versions()]


def read_back(target, lowered):
    assert not [feature for feature in used(lowered) if target.rows()[feature].verdict == "refused"]
    return target.read(target.render(lowered, Place(fences=True)).objects)


@pytest.mark.parametrize("target", ENVOYS, ids=lambda target: target.title)
@examples(60)
@given(st.data())
def test_envoy_routes(target, data):
    policy = data.draw(draw.policies(expiry=target.version != "1.8"))
    lowered = draw.route(policy)
    if target.version == "1.8":
        assume("jwt.expiry" not in used(lowered))
    assume(not list(target.cannot(lowered)))
    assert read_back(target, lowered).routes == {"shop/orders": policy}


@pytest.mark.parametrize("target", ENVOYS[::2], ids=lambda target: target.title)
@examples(60)
@given(st.data())
def test_envoy_listeners(target, data):
    gateway = data.draw(draw.gateways(st.none() if target.version == "1.8" else draw.times))
    listeners = read_back(target, gateway).listeners
    assert {f"infra/edge/{one.name}": one.policy for one in gateway.listeners}.items() <= listeners.items()


@pytest.mark.parametrize("target", BARES, ids=lambda target: target.title)
@given(draw.times, draw.times)
def test_bare_routes(target, request_time, backend_time):
    policy = Policy(timeouts=Timeouts(request_time, backend_time))
    assert read_back(target, draw.route(policy)).routes == {"shop/orders": policy}


@pytest.mark.parametrize("target", BARES, ids=lambda target: target.title)
def test_bare_listeners(target):
    policy = ListenerPolicy(TlsFloor("1.0"), client=UNSAID)
    gateway = open_gateway(policy)
    assert read_back(target, gateway).listeners["infra/edge/shop"] == policy


def open_gateway(policy):
    listener = LoweredListener("shop", "shop.example.com", 443, ("shop",), SecretCertificate("tls", "shop"), policy, "redirect", False)
    return attrs.evolve(LoweredGateway("edge", "infra", "edge", (listener,), policy), logged=False, limits_first=False)


# ── who passes, request by request ────────────────────────────────────────────────────────────────────────────────────────────────

ADDRESSES = ["10.1.2.3", "10.2.0.1", "192.0.2.1", "203.0.113.7", "2001:db8::1", "::2"]


TOKENS = [
    Token(dict(zip(("role", "tier"), held, strict=True)), frozenset(scopes), expires)
    for held in product([(), ("admin",), ("buyer",), ("admin", "buyer")], [(), ("gold",)])
    for scopes in [(), ("read",), ("read", "write")]
    for expires in (True, False)
]
REQUESTS = list(product([*draw.METHODS, "DELETE"], ADDRESSES))


def everyone():
    return product(TOKENS, REQUESTS)


@examples(40)
@given(draw.policies())
def test_the_rules_that_are_written_decide_as_the_protection_does(policy):
    spec = {"authorization": authorization.render(policy)}
    expiring = isinstance(policy.authentication, Jwt) and policy.authentication.expiry_required
    for token, (method, address) in everyone():
        meant = admits(policy.authorization, token, method, address) and (token.expires or not expiring)
        assert passes(spec, token, method, address) == meant, (token, method, address)


@examples(60)
@given(draw.authorizations())
def test_the_normal_form_decides_as_what_it_was_made_from(decision):
    normal = decision.normal()
    assert normal == normal.normal()
    for token, (method, address) in everyone():
        assert admits(normal, token, method, address) == admits(decision, token, method, address)


@examples(60)
@given(st.permutations(list(range(4))), st.lists(draw.ways, min_size=4, max_size=4))
def test_the_normal_form_does_not_depend_on_the_order_of_ways(order, ways):
    assert Authorization(tuple(ways[index] for index in order)).normal() == Authorization(tuple(ways)).normal()


def rules():
    principals = st.fixed_dictionaries(
        {},
        optional={
            "clientCIDRs": draw.subsets(draw.CIDRS, 1).map(list),
            "jwt": st.fixed_dictionaries(
                {"provider": st.just("jwt")},
                optional={
                    "claims": st.lists(draw.claims, min_size=1, max_size=2).map(
                        lambda them: [
                            {"name": one.name, "values": list(one.any_of), "valueType": "StringArray" if one.listed else "String"}
                            for one in them
                        ]
                    ),
                    "scopes": draw.subsets(draw.SCOPES, 1).map(list),
                },
            ),
        },
    )
    return st.fixed_dictionaries(
        {"action": draw.some(["Allow", "Deny"])},
        optional={
            "principal": principals,
            "operation": st.fixed_dictionaries({"methods": draw.subsets(draw.METHODS, 1).map(list)}),
            "cel": st.just(authorization.EXPIRES),
        },
    )


@examples(150)
@given(st.lists(rules(), max_size=4), st.sampled_from(["Allow", "Deny", None]))
def test_what_is_read_decides_as_the_gateway_does(rules, default):
    spec = {"authorization": {"rules": rules} | ({"defaultAction": default} if default else {})}
    decision, expiring = authorization.read(spec), authorization.requires_expiry(spec)
    for token, (method, address) in everyone():
        real = passes(spec, token, method, address)
        assert (admits(decision, token, method, address) and (token.expires or not expiring)) == real, (token, method, address)
