"""Is anything there of which the estate knows nothing: another Gateway, a route on one of ours, a policy that bears on what is ours?

A route that somebody applied by hand has no policy of its own; a policy of somebody else may replace the one that was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gatewright.gateways.fields import at, items, mapping, name_of, namespace_of, text
from gatewright.live.attachment import parents, selects, targets
from gatewright.live.cluster import Withheld
from gatewright.live.folder import Written
from gatewright.live.judgement import Judgement, ok, unknown, wrong
from gatewright.live.objects import State
from gatewright.live.reader import Object, Reader, Resource
from gatewright.live.references import outside
from gatewright.manifest.identity import ObjectId
from gatewright.standard.objects import GATEWAY_GROUP

_EXPERIMENTAL = "gateway.networking.x-k8s.io"
_CLAIMED = "nothing of this kind that the estate does not know bears on what is ours"
_SETS = "ListenerSet"
_FIX = "state it in the estate, or remove it"


def strangers(written: Written, found: Mapping[ObjectId, State], reader: Reader) -> Iterator[Judgement]:
    """A judgement for each kind of the standard and of the targets, and one for each object of it that is nobody's.

    ``found`` is what the cluster has of what was written: a selector goes by the labels that are there, whoever put them.
    """
    everything = list(_resources(written, reader))
    yield from (one for one in everything if isinstance(one, Judgement))
    ours = _Ours(written, found)
    # Sets of listeners first: a route may hang on one of them.
    for resource in sorted((one for one in everything if isinstance(one, Resource)), key=lambda one: (not one.kind.endswith(_SETS), one.kind)):
        yield from _of_kind(resource, written, ours, reader)


def _resources(written: Written, reader: Reader) -> Iterator[Resource | Judgement]:
    groups = {GATEWAY_GROUP, _EXPERIMENTAL, *(group for one in written.installations for group in one.groups)}
    for group in sorted(groups):
        kinds = reader.kinds(group)
        if isinstance(kinds, Withheld):
            yield unknown("strangers", f"kinds of {group}", _CLAIMED, kinds.reason, "let whoever runs this use discovery (system:discovery)")
        else:
            yield from (one for one in kinds if one.namespaced)


def _of_kind(resource: Resource, written: Written, ours: _Ours, reader: Reader) -> Iterator[Judgement]:
    listing, known = reader.every(resource, written.namespaces), written.objects
    found, unclear = [], []
    for one in listing.objects:
        identity = ObjectId(resource.group, resource.kind, namespace_of(one), name_of(one))
        if identity in known:
            continue
        if told := ours.touched(identity, one):
            found.append(wrong("strangers", str(identity), "the estate knows it", told, _FIX))
        unclear += [] if told else ours.unclear(identity, one)
    yield from found
    subject = f"{resource.plural}.{resource.group}"
    if listing.withheld:
        if resource.kind.endswith(_SETS):
            ours.sets_withheld = True
        where = ", ".join(sorted(name or "all namespaces together" for name in listing.withheld))
        reason = next(iter(listing.withheld.values()))
        yield unknown("strangers", subject, _CLAIMED, f"{where}: {reason}", f"let whoever runs this list {resource.plural} in all namespaces")
    elif unclear:
        told = f"{', '.join(unclear)}: whether that is attached to ours may not be read"
        yield unknown("strangers", subject, _CLAIMED, told, "let whoever runs this list sets of listeners in all namespaces")
    elif not found:
        yield ok("strangers", subject, _CLAIMED, f"{len(listing.objects)} looked at")


class _Ours:
    """What was written and what it refers to, the classes, and the sets of listeners that hang on our Gateways.

    ``sets_withheld``: there may be other such sets.
    """

    def __init__(self, written: Written, found: Mapping[ObjectId, State]) -> None:
        self.sets_withheld = False
        self._labels: dict[ObjectId, Mapping[object, object]] = {to: {} for to in outside(written)}
        self._labels |= {ObjectId(GATEWAY_GROUP, "GatewayClass", "", one.class_name): {} for one in written.installations}
        for identity, one in written.objects.items():
            there = found.get(identity)
            self._labels[identity] = {**_labels(one), **(_labels(there) if isinstance(there, Mapping) else {})}

    def touched(self, identity: ObjectId, one: Object) -> str:
        """What of ours the object bears on, in a sentence; empty: nothing."""
        if (identity.group, identity.kind) == (GATEWAY_GROUP, "Gateway"):
            return f"a way into the cluster, of class {text(at(one, 'spec', 'gatewayClassName'))}"
        if held := [each for each in parents(one) if each.to in self._labels]:
            if identity.kind.endswith(_SETS):
                self._labels[identity] = {}
            return f"it is attached to {', '.join(map(str, held))}"
        if identity.kind == "ReferenceGrant":
            return self._granted(identity, one)
        named = [each for each in targets(one) if each.to in self._labels]
        selecting = at(one, "spec", "targetSelectors") is not None
        taken = [to for to, labels in self._labels.items() if selects(one, to, labels)] if selecting else []
        if named or taken:
            return f"it bears on {', '.join(map(str, [*named, *taken]))}"
        return ""

    def unclear(self, identity: ObjectId, one: Object) -> list[str]:
        """The sets of listeners that the object is attached to and nobody could look at."""
        if not self.sets_withheld:
            return []
        return [f"{identity} is attached to {each}" for each in parents(one) if each.to.kind.endswith(_SETS)]

    def _granted(self, identity: ObjectId, one: Object) -> str:
        """A grant opens what is named, or all of a kind, in its own namespace to another."""
        opened = [
            str(ours)
            for to in items(at(one, "spec", "to"))
            for ours in self._labels
            if (ours.group, ours.kind, ours.namespace) == (text(at(to, "group")) or "", at(to, "kind"), identity.namespace)
            and at(to, "name") in (None, ours.name)
        ]
        by = ", ".join(dict.fromkeys(f"{at(each, 'kind')}s of {at(each, 'namespace')}" for each in items(at(one, "spec", "from"))))
        return f"it opens {', '.join(dict.fromkeys(opened))} to {by}" if opened else ""


def _labels(one: Object) -> Mapping[object, object]:
    return mapping(at(one, "metadata", "labels"))
