"""What intents come down to: hardened by default, composed with their gateway, relaxed only by name."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright import (
    BodyLimit,
    Claim,
    Exact,
    IpAllow,
    IpDeny,
    On,
    RateLimit,
    RedirectTo,
    Refuse,
    Regex,
    Scope,
    Timeouts,
    When,
)
from gatewright.intent.asking import Setting
from gatewright.intent.baseline import BASELINES, NEWEST
from gatewright.intent.lowering import lower_backend, lower_gateway, lower_route
from gatewright.match import Exact as ExactPath
from gatewright.match import Methods, Prefix
from gatewright.match import Regex as RegexPath
from gatewright.protection import client
from gatewright.protection.authentication import Anonymous, Jwt
from gatewright.protection.authorization import Authorization
from gatewright.protection.entry import Forward, Respond
from gatewright.protection.fence import Fenced, NotFenced
from gatewright.protection.policy import Policy
from gatewright.protection.transport import BackendTls, Plaintext, TlsFloor
from tests.mistakes.valid import OPEN, ORDERS, backend, gateway, headers, listener, relax, route

SETTING = Setting(BASELINES[NEWEST], client.ProxyProtocol(("10.0.0.0/16",)), True)


def policy(**stated: Any) -> Policy:
    return lower_route(route(**stated), SETTING).policy


def admits(one: Policy, method: str, address: str = "10.1.2.3") -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The claims and scopes that let such a request in, one pair for each way."""
    assert isinstance(one.authorization, Authorization)
    ways = [way for way in one.authorization.ways if way.methods.contains(method) and way.sources.contains(address)]
    return [(tuple(claim.name for claim in way.claims), way.scopes) for way in ways]


def test_a_token_must_name_issuer_audience_and_expiry() -> None:
    assert policy().authentication == Jwt("https://id.example.com", ("shop",), "https://id.example.com/jwks", expiry_required=True)
    relaxed = policy(relax=[relax("jwt-expiry")]).authentication
    assert isinstance(relaxed, Jwt)
    assert not relaxed.expiry_required
    assert policy(access=OPEN).authentication == Anonymous()


@pytest.mark.parametrize(
    ("traffic", "body", "request_time"),
    [("request", 1024**2, 30_000), ("upload", 64 * 1024**2, 600_000), ("stream", None, None), ("websocket", None, None)],
)
def test_bounds_fit_the_kind_of_traffic(traffic: str, body: int | None, request_time: int | None) -> None:
    bounded = policy(traffic=traffic)
    assert (bounded.body, bounded.timeouts.request) == (body, request_time)
    assert bounded.timeouts.idle is not None
    assert bounded.timeouts.connect is not None
    assert bounded.upgrades is (traffic == "websocket")


def test_bounds_are_off_only_by_name() -> None:
    assert policy(relax=[relax("body-limit")]).body is None
    assert policy(relax=[relax("timeouts")]).timeouts.request is None
    assert policy(relax=[relax("timeouts")], timeouts=Timeouts(idle="9s")).timeouts.idle == 9_000


def test_methods_restrict_and_say_more_for_some() -> None:
    restricted = policy(methods=["GET", "POST"], require=[Claim("role", any_of=["buyer"]), On(methods=["POST"], require=[Scope("write")])])
    assert admits(restricted, "GET") == [(("role",), ())]
    assert admits(restricted, "POST") == [(("role",), ("write",))]
    assert admits(restricted, "DELETE") == []


def test_head_is_asked_what_get_is_asked() -> None:
    asked = policy(require=[Claim("role", any_of=["buyer"]), On(methods=["GET"], require=[Scope("read")])])
    assert admits(asked, "HEAD") == admits(asked, "GET") == [(("role",), ("read",))]
    named = policy(require=[On(methods=["GET"], require=[Scope("read")]), On(methods=["HEAD"], require=[Scope("peek")])])
    assert admits(named, "HEAD") == [((), ("peek",))]


def test_addresses_are_allowed_and_denied_together() -> None:
    fenced = policy(require=[IpAllow(["10.0.0.0/8"]), IpDeny(["10.1.0.0/16"])])
    assert admits(fenced, "GET", "10.2.0.1") == [((), ())]
    assert admits(fenced, "GET", "10.1.0.1") == []
    assert admits(fenced, "GET", "192.168.0.1") == []


def test_a_floor_is_never_weakened_and_a_default_is_replaced() -> None:
    guards: dict[str, Any] = {
        "floor": [BodyLimit("1Ki"), Timeouts(request="5s"), IpDeny(["10.9.0.0/16"])],
        "defaults": [Timeouts(idle="7s")],
    }
    edge = gateway(**guards)
    floored = policy(gateway=edge, max_body="10Mi", timeouts=Timeouts(request="60s", idle="50s"), require=[IpAllow(["10.0.0.0/8"])])
    assert floored.body == 1024
    assert floored.timeouts.request == 5_000
    assert floored.timeouts.idle == 50_000
    assert admits(floored, "GET", "10.9.0.1") == []
    assert policy(gateway=edge).timeouts.idle == 7_000


def test_limits_of_a_floor_are_added() -> None:
    floor, own = RateLimit(1000, per="minute", by="everyone", scope="replica"), RateLimit(9, per="minute", by="client-ip", scope="replica")
    both = policy(gateway=gateway(floor=[floor]), limits=[own]).limits
    assert isinstance(both, tuple)
    assert {(limit.requests, limit.by) for limit in both} == {(1000, "everyone"), (9, "client-ip")}


def test_a_redirect_is_guarded_and_bounds_nothing() -> None:
    one = policy(redirect=RedirectTo(path="/new"))
    assert isinstance(one.authentication, Jwt)
    assert (one.body, one.limits, one.timeouts.request) == (None, (), None)


def test_paths_say_what_they_are() -> None:
    (rule,) = lower_route(route(paths=["/orders/", "/", Exact("/healthz"), Regex("/v[0-9]+")]), SETTING).rules
    assert rule.paths == (Prefix("/orders"), Prefix("/"), ExactPath("/healthz"), RegexPath("/v[0-9]+"))


def test_cases_become_rules_with_the_else_last() -> None:
    cases = [When(methods=["GET", "HEAD"], headers={"X-Canary": Regex("yes|1")}, backend=[ORDERS.at(5)])]
    lowered = lower_route(route(when=cases, otherwise=Refuse(status=403)), SETTING)
    assert [rule.method for rule in lowered.rules] == ["GET", "HEAD", None]
    assert [type(rule.action) for rule in lowered.rules] == [Forward, Forward, Respond]
    assert lowered.rules[-1].action == Respond(403)


def test_names_of_headers_lose_their_case() -> None:
    (rule,) = lower_route(headers(set={"X-Version": "1"}, remove=["Server"]), SETTING).rules
    assert (rule.request_headers.set, rule.request_headers.remove) == ((("x-version", "1"),), ("server",))


def test_a_listener_is_hardened() -> None:
    (one,) = lower_gateway(gateway(), SETTING).listeners
    assert isinstance(one.policy.frontend, TlsFloor)
    assert one.policy.frontend.min_version == "1.2"
    assert one.policy.refuses_unlisted
    assert one.policy.hygiene.stripped
    assert one.policy.hygiene.underscores
    assert one.policy.hygiene.escaped_slashes
    assert one.policy.headers is not None
    assert one.policy.browser == ()
    assert one.plaintext == "redirect"


@pytest.mark.parametrize(
    ("name", "field"),
    [("identity-headers", "stripped"), ("underscore-headers", "underscores"), ("path-normalisation", "escaped_slashes")],
)
def test_a_relaxation_takes_exactly_its_default_from_a_listener(name: str, field: str) -> None:
    (hard,), (soft,) = lower_gateway(gateway(), SETTING).listeners, lower_gateway(gateway(relax=[relax(name)]), SETTING).listeners
    assert getattr(hard.policy.hygiene, field)
    assert not getattr(soft.policy.hygiene, field)
    assert [one.default for one in lower_gateway(gateway(relax=[relax(name)]), SETTING).relaxed] == [name]


def test_listeners_take_stricter_tls_and_browser_headers() -> None:
    (one,) = lower_gateway(gateway(listeners=[listener(min_tls="1.3", browser=True)]), SETTING).listeners
    assert one.policy.frontend == TlsFloor("1.3", ())
    assert dict(one.policy.browser)["strict-transport-security"]


def test_a_backend_is_verified_and_fenced_where_that_is_enforced() -> None:
    lowered = lower_backend(backend(), SETTING)
    assert isinstance(lowered.hop, BackendTls)
    assert lowered.fence == Fenced()
    assert isinstance(lower_backend(backend(tls=None, relax=[relax("backend-tls")]), SETTING).hop, Plaintext)


@pytest.mark.parametrize(
    ("stated", "fences", "reason"),
    [
        ({"pods": {}}, True, "names no pods"),
        ({"relax": [relax("network-fence")]}, True, "is relaxed"),
        ({}, None, "nobody said"),
        ({}, False, "does not enforce"),
    ],
)
def test_what_is_not_fenced_says_why(stated: dict[str, Any], fences: bool | None, reason: str) -> None:
    fence = lower_backend(backend(**stated), Setting(SETTING.baseline, SETTING.client, fences)).fence
    assert isinstance(fence, NotFenced)
    assert reason in fence.reason


def test_order_of_what_has_none_never_shows() -> None:
    one = route(hosts=["shop.example.com"], require=[Scope("b"), Scope("a"), Claim("role", any_of=["y", "x"])], methods=["POST", "GET"])
    two = route(hosts=["shop.example.com"], require=[Claim("role", any_of=["x", "y"]), Scope("a"), Scope("b")], methods=["GET", "POST"])
    assert lower_route(one, SETTING).policy == lower_route(two, SETTING).policy


def test_any_method_is_any_method() -> None:
    assert admits(policy(), "PROPFIND") == [((), ())]
    assert Methods().contains("PROPFIND")
