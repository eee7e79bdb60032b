"""Who is attached to whom: parents of routes, targets of policies, and the Gateways that stand above either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gatewright.gateways.fields import at, items, mapping, namespace_of, text, texts
from gatewright.live.reader import Object
from gatewright.live.references import CLUSTER_SCOPED, references
from gatewright.manifest.identity import ObjectId
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.standard.topology.route import ParentRef


def parent(ref: object, namespace: str) -> ParentRef:
    """A parentRef, targetRef or ancestorRef as it stands in an object of this namespace, with what the standard fills in."""
    port, group, kind = at(ref, "port"), text(at(ref, "group")), text(at(ref, "kind")) or "Gateway"
    place = "" if kind in CLUSTER_SCOPED else text(at(ref, "namespace")) or namespace
    identity = ObjectId(GATEWAY_GROUP if group is None else group, kind, place, text(at(ref, "name")) or "")
    return ParentRef(identity, text(at(ref, "sectionName")) or "", port if isinstance(port, int) else 0)


def parents(one: Object) -> tuple[ParentRef, ...]:
    """The parents that a route, or a ListenerSet, asks for."""
    refs = [*items(at(one, "spec", "parentRefs")), *([single] if (single := at(one, "spec", "parentRef")) is not None else [])]
    return tuple(parent(ref, namespace_of(one)) for ref in refs)


def is_policy(one: Object) -> bool:
    """Whether it says itself what it bears on (GEP-713)."""
    return any(at(one, "spec", field) is not None for field in ("targetRef", "targetRefs", "targetSelectors"))


def targets(one: Object) -> tuple[ParentRef, ...]:
    """What a policy names; what it selects by labels is asked of ``selects``."""
    refs = [*items(at(one, "spec", "targetRefs")), *([single] if (single := at(one, "spec", "targetRef")) is not None else [])]
    return tuple(parent(ref, namespace_of(one)) for ref in refs)


def selects(policy: Object, identity: ObjectId, labels: Mapping[object, object]) -> bool:
    """Whether a policy's selectors could take this object. One that looks into other namespaces is taken at its word, granted or not."""
    for one in items(at(policy, "spec", "targetSelectors")):
        group = text(at(one, "group"))
        if (GATEWAY_GROUP if group is None else group, at(one, "kind")) != (identity.group, identity.kind):
            continue
        near = at(one, "namespaces") is None and identity.namespace != namespace_of(policy)
        if not near and all(labels.get(key) == value for key, value in mapping(at(one, "matchLabels")).items()) and _expressions(one, labels):
            return True
    return False


def _expressions(selector: object, labels: Mapping[object, object]) -> bool:
    for one in items(at(selector, "matchExpressions")):
        there, values = labels.get(at(one, "key")), texts(at(one, "values"))
        holds = {"In": there in values, "NotIn": there not in values, "Exists": there is not None, "DoesNotExist": there is None}
        if not holds.get(text(at(one, "operator")) or "", True):
            return False
    return True


class Above:
    """The Gateways that an object bears on, found through the objects that were written."""

    def __init__(self, objects: Mapping[ObjectId, Object]) -> None:
        self._objects = objects
        self._users: dict[ObjectId, list[ObjectId]] = {}
        for one in objects.values():
            for reference in references(one):
                if reference.field in ("backendRefs", "backendRef"):
                    self._users.setdefault(reference.to, []).append(reference.by)

    def gateways(self, identity: ObjectId) -> frozenset[ObjectId]:
        """Itself, where it is one; those of a route's parents, of a policy's targets, of whoever leads to a backend."""
        return frozenset(self._gateways(identity, frozenset()))

    def _gateways(self, identity: ObjectId, seen: frozenset[ObjectId]) -> Iterator[ObjectId]:
        if (identity.group, identity.kind) == (GATEWAY_GROUP, "Gateway"):
            yield identity
            return
        one = self._objects.get(identity)
        above = [each.to for each in (*parents(one), *targets(one))] if one is not None else []
        for each in (*above, *self._users.get(identity, ())):
            if each not in seen:
                yield from self._gateways(each, seen | {identity})
