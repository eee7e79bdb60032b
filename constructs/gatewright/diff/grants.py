"""Who may refer across namespaces to what: ReferenceGrants of both sides (Gateway API, ReferenceGrant ``from`` and ``to``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import attrs

from gatewright.diff.row import Row
from gatewright.diff.words import listed
from gatewright.manifest.identity import ObjectId
from gatewright.reach.reach import Reach


@attrs.frozen(order=True)
class _Leave:
    """That objects of one kind and namespace may refer to those of another; an empty name is any."""

    kind: str
    group: str
    namespace: str
    to: ObjectId


def grants(before: Reach, after: Reach) -> Iterator[Row]:
    """A row for each leave that only one side gives, whether or not somebody takes it."""
    old, new = _leaves(before), _leaves(after)
    for leave in sorted({*old, *new}):
        was, now = _covered(leave, old), _covered(leave, new)
        if was and now:
            continue
        objects = tuple(dict.fromkeys([*old.get(leave, ()), *new.get(leave, ())]))
        who, to = f"{leave.kind}s of namespace {leave.namespace}", _target(leave)
        given = ", ".join(map(str, objects))
        reason = f"{given} lets {who} send requests to {to}" if leave.to.kind == "Service" else f"{given} lets {who} refer to {to}"
        yield Row(
            "stronger" if was else "weaker",
            "any",
            0,
            "any",
            "any",
            "any",
            who,
            f"may refer to {_allowed(leave, old)}",
            f"may refer to {_allowed(leave, new)}",
            reason if now else f"no grant lets {who} refer to {to} any more",
            None,
            objects,
            f"{leave.to.kind}s of namespace {leave.to.namespace}",
        )


def _target(leave: _Leave) -> str:
    return (
        f"{leave.to.kind} {leave.to.namespace}/{leave.to.name}"
        if leave.to.name
        else f"any {leave.to.kind} of namespace {leave.to.namespace}"
    )


def _allowed(asked: _Leave, leaves: Mapping[_Leave, object]) -> str:
    """All that a side lets the same objects refer to, of the kind and namespace that is asked for."""
    any_ = attrs.evolve(asked, to=attrs.evolve(asked.to, name=""))
    if any_ in leaves:
        return _target(any_)
    same = [one for one in sorted(leaves) if attrs.evolve(one, to=attrs.evolve(one.to, name="")) == any_]
    return listed(map(_target, same)) or f"no {asked.to.kind} there"


def _covered(leave: _Leave, leaves: Mapping[_Leave, object]) -> bool:
    return leave in leaves or attrs.evolve(leave, to=attrs.evolve(leave.to, name="")) in leaves


def _leaves(reach: Reach) -> dict[_Leave, list[ObjectId]]:
    """``spec.from`` times ``spec.to`` of every ReferenceGrant."""
    found: defaultdict[_Leave, list[ObjectId]] = defaultdict(list)
    for item in reach.topology.world.of_kind("gateway.networking.k8s.io", "ReferenceGrant"):
        spec = item.manifest.get("spec")
        for one in _maps(spec, "from"):
            for to in _maps(spec, "to"):
                target = ObjectId(str(to.get("group", "")), str(to.get("kind", "")), item.id.namespace, str(to.get("name") or ""))
                found[_Leave(str(one.get("kind", "")), str(one.get("group", "")), str(one.get("namespace", "")), target)].append(item.id)
    return found


def _maps(holder: object, key: str) -> list[Mapping[str, object]]:
    values = holder.get(key) if isinstance(holder, Mapping) else None
    return [one for one in values if isinstance(one, Mapping)] if isinstance(values, list) else []
