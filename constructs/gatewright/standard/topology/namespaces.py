"""Namespaces and their labels, as far as manifests tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import attrs

from gatewright.manifest.fields import at, items, mapping, text
from gatewright.standard.objects import NAMESPACE_LABEL
from gatewright.standard.topology.listener import Admits

if TYPE_CHECKING:  # what an intent is compiled with reads no manifests
    from gatewright.world.world import World

Selector = tuple[tuple[str, str, tuple[str, ...]], ...]
"""Sorted (key, operator, values); ``matchLabels`` are ``In`` with one value."""

_NEEDS_VALUES = {"In": True, "NotIn": True, "Exists": False, "DoesNotExist": False}


@attrs.frozen(eq=False)
class Namespaces:
    """Every namespace that a Namespace object states or that some object is in. ``kubernetes.io/metadata.name`` is known of each.

    ``complete``: a namespace without an object here has no labels but that one.
    """

    complete: bool
    _labels: Mapping[str, Mapping[str, str]] = attrs.field(repr=False)
    _world: World = attrs.field(repr=False)

    @classmethod
    def of(cls, world: World) -> Namespaces:
        """Those of a world."""
        labels: dict[str, Mapping[str, str]] = {}
        for loaded in world.of_kind("", "Namespace"):
            name = loaded.id.name
            if name and name not in labels:
                stated = mapping(at(loaded.manifest, "metadata", "labels"))
                labels[name] = {key: value for key, value in stated.items() if isinstance(key, str) and isinstance(value, str)}
        return cls(world.is_complete("", "Namespace"), labels, world)

    def matches(self, selector: Selector, namespace: str) -> bool | None:
        """Whether a label selector chooses it; None: its labels are not known well enough. An empty selector chooses every namespace."""
        labels = self._labels.get(namespace)
        known = labels is not None or self.complete
        decided: bool | None = True
        for key, operator, values in selector:
            if key == NAMESPACE_LABEL:
                value: str | None = namespace  # set by the API server, whatever the manifest says
            elif known:
                value = labels.get(key) if labels else None
            else:
                decided = None
                continue
            if not _holds(operator, values, value):
                return False
        return decided

    def admits(self, admits: Admits, own: str, namespace: str) -> bool | None:
        """Whether a listener of a Gateway (or ListenerSet) in namespace ``own`` takes routes of ``namespace``."""
        if admits.origin == "Selector":
            return self.matches(admits.selector, namespace)
        return admits.origin == "All" or (admits.origin == "Same" and own == namespace)

    def known(self) -> Iterable[str]:
        """Their names, sorted."""
        return sorted({*self._labels, *(namespace for item in self._world if (namespace := item.id.namespace))})


def _holds(operator: str, values: tuple[str, ...], value: str | None) -> bool:
    """One requirement for the value of its label, None for a label that is absent (meta/v1, LabelSelectorRequirement)."""
    if operator == "In":
        return value is not None and value in values
    if operator == "NotIn":
        return value is None or value not in values
    return (value is not None) == (operator == "Exists")


def selector_of(value: object) -> Selector | str:
    """A label selector as it is written, or in words why it is none."""
    if not isinstance(value, Mapping):
        return "a label selector is an object with matchLabels or matchExpressions"
    found: list[tuple[str, str, tuple[str, ...]]] = []
    stated, expressions = value.get("matchLabels"), value.get("matchExpressions")
    if not isinstance(stated, Mapping | None) or not isinstance(expressions, list | None):
        return "matchLabels is an object and matchExpressions a list"
    for key, label in (stated or {}).items():
        if not isinstance(key, str) or not isinstance(label, str):
            return "matchLabels holds texts only"
        found.append((key, "In", (label,)))
    for item in expressions or ():
        key, operator, values = text(at(item, "key")), text(at(item, "operator")), items(at(item, "values"))
        labels = tuple(sorted(label for label in values if isinstance(label, str)))
        if not key or not operator or len(labels) != len(values) or _NEEDS_VALUES.get(operator) is not bool(labels):
            return "an item of matchExpressions has a key, one of In, NotIn, Exists and DoesNotExist, and values for the first two only"
        found.append((key, operator, labels))
    return tuple(sorted(found))
