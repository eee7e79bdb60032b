"""For every constraint of a schema objects that just keep it, and objects that just do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from gatewright.admission.schema import Facts, Schema
from tests.servers.agreement.corpus.places import Constraint, Place, constraints, versions, walk, written
from tests.servers.agreement.corpus.sample import Manifest, Sample, sample
from tests.servers.agreement.corpus.witness import KEY, holding, manifest, several, smallest, varied
from tests.servers.agreement.corpus.words import matches, text, texts

SHOWN_ITEMS = 5000  # a list whose bound is beyond is not written
WRONG: dict[str, tuple[Any, ...]] = {
    "string": (1, True, {}, [], 1.5),
    "integer": ("1", 1.5, True, {}, 2**63, [1], "80"),
    "number": ("1", True, {}),
    "boolean": ("true", 1, {}, 0),
    "object": ("a", [], 1, True),
    "array": ("a", 1, {}, True),
}
OFF = (
    "",
    "-a",
    "a_",
    "A b",
    "!",
    "é",
    "a\n",
    " a",
    "a..b",
    "*.*.a",
    "%zz",
    "//",
    "1x",
    "https://",
    "a/",
    "_",
    "=",
    "\t",
    "A.",
    "UPPER.example.com",
)


@attrs.frozen
class Root:
    """A version of a kind."""

    group: str
    kind: str
    version: str
    schema: Schema
    namespaced: bool

    def holding(self, place: Place, leaf: Any) -> Manifest:
        """The smallest object with ``leaf`` at the place."""
        return manifest(self.group, self.kind, self.version, self.schema, self.namespaced, place, leaf)


def roots(facts: Facts) -> Iterator[Root]:
    """Every version that is served."""
    for group, kind, version, schema in versions(facts):
        yield Root(group, kind, version, schema, facts.kinds[group, kind].namespaced)


def bounds(facts: Facts) -> Iterator[Sample]:
    """Everything of everything. A version whose node is that of another version at the same place is told by that one."""
    told: set[tuple[str, Place, int]] = set()
    for root in roots(facts):
        for place, node in walk(root.schema):
            if (root.kind, place, id(node)) in told:
                continue
            at = manifest(root.group, root.kind, root.version, root.schema, root.namespaced, place)
            yield sample(at, f"holds {root.kind}/{root.version} {written(place)}")
        for constraint, node in constraints(root.kind, root.version, root.schema):
            if (root.kind, constraint.place, id(node)) in told:
                continue
            for leaf in kept(constraint, node):
                yield sample(root.holding(constraint.place, leaf), f"keeps {constraint}")
            for leaf in broken(constraint, node):
                yield sample(_at(root, constraint, leaf), f"breaks {constraint}")
        told |= {(root.kind, place, id(node)) for place, node in walk(root.schema)}


def _at(root: Root, constraint: Constraint, leaf: Any) -> Manifest:
    if constraint.place:
        return root.holding(constraint.place, leaf)
    whole = manifest(root.group, root.kind, root.version, root.schema, root.namespaced)
    return {key: item for key, item in {**whole, **leaf}.items() if item is not _GONE}


_GONE: Any = object()


def kept(constraint: Constraint, node: Schema) -> Iterator[Any]:
    """Values that lie on the bound, or that are one of few."""
    match constraint.keyword:
        case "enum":
            yield from node.enum
        case "minimum":
            yield int(node.minimum or 0)
        case "maximum":
            yield int(node.maximum or 0)
        case "minLength" | "maxLength":
            size = node.min_length if constraint.keyword == "minLength" else node.max_length
            fitting = list(texts(node, size))
            yield from dict.fromkeys([*fitting[:2], *[word for word in fitting if word.startswith("/")][:1]])
        case "pattern":
            yield from list(texts(node))[:3]
        case "minItems" | "maxItems":
            size = node.min_items if constraint.keyword == "minItems" else node.max_items or 0
            if size <= SHOWN_ITEMS:
                yield several(node, size, _name(constraint))
        case "minProperties" | "maxProperties":
            size = node.min_properties if constraint.keyword == "minProperties" else node.max_properties or 0
            if node.additional_properties is not None:
                yield _entries(node, size)
        case "format":
            if node.format == "int32" and node.maximum is None:
                yield 2**31 - 1
        case _:
            return


def broken(constraint: Constraint, node: Schema) -> Iterator[Any]:
    """Values that break this constraint, and where that can be no other."""
    name = _name(constraint)
    match constraint.keyword:
        case "type":
            wrong = ({}, True, 1.5) if node.int_or_string else WRONG[str(node.type)]
            if constraint.place:
                start = sum(map(len, constraint.place)) % len(wrong)
                yield from (wrong[start:] + wrong[:start])[:2]
        case "unknown":
            yield {**_whole(node, name), "unknownField": 1} if constraint.place else {"unknownField": 1}
        case "required":
            yield (
                {key: item for key, item in _whole(node, name).items() if key != constraint.detail}
                if constraint.place
                else {constraint.detail: _GONE}
            )
        case "enum":
            yield "NotAny"
        case "minimum":
            yield int(node.minimum or 0) - 1
        case "maximum":
            yield int(node.maximum or 0) + 1
        case "minLength":
            yield (text(attrs.evolve(node, min_length=0, enum=()), node.min_length - 1) or "a" * (node.min_length - 1))
        case "maxLength":
            longer = attrs.evolve(node, max_length=None)
            yield text(longer, (node.max_length or 0) + 1) or "a" * ((node.max_length or 0) + 1)
        case "pattern" | "allOf" | "anyOf":
            patterns = [part.pattern for part in (node, *node.all_of, *node.any_of) if part.pattern]
            fitting = [word for word in OFF if node.min_length <= len(word) and not all(matches(word, pattern) for pattern in patterns)]
            yield from fitting[:3]
        case "minItems":
            yield several(node, node.min_items - 1, name)
        case "maxItems":
            if (node.max_items or 0) <= SHOWN_ITEMS:
                yield several(node, (node.max_items or 0) + 1, name)
        case "minProperties":
            yield dict(list(_whole(node, name).items())[: node.min_properties - 1])
        case "maxProperties":
            yield _entries(node, (node.max_properties or 0) + 1)
        case "format":
            yield {"int32": 2**31}.get(str(node.format), "no such")
            if node.format == "int32":
                yield -(2**31) - 1
        case "duplicate":
            one = several(node, 1, name)
            yield one + [_same(item, node) for item in one]
        case "oneOf":
            yield from (
                {"type": "IPAddress", "value": "a.example.com"},
                {"type": "IPAddress", "value": "1.2.3"},
                {"type": "IPAddress", "value": ""},
            )
        case _:
            return


def _name(constraint: Constraint) -> str:
    return next((step for step in reversed(constraint.place) if step not in ("[]", "{}")), "")


def _whole(node: Schema, name: str) -> dict[str, Any]:
    value = smallest(node, name)
    return value if isinstance(value, dict) else {}


def _same(item: Any, node: Schema) -> Any:
    """An item with the same keys, and of list-maps with something else that differs where there is anything."""
    if node.list_type != "map" or node.items is None or not isinstance(item, dict):
        return item
    other = varied(item, node.items, 1)
    return {**other, **{key: item[key] for key in node.list_map_keys if key in item}}


def _entries(node: Schema, count: int) -> dict[str, Any]:
    return {f"{KEY}{number}": holding(node.additional_properties or Schema(), ()) for number in range(count)}
