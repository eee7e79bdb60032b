"""A feature counts as enforced when Envoy Gateway's own translator shows it, and does not when exactly its field is removed."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest

from gatewright import EnvoyGateway
from gatewright.gateways.port import Trace
from gatewright.protection.feature import FEATURES
from tests.servers.case import Case, Seen
from tests.servers.egctl import VERSIONS, Egctl
from tests.servers.features import CASES, OUTSIDE, REFUSED
from tests.servers.programs import Room, relax
from tests.servers.removal import Object, without
from tests.servers.surroundings import open_to_all
from tests.servers.xds import Dump


def test_every_feature_is_accounted_for() -> None:
    witnessed = {case.feature for case in CASES}
    assert not witnessed & set(OUTSIDE)
    assert not set(REFUSED) & (witnessed | set(OUTSIDE))
    assert sorted({*witnessed, *OUTSIDE, *REFUSED}) == sorted(FEATURES)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_not_witnessed_in_a_version_is_refused_there(version: str) -> None:
    rows = EnvoyGateway(version).rows()
    witnessed = {case.feature for case in CASES if version in case.versions}
    assert {name for name in FEATURES if rows[name].verdict == "refused"} == set(FEATURES) - witnessed - set(OUTSIDE)


@attrs.frozen
class Placed:
    """A case in its room, under its name."""

    case: Case
    room: Room
    name: str


def placed(version: str) -> list[Placed]:
    """Every case of a version."""
    common = Room(version)
    found = []
    for number, case in enumerate(CASES):
        if version in case.versions:
            relaxed = {} if case.feature == "listener.deny-floor" else {"relax": [relax("deny-floor")]}  # see lighter
            room = Room(version, f"-{number}", case.listener, relaxed) if case.alone else common
            found.append(Placed(case, room, "orders" if case.alone else f"case-{number}"))
            case.stated(room, found[-1].name)
    return found


def lighter(objects: list[Object], route: str, traces: Sequence[Trace]) -> list[Object]:
    """Without the SecurityPolicy of a route where it enforces nothing of the case: checking one takes the translator a third of a second."""
    if any(trace.object.kind == "SecurityPolicy" for trace in traces if trace.object):
        return objects
    return [one for one in objects if (one["kind"], one["metadata"]["name"]) != ("SecurityPolicy", route)]


def manifests(cases: Sequence[Placed], *, reduced: bool) -> list[Object]:
    """Of all cases at once; ``reduced``: each without its protection."""
    found: list[Object] = []
    for room in dict.fromkeys(one.room for one in cases):
        mine = [one for one in cases if one.room is room]
        compiled = room.compiled(mine[0].case.exposure, mine[0].case.target)
        objects: list[Object] = [*compiled.objects, *(more for one in mine for more in one.case.more(room, one.name))]
        for one in mine:
            traces = [trace for trace in compiled.traces if trace.object and trace.protection == one.case.feature]
            if not one.case.alone:
                traces = [trace for trace in traces if f'"{one.name}' in trace.intent]
                objects = lighter(objects, one.name, traces)
            assert traces, f"nothing is said to enforce {one.case.label}"
            if reduced:
                objects = without(objects, traces, one.case.removal)
        found += objects if mine[0].case.selectors else open_to_all(objects)
    return found


@pytest.fixture(scope="session")
def pairs(egctl: Egctl) -> dict[str, tuple[Seen, Seen]]:
    """Every case as it is and without its protection, in as few runs of the translator as can be, two side by side."""
    cases = placed(egctl.version)
    batches = [(cases, False), ([one for one in cases if not one.case.single], True), *(([one], True) for one in cases if one.case.single)]
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda batch: egctl.xds(manifests(batch[0], reduced=batch[1]), selectors=True), batches))
    complete = {name: Dump(dump) for name, dump in runs[0].items()}
    reduced = {name: Dump(dump) for run in reversed(runs[1:]) for name, dump in run.items()}
    return {
        one.case.label: (Seen(complete[gateway], one.room, one.name), Seen(reduced[gateway], one.room, one.name))
        for one in cases
        for gateway in [f"{one.room.infra}/edge"]
    }


@pytest.mark.servers
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_a_protection_is_seen_and_missed(case: Case, egctl: Egctl, pairs: dict[str, tuple[Seen, Seen]]) -> None:
    if egctl.version not in case.versions:
        assert EnvoyGateway(egctl.version).rows()[case.feature].verdict == "refused"
        return
    seen, missed = pairs[case.label]
    assert not any(route.broken for route in seen.dump.routes)
    assert case.sees(seen)
    assert case.broken or not any(route.broken for route in missed.routes()), "without the field nothing is served, which shows nothing"
    assert not _still(case, missed)


def _still(case: Case, missed: Seen) -> bool:
    try:
        return case.sees(missed)
    except (KeyError, ValueError):  # the listener or route that carried it is gone
        return False
