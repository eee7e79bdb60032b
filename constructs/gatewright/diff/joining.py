"""Pods that come to stand behind a Service, or leave it, though neither route nor Service changed: their labels did, or addresses were written.

A workload that is new is another version of what the Service is for, as a canary is; one that was there before was something else.
"""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.diff.row import Change, Row
from gatewright.diff.words import listed
from gatewright.manifest.identity import ObjectId
from gatewright.reach.outcome import Forwarded
from gatewright.reach.pods import Pods, Service
from gatewright.reach.reach import Reach


def joining(before: Reach, after: Reach) -> Iterator[Row]:
    """A row for each Service that requests are sent to on both sides."""
    old, new = (Pods.of(reach.topology.world) for reach in (before, after))
    for identity in sorted(_served(before) & _served(after)):
        was, now = old.service(identity), new.service(identity)
        if was is None or now is None or was.selector != now.selector:
            continue  # another selector is another backend, which its entries say
        mine, theirs = _behind(old, was, new), _behind(new, now, old)
        if came := sorted(theirs - mine):
            yield _row("reachable", identity, came, "stands behind it now")
        if left := sorted(mine - theirs):
            yield _row("unreachable", identity, left, "stands behind it no longer")


def _served(reach: Reach) -> set[ObjectId]:
    each = (entry.outcome.backends for entry in reach.entries() if isinstance(entry.outcome, Forwarded))
    return {one.id for backends in each for one in backends if one.weight and not one.problem}


def _behind(pods: Pods, service: Service, other: Pods) -> set[tuple[str, ObjectId]]:
    """What stands behind it, in words: workloads that are on the other side as well, and addresses that somebody wrote."""
    workloads = {(str(one.id), one.id) for one in pods.workloads(service) if other.holds(one.id)}
    return workloads | {(f"address {one}", service.id) for one in (pods.written(service.id) if service.selector else ())}


def _row(change: Change, service: ObjectId, moved: list[tuple[str, ObjectId]], how: str) -> Row:
    names = listed(name for name, _ in moved)
    told = ("does not stand behind it", how) if change == "reachable" else ("stands behind it", how)
    before, after = (f"{names} {words}" for words in told)
    written = names.startswith("address ")
    reason = f"{names} {'is' if change == 'reachable' else 'is no longer'} {'written for' if written else 'selected by'} {service}"
    objects = tuple(dict.fromkeys((*(one for _, one in moved), service)))
    who = f"whoever reaches {service}"
    return Row(change, "any", 0, "*", "any", "any", who, before, after, reason, None, objects, str(service))
