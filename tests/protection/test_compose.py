"""Own statements replace defaults, defaults replace the baseline, and the floor holds whatever any of them says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.match import ANYWHERE, NOWHERE, Sources
from gatewright.protection.authorization import Authorization, Way
from gatewright.protection.compose import Composed, Layer, compose
from gatewright.protection.limit import RateLimit
from gatewright.protection.lowered import Origin
from gatewright.protection.order import weaknesses
from gatewright.protection.policy import Policy
from gatewright.protection.traffic import FIELDS, Timeouts
from tests.properties import strategies as draw

INSIDE, OFFICE, WORLD = Sources.of("10.0.0.0/8"), Sources.of("10.1.0.0/16"), ANYWHERE
EACH = RateLimit(100, "minute", "client-ip", "replica")
ALL = RateLimit(5_000, "hour", "everyone", "replica")
SLOW = RateLimit(10, "minute", "client-ip", "replica")


def layer(source="stated", **said):
    return Layer(source, **said)


NOTHING = layer()
DEFAULTS = layer("gateway default", sources=OFFICE, limits=(SLOW,), body=10, timeouts=Timeouts(1, 2, 3, 4))
BASELINE = layer("2026.1", body=99, timeouts=Timeouts(90, 91, 92, 93))


def test_nothing_is_said():
    assert compose(NOTHING, NOTHING, NOTHING) == Composed(ANYWHERE, (), None, Timeouts(), ())


def test_replace_the_default_by_what_is_stated():
    own = layer(sources=INSIDE, limits=(EACH,), body=1_000, timeouts=Timeouts(request=100))
    composed = compose(own, DEFAULTS, NOTHING, BASELINE)
    assert (composed.sources, composed.limits, composed.body, composed.timeouts) == (INSIDE, (EACH,), 1_000, Timeouts(100, 2, 3, 4))
    origins = {origin.dimension: origin.source for origin in composed.origins}
    assert origins == {
        "addresses": "stated", "body": "stated", "limits": "stated", "timeouts.request": "stated", "timeouts.backend": "gateway default",
        "timeouts.idle": "gateway default", "timeouts.connect": "gateway default",
    }  # fmt: skip


def test_replace_the_baseline_by_the_default():
    assert compose(NOTHING, DEFAULTS, NOTHING, BASELINE).body == 10
    assert compose(NOTHING, layer("gateway default"), NOTHING, BASELINE).body == 99
    assert compose(NOTHING, layer("gateway default"), NOTHING, BASELINE).origins[0] == Origin("body", "2026.1")


def test_tighten_by_the_floor():
    own = layer(sources=Sources.of("10.1.0.0/16", "192.0.2.0/24"), body=1_000, timeouts=Timeouts(request=100, idle=5))
    floor = layer("gateway floor", sources=INSIDE, body=500, timeouts=Timeouts(request=200, idle=1, connect=7))
    composed = compose(own, NOTHING, floor)
    assert (composed.sources, composed.body, composed.timeouts) == (OFFICE, 500, Timeouts(request=100, idle=1, connect=7))
    assert composed.origins == (
        Origin("addresses", "gateway floor"), Origin("body", "gateway floor"), Origin("timeouts.request", "stated"),
        Origin("timeouts.idle", "gateway floor"), Origin("timeouts.connect", "gateway floor"),
    )  # fmt: skip


def test_add_the_limits_of_the_floor():
    composed = compose(layer(limits=(EACH,)), DEFAULTS, layer("gateway floor", limits=(ALL,)))
    assert composed.limits == (EACH, ALL)
    assert composed.origins[-2:] == (Origin("limits", "stated"), Origin("limits", "gateway floor"))


def test_a_limit_that_another_implies_says_nothing():
    assert compose(layer(limits=(SLOW,)), NOTHING, layer("gateway floor", limits=(EACH,))).limits == (SLOW,)
    assert compose(layer(limits=(EACH,)), NOTHING, layer("gateway floor", limits=(SLOW,))).limits == (SLOW,)


def test_nobody_is_left():
    assert compose(layer(sources=Sources.of("192.0.2.0/24")), NOTHING, layer("gateway floor", sources=INSIDE)).sources == NOWHERE


layers = st.builds(
    Layer, st.just("somewhere"), st.none() | draw.sources, draw.limits("replica"), draw.bodies, draw.timeouts
)  # fmt: skip


def policy(sources, limits, body, timeouts):
    return Policy(authorization=Authorization((Way(sources=sources),)), limits=limits, body=body, timeouts=timeouts)


def of(layer):
    return policy(ANYWHERE if layer.sources is None else layer.sources, layer.limits, layer.body, layer.timeouts)


@given(layers, layers, layers, layers)
def test_the_floor_is_never_weakened(own, defaults, floor, baseline):
    composed = compose(own, defaults, floor, baseline)
    settled = policy(composed.sources, composed.limits, composed.body, composed.timeouts)
    assert weaknesses(settled, of(floor)) == ()
    assert weaknesses(settled, of(own)) == ()  # nor is what the route itself says


@given(layers, layers, layers)
def test_without_a_floor_the_nearest_stands_alone(own, defaults, baseline):
    composed = compose(own, defaults, NOTHING, baseline)
    for name in ("sources", "body"):
        said = [getattr(one, name) for one in (own, defaults, baseline) if getattr(one, name) is not None]
        assert getattr(composed, name) == (said[0] if said else {"sources": ANYWHERE, "body": None}[name])
    for name in FIELDS:
        said = [value for one in (own, defaults, baseline) if (value := getattr(one.timeouts, name)) is not None]
        nearest = said[0] if said else None
        if name == "backend" and nearest is not None and composed.timeouts.request is not None:
            nearest = min(nearest, composed.timeouts.request)  # no attempt outlasts the whole exchange
        assert getattr(composed.timeouts, name) == nearest


@given(layers, layers, layers)
def test_origins_name_each_dimension_that_is_settled(own, defaults, floor):
    composed = compose(own, defaults, floor)
    named = {origin.dimension for origin in composed.origins}
    settled = {f"timeouts.{name}" for name in FIELDS if getattr(composed.timeouts, name) is not None}
    settled |= {"body"} if composed.body is not None else set()
    settled |= {"limits"} if composed.limits else set()
    assert named - {"addresses"} == settled


@pytest.mark.parametrize("name", FIELDS)
def test_every_timeout_is_tightened(name):
    tight, loose = layer("floor", timeouts=Timeouts(**{name: 1})), layer(timeouts=Timeouts(**{name: 2}))
    assert getattr(compose(loose, NOTHING, tight).timeouts, name) == 1
    assert getattr(compose(tight, NOTHING, loose).timeouts, name) == 1


@pytest.mark.parametrize(("own", "floor", "source"), [
    (Timeouts(request=10), Timeouts(), "stated"),
    (Timeouts(backend=60), Timeouts(request=10), "floor"),
    (Timeouts(), Timeouts(request=10), "floor"),
])  # fmt: skip
def test_no_attempt_outlasts_the_whole_exchange(own, floor, source):
    """The CRD refuses a backendRequest beyond request, wherever the two bounds come from."""
    composed = compose(Layer("stated", timeouts=own), Layer("default"), Layer("floor", timeouts=floor), Layer("baseline", timeouts=Timeouts(30, 30)))
    assert (composed.timeouts.request, composed.timeouts.backend) == (10, 10)
    assert Origin("timeouts.backend", source) in composed.origins
