"""Which constraints and rules the corpus tried on both sides, counted from what the server answered.

A constraint counts as kept when the server accepted an object that has the place, and as broken when the server named the place and the
keyword as a cause. A rule counts as kept when the server accepted an object that has its node, for then it was evaluated and held.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs
from tools.typegen.compact import RULES, digest

from gatewright.admission.schema import Facts, Schema
from tests.servers.agreement.asking import Cause, causes
from tests.servers.agreement.corpus.bounds import roots
from tests.servers.agreement.corpus.places import ENTRY, ITEM, Constraint, Place, constraints, keywords
from tests.servers.agreement.corpus.sample import Sample
from tests.servers.apiserver.server import Answer

_STEP = re.compile(r"\[(\d+)\]|\[([^\]]*)\]|\.?([^.\[\]]+)")
_KEYWORDS = {
    "FieldValueNotSupported": "enum",
    "FieldValueTooLong": "maxLength",
    "FieldValueDuplicate": "duplicate",
    "Unknown": "unknown",
}
_SAYINGS = {
    "should match '": "pattern",
    "chars long": "minLength",
    "should be greater than or equal to": "minimum",
    "should be less than or equal to": "maximum",
    "should have at least": "min",
    "should have at most": "max",
    "must have at most": "max",
    "(oneOf)": "oneOf",
    "(anyOf)": "anyOf",
    "(allOf)": "allOf",
    "with format": "format",
}


@attrs.frozen
class Text:
    """What the server says when a rule is broken, and whether the rule speaks of the old object."""

    message: str
    elsewhere: bool
    transition: bool


Texts = Mapping[str, Sequence[Text]]
"""By digest."""


def rule_texts(definitions: Sequence[Mapping[str, Any]]) -> Texts:
    """From the real definitions."""
    found: dict[str, list[Text]] = {}
    for crd in definitions:
        for version in crd["spec"]["versions"]:
            for rule in _rules(version["schema"]["openAPIV3Schema"]):
                said = Text(
                    rule.get("message", "").strip() or f"failed rule: {rule['rule'].strip()}",
                    "fieldPath" in rule or "messageExpression" in rule,
                    "oldSelf" in rule["rule"],
                )
                if said not in found.setdefault(digest(rule), []):
                    found[digest(rule)].append(said)
    return found


def _rules(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from schema.get(RULES, ())
    for below in (schema.get("properties") or {}).values():
        yield from _rules(below)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), Mapping):
            yield from _rules(schema[key])


def _unbreakable(constraint: Constraint, node: Schema) -> bool:
    """A body that is no object is refused before any schema; what a default fills is never missing."""
    filled = constraint.keyword == "required" and constraint.detail in node.properties and node.properties[constraint.detail].has_default
    return filled or (constraint.keyword == "type" and not constraint.place)


class Coverage:
    """Counts for every constraint of a release; equal nodes of two versions of a kind at the same place are one row."""

    def __init__(self, facts: Facts, texts: Texts) -> None:
        self._facts, self._texts = facts, texts
        self._rows: dict[tuple[str, Place, int, str, str], Constraint] = {}
        for root in roots(facts):
            for constraint, node in constraints(root.kind, root.version, root.schema):
                if _unbreakable(constraint, node):
                    continue
                self._rows.setdefault((root.kind, constraint.place, id(node), constraint.keyword, constraint.detail), constraint)
        self.kept: Counter[Constraint] = Counter()
        self.broken: Counter[Constraint] = Counter()

    def rows(self) -> list[Constraint]:
        """Everything that is to be tried on both sides."""
        return list(self._rows.values())

    def counts(self, excused: Callable[[Constraint], bool]) -> dict[str, tuple[int, int]]:
        """By keyword: how many were both kept and broken, and how many there are, without those that are excused."""
        found: dict[str, tuple[int, int]] = {}
        for row in self.rows():
            if not excused(row):
                both, total = found.get(row.keyword, (0, 0))
                found[row.keyword] = both + bool(self.kept[row] and self.broken[row]), total + 1
        return found

    def see(self, one: Sample, answer: Answer) -> None:
        """Count what this answer shows."""
        group, _, version = one.home[0].rpartition("/")
        if (one.manifest.get("apiVersion"), one.manifest.get("kind")) != one.home:
            return
        schema = self._facts.schema(group, one.home[1], version)
        if schema is None:
            return
        if answer.ok:
            self._hold(one.home[1], (), schema, answer.body, one.old is not None)
        for cause in causes(answer):
            self._break(one.home[1], schema, cause)

    def _row(self, kind: str, place: Place, node: Schema, keyword: str, detail: str = "") -> Constraint | None:
        return self._rows.get((kind, place, id(node), keyword, detail))

    def _hold(self, kind: str, place: Place, node: Schema, value: Any, again: bool) -> None:
        for keyword, detail in keywords(node):
            if keyword == "rule" and not again and all(text.transition for text in self._texts.get(detail, ())):
                continue
            row = self._row(kind, place, node, keyword, detail)
            if row is not None and (keyword != "required" or (isinstance(value, dict) and detail in value)):
                self.kept[row] += 1
        if isinstance(value, dict):
            for key, item in value.items():
                if not place and key in ("metadata", "status"):
                    continue
                if key in node.properties:
                    self._hold(kind, (*place, key), node.properties[key], item, again)
                elif node.additional_properties is not None:
                    self._hold(kind, (*place, ENTRY), node.additional_properties, item, again)
        elif isinstance(value, list) and node.items is not None:
            for item in value:
                self._hold(kind, (*place, ITEM), node.items, item, again)

    def _break(self, kind: str, schema: Schema, cause: Cause) -> None:
        trail = list(_trail(schema, cause.path))
        place = trail[-1][0]
        for keyword, detail, at in self._named(cause, trail):
            row = self._row(kind, at[0], at[1], keyword, detail)
            if row is not None:
                self.broken[row] += 1
        for at, above in trail:
            for validation in above.validations:
                for text in self._texts.get(validation.digest, ()):
                    row = self._row(kind, at, above, "rule", validation.digest)
                    if row is not None and text.message in cause.message and (at == place or text.elsewhere):
                        self.broken[row] += 1

    def _named(self, cause: Cause, trail: list[tuple[Place, Schema]]) -> Iterator[tuple[str, str, tuple[Place, Schema]]]:
        here, above = trail[-1], trail[-2] if len(trail) > 1 else trail[-1]
        if cause.reason == "FieldValueRequired":
            yield "required", here[0][-1] if here[0] else "", above
        elif cause.reason == "FieldValueDuplicate":
            yield "duplicate", "", above
        elif cause.reason == "Unknown":
            yield "unknown", "", here
        elif cause.reason == "FieldValueTooMany":
            yield "maxItems" if here[1].type == "array" else "maxProperties", "", here
        elif cause.reason in _KEYWORDS:
            yield _KEYWORDS[cause.reason], "", here
        elif cause.reason == "FieldValueTypeInvalid":
            yield "format" if here[1].type == "string" and f"must be of type {here[1].format}:" in cause.message else "type", "", here
        for saying, keyword in _SAYINGS.items():
            if saying in cause.message:
                size = ("Items" if here[1].type == "array" else "Properties") if keyword in ("min", "max") else ""
                yield f"{keyword}{size}", "", here


def _trail(schema: Schema, field: str) -> Iterator[tuple[Place, Schema]]:
    """The nodes from the root to the field that a cause names; it ends before what the schema does not have."""
    place: Place = ()
    yield place, schema
    for number, bracketed, name in _STEP.findall(field):
        below: Schema | None
        if schema.items is not None:
            step, below = ITEM, schema.items if number else None
        elif (name or bracketed) in schema.properties:
            step, below = name or bracketed, schema.properties[name or bracketed]
        else:
            step, below = ENTRY, schema.additional_properties
        if below is None:
            return
        place, schema = (*place, step), below
        yield place, schema
