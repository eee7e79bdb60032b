"""Everything that a target cannot enforce of one intent, and which other targets could."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import attrs

from gatewright.cluster.cluster import Cluster
from gatewright.errors import Refusal
from gatewright.gateways.capability import refusals
from gatewright.gateways.registry import every_target
from gatewright.intent.gateway import SecureGateway
from gatewright.intent.route import ProtectedRoute
from gatewright.protection.client import Forgeable
from gatewright.protection.feature import rests_on_address, used
from gatewright.protection.lowered import LoweredRoute
from gatewright.protection.words import RELAXED_BY, WORDS, words
from gatewright.synth.place import Placed, enforces, target_of


def refuse(placed: Placed, client: object, cluster: Cluster) -> Iterator[Refusal]:
    """One refusal a feature. ``client`` is how addresses are learned where the intent goes."""
    target, lowered = placed.target, placed.lowered
    label = _label(placed)
    for one in refusals(label, used(lowered), target.title, target.rows(), target.settings):
        yield attrs.evolve(one, could=_could(one.feature, target.title), title=words(one.feature), relax=RELAXED_BY.get(one.feature, ""))
    for feature, reason in target.cannot(lowered):
        yield Refusal(label, feature, target.title, reason, "", "less of it, or several routes", (), WORDS.get(feature, ""))
    if isinstance(lowered, LoweredRoute):
        if isinstance(client, Forgeable) and rests_on_address(lowered.policy):
            yield Refusal(label, "a rule on the client's address", target.title, client.reason, "", "an exposure that knows clients' addresses", ())
        yield from _browser(placed, lowered, label)
        yield from _behind(placed, lowered, cluster)


def _browser(placed: Placed, route: LoweredRoute, label: str) -> Iterator[Refusal]:
    intent = placed.intent
    if not (route.browser and isinstance(intent, ProtectedRoute) and isinstance(intent.gateway, SecureGateway)):
        return
    for listener in intent.listeners():
        if not listener.browser:
            yield Refusal(label, "browser headers where the application set none", placed.target.title, "it adds them for a whole listener only",
                          placed.target.rows()["listener.browser"].source, f'browser=True on listener "{listener.name}"', ())  # fmt: skip


def _behind(placed: Placed, route: LoweredRoute, cluster: Cluster) -> Iterator[Refusal]:
    """What the route's own target cannot enforce of its backends, where another target of the cluster can and so the backends are not refused."""
    target = placed.target
    for backend in route.backends:
        if not enforces(target, backend) and enforces(target_of(backend, cluster), backend):
            label = f"{_label(placed)}, for {backend.intent} in {backend.namespace}"
            for one in refusals(label, used(backend), target.title, target.rows(), target.settings):
                yield attrs.evolve(one, could=_could(one.feature, target.title), title=words(one.feature), relax=RELAXED_BY.get(one.feature, ""))
            for feature, reason in target.cannot(backend):
                yield Refusal(label, feature, target.title, reason, "", "less of it", (), WORDS.get(feature, ""))


def _label(placed: Placed) -> str:
    return f"{placed.intent.label} in {placed.intent.namespace}"


@cache
def _could(feature: str, but: str) -> tuple[str, ...]:
    """The other targets that enforce it as they are, without a setting of their operator."""
    rows = ((target, target.rows()[feature]) for target in every_target() if target.title != but)
    return tuple(target.title for target, row in rows if row.verdict != "refused" and (not row.needs or row.needs in target.settings))
