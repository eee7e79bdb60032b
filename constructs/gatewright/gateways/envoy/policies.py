"""Policies of Envoy Gateway by what they target, and the nearest one of a route.

Without ``mergeType`` the nearest policy replaces the others whole (rule, route, listener, gateway); of two policies for one target the older
wins, which manifests cannot tell, so it is Unknown, as is what hangs on labels.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gatewright.gateways.fields import at, items, label_of, mapping, name_of, namespace_of, text
from gatewright.protection.unknown import Unknown

Object = Mapping[str, object]
Spec = Mapping[str, object]
Key = tuple[str, str, str, str, str]  # kind of policy, namespace, kind, name and section of its target
_KINDS = ("SecurityPolicy", "BackendTrafficPolicy", "ClientTrafficPolicy")


@attrs.frozen
class Policies:
    """Policies by what they target; several for one target are a conflict.

    ``selecting``  policies that choose their targets by label: kind, namespace and selector
    ``labels``     labels of routes and gateways, by kind, namespace and name
    ``divided``    targets of which a policy targets one rule or listener alone
    """

    found: dict[Key, list[Spec]]
    selecting: list[tuple[str, str, object]]
    labels: dict[tuple[str, str, str], Mapping[object, object]]
    divided: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, objects: list[Object]) -> Policies:
        """Those among the objects."""
        found: dict[Key, list[Spec]] = {}
        selecting: list[tuple[str, str, object]] = []
        labels = {
            (str(one["kind"]), namespace_of(one), name_of(one)): mapping(at(one, "metadata", "labels"))
            for one in objects
            if one.get("kind") in ("HTTPRoute", "Gateway")
        }
        for one in objects:
            spec = one.get("spec")
            if one.get("kind") not in _KINDS or not isinstance(spec, Mapping):
                continue
            single = spec.get("targetRef")
            for ref in [*items(spec.get("targetRefs")), *([single] if single else [])]:
                key = (str(one["kind"]), namespace_of(one), text(at(ref, "kind")) or "", text(at(ref, "name")) or "", text(at(ref, "sectionName")) or "")
                found.setdefault(key, []).append(spec)
            selecting += [(str(one["kind"]), namespace_of(one), selector) for selector in items(spec.get("targetSelectors"))]
        return cls(found, selecting, labels, frozenset(key[:4] for key in found if key[4]))

    def spec(self, kind: str, namespace: str, *targets: tuple[str, str, str]) -> Spec | Unknown:
        """The nearest policy of a kind, an empty one where there is none."""
        for target, name, section in targets:
            if any(of == kind and self._selects(selector, own, target, namespace, name) for of, own, selector in self.selecting):
                return Unknown(f"a {kind} chooses its targets by label, and may choose {target} {namespace}/{name}")
            specs = self.found.get((kind, namespace, target, name, section), [])
            if len(specs) > 1:
                return Unknown(f"{len(specs)} objects of kind {kind} target {target} {namespace}/{name}: the older one wins")
            if specs and at(specs[0], "mergeType") is not None:
                return Unknown(f"a {kind} of {target} {namespace}/{name} is merged with its parent's")
            if specs:
                return specs[0]
        return {}

    def splits(self, kind: str, namespace: str, target: str, name: str) -> bool:
        """Whether a policy targets one rule of a route, or one listener of a gateway, alone."""
        return (kind, namespace, target, name) in self.divided

    def _selects(self, selector: object, own: str, target: str, namespace: str, name: str) -> bool:
        """Whether it may: expressions, namespaces and objects that are not here stay undecided."""
        if at(selector, "kind") != target or (own != namespace and at(selector, "namespaces") is None):
            return False
        labels = self.labels.get((target, namespace, name))
        return labels is None or all(labels.get(key) == value for key, value in mapping(at(selector, "matchLabels")).items())


def nearest(kind: str, route: Object, policies: Policies) -> Spec | Unknown:
    """The route's own policy, else the one that all of its parents have."""
    if policies.splits(kind, namespace_of(route), "HTTPRoute", name_of(route)):
        return Unknown(f"a {kind} targets one rule of HTTPRoute {label_of(route)} alone")
    own = policies.spec(kind, namespace_of(route), ("HTTPRoute", name_of(route), ""))
    if own:
        return own
    found = [_of_parent(kind, namespace_of(route), parent, policies) for parent in items(at(route, "spec", "parentRefs"))]
    if any(one != found[0] for one in found):
        return Unknown(f"the parents of HTTPRoute {label_of(route)} have different objects of kind {kind}")
    return found[0] if found else {}


def _of_parent(kind: str, own: str, parent: object, policies: Policies) -> Spec | Unknown:
    namespace, gateway, section = text(at(parent, "namespace")) or own, text(at(parent, "name")) or "", text(at(parent, "sectionName")) or ""
    if at(parent, "kind") not in (None, "Gateway"):
        return Unknown(f"a parent of kind {at(parent, 'kind')} is not read yet")
    if not section and policies.splits(kind, namespace, "Gateway", gateway):
        return Unknown(f"a {kind} targets one listener of Gateway {namespace}/{gateway} alone")
    return policies.spec(kind, namespace, *((("Gateway", gateway, section),) if section else ()), ("Gateway", gateway, ""))
