"""Guards in two columns, who may pass and what else stands there: together they leave nothing out."""

from __future__ import annotations

import pytest

from gatewright.gateways.effect import Guard
from gatewright.match import ANYWHERE, Condition, Conditions, Equals, Match, Matches, Present, Request, Sources
from gatewright.protection.access import Tokens
from gatewright.protection.authorization import Authorization, Way
from gatewright.protection.bounds import CountedLimit, Extensions
from gatewright.protection.browser import SameOrigin
from gatewright.protection.dimension import KINDS, Kind
from gatewright.protection.said import said
from gatewright.reach.worded import bounding_words, condition_words, decides, passing_words, request_told, state_of
from tests.protection.test_dimension import SAMPLES

NOTHING = (passing_words(()), bounding_words(()))


def words(*guards: Guard) -> tuple[str, str]:
    return passing_words(guards), bounding_words(guards)


def standing(kind: Kind) -> list[object]:
    """Values that do something: not those that come to the same as none."""
    return [value for value in SAMPLES[kind] if value is not None and said(kind, value) != said(kind, None)]


@pytest.mark.parametrize("kind", [one for one in KINDS if one != "alteration"])  # no protection, and not said as one
def test_every_kind_is_said_enforced_unknown_and_not_enforced(kind: Kind) -> None:
    assert standing(kind), "no sample that does anything"
    for value in standing(kind):
        found = [words(Guard(kind, value)), words(Guard(kind, value, "not-enforced")), words(Guard.unknown(kind, "a reason"))]
        assert all(one != NOTHING for one in found), (kind, value)
        assert found[0] != found[2]


@pytest.mark.parametrize("kind", [one for one in KINDS if decides(Guard(one, None))])
def test_an_unknown_that_may_refuse_somebody_is_said_beside_others(kind: Kind) -> None:
    jwt = Guard("jwt", next(value for value in SAMPLES["jwt"] if isinstance(value, Tokens)))
    other = Guard.unknown(kind, "a reason")
    assert words(*(() if kind == "jwt" else (jwt,)), other) != words(jwt)


@pytest.mark.parametrize(
    ("guards", "passing", "bounding"),
    [
        ((Guard("ip", Sources.of("10.0.0.0/8")),), "only from 10.0.0.0/8", ""),
        ((Guard.unknown("ip", "no range"),), "client addresses unknown (no range)", ""),
        ((Guard("csrf", SameOrigin()),), "anybody", "csrf"),
        ((Guard.unknown("csrf", "a"),), "anybody", "unknown: csrf"),
        ((Guard.unknown("csrf", "a"), Guard.unknown("ip", "a"), Guard.unknown("jwt", "a")), "not known (a)", "unknown: csrf"),
        ((Guard("authorization", Authorization((Way(sources=Sources.of("10.0.0.0/8")),))), Guard("ip", Sources.of("10.0.0.0/8"))), "only from 10.0.0.0/8", ""),
        ((Guard("ip", ANYWHERE), Guard("rate-limit", (CountedLimit(1, "hour", (), "shared"),))), "anybody", "rate-limit"),
    ],
)  # fmt: skip
def test_words(guards: tuple[Guard, ...], passing: str, bounding: str) -> None:
    assert words(*guards) == (passing, bounding)


KEY, CANARY = Condition("header", "X-Api-Key", Equals("hunter2")), Condition("query", "v", Equals("2"))
PATTERN = Condition("header", "authorization", Matches("Bearer .+"))
HIDDEN = "(sha256 f52f…)"


def test_a_key_that_a_route_asks_for_is_a_digest() -> None:
    assert condition_words(Conditions.of(KEY)) == f"header x-api-key: {HIDDEN}"
    assert condition_words(Conditions.of(KEY.negate())) == f"not header x-api-key: {HIDDEN}"
    assert condition_words(Conditions.of(PATTERN, CANARY)) == "header authorization matching Bearer .+ and query parameter v: 2"
    assert condition_words(Conditions.of(Condition("header", "x-api-key", Present()))) == "some header x-api-key"


def test_a_witness_shows_no_key_and_stays_a_request() -> None:
    request = Request("a.example.com", headers=(("x-api-key", "hunter2"), ("authorization", "Bearer x")), query=(("v", "2"),))
    told = request_told(request, [Match(conditions=Conditions.of(KEY, PATTERN, CANARY))])
    assert told.headers == (("x-api-key", HIDDEN), ("authorization", "Bearer x"))
    assert told.query == request.query
    assert request_told(request, [Match(conditions=Conditions.of(PATTERN, CANARY))]) is request


@pytest.mark.parametrize(("open_", "state"), [(("a.example.com",), "not-enforced"), ((), "enforced")])
def test_an_extension_that_only_fails_open_is_told_as_not_enforced(open_: tuple[str, ...], state: str) -> None:
    assert state_of(Guard("extension", Extensions(("a.example.com",), open_))) == state
