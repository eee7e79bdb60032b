"""Objects that policies choose by label: ``targetSelectors`` (Envoy Gateway 1.8.3, 1.9.1, helpers.go).

Labels and namespaces must fit, and into another namespace a ReferenceGrant must lead, else the object is passed over in silence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from gatewright.gateways.envoy.effects.policy import Policy
from gatewright.gateways.envoy.objects import GROUP
from gatewright.gateways.fields import at, items, mapping, text, texts
from gatewright.manifest.identity import ObjectId
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.standard.topology.topology import Topology

Requirement = tuple[str, str, tuple[str, ...]]


@attrs.frozen(eq=False)
class Labelled:
    """Objects by their labels, so that many selectors over many objects stay near-linear."""

    topology: Topology
    _labels: Mapping[ObjectId, Mapping[object, object]]
    _by_label: Mapping[tuple[str, str, str], Sequence[ObjectId]]
    _by_namespace: Mapping[tuple[str, str], Sequence[ObjectId]]
    _by_kind: Mapping[str, Sequence[ObjectId]]

    @classmethod
    def of(cls, topology: Topology, objects: Iterable[ObjectId]) -> Labelled:
        """The objects, each with the labels of its manifest."""
        labels: dict[ObjectId, Mapping[object, object]] = {}
        by_label: defaultdict[tuple[str, str, str], list[ObjectId]] = defaultdict(list)
        by_namespace: defaultdict[tuple[str, str], list[ObjectId]] = defaultdict(list)
        by_kind: defaultdict[str, list[ObjectId]] = defaultdict(list)
        for one in objects:
            loaded = topology.world.get(one)
            labels[one] = mapping(at(loaded.manifest, "metadata", "labels")) if loaded is not None else {}
            by_kind[one.kind].append(one)
            by_namespace[one.kind, one.namespace].append(one)
            for key, value in labels[one].items():
                by_label[one.kind, str(key), str(value)].append(one)
        return cls(topology, labels, by_label, by_namespace, by_kind)

    def chosen(self, policy: Policy, selector: object) -> Iterator[tuple[ObjectId, str]]:
        """The objects that a selector may choose, each with why that is not decided; empty: it does choose it."""
        if (text(at(selector, "group")) or GATEWAY_GROUP) != GATEWAY_GROUP:
            return
        requirements = _requirements(selector)
        if requirements is None:
            return
        for one in self._near(policy, selector, text(at(selector, "kind")) or ""):
            if not all(_holds(self._labels[one], requirement) for requirement in requirements):
                continue
            reason = self._admitted(policy, selector, one)
            if reason is not None:
                yield one, reason

    def _near(self, policy: Policy, selector: object, kind: str) -> Sequence[ObjectId]:
        """The smallest list that holds every object the selector can choose."""
        lists = [self._by_label.get((kind, str(key), str(value)), ()) for key, value in mapping(at(selector, "matchLabels")).items()]
        if (text(at(selector, "namespaces", "from")) or "Same") == "Same":
            lists.append(self._by_namespace.get((kind, policy.id.namespace), ()))
        return min(lists, key=len) if lists else self._by_kind.get(kind, ())

    def _admitted(self, policy: Policy, selector: object, one: ObjectId) -> str | None:
        """None: its namespace is not chosen, or no grant leads there; a reason: that is not decided."""
        origin = text(at(selector, "namespaces", "from")) or "Same"
        if origin == "Same" and one.namespace != policy.id.namespace:
            return None
        doubts = []
        if origin == "Selector":
            requirements = _requirements(at(selector, "namespaces", "selector"))
            matches = requirements is not None and self.topology.namespaces.matches(tuple(sorted(requirements)), one.namespace)
            if matches is False:
                return None
            doubts += [f"the labels of namespace {one.namespace} are not known"] if matches is None else []
        elif origin not in ("Same", "All"):
            return None
        if one.namespace != policy.id.namespace:
            allowed = self.topology.grants.allows(GROUP, policy.id.kind, policy.id.namespace, one)
            if allowed is False:
                return None
            doubts += [f"a ReferenceGrant in namespace {one.namespace} may be missing here"] if allowed is None else []
        return " and ".join(doubts)


def _requirements(selector: object) -> list[Requirement] | None:
    """What a label selector asks; None: it is not valid, and chooses nothing."""
    asked: list[Requirement] = [(str(key), "In", (str(value),)) for key, value in mapping(at(selector, "matchLabels")).items()]
    for one in items(at(selector, "matchExpressions")):
        key, operator, values = text(at(one, "key")), text(at(one, "operator")), texts(at(one, "values"))
        if key is None or operator not in _OPERATORS or bool(values) != (operator in ("In", "NotIn")):
            return None
        asked.append((key, operator, values))
    return asked


_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


def _holds(labels: Mapping[object, object], requirement: Requirement) -> bool:
    key, operator, values = requirement
    if operator == "In":
        return key in labels and str(labels[key]) in values
    if operator == "NotIn":
        return key not in labels or str(labels[key]) not in values
    return (key in labels) == (operator == "Exists")
