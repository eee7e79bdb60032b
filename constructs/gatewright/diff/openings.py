"""Who may come in later, or beside: namespaces that may attach routes or listeners, grants, whose certificates are shown, who reaches pods.

No request has another fate by these alone, but whoever is let in here can give it one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TypeAlias

import attrs

from gatewright.diff.fences import Labels, asked_for, fences
from gatewright.diff.grants import grants
from gatewright.diff.pairing import addresses
from gatewright.diff.row import Change, Row
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.match import Request
from gatewright.protection.fence import fulfilled, within
from gatewright.reach.address import Address
from gatewright.reach.reach import Reach
from gatewright.standard.topology.listener import Admits, Listener, Served

_OWN = "kubernetes.io/metadata.name"
Needs: TypeAlias = tuple[tuple[str, str, tuple[str, ...]], ...] | None
"""What the labels of a namespace must fulfil; None: no namespace does."""


def openings(before: Reach, after: Reach) -> Iterator[Row]:
    """Rows about who may attach or refer, whether or not somebody does."""
    changed = _namespaces(before, after)
    for old, new in addresses(before.addresses, after.addresses):
        yield from _listeners(old, new)
        yield from _listener_sets(before, after, old, new)
        yield from _relabelled(changed, old, new)
        yield from _sets_relabelled(changed, before, after, old, new)
    yield from grants(before, after)
    yield from fences(before, after, changed)


# Routes on listeners.


def _listeners(old: Address | None, new: Address | None) -> Iterator[Row]:
    """Those of both sides, and those of one that let others than their own namespace in where nothing else of this address does."""
    mine, theirs = _all(old), _all(new)
    address = new or old
    where = address.label if address is not None else ""
    paired = list(_paired(mine, theirs))
    for was, now in paired:
        yield from _listener(was, now, where)
    kept = {id(one) for pair in paired for one in pair}
    for listener in theirs:
        if id(listener) not in kept and _opens(listener) and not any(_includes(other, listener) for other in mine):
            yield _attaching(listener, where, "weaker", "there is no such listener", f"routes of {_routes(listener)} may attach",
                             f"{listener} is new, and takes routes of {_routes(listener)}: they can serve {_hostname(listener)} there")  # fmt: skip
    for listener in mine:
        if id(listener) not in kept and _opens(listener) and not any(_includes(other, listener) for other in theirs):
            yield _attaching(listener, where, "stronger", f"routes of {_routes(listener)} may attach", "there is no such listener",
                             f"{listener} is gone")  # fmt: skip


def _relabelled(changed: Sequence[tuple[str, Labels, Labels]], old: Address | None, new: Address | None) -> Iterator[Row]:
    """Namespaces that a listener asks for by labels, and that have others now: the listener says what it said."""
    for was, now in _paired(_all(old), _all(new)) if changed else ():
        needs = _needs(now.admits, now.owner.namespace)
        if now.admits.origin != "Selector" or not needs or was.admits != now.admits or new is None:
            continue
        for name, before, after in changed:
            sides = [fulfilled(labels, needs) for labels in (before, after)]
            if sides[0] is sides[1]:
                continue
            words = ["may attach" if chosen else "may not attach" for chosen in sides]
            row = _of_listener(
                "weaker" if sides[1] else "stronger",
                now,
                new.label,
                f"routes of namespace {name}",
                words[0],
                words[1],
                asked_for(name, str(now), now=sides[1]),
            )
            yield attrs.evolve(row, objects=(ObjectId("", "Namespace", "", name), *row.objects))


def _namespaces(before: Reach, after: Reach) -> list[tuple[str, Labels, Labels]]:
    """Those that are here on both sides with other labels."""
    old, new = ({one.id.name: _labels(one) for one in reach.topology.world.of_kind("", "Namespace")} for reach in (before, after))
    return [(name, labels, new[name]) for name, labels in sorted(old.items()) if name in new and labels != new[name]]


def _labels(loaded: Loaded) -> Labels:
    metadata = loaded.manifest.get("metadata")
    held = metadata.get("labels") if isinstance(metadata, Mapping) else None
    return {_OWN: loaded.id.name} | ({str(key): str(value) for key, value in held.items()} if isinstance(held, Mapping) else {})


def _all(address: Address | None) -> list[Listener]:
    return [listener for served in address.gateways for listener in served.listeners] if address is not None else []


def _paired(mine: Sequence[Listener], theirs: Sequence[Listener]) -> Iterator[tuple[Listener, Listener]]:
    """By owner and name; of the rest first those of one kind of owner, name and place, then of one place, then of one name alone."""
    rest, others = list(mine), list(theirs)
    for key in _KEYS:
        found: defaultdict[object, list[Listener]] = defaultdict(list)
        for one in rest:
            found[key(one)].append(one)
        left: list[Listener] = []
        for other in others:
            if found[key(other)]:
                yield found[key(other)].pop(0), other
            else:
                left.append(other)
        rest, others = [one for each in found.values() for one in each], left


_KEYS: tuple[Callable[[Listener], object], ...] = (
    lambda one: (one.owner, one.name),
    lambda one: (one.owner.kind, one.name, one.port, one.protocol, one.host),
    lambda one: (one.port, one.protocol, one.host),
)


def _opens(listener: Listener) -> bool:
    """Whether it takes routes of others than whoever states it."""
    return listener.admits.origin in ("All", "Selector") and listener.standing != "refused"


def _includes(wide: Listener, narrow: Listener) -> bool:
    """Whether whoever may attach to the one could serve the same requests by attaching to the other."""
    return (
        (wide.port, wide.protocol, wide.mode) == (narrow.port, narrow.protocol, narrow.mode)
        and wide.host.covers(narrow.host)
        and set(narrow.kinds) <= set(wide.kinds)
        and _within(_needs(narrow.admits, narrow.owner.namespace), _needs(wide.admits, wide.owner.namespace))
    )


def _attaching(listener: Listener, where: str, change: Change, before: str, after: str, reason: str) -> Row:
    return _of_listener(change, listener, where, f"routes of {_routes(listener)}", before, after, reason)


def _routes(listener: Listener) -> str:
    return _who(_needs(listener.admits, listener.owner.namespace))


def _hostname(listener: Listener) -> str:
    return "any hostname" if listener.host.name == "*" else listener.host.name


def _listener(old: Listener, new: Listener, where: str) -> Iterator[Row]:
    if old.admits != new.admits or (old.admits.origin == "Same" and old.owner.namespace != new.owner.namespace):
        change = _change(_needs(old.admits, old.owner.namespace), _needs(new.admits, new.owner.namespace))
        words = [_who(_needs(one.admits, one.owner.namespace)) for one in (old, new)]
        if change is not None:
            yield _of_listener(change, new, where, f"routes of {words[1]}", f"routes of {words[0]} may attach", f"routes of {words[1]} may attach",
                               f"{new} takes routes of {words[1]}: they can take over its hostnames")  # fmt: skip
    if old.host != new.host:
        wider, narrower = not old.host.covers(new.host), not new.host.covers(old.host)
        who = f"routes of {_who(_needs(new.admits, new.owner.namespace))}"
        reason = f"{new} is for {new.host.name if new.host.name != '*' else 'any hostname'} in place of {old.host.name}"
        sides = [f"may attach for {one.host.name if one.host.name != '*' else 'any hostname'}" for one in (old, new)]
        yield _of_listener(_both(wider, narrower), new, where, who, sides[0], sides[1], reason)
    more, less = set(new.kinds) - set(old.kinds), set(old.kinds) - set(new.kinds)
    if more or less:
        said = [", ".join(sorted(kind for _, kind in one.kinds)) or "no kind" for one in (old, new)]
        yield _of_listener(
            _both(bool(more), bool(less)), new, where, "kinds of routes", said[0], said[1], f"{new} takes other kinds of routes"
        )
    namespaces = [{one.namespace for one in side.certificates} for side in (old, new)]
    if namespaces[0] and namespaces[1] - namespaces[0]:
        said = [", ".join(map(str, side.certificates)) for side in (old, new)]
        yield _of_listener(
            "sideways", new, where, "whoever holds the key", said[0], said[1], f"{new} shows a certificate that another namespace holds"
        )


def _of_listener(change: Change, listener: Listener, where: str, who: str, before: str, after: str, reason: str) -> Row:
    scheme = {"HTTP": "http", "HTTPS": "https"}.get(listener.protocol, listener.protocol.lower())
    witness = Request(listener.host.witness())
    return Row(
        change, scheme, listener.port, listener.host.name, "any", "any", who, before, after, reason, witness, (listener.owner,), where
    )


def _needs(admits: Admits, own: str) -> Needs:
    match admits.origin:
        case "All":
            return ()
        case "Same":
            return ((_OWN, "In", (own,)),)
        case "Selector":
            return admits.selector
        case _:
            return None


def _who(needs: Needs) -> str:
    if needs is None:
        return "no namespace"
    if not needs:
        return "any namespace"
    if len(needs) == 1 and needs[0][:2] == (_OWN, "In"):
        return f"namespace{'s' if len(needs[0][2]) > 1 else ''} {', '.join(needs[0][2])}"
    return f"namespaces with {' and '.join(map(_need, needs))}"


def _need(need: tuple[str, str, tuple[str, ...]]) -> str:
    key, operator, values = need
    words = {"In": f"{key} {' or '.join(values)}", "NotIn": f"{key} not {' or '.join(values)}", "Exists": f"label {key}"}
    return words.get(operator, f"no label {key}")


def _change(before: Needs, after: Needs) -> Change | None:
    wider, narrower = not _within(after, before), not _within(before, after)
    return _both(wider, narrower) if wider or narrower else None


def _both(wider: bool, narrower: bool) -> Change:
    return "sideways" if wider and narrower else "weaker" if wider else "stronger"


def _within(one: Needs, other: Needs) -> bool:
    """Whether every namespace of the one is sure to be one of the other."""
    return one is None or within(one, other)


# ListenerSets on Gateways.


def _listener_sets(before: Reach, after: Reach, old: Address | None, new: Address | None) -> Iterator[Row]:
    for was, now in _of_one_name(old, new):
        needs = [_allowed(reach, one.id) if one is not None else None for reach, one in ((before, was), (after, now))]
        change = _change(*needs)
        gateway, address = now or was, new or old
        if change is not None and gateway is not None and address is not None:
            words = [f"ListenerSets of {_who(one)}" for one in needs]
            attaching = [f"{word} may attach" for word in words]
            first = attaching[0] if was is not None else "there is no such Gateway"
            second = attaching[1] if now is not None else "there is no such Gateway"
            reason = (
                f"{gateway.id} takes {words[1]}: they can open hostnames and ports of their own on it" if now else f"{gateway.id} is gone"
            )
            who = words[1] if now else words[0]
            yield Row(change, "any", 0, "*", "any", "any", who, first, second, reason, None, (gateway.id,), address.label)


def _sets_relabelled(
    changed: Sequence[tuple[str, Labels, Labels]], before: Reach, after: Reach, old: Address | None, new: Address | None
) -> Iterator[Row]:
    """The same of the namespaces whose ListenerSets a Gateway takes."""
    for was, now in _of_one_name(old, new) if changed else ():
        if was is None or now is None or new is None:
            continue
        needs = _allowed(after, now.id)
        if not needs or _allowed(before, was.id) != needs:
            continue
        for name, *labels in changed:
            chosen = [fulfilled(each, needs) for each in labels]
            if chosen[0] is not chosen[1]:
                words = ["may attach" if one else "may not attach" for one in chosen]
                change: Change = "weaker" if chosen[1] else "stronger"
                who, reason = f"ListenerSets of namespace {name}", asked_for(name, str(now.id), now=chosen[1])
                objects = (ObjectId("", "Namespace", "", name), now.id)
                yield Row(change, "any", 0, "*", "any", "any", who, words[0], words[1], reason, None, objects, new.label)


def _of_one_name(old: Address | None, new: Address | None) -> Iterator[tuple[Served | None, Served | None]]:
    """The Gateways of an address; those that have no namesake are one under two names as far as there are as many."""
    mine, theirs = ({one.id: one for one in side.gateways} if side is not None else {} for side in (old, new))
    yield from ((one, theirs[name]) for name, one in mine.items() if name in theirs)
    gone, came = ([one for name, one in side.items() if name not in other] for side, other in ((mine, theirs), (theirs, mine)))
    yield from zip_longest(gone, came)


def _allowed(reach: Reach, gateway: ObjectId) -> Needs:
    """``spec.allowedListeners.namespaces`` (Gateway API 1.5); by default none."""
    loaded = reach.topology.world.get(gateway)
    at: object = loaded.manifest if loaded else None
    for key in ("spec", "allowedListeners", "namespaces"):
        at = at.get(key) if isinstance(at, Mapping) else None
    if not isinstance(at, Mapping):
        return None
    origin = at.get("from")
    if origin == "All":
        return ()
    if origin == "Same":
        return ((_OWN, "In", (gateway.namespace,)),)
    return _selector(at.get("selector")) if origin == "Selector" else None


def _selector(selector: object) -> Needs:
    if not isinstance(selector, Mapping):
        return None
    labels, expressions = selector.get("matchLabels"), selector.get("matchExpressions")
    needs: list[tuple[str, str, tuple[str, ...]]]
    needs = [(str(key), "In", (str(value),)) for key, value in labels.items()] if isinstance(labels, Mapping) else []
    for one in expressions if isinstance(expressions, list) else []:
        if isinstance(one, Mapping):
            values = one.get("values")
            needs.append(
                (str(one.get("key")), str(one.get("operator")), tuple(sorted(map(str, values))) if isinstance(values, list) else ())
            )
    return tuple(sorted(needs))
