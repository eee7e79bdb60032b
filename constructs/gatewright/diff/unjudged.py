"""What a comparison leaves out, said aloud: what could not be judged, and what has stopped to have an effect."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from gatewright.gateways.effect import Alike
from gatewright.manifest.identity import ObjectId
from gatewright.protection.unknown import Unknown
from gatewright.reach.reach import Reach


def not_judged(before: Reach, after: Reach) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What bears on the comparison, and notes on what does not: the same words on both sides, about no object that changed."""
    old, new = dict.fromkeys(before.unjudged), dict.fromkeys(after.unjudged)
    if not old and not new:
        return (), ()
    changed = [str(one) for one in _changed(before, after)]
    bearing: list[str] = []
    notes: list[str] = []
    for text in {**old, **new}:
        if text in old and text in new and not any(one in text for one in changed):
            notes.append(f"not judged on either side, and not changed: {text}")
        elif text in old and text in new:
            bearing.append(text)
        else:
            bearing.append(f"{text} ({'before' if text in old else 'after'} the change)")
    return tuple(bearing), tuple(notes)


def unread(before: Reach, after: Reach, told: Iterable[ObjectId]) -> Iterator[str]:
    """Objects whose words could not be read on either side and are not the same on both: what they changed to is as unknown as what they were.

    ``told``: those of which a row says so already. Where an object holds is no part of its words: a route with another name is the same route.
    """
    for one, reason in unreadable(before, after).items():
        if one not in told:
            yield f"{one} changed, and cannot be read: {reason}"


def unreadable(before: Reach, after: Reach) -> dict[ObjectId, str]:
    """Those objects, and why they cannot be read."""
    sides = [_unknown(reach) for reach in (before, after)]
    words = {_words(before, one) for one in sides[0]}
    return {one: reason for one, reason in sides[1].items() if _words(after, one) not in words} if words else {}


def _unknown(reach: Reach) -> dict[ObjectId, str]:
    """What states a guard that is unknown, and why it is."""
    found: dict[ObjectId, str] = {}
    unread: dict[Alike, bool] = {}
    for entry in reach.entries():
        alike = entry.said.alike
        if alike not in unread:
            unread[alike] = any(one.at is not None and isinstance(one.value, Unknown) for one in alike.guards)
        for guard in entry.guards if unread[alike] else ():
            if guard.at is not None and isinstance(guard.value, Unknown):
                found.setdefault(guard.at.object, guard.value.reason)
    return found


_NAMING = frozenset({"apiVersion", "kind", "metadata", "status"})


def _words(reach: Reach, one: ObjectId) -> str:
    """All that an object says but its name; of one that is not among the manifests that is all there is."""
    loaded = reach.topology.world.get(one)
    if loaded is None:
        return json.dumps([one.group, one.kind, one.namespace, one.name])
    stated: dict[str, object] = {str(key): value for key, value in loaded.manifest.items() if key not in _NAMING}
    spec = stated.get("spec")
    if isinstance(spec, Mapping):
        stated["spec"] = {str(key): value for key, value in spec.items() if not str(key).startswith("target")}
    return json.dumps([one.kind, one.namespace, stated], sort_keys=True, default=str)


def _changed(before: Reach, after: Reach) -> Iterator[ObjectId]:
    """Objects that are not the same on both sides."""
    old, new = ({item.id: item.manifest for item in reach.topology.world} for reach in (before, after))
    for identity in {**old, **new}:
        if old.get(identity) != new.get(identity):
            yield identity


def gone_idle(before: Reach, after: Reach) -> Iterator[str]:
    """Objects that do nothing after the change, and did something or did not exist before it."""
    known = {(one.object, one.reason) for one in before.ignored}
    for one in after.ignored:
        if (one.object, one.reason) not in known:
            yield f"{one.object} {'may do' if one.undecided else 'does'} nothing: {one.reason}"
    leads = {(one.route.id, one.parent.to, one.parent.section, one.reason) for one in before.detached}
    for lead in after.detached:
        if (lead.route.id, lead.parent.to, lead.parent.section, lead.reason) not in leads:
            yield f"{lead.route.id} {'may not attach' if lead.undecided else 'does not attach'} to {lead.parent}: {lead.reason}"
