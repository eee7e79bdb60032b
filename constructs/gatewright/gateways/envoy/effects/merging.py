"""A route's policy merged into its parent's (``mergeType``), as Envoy Gateway 1.8.3 and 1.9.1 do: both written out as JSON, the route's as a patch.

The patch is written by Go types: an empty list says nothing, and an unset field of the few that are always written is ``null``, which takes
the parent's away (``authorization.defaultAction``: a merged route falls back to Deny). Lists are replaced whole, but for those with a key
in a strategic merge. Rate limits are merged apart (backendtrafficpolicy.go): rules of both stand side by side in a strategic merge.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gatewright.gateways.envoy.effects.policy import Held, Policy, Spec
from gatewright.gateways.fields import at, items, mapping

_KEYS = {("compression",): "type", ("compressor",): "type", ("httpUpgrade",): "type", ("extAuth", "contextExtensions"): "name"}
_ALWAYS_WRITTEN = {
    ("authorization",): ("defaultAction",),
    ("apiKeyAuth",): ("credentialRefs", "extractFrom"),
    ("jwt",): ("providers",),
    ("rateLimit", "local"): ("rules",),
    ("rateLimit", "global"): ("rules",),
    ("faultInjection", "delay"): ("fixedDelay",),
    ("oidc", "denyRedirect"): ("headers",),
}
_LIMITS = (("rateLimit", "global", "rules"), ("rateLimit", "local", "rules"))
Origin = tuple[Policy, int]
Origins = dict[tuple[str, ...], tuple[Origin, ...]]


def merged(own: Policy, parent: Policy) -> Held:
    """What the two make together; the parent's own ``mergeType`` is of no account."""
    patch = _Patch(own, parent, own.merges == "StrategicMerge", {})
    spec = patch.onto(parent.said, own.said, ())
    spec.pop("mergeType", None)
    _limits(spec, own, parent, patch.lists)
    return Held(own, spec, parent, patch.lists)


@attrs.frozen(eq=False)
class _Patch:
    """The route's policy as a patch of the parent's; ``lists`` are those that hold items of both."""

    own: Policy
    parent: Policy
    strategic: bool
    lists: Origins

    def onto(self, under: Spec, patch: Spec, path: tuple[str, ...]) -> dict[str, object]:
        """One mapping patched by another."""
        found = dict(under)
        for key in _ALWAYS_WRITTEN.get(path, ()):
            if patch.get(key) is None:
                found.pop(key, None)
        for key, value in patch.items():
            below, here = found.get(key), (*path, key)
            if isinstance(value, Mapping):
                found[key] = self.onto(mapping_of(below), mapping_of(value), here)
            elif self.strategic and here in _KEYS and isinstance(below, list):
                found[key] = self._by_key(below, items(value), here)
            elif value is not None and value != []:
                found[key] = value
        return found

    def _by_key(self, below: list[object], patch: list[object], path: tuple[str, ...]) -> list[object]:
        """Items of both lists, those of one key as one."""
        key, found = _KEYS[path], list(below)
        origins: list[Origin] = [(self.parent, index) for index in range(len(below))]
        for index, item in enumerate(patch):
            same = next((place for place, one in enumerate(found) if at(one, key) == at(item, key)), None)
            if same is None:
                found.append(item)
                origins.append((self.own, index))
            else:
                found[same], origins[same] = {**mapping_of(found[same]), **mapping_of(item)}, (self.own, index)
        self.lists[path] = tuple(origins)
        return found


def _limits(spec: dict[str, object], own: Policy, parent: Policy, lists: Origins) -> None:
    """Counters keep the names of their policies, so that rules of both stand. A route with local limits always states the bucket of
    whoever has no rule: without a rule for that one it is unlimited, whatever the parent says.
    """
    if own.spec.get("rateLimit") is None or parent.spec.get("rateLimit") is None:
        return
    limits: dict[str, object] = {}
    for path in _LIMITS:
        theirs, mine = _rules(parent, path), _rules(own, path)
        counted = [one for one in mine if path[1] == "global" or _selects(one)]
        if mine and path[1] == "local":
            theirs = [one for one in theirs if _selects(one)]
        if counted and own.merges != "StrategicMerge":
            theirs = []
        if theirs or mine:
            limits[path[1]] = {**mapping_of(at(spec, *path[:2])), "rules": [rule for rule, _, _ in (*theirs, *mine)]}
            lists[path] = tuple((policy, index) for _, policy, index in (*theirs, *mine))
    spec["rateLimit"] = limits


def _rules(policy: Policy, path: tuple[str, str, str]) -> list[tuple[object, Policy, int]]:
    """The rules of one scope that count: where a ``type`` is named, those of that type alone."""
    named = at(policy.spec, "rateLimit", "type")
    if named is not None and str(named).lower() != path[1]:
        return []
    return [(rule, policy, index) for index, rule in enumerate(items(at(policy.spec, *path)))]


def _selects(one: tuple[object, Policy, int]) -> bool:
    return bool(at(one[0], "clientSelectors"))


def mapping_of(value: object) -> dict[str, object]:
    """A mapping with text keys, or an empty one."""
    return {str(key): one for key, one in mapping(value).items()}
