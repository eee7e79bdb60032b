"""Whether an object is surely accepted, in a single pass over it: for nearly every object there is, and some twenty times as fast as ``exact``.

A schema node becomes one closure, made once. It takes a value and gives back the value completed, or raises ``Doubt``: then, and only then,
somebody has to look closer. Doubt is no verdict, so whatever is rare is doubted: nulls, floats for integers, embedded objects. Closures, not
generated source: a definition may come from anybody, and nothing of it is ever run. Defaults that stand in for absent fields are shared by
all objects that lack them; who is given a completed value must not change it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import attrs

from gatewright.admission import exact, metadata, network_policy
from gatewright.admission.finding import Finding, NotJudged
from gatewright.admission.rulebook import ABSENT, Decide, Rule, Rulebook
from gatewright.admission.schema import Facts, Kind, Schema, Served
from gatewright.admission.sure import (
    Check,
    Doubt,
    anything,
    boolean,
    doubted,
    fields,
    identity,
    integer,
    integer_or_text,
    is_bare_type,
    is_either,
    is_only_either,
    items,
    kept,
    number,
    or_null,
    says_nothing,
    text,
)
from gatewright.errors import NotJudged as NotJudgedError

Count: TypeAlias = Callable[[object], int]
_MANY = 2**62


@attrs.frozen(eq=False)
class Plan:
    """How objects of one version of a kind are judged. ``transitions``: some rule compares with the old object."""

    kind: Kind
    served: Served
    transitions: bool
    _check: Check
    _unjudged: Count | None
    _names: Schema | None
    _native: bool

    def accepts(self, manifest: Mapping[str, object]) -> bool:
        """Whether it is surely accepted when it is created; False says nothing."""
        return self.unjudged(manifest) is not None

    def unjudged(self, manifest: Mapping[str, object]) -> int | None:
        """How many rules of an object that is surely accepted nobody here can decide; None where it has to be looked at."""
        try:
            if not metadata.is_surely_fine(manifest.get("metadata"), namespaced=self.kind.namespaced):
                return None
            if self._names is not None and "status" in manifest:
                if next(exact.unknown(manifest["status"], self._names, "status"), None) is not None:
                    return None
                manifest = {key: value for key, value in manifest.items() if key != "status"}
            whole = self._check(manifest)
            if self._native and next(network_policy.faults(manifest), None) is not None:
                return None
        except Doubt:
            return None
        return 0 if self._unjudged is None else self._unjudged(whole)


class Plans:
    """The plans of all kinds of some facts, each made when it is first asked for."""

    def __init__(self, facts: Facts, rulebook: Rulebook | None) -> None:
        self._facts, self._rulebook = facts, rulebook
        self._made: dict[tuple[object, object], Plan] = {}

    def of(self, manifest: Mapping[str, object]) -> Plan | list[Finding] | NotJudged:
        """The plan for the version and kind that a manifest names; or what is wrong with those, or why there is none."""
        names = manifest.get("apiVersion"), manifest.get("kind")
        try:
            return self._made[names]
        except (KeyError, TypeError):
            pass
        place = exact.placed(manifest, self._facts)
        if not isinstance(place, tuple):
            return place
        plan = self._made[names] = _Compiler(self._rulebook).plan(*place)
        return plan


class _Compiler:
    """Makes the closures of one kind; equal nodes are one object and get one closure."""

    def __init__(self, rulebook: Rulebook | None) -> None:
        self._rulebook = rulebook
        self._made: dict[tuple[int, bool], Check] = {}
        self._transitions = False

    def plan(self, kind: Kind, served: Served) -> Plan:
        """For objects of this version."""
        schema = served.schema
        status = schema.properties.get("status") if served.status else None
        # What the server itself demands of these three is judged before; what a definition says of names is rare, and left to `exact`.
        named = schema.properties.get("metadata")
        narrowed = named is not None and 0 < len(named.properties) <= 2
        own: dict[str, Check] = {"apiVersion": kept, "kind": kept, "metadata": doubted if narrowed else kept}
        root = attrs.evolve(schema, required=tuple(name for name in schema.required if name not in own))
        check = doubted if served.scale is not None or schema.embedded_resource else self._node(root, own, wanted=self._hides(schema))
        return Plan(kind, served, self._transitions, check, self._count(schema), status, network_policy.is_native(kind))

    def _hides(self, schema: Schema) -> bool:
        """Whether a default brings rules with it that nobody here can decide: then they are only counted in what is completed all the way."""
        children: list[Schema | None] = [*schema.properties.values(), schema.additional_properties, schema.items]
        known = [child for child in children if child is not None]
        return any(child.default is not None and self._count(child) is not None for child in known) or any(map(self._hides, known))

    def _check(self, schema: Schema, wanted: bool) -> Check:
        """``wanted``: somebody above reads the completed value; without it a value may come back as it was."""
        key = (id(schema), wanted)
        if key not in self._made:
            self._made[key] = self._node(schema, {}, wanted=wanted)
        return self._made[key]

    def _node(self, schema: Schema, own: Mapping[str, Check], *, wanted: bool) -> Check:
        rules = self._rules(schema)
        combined = _is_combined(schema)
        wanted = wanted or combined or bool(schema.validations)
        if schema.embedded_resource or any(map(has_rules, schema.all_of)):
            return doubted
        check = self._bare(schema, own, wanted=wanted)
        if combined:
            check = _with_alternatives(check, schema)
        if rules:
            check = _with_rules(check, rules)
        return or_null(check) if schema.nullable and not schema.enum else check

    def _rules(self, schema: Schema) -> tuple[Decide, ...]:
        rules = self._decided(schema) or ()
        self._transitions = self._transitions or any(rule.transition for rule in rules)
        return tuple(rule.decide for rule, optional in with_optional(rules, schema) if optional or not rule.transition)

    def _decided(self, schema: Schema) -> tuple[Rule, ...] | None:
        return self._rulebook.rules(schema) if self._rulebook is not None and schema.validations else None

    def _bare(self, schema: Schema, own: Mapping[str, Check], *, wanted: bool) -> Check:
        if schema.int_or_string:
            return integer_or_text(schema)
        if schema.type == "object":
            return self._object(schema, own, wanted=wanted)
        if schema.type == "array":
            return self._array(schema, wanted=wanted)
        if schema.type == "string":
            return text(schema)
        if schema.type == "integer":
            return integer(schema)
        if schema.type == "number":
            return number(schema)
        if schema.type == "boolean":
            return boolean if not schema.enum else doubted
        return anything if schema.preserve_unknown_fields and says_nothing(schema) else doubted

    def _object(self, schema: Schema, own: Mapping[str, Check], *, wanted: bool) -> Check:
        low, high = schema.min_properties, schema.max_properties
        filled = {name: child for name, child in schema.properties.items() if child.default is not None and name not in own}
        wanted = wanted or (bool(filled) and (low > 0 or high is not None))
        checks = {**{name: self._check(child, wanted) for name, child in schema.properties.items()}, **own}
        other = self._check(schema.additional_properties, wanted) if schema.additional_properties is not None else None
        if schema.enum:
            return doubted
        if other is None and schema.preserve_unknown_fields:
            other = kept
        defaults = _completed({name: child.default for name, child in filled.items()}, checks)
        required = tuple(name for name in schema.required if name not in defaults)
        counted = low > 0 or high is not None
        bounds = (low, _MANY if high is None else high) if counted else None
        return fields(checks, other, required, defaults if wanted else {}, bounds, frozenset(filled) - frozenset(defaults))

    def _array(self, schema: Schema, *, wanted: bool) -> Check:
        if schema.items is None or schema.enum:
            return doubted
        keys = [schema.items.properties.get(key) for key in schema.list_map_keys] if schema.list_type == "map" else []
        wanted_below = wanted or any(key is not None and key.default is not None for key in keys)
        told_apart = identity(schema, keys)
        return items(self._check(schema.items, wanted_below), schema.min_items, schema.max_items, told_apart, wanted=wanted or wanted_below)

    def _count(self, schema: Schema) -> Count | None:
        """Counts, in a completed value, the rules that nobody here can decide; None where there are none."""
        own = len(schema.validations) if schema.validations and self._decided(schema) is None else 0
        named = {name: count for name, child in schema.properties.items() if (count := self._count(child)) is not None}
        other = self._count(schema.additional_properties) if schema.additional_properties is not None else None
        item = self._count(schema.items) if schema.items is not None else None
        if not own and not named and other is None and item is None:
            return None
        return _counter(own, named, other, item, frozenset(schema.properties))


def with_optional(rules: tuple[Rule, ...], schema: Schema) -> Iterator[tuple[Rule, bool]]:
    """The rules of a node, and whether each is also asked where there is no old value (``optionalOldSelf``)."""
    optional = [one.optional_old_self for one in schema.validations]
    return zip(rules, [*optional, *[False] * (len(rules) - len(optional))], strict=False)


def _counter(own: int, named: Mapping[str, Count], other: Count | None, item: Count | None, fields: frozenset[str]) -> Count:
    def count(value: object) -> int:
        if value is None:
            return 0
        found = own
        if type(value) is dict:
            for name, below in named.items():
                if name in value:
                    found += below(value[name])
            if other is not None:
                found += sum(other(one) for name, one in value.items() if name not in fields)
        elif item is not None and type(value) is list:
            found += sum(map(item, value))
        return found

    return count


def has_rules(schema: Schema, *, nested: bool = True) -> bool:
    """Whether a rule stands at a node or below it; ``nested``, in allOf, the server finds them only in a definition that has others."""
    children: list[Schema | None] = [*schema.properties.values(), schema.items, schema.additional_properties, *(schema.all_of if nested else ())]
    return bool(schema.validations) or any(child is not None and has_rules(child, nested=nested) for child in children)


def _is_combined(schema: Schema) -> bool:
    """Whether it has alternatives that say more than that it is an integer or a string, where that is known already."""
    alternatives = bool(schema.one_of) or schema.not_ is not None or (bool(schema.any_of) and not (schema.int_or_string and is_either(schema.any_of)))
    return alternatives or not all(schema.int_or_string and is_only_either(part) for part in schema.all_of)


def _with_alternatives(check: Check, schema: Schema) -> Check:
    """The parts of allOf and anyOf are asked first whether they surely hold; what else there is, and what they doubt, is looked at exactly."""
    every = tuple(_part(part) for part in schema.all_of if not (schema.int_or_string and is_only_either(part)))
    some = tuple(map(_part, schema.any_of)) if not (schema.int_or_string and is_either(schema.any_of)) else ()
    one = tuple(part.required for part in schema.one_of) if all(map(_is_only_required, schema.one_of)) else None
    quick = one is not None and schema.not_ is None

    def checked(value: object) -> object:
        whole = check(value)
        if not (quick and all(_holds(part, whole) for part in every) and (not some or any(_holds(part, whole) for part in some))
                and (not one or _is_one(one, whole))) and next(exact.combined(whole, schema, ""), None) is not None:  # fmt: skip
            raise Doubt
        return whole

    return checked


def _holds(part: Check, value: object) -> bool:
    try:
        part(value)
    except Doubt:
        return False
    return True


def _is_one(alternatives: tuple[tuple[str, ...], ...], value: object) -> bool:
    return type(value) is dict and sum(all(name in value for name in names) for names in alternatives) == 1


def _is_only_required(schema: Schema) -> bool:
    return schema.type in (None, "object") and bool(schema.required) and is_bare_type(attrs.evolve(schema, required=()))


def _part(schema: Schema) -> Check:
    """A part of allOf or anyOf: typeless as a rule, and then only texts and required fields are ever sure."""
    if _is_only_required(schema):
        return _fields_of(schema.required)
    said = attrs.evolve(schema, pattern=None, format=None, enum=(), min_length=0, max_length=None)
    if schema.type in (None, "string") and is_bare_type(said):
        return text(schema)
    return integer(schema) if schema.type == "integer" and is_bare_type(schema) else doubted


def _fields_of(names: tuple[str, ...]) -> Check:
    def there(value: object) -> object:
        if type(value) is dict and all(name in value for name in names):
            return value
        raise Doubt

    return there


def _with_rules(check: Check, rules: tuple[Decide, ...]) -> Check:
    def checked(value: object) -> object:
        whole = check(value)
        try:
            for decide in rules:
                if decide(whole, ABSENT) is not None:
                    raise Doubt
        except NotJudgedError as unsure:
            raise Doubt from unsure
        return whole

    return checked


def _completed(defaults: Mapping[str, object], checks: Mapping[str, Check]) -> dict[str, object]:
    """The defaults that are surely fine, completed themselves."""
    found: dict[str, object] = {}
    for name, default in defaults.items():
        try:
            found[name] = checks[name](default)
        except Doubt:
            continue
    return found
