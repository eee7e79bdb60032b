"""What no row alone can tell: protections that do not fit into one object of Envoy Gateway together."""

import pytest

from gatewright.admission import schema, structure
from gatewright.gateways.envoy.target import EnvoyGateway
from gatewright.gateways.port import Place
from gatewright.match import Methods
from gatewright.protection.authentication import Jwt
from gatewright.protection.authorization import Authorization, Claim, Way
from gatewright.protection.limit import RateLimit
from gatewright.protection.policy import Policy
from tests.properties import strategies as draw

TARGET = EnvoyGateway("1.9", rate_limit_service="fail-closed")
FACTS = schema.load(*TARGET.crds)


def limits(count, by="everyone", scope="replica"):
    return Policy(limits=tuple(RateLimit(number, "minute", by, scope, f"M{number}") for number in range(1, count + 1)))


def tokens(count):
    return Policy(Jwt("https://i", tuple(f"a{number}" for number in range(count)), "https://i/jwks", True))


def way(**fields):
    return Policy(Jwt("https://i", ("a",), "https://i/jwks", True), Authorization((Way(**fields),)))


def names(count):
    return tuple(f"n{number}" for number in range(count))


FULL = [
    (limits(16), limits(17), "these limits need 17 rules; a BackendTrafficPolicy holds 16"),
    (limits(5, "client-ip"), limits(6, "client-ip"), "these limits need 18 rules; a BackendTrafficPolicy holds 16"),
    (limits(256, scope="shared"), limits(257, scope="shared"), "these limits need 257 rules; a BackendTrafficPolicy holds 256"),
    (limits(128, "client-ip", "shared"), limits(129, "client-ip", "shared"), "these limits need 258 rules; a BackendTrafficPolicy holds 256"),
    (tokens(8), tokens(9), "a provider of a SecurityPolicy holds 8 audiences; these are 9"),
    (way(scopes=names(16)), way(scopes=names(17)), "a rule of a SecurityPolicy holds 16 scopes; these are 17"),
    (way(methods=Methods.only(*names(16))), way(methods=Methods.only(*names(17))), "a rule of a SecurityPolicy holds 16 methods; these are 17"),
    (way(claims=(Claim("c", names(128)),)), way(claims=(Claim("c", names(129)),)), "a rule of a SecurityPolicy holds 128 values of one claim; these are 129"),
    (
        way(claims=tuple(Claim(name, ("x",)) for name in names(16))), way(claims=tuple(Claim(name, ("x",)) for name in names(17))),
        "a rule of a SecurityPolicy holds 16 claims; these are 17",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("fits", "beyond", "reason"), FULL)
def test_what_is_refused_is_what_the_crd_refuses(fits, beyond, reason):
    assert not list(TARGET.cannot(draw.route(fits)))
    found = list(TARGET.cannot(draw.route(beyond)))
    assert [why for _, why in found] == [reason]
    for policy, taken in ((fits, True), (beyond, False)):
        objects = TARGET.render(draw.route(policy), Place()).objects
        findings = [finding for one in objects for finding in structure.check(one, FACTS)]
        assert all(finding.rule in ("maxItems", "enum") for finding in findings)  # made-up methods are none that the CRD knows
        assert taken == ("maxItems" not in {finding.rule for finding in findings})


def test_one_policy_counts_in_one_place():
    both = Policy(limits=(RateLimit(1, "minute", "everyone", "replica"), RateLimit(1, "hour", "client-ip", "shared")))
    assert list(TARGET.cannot(draw.route(both))) == [("limit", "one BackendTrafficPolicy counts either in each replica or shared, not both")]


def test_what_is_buffered_is_not_upgraded():
    assert [feature for feature, _ in TARGET.cannot(draw.route(Policy(body=1, upgrades=True)))] == ["body"]
    assert not list(TARGET.cannot(draw.route(Policy(body=1, upgrades=False))))
