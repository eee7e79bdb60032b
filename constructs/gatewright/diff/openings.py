"""Who may come in later, or beside: namespaces that may attach routes or listeners, grants, whose certificates are shown, who reaches pods.

No request has another fate by these alone, but whoever is let in here can give it one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from gatewright.diff.fences import fences
from gatewright.diff.grants import grants
from gatewright.diff.pairing import addresses
from gatewright.diff.row import Change, Row
from gatewright.manifest.identity import ObjectId
from gatewright.match import Request
from gatewright.reach.address import Address
from gatewright.reach.reach import Reach
from gatewright.standard.topology.listener import Admits, Listener

_OWN = "kubernetes.io/metadata.name"
Needs: TypeAlias = tuple[tuple[str, str, tuple[str, ...]], ...] | None
"""What the labels of a namespace must fulfil; None: no namespace does."""


def openings(before: Reach, after: Reach) -> Iterator[Row]:
    """Rows about who may attach or refer, whether or not somebody does."""
    for old, new in addresses(before.addresses, after.addresses):
        if old is not None and new is not None:
            yield from _listeners(old, new)
            yield from _listener_sets(before, after, old, new)
    yield from grants(before, after)
    yield from fences(before, after)


# Routes on listeners.


def _listeners(old: Address, new: Address) -> Iterator[Row]:
    """Listeners by name; of the others, those of one port, protocol and hostname are one."""
    mine = [listener for served in old.gateways for listener in served.listeners]
    theirs = [listener for served in new.gateways for listener in served.listeners]
    by_name = {(one.owner.kind, one.name): one for one in mine}
    by_place = {(one.port, one.protocol, one.host): one for one in mine}
    for listener in theirs:
        was = by_name.get((listener.owner.kind, listener.name)) or by_place.get((listener.port, listener.protocol, listener.host))
        if was is not None:
            yield from _listener(was, listener, new.label)


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
    return one is None or (other is not None and all(any(_implies(mine, theirs) for mine in one) for theirs in other))


def _implies(one: tuple[str, str, tuple[str, ...]], other: tuple[str, str, tuple[str, ...]]) -> bool:
    """Whether a label that fulfils the one requirement fulfils the other (metav1.LabelSelectorRequirement)."""
    if one == other:
        return True
    if one[0] != other[0]:
        return False
    values, theirs = set(one[2]), set(other[2])
    match one[1], other[1]:
        case "In", "In":
            return values <= theirs
        case "In", "NotIn":
            return not values & theirs
        case "NotIn", "NotIn":
            return theirs <= values
        case "In", "Exists":
            return True
        case "DoesNotExist", "NotIn":
            return True
        case _:
            return False


# ListenerSets on Gateways.


def _listener_sets(before: Reach, after: Reach, old: Address, new: Address) -> Iterator[Row]:
    for was, now in zip(old.gateways, new.gateways, strict=False):
        needs = [_allowed(reach, one.id) for reach, one in ((before, was), (after, now))]
        change = _change(*needs)
        if change is not None:
            words = [f"ListenerSets of {_who(one)}" for one in needs]
            reason = f"{now.id} takes {words[1]}: they can open hostnames and ports of their own on it"
            yield Row(
                change,
                "any",
                0,
                "*",
                "any",
                "any",
                words[1],
                f"{words[0]} may attach",
                f"{words[1]} may attach",
                reason,
                None,
                (now.id,),
                new.label,
            )


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
