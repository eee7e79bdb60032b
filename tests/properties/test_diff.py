"""Laws of the comparison, held against a matcher that shares no code with it: what it calls narrowed opens nothing, and nothing opens unseen."""

from __future__ import annotations

import copy
import itertools
import random
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from gatewright.diff.diff import diff
from gatewright.diff.row import Diff, Row
from gatewright.gateways.registry import load
from gatewright.manifest.yaml_read import Loaded
from gatewright.match import Request
from gatewright.reach.assembly import reach_of
from gatewright.reach.reach import Reach
from gatewright.world.world import World
from tests.properties import brute, worlds
from tests.properties.brute import Ask, Brute, Flavour

TARGETS = {"standard": ("gateway-api", "1.5"), "envoy": ("envoy-gateway", "1.9")}
COMPLETE = ["*.gateway.networking.k8s.io", "*.gateway.envoyproxy.io", "Service"]
FLAVOURS: tuple[Flavour, ...] = ("standard", "envoy")


def reached(objects: list[worlds.Object], flavour: Flavour, files: list[str] | None = None) -> Reach:
    """The reach of manifests that lie in one file, or in the files named."""
    name, version = TARGETS[flavour]
    places = files or ["all.yaml"] * len(objects)
    loaded = [Loaded(one, place, number + 1) for number, (one, place) in enumerate(zip(objects, places, strict=True))]
    return reach_of(World.of(loaded, COMPLETE), {"eg": load(name).at(version)})


def compared(before: list[worlds.Object], after: list[worlds.Object], flavour: Flavour) -> Diff:
    return diff(reached(before, flavour), reached(after, flavour))


def alphabet(data: Any, flavour: Flavour) -> list[Ask]:
    """Every eleventh request, another eleven each time; without tokens, which are tried one after the other."""
    asked = list(brute.every(brute.ENTRANCES[:3], brute.SOURCES if flavour == "envoy" else brute.SOURCES[:1], [None]))
    step = 11 if flavour == "envoy" else 5
    return asked[data.draw(st.integers(0, step - 1)) :: step]


def holding(result: Diff, ask: Ask) -> list[Row]:
    """The rows that hold a request."""
    request = Request(ask.host, ask.path, ask.method, (("env", ask.env),) if ask.env else (), (), ask.source)
    return [
        row
        for row in result.rows
        if row.witness is not None
        and not row.name
        and (row.scheme, row.port) == (ask.scheme, ask.port)
        and any(one.contains(request) for one in row.region)
    ]


def sides(before: list[worlds.Object], after: list[worlds.Object], flavour: Flavour) -> tuple[Brute, Brute]:
    return Brute(before, flavour), Brute(after, flavour)


def forwarded(fates: frozenset[brute.Fate]) -> bool | None:
    """None: it is open."""
    each = {fate.what == "forward" for fate in fates}
    return each.pop() if len(each) == 1 else None


@pytest.mark.parametrize("flavour", FLAVOURS)
@given(st.data())
def test_every_change_that_is_seen_from_outside_has_its_row_and_no_row_is_made_up(flavour: Flavour, data: Any) -> None:
    before, after = data.draw(worlds.changes(envoy=flavour == "envoy"))
    result = compared(before, after, flavour)
    old, new = sides(before, after, flavour)
    for ask in alphabet(data, flavour):
        rows = {row.change for row in holding(result, ask)}
        same, widened, narrowed = True, False, False
        for token in brute.TOKENS[:2] if flavour == "envoy" else (None,):
            one, other = old.fates(ask._replace(token=token)), new.fates(ask._replace(token=token))
            if forwarded(one) is False and forwarded(other) is True:
                widened = True
            elif forwarded(one) is True and forwarded(other) is False:
                narrowed = True
            elif forwarded(one) is True and forwarded(other) is True and len(one) == len(other) == 1:
                widened |= any(fate.to - min(one).to for fate in other)
            same &= one == other
        note(f"{ask}: {rows}, widened {widened}, narrowed {narrowed}")
        if widened:
            assert rows & {"reachable", "weaker", "sideways", "undecided"}, ask
            assert not rows & {"unreachable", "stronger"}, ask
        if narrowed:
            assert rows, ask
        if same:
            assert not rows, ask


@pytest.mark.parametrize("flavour", FLAVOURS)
@given(st.data())
def test_every_witness_is_in_its_row_and_really_has_another_fate(flavour: Flavour, data: Any) -> None:
    before, after = data.draw(worlds.changes(envoy=flavour == "envoy"))
    old, new = sides(before, after, flavour)
    for row in compared(before, after, flavour).rows:
        if row.witness is None or not row.region or row.name:
            continue
        assert any(one.contains(row.witness) for one in row.region)
        shown = row.witness
        ask = Ask(row.scheme, row.port, shown.host, shown.path, shown.method, shown.header("env"), shown.source, None)
        fates = [(old.fates(ask._replace(token=token)), new.fates(ask._replace(token=token))) for token in brute.TOKENS]
        assert any(one != other or len(one) > 1 for one, other in fates), row


@pytest.mark.parametrize("flavour", FLAVOURS)
@given(st.data())
def test_rows_are_disjoint(flavour: Flavour, data: Any) -> None:
    result = compared(*data.draw(worlds.changes(envoy=flavour == "envoy")), flavour)
    for ask in alphabet(data, flavour):
        assert len(holding(result, ask)) <= 1


@pytest.mark.parametrize("flavour", FLAVOURS)
@given(st.data())
def test_nothing_changes_by_itself_nor_by_how_it_is_written(flavour: Flavour, data: Any) -> None:
    objects = data.draw(worlds.worlds(envoy=flavour == "envoy"))
    plain = reached(objects, flavour)
    assert diff(plain, plain).rows == ()
    shuffled = copy.deepcopy(objects)
    random.Random(data.draw(st.integers(0, 9))).shuffle(shuffled)
    assert diff(plain, reached(shuffled, flavour, [f"{number}.yaml" for number in range(len(shuffled))])).rows == ()


@pytest.mark.parametrize("flavour", FLAVOURS)
@given(st.data())
def test_a_route_split_into_a_route_a_rule_changes_nothing_where_the_order_stays_known(flavour: Flavour, data: Any) -> None:
    objects = data.draw(worlds.worlds(envoy=False))
    split: list[worlds.Object] = []
    for number, one in enumerate(objects):
        if one["kind"] != "HTTPRoute":
            split.append(one)
            continue
        for place, rule in enumerate(one["spec"]["rules"]):
            # Age keeps the order that rules of one route have.
            metadata = {
                **one["metadata"],
                "name": f"{one['metadata']['name']}-{place}",
                "creationTimestamp": f"2026-01-{number + 1:02}T00:00:{place:02}Z",
            }
            split.append({**one, "metadata": metadata, "spec": {**one["spec"], "rules": [rule]}})
        one["metadata"]["creationTimestamp"] = f"2026-01-{number + 1:02}T00:00:00Z"
    rows = compared(objects, split, flavour).rows
    assert all(row.change == "undecided" and "regular expression" in row.reason for row in rows)


@given(st.data())
def test_there_and_back_again(data: Any) -> None:
    before, after = data.draw(worlds.changes())
    there, back = compared(before, after, "envoy"), compared(after, before, "envoy")
    for ask in alphabet(data, "envoy"):
        assert len(holding(there, ask)) == len(holding(back, ask))
    opposite = {"reachable": {"unreachable", "reachable", "sideways"}, "unreachable": {"reachable"}, "weaker": {"stronger", "sideways"}}
    for row, other in itertools.product(there.rows, back.rows):
        same = (row.scheme, row.port, row.name) == (other.scheme, other.port, other.name) and row.region == other.region
        if row.region and same and row.change in opposite and other.change != "undecided":
            assert other.change in opposite[row.change], (row, other)
