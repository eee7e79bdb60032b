"""Reach answers as Envoy does with what Envoy Gateway's own translator makes of the same manifests: on worlds drawn at random, and on the estate."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from gatewright import Cluster, EnvoyGateway, compile_intents
from gatewright.estate.program import opened
from tests.servers.egctl import Egctl
from tests.servers.reach.agreeing import Tally, addresses, compare, read
from tests.servers.reach.envoy_table import answer, clashes
from tests.servers.reach.summed import AGREEMENT
from tests.servers.reach.translated import translate
from tests.servers.reach.witnesses import Object, witnesses
from tests.servers.reach.worlds import World, draw
from tests.servers.surroundings import complete, of_gateway
from tests.servers.xds import Dump

pytestmark = pytest.mark.servers

ESTATE = Path(__file__).resolve().parents[3] / "stacks" / "estate.py"
PARTS, EACH = 6, {"1.9": 50, "1.8": 17}
# What may be left open, and by what. Everything is of one age here, or of none.
OPEN = ("of routes of equal rank the older is served",)


@pytest.mark.parametrize("part", range(PARTS))
def test_worlds_drawn_at_random(egctl: Egctl, part: int, record_property: Any) -> None:
    first = part * EACH[egctl.version]
    worlds = [draw(seed, egctl.version) for seed in range(first, first + EACH[egctl.version])]
    dumps, failed = translate(egctl, worlds)
    assert not failed, "what the translator cannot do is told in test_caveats.py and not drawn"
    tally = Tally()
    for world in worlds:
        reach, leads = read(world), addresses(world.objects)
        tally.worlds += 1
        for gateway in world.gateways:
            dump = dumps.get(gateway)
            if dump is None or clashes(dump):
                tally.refused += 1  # Envoy loads none of it, so there is no truth to compare with
                continue
            for request in world.requests:
                compare(tally, world, gateway, reach, leads, request, answer(dump, request))
    record_property(AGREEMENT, tally.row(f"drawn at random, Envoy Gateway {egctl.version}"))
    assert tally.requests >= 10 * len(worlds)
    assert tally.refused <= len(worlds) / 10
    assert [reason for reason in tally.undecided if not reason.startswith(OPEN)] == []
    assert [reason for reason in tally.unknown if "no creationTimestamp says" not in reason] == []
    assert tally.told() == []


def test_the_estate(egctl: Egctl, record_property: Any) -> None:
    with opened(str(ESTATE)) as estate:
        clusters = [cluster for _, cluster in estate.clusters() if _versions(cluster) == {egctl.version}]
        compiled = {cluster.name: compile_intents(estate.intents(cluster), cluster, estate.baseline).checked() for cluster in clusters}
    assert compiled, "no cluster of the estate runs this version"
    tally = Tally()
    for name, one in compiled.items():
        manifests: list[Object] = [dict(each) for each in one.objects]
        reach = read(World(name, tuple(complete(manifests, selectors=True)), (), ()), of_class=False)
        tally.worlds += 1
        for gateway in (each for each in manifests if each["kind"] == "Gateway"):
            mine = of_gateway(manifests, gateway["metadata"]["namespace"], gateway["metadata"]["name"])
            key = f"{gateway['metadata']['namespace']}/{gateway['metadata']['name']}"
            dump, leads = Dump(egctl.xds(mine)[key]), addresses(complete(mine))
            assert not clashes(dump)
            listeners = [{**each, "gateway": gateway["metadata"]["name"]} for each in gateway["spec"]["listeners"]]
            asked = witnesses(random.Random(name), listeners, [each for each in mine if each["kind"] == "HTTPRoute"], 200)
            for request in asked:
                compare(tally, World(name, (), (key,), ()), key, reach, leads, request, answer(dump, request))
    record_property(AGREEMENT, tally.row(f"the estate, Envoy Gateway {egctl.version}"))
    assert tally.requests >= 20
    assert (tally.undecided, tally.unknown) == ({}, {})
    assert tally.told() == []


def _versions(cluster: Cluster) -> set[str]:
    return {exposure.target.version for exposure in cluster.exposures.values() if isinstance(exposure.target, EnvoyGateway)}
