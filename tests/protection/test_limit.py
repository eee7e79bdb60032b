"""When one rate limit keeps another, and limits without those that say nothing."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.protection.limit import SECONDS, RateLimit, normal_limits
from tests.properties import strategies as draw
from tests.properties.budget import examples

BASE = RateLimit(100, "minute", "client-ip", "replica", "GET")


def limit(**changes):
    return RateLimit(**{"requests": 100, "unit": "minute", "by": "client-ip", "scope": "replica", "method": "GET", **changes})


@pytest.mark.parametrize(
    "other",
    [limit(), limit(requests=99), limit(by="everyone"), limit(scope="shared"), limit(method=""), limit(unit="hour"), limit(unit="day", requests=1)],
)
def test_tighter(other):
    assert other.tightens(BASE)


@pytest.mark.parametrize(
    "other",
    [limit(requests=101), limit(method="POST"), limit(unit="second"), limit(unit="second", requests=2), limit(unit="hour", requests=101)],
)
def test_not_tighter(other):
    assert not other.tightens(BASE)


@pytest.mark.parametrize("changes", [{"by": "everyone"}, {"scope": "shared"}, {"method": ""}])
def test_the_narrower_count_does_not_keep_the_wider(changes):
    assert not BASE.tightens(limit(**changes))


def served(limit, arrivals):
    """How many of these arrivals (second, client, method) pass a bucket that holds ``requests`` and is full again after ``unit``."""
    rate = limit.requests / SECONDS[limit.unit]
    buckets, passed = {}, []
    for second, client, method in arrivals:
        if limit.method and method != limit.method:
            passed.append(True)
            continue
        key = client if limit.by == "client-ip" else ""
        tokens, last = buckets.get(key, (float(limit.requests), second))
        tokens = min(float(limit.requests), tokens + (second - last) * rate)
        passed.append(tokens >= 1)
        buckets[key] = (tokens - 1 if tokens >= 1 else tokens, second)
    return passed


one = st.builds(RateLimit, st.integers(1, 4), draw.some(["second", "minute"]), draw.some(["client-ip", "everyone"]), st.just("replica"), draw.some(["", "GET"]))


@examples(60)
@given(one, one, st.integers(0, 10**6))
def test_whoever_keeps_the_tighter_limit_keeps_the_other(left, right, seed):
    """Traffic that passes the tighter limit whole is never stopped by the other."""
    if not left.tightens(right):
        return
    chance = random.Random(seed)
    second, arrivals = 0.0, []
    for _ in range(80):
        second += chance.choice([0, 0, 0.3, 1, 15, 31])
        arrivals.append((second, chance.choice("ab"), chance.choice(["GET", "POST"])))
    kept = [arrival for arrival, passes in zip(arrivals, served(left, arrivals), strict=True) if passes]
    assert all(served(right, kept))


@given(draw.limits("replica"))
def test_the_normal_form_keeps_what_every_limit_asked(limits):
    normal = normal_limits(limits)
    assert normal == normal_limits(normal) == normal_limits(tuple(reversed(limits)))
    assert set(normal) <= set(limits)
    for asked in limits:
        assert any(one.tightens(asked) for one in normal)
    for one in normal:
        assert not any(other.tightens(one) for other in normal if other != one)
