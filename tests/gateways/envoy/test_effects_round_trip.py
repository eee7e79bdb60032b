"""What is rendered for a protection is read back as that protection: the law that reach rests on."""

import functools

from hypothesis import given

from gatewright.gateways.envoy.target import EnvoyGateway
from gatewright.gateways.port import Place
from gatewright.protection.access import Tokens
from gatewright.protection.authentication import Jwt
from gatewright.protection.authorization import EVERYBODY
from gatewright.protection.client import Direct
from gatewright.protection.headers import Hygiene
from gatewright.protection.lowered import LoweredGateway, LoweredListener, SecretCertificate
from gatewright.protection.policy import ListenerPolicy
from gatewright.protection.transport import TlsFloor
from tests.gateways.envoy.world import effects_of, said
from tests.properties import strategies as draw
from tests.properties.budget import examples

VERSIONS = ("1.8", "1.9")
HYGIENE = Hygiene((), underscores=True, client_certificate=True, escaped_slashes=True, merged_slashes=True)
LISTENER = ListenerPolicy(TlsFloor("1.2", ()), HYGIENE, Direct(), (), None, True)


@functools.cache
def gateway(version):
    target = EnvoyGateway(version)
    listener = LoweredListener("shop", "shop.example.com", 443, ("shop",), SecretCertificate("infra", "shop"), LISTENER, "redirect", False)
    return target.render(LoweredGateway("edge", "infra", "edge", (listener,), LISTENER), Place(fences=True)).objects


@examples(60)
@given(draw.policies())
def test_who_may_pass_is_what_was_asked_for(policy):
    for version in VERSIONS:
        if version == "1.8" and isinstance(policy.authentication, Jwt) and policy.authentication.expiry_required:
            continue
        objects = [*gateway(version), *EnvoyGateway(version).render(draw.route(policy), Place(fences=True)).objects]
        effects = effects_of(objects, version)
        where = next(one for served in effects.topology.gateways.values() for one in served.listeners if one.name == "shop")
        its = next(one for one in effects.topology.routes if one.id.name == "orders")
        for index in range(len(its.rules)):
            found = effects.on_rule(its, index, where)
            decision = said(found, "authorization")
            assert (EVERYBODY if decision is None else decision) == policy.authorization.normal()
            tokens = said(found, "jwt")
            assert tokens == (Tokens((policy.authentication,)) if isinstance(policy.authentication, Jwt) else None)
            assert found.answer is None
            assert not any(one.state == "unknown" for one in found.guards)
