"""The verdict of the API server on an object: structure first, then every rule across fields.

Source: k8s.io/apiextensions-apiserver, pkg/registry/customresource/strategy.go and pkg/apiserver/schema/cel/validation.go.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from itertools import islice

import attrs

from gatewright import errors
from gatewright.admission import exact, metadata, network_policy
from gatewright.admission.defaulting import complete
from gatewright.admission.fast import Plan, Plans, has_rules, with_optional
from gatewright.admission.finding import Finding, NotJudged, Verdict
from gatewright.admission.json_path import below
from gatewright.admission.quoting import is_secret
from gatewright.admission.ratcheting import Counterpart, identity, keyed
from gatewright.admission.rulebook import ABSENT, Rulebook
from gatewright.admission.schema import Facts, Schema
from gatewright.admission.structure import MOST, TOO_DEEP, created

# With one of these anywhere in the object the server evaluates no rule at all.
_NO_RULES_AFTER = frozenset({"unknown", "required", "type", "enum", "maxLength", "maxItems", "maxProperties", "format"})
_ACCEPTED = Verdict("accepted")


def _plans(judge: Judge) -> Plans:
    return Plans(judge.facts, judge.rulebook)


@attrs.frozen
class Judge:
    """``rulebook`` decides the rules; without one every rule is left unjudged, and the verdict says how many.

    What is prepared for a kind is kept with the judge: make one, and ask it for every object. It may be asked from many threads.
    """

    facts: Facts
    rulebook: Rulebook | None = None
    _plans: Plans = attrs.field(default=attrs.Factory(_plans, takes_self=True), init=False, eq=False, repr=False)

    def verdict(self, manifest: Mapping[str, object], old: Mapping[str, object] | None = None) -> Verdict:
        """What a server with these CRDs says when the object is created, or with ``old``, which it accepted, when it replaces that.

        A namespaced object that states no namespace is one of whatever namespace it is applied to. An object without resourceVersion
        replaces what is there, as ``kubectl apply`` does.
        """
        plan = self._plans.of(manifest)
        if isinstance(plan, NotJudged):
            return Verdict("not-judged", reason=plan.reason)
        if isinstance(plan, list):
            return Verdict("rejected", tuple(sorted(plan)))
        if old is None or not (plan.transitions or "status" in old or _is_changed(manifest, old)):
            self._begin()
            unjudged = plan.unjudged(manifest)
            if unjudged is not None:
                return Verdict("accepted", unjudged=unjudged) if unjudged else _ACCEPTED
        try:
            return self._closer(manifest, old, plan)
        except RecursionError:
            return Verdict("rejected", (TOO_DEEP,))

    def _begin(self) -> None:
        if self.rulebook is not None:
            self.rulebook.begin()

    def _closer(self, manifest: Mapping[str, object], old: Mapping[str, object] | None, plan: Plan) -> Verdict:
        found = set(islice(exact.undecodable(manifest, plan.served.schema), MOST))
        if old is None:
            case = _Case(created(manifest, plan), None, plan, self.rulebook)
        else:
            case = _Case(*_replacing(manifest, old, plan), plan, self.rulebook)
            found |= set(_changes(manifest, old))
        found |= set(islice(case.structural(), MOST))
        if any(one.rule in _NO_RULES_AFTER for one in found):
            return Verdict("rejected", tuple(sorted(found)))
        self._begin()
        found |= set(islice(case.rules(), MOST))
        return Verdict("rejected" if found else "accepted", tuple(sorted(found)), case.unjudged)


def _replacing(manifest: Mapping[str, object], old: Mapping[str, object], plan: Plan) -> tuple[dict[str, object], dict[str, object]]:
    """Both objects as the server judges the first in place of the second: completed, with the old status where it is a subresource."""
    whole = created(manifest, plan)
    completed = complete(old, plan.served.schema)
    before = dict(completed) if isinstance(completed, Mapping) else dict(old)
    if plan.served.status and "status" in before:
        whole["status"] = before["status"]
    return whole, before


def _changes(manifest: Mapping[str, object], old: Mapping[str, object]) -> Iterator[Finding]:
    now, was = manifest.get("metadata"), old.get("metadata")
    if isinstance(now, Mapping) and isinstance(was, Mapping):
        yield from metadata.changed(now, was)


def _is_changed(manifest: Mapping[str, object], old: Mapping[str, object]) -> bool:
    return next(_changes(manifest, old), None) is not None


class _Case:
    """One object before the judge, with what it replaces. ``unjudged`` counts the rules that nobody here could decide, once ``rules`` is through."""

    def __init__(self, whole: dict[str, object], before: dict[str, object] | None, plan: Plan, rulebook: Rulebook | None) -> None:
        self._whole, self._before, self._plan, self._rulebook = whole, before, plan, rulebook
        self._schema = plan.served.schema
        self._native = network_policy.is_native(plan.kind)  # what Go code judges it judges whole
        self._counterpart = None if before is None or self._native else Counterpart(whole, before, self._schema)
        self.unjudged = 0

    def structural(self) -> Iterator[Finding]:
        """What the schema says, and items that stand twice unless they did before."""
        yield from exact.structural(self._whole, self._plan.kind, self._plan.served, self._counterpart)
        if self._before is None or next(exact.duplicates(self._before, self._schema), None) is None:
            yield from exact.duplicates(self._whole, self._schema)
        if self._native:
            yield from network_policy.faults(self._whole, self._before)

    def rules(self) -> Iterator[Finding]:
        """What is broken across fields."""
        if has_rules(self._schema, nested=False):
            old = ABSENT if self._before is None else self._before
            yield from self._below(self._whole, old, self._schema, "", _Place(self._counterpart, None))

    def _below(self, value: object, old: object, schema: Schema, path: str, place: _Place) -> Iterator[Finding]:
        """What is broken at a node and below it. Null breaks nothing, and an old null is none."""
        if value is None:
            return
        old = ABSENT if old is None else old
        if schema.validations:
            yield from self._at(value, old, schema, path, place)
        for part in schema.all_of:  # a rule that is nested there is asked again although its own value did not change
            if has_rules(part):
                yield from self._below(value, old, _nested(part, schema), path, _Place(None, place.above))
        if isinstance(value, Mapping):
            for key, item in value.items():
                child = schema.properties.get(key, schema.additional_properties)
                if child is not None:
                    before = old.get(key, ABSENT) if isinstance(old, Mapping) else ABSENT
                    yield from self._below(item, before, child, below(path, key), place.key(key))
        elif isinstance(value, list | tuple) and schema.items is not None:
            known = keyed(old, schema)
            for position, item in enumerate(value):
                before = known.get(identity(item, schema), ABSENT)
                yield from self._below(item, before, schema.items, f"{path}[{position}]", place.item(position))

    def _at(self, value: object, old: object, schema: Schema, path: str, place: _Place) -> Iterator[Finding]:
        rules = self._rulebook.rules(schema) if self._rulebook is not None else None
        if rules is None:
            self.unjudged += len(schema.validations)
            return
        for rule, optional in with_optional(rules, schema):
            if rule.transition and old is ABSENT and not optional:
                continue
            try:
                broken = rule.decide(value, old)
            except errors.NotJudged:
                self.unjudged += 1
                continue
            if broken is not None and (rule.transition or broken.failed or not place.unchanged):
                where = f"{path}{broken.path}".removeprefix(".") or "."
                got = "what is not shown" if isinstance(value, str) and is_secret(where) else broken.got
                yield Finding(where, rule.name, got, broken.allowed, "cel", broken.message)


@attrs.frozen
class _Place:
    """Where a value stands for the rules of an update: its counterpart, and the nearest one above it."""

    own: Counterpart | None
    above: Counterpart | None

    @property
    def unchanged(self) -> bool:
        """Whether the value, or where it has no counterpart what holds it, is as it was: then it need not keep the rules."""
        nearest = self.own if self.own is not None else self.above
        return nearest is not None and nearest.unchanged

    def key(self, key: str) -> _Place:
        return self if self.own is None else _Place(self.own.key(key), self.own)

    def item(self, position: int) -> _Place:
        return self if self.own is None else _Place(self.own.item(position), self.own)


@functools.lru_cache(256)  # rulebooks know nodes by identity
def _nested(part: Schema, schema: Schema) -> Schema:
    """The rules of a part of allOf, on the shape of the node that has the part: only there are there types."""
    properties = {name: _nested(child, schema.properties[name]) for name, child in part.properties.items() if name in schema.properties}
    items = _nested(part.items, schema.items) if part.items is not None and schema.items is not None else None
    of, other = schema.additional_properties, part.additional_properties
    return attrs.evolve(
        schema, validations=part.validations, properties=properties, items=items, all_of=part.all_of,
        additional_properties=None if of is None or other is None else _nested(other, of),
    )  # fmt: skip
