"""Many worlds in one run of the translator: it takes seconds to start, and Gateways in namespaces of their own know nothing of each other."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.servers.egctl import Egctl, Rejected
from tests.servers.reach.worlds import CLASS, World
from tests.servers.surroundings import CONTROLLER
from tests.servers.xds import Dump

BATCH = 25
GATEWAY_CLASS: dict[str, Any] = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "GatewayClass",
    "metadata": {"name": CLASS},
    "spec": {"controllerName": CONTROLLER},
}


def translate(egctl: Egctl, worlds: Sequence[World]) -> tuple[dict[str, Dump], dict[str, str]]:
    """Envoy's configuration by Gateway, and by world why the translator gave none (a panic, a message)."""
    batches = [worlds[start : start + BATCH] for start in range(0, len(worlds), BATCH)]
    dumps: dict[str, Dump] = {}
    failed: dict[str, str] = {}
    with ThreadPoolExecutor(2) as pool:
        for some, lost in pool.map(lambda batch: _batch(egctl, batch), batches):
            dumps |= some
            failed |= lost
    return dumps, failed


def _batch(egctl: Egctl, worlds: Sequence[World]) -> tuple[dict[str, Dump], dict[str, str]]:
    """One that it cannot translate takes the others of the run with it, so halves are tried until it is found."""
    try:
        found = egctl.as_they_are([GATEWAY_CLASS, *(one for world in worlds for one in world.objects)])
    except Rejected as problem:
        if len(worlds) == 1:
            return {}, {worlds[0].name: str(problem)}
        middle = len(worlds) // 2
        halves = [_batch(egctl, part) for part in (worlds[:middle], worlds[middle:])]
        return {**halves[0][0], **halves[1][0]}, {**halves[0][1], **halves[1][1]}
    return {name: Dump(one) for name, one in found.items()}, {}
