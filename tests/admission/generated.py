"""Schemas as definitions write them, made at random out of a seed, with objects that mostly fit and mutants that mostly do not."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Mapping
from typing import Any

from gatewright.admission import exact
from gatewright.admission.defaulting import complete
from gatewright.admission.schema import Schema, Validation

Json = Any
TEXTS = ["", "a", "ab", "A", "bad", "10.0.0.1", "01.2.3.4", "::1", "1h", "2026-02-28", "2026-02-28T10:00:00Z", "YQ==", "a.b.example.com", "ä€𝄞", "x" * 12, "5"]
NUMBERS = [0, 1, 2, 3, 5, 7, 10, 13, -1, -3, 65, 2.0, 5.0, 0.5, 1.5, 2.5, 2**31 - 1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), 1e300, 1000000000.5, 1e21]
JUNK = [None, True, False, [], {}, [None], {"a": 1}, {"f0": "a"}, [[]], ["a"], [1, 1.0], "ab", 5, 5.0, 0.5, "", "x" * 40]
FORMATS = {
    "ipv4": "10.0.0.1", "ipv6": "::1", "cidr": "10.0.0.0/8", "date": "2026-02-28", "date-time": "2026-02-28T10:00:00Z", "duration": "1h",
    "byte": "YQ==", "uuid": "123e4567-e89b-12d3-a456-426614174000", "hostname": "a.example.com", "mac": "00:00:5e:00:53:01", "uri": "https://a.example/b",
    "hexcolor": "#ffffff", "k8s-short-name": "a-b", "k8s-long-name": "a.b", "password": "x", "no-such-format": "x",
}  # fmt: skip
SIZE = 6  # of lists, maps and texts, so that the server can bound what rules cost
# What the server decides as CEL, and we here as Python; each is a rule for the type it stands under.
RULES: dict[str, list[str]] = {
    "string": ["self != 'bad'", "self == oldSelf || self != 'ab'", "!oldSelf.hasValue() || oldSelf.value() != 'a' || self == 'a'"],
    "integer": ["self != 13", "self >= oldSelf"],
    "array": ["self.size() != 3", "self.size() >= oldSelf.size()"],
    "map": ["self.size() != 2"],
}


class Generator:
    """Everything follows from the seed. ``rules``: nodes get rules of ``RULES``, and every size a bound."""

    def __init__(self, seed: int, *, rules: bool = False) -> None:
        self.random = random.Random(seed)
        self._rules = rules
        self._correlated = True  # below an atomic list or a set no old value is found, and a definition may not ask for it

    def _chance(self, of: float) -> bool:
        return self.random.random() < of

    # ── schemas ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def root(self) -> Json:
        """The schema of a version: a spec, and fields beside it."""
        fields = self.fields(3)
        spec = {"type": "object", "properties": fields, **self._required(fields)}
        return {
            "type": "object",
            "properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}, "spec": spec,
                           "status": {"type": "object", "properties": {"f0": {"type": "string", "maxLength": 2}}}},
            **({"required": ["spec"]} if self._chance(0.3) else {}),
        }  # fmt: skip

    def fields(self, depth: int) -> dict[str, Json]:
        """A few properties."""
        return {f"f{number}": self.node(depth - 1) for number in range(self.random.randint(1, 4))}

    def _required(self, fields: Mapping[str, Json]) -> Json:
        names = [name for name in fields if self._chance(0.25)]
        return {"required": names} if names else {}

    def node(self, depth: int) -> Json:
        """Any schema, at most so deep."""
        scalars = [self.string, self.string, self.integer, self.number, self.boolean, self.integer_or_string]
        made = self.random.choice(scalars if depth <= 0 else [*scalars, self.object, self.object, self.map, self.list, self.list, self.list, self.open])(depth)
        if self._chance(0.15):
            made["nullable"] = True
        if self._chance(0.2) and not (made.get("x-kubernetes-embedded-resource") or _has_default(made) or '"rule"' in json.dumps(made)):
            default = self.fitting(made)
            if default is not None and not _has_float(default) and not _fails(default, made):
                made["default"] = default
        return made

    def string(self, depth: int) -> Json:
        """Texts: bounded, enumerated, of a pattern or a format, with alternatives."""
        made: Json = {"type": "string", **({"maxLength": 2 * SIZE} if self._rules else {})}
        kind = self.random.randrange(9)
        if kind == 0:
            made["enum"] = self.random.sample(TEXTS[:6], 3)
        elif kind == 1:
            made |= {"minLength": self.random.randint(0, 2), "maxLength": self.random.randint(2, 5)}
        elif kind == 2:
            made["pattern"] = self.random.choice(["^a", "b$", "^[a-z]*$", "^$|a", r"^\d+$"])
        elif kind == 3 and not self._rules:
            made["format"] = self.random.choice(list(FORMATS))
        elif kind == 4:
            made["anyOf"] = [{"format": "ipv4"}, {"pattern": "^a"}, {"enum": ["bad"]}][: self.random.randint(1, 3)]
        elif kind == 5:
            made["oneOf"] = [{"maxLength": 3}, {"pattern": "a"}]
        elif kind == 6:
            made["not"] = {"enum": ["a", "10.0.0.1"]}
        elif kind == 7:
            made["allOf"] = [{"minLength": 1}, {"pattern": "[a-z0-9]"}]
        return self._with_rules(made, "string")

    def integer(self, depth: int) -> Json:
        """Integers, with bounds of every kind."""
        made: Json = {"type": "integer"}
        if self._chance(0.5):
            made["format"] = self.random.choice(["int32", "int64", "int32", "float"])
        if self._chance(0.4):
            made |= self._bounds([0, 1, 2, 3])
        elif self._chance(0.2):
            made["enum"] = [1, 5, 65]
        return self._with_rules(made, "integer")

    def number(self, depth: int) -> Json:
        """Numbers: fractions too."""
        made: Json = {"type": "number", **({"format": self.random.choice(["float", "double"])} if self._chance(0.4) else {})}
        if self._chance(0.5):
            made |= self._bounds([0, 1, 1.5, -1.5, 2.5])
        elif self._chance(0.2):
            made["enum"] = [1, 2.5]
        return made

    def _bounds(self, values: list[float]) -> Json:
        low, more = self.random.choice(values), self.random.choice([1, 5, 100])
        bounds: Json = {"minimum": low} if self._chance(0.7) else {}
        if bounds and self._chance(0.2):
            bounds["exclusiveMinimum"] = True
        if self._chance(0.5):
            bounds["maximum"] = low + more
            if self._chance(0.2):
                bounds["exclusiveMaximum"] = True
        if self._chance(0.15):
            bounds["multipleOf"] = self.random.choice([1, 2, 2.5, 0.5] if 1.5 in values else [1, 2, 5])
        return bounds

    def boolean(self, depth: int) -> Json:
        """True or false."""
        return {"type": "boolean"}

    def integer_or_string(self, depth: int) -> Json:
        """Quantities, ports and the like."""
        either = [{"type": "integer"}, {"type": "string"}]
        made: Json = {"x-kubernetes-int-or-string": True}
        made |= self.random.choice([
            {}, {"anyOf": either}, {"pattern": "^a"}, {"anyOf": either, "pattern": "^[0-9]+m?$"}, {"allOf": [{"anyOf": either}, {"pattern": "^a"}]},
            {"minimum": 2, "maxLength": 3}, {"enum": [1, "A", "ab"]},
        ])  # fmt: skip
        return made

    def object(self, depth: int) -> Json:
        """Named fields, and how they may be combined."""
        fields = self.fields(depth)
        made: Json = {"type": "object", "properties": fields, **self._required(fields)}
        names = list(fields)
        kind = self.random.randrange(10)
        if kind == 0:
            made |= {"minProperties": self.random.randint(0, 2), "maxProperties": self.random.randint(1, 3)}
        elif kind == 1:
            made["anyOf"] = [{"required": [name]} for name in names]
        elif kind == 2:
            made["oneOf"] = [{"required": [name]} for name in names]
        elif kind == 3:
            made["not"] = {"required": names[:2]}
        elif kind == 4:
            made["x-kubernetes-preserve-unknown-fields"] = True
        elif kind == 5:
            made["x-kubernetes-embedded-resource"] = True
            made.pop("required", None)
            if self._chance(0.5):
                made["x-kubernetes-preserve-unknown-fields"] = True
        return made

    def map(self, depth: int) -> Json:
        """Fields of any name."""
        made: Json = {"type": "object", "additionalProperties": self.node(depth - 1)}
        if self._rules or self._chance(0.3):
            made["maxProperties"] = self.random.randint(2, 3)
        return self._with_rules(made, "map")

    def open(self, depth: int) -> Json:
        """Whatever anybody writes."""
        return {"x-kubernetes-preserve-unknown-fields": True, **({"type": "object"} if self._chance(0.7) else {})}

    def list(self, depth: int) -> Json:
        """Atomic lists, sets and list-maps."""
        made: Json = {"type": "array"}
        if self._rules or self._chance(0.4):
            made["maxItems"] = self.random.randint(2, SIZE)
        if self._chance(0.2):
            made["minItems"] = 1
        kind = self.random.choice(["atomic", "set", "map", "map"])
        correlated, self._correlated = self._correlated, self._correlated and kind == "map"
        if kind == "atomic":
            made["items"] = self.node(depth - 1)
        elif kind == "set":
            items = self.random.choice([self.string, self.integer, self.boolean, self.integer_or_string])(0)
            made |= {"items": items, "x-kubernetes-list-type": "set"}
        else:
            made |= self._list_map(depth)
        self._correlated = correlated
        return self._with_rules(made, "array")

    def _list_map(self, depth: int) -> Json:
        fields = self.fields(depth)
        keys = {f"k{number}": self.random.choice([{"type": "string", "maxLength": SIZE}, {"type": "integer"}]) for number in range(self.random.randint(1, 2))}
        defaulted = [name for name in keys if self._chance(0.3)]
        for name in defaulted:
            keys[name] = {**keys[name], "default": "a" if keys[name]["type"] == "string" else 1}
        required = [name for name in keys if name not in defaulted]
        items = {"type": "object", "properties": {**fields, **keys}, **({"required": required} if required else {})}
        return {"items": items, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(keys)}

    def _with_rules(self, made: Json, kind: str) -> Json:
        if self._rules and self._chance(0.35):
            rule = self.random.choice([rule for rule in RULES[kind] if self._correlated or "oldSelf" not in rule])
            made["x-kubernetes-validations"] = [{"rule": rule, **({"optionalOldSelf": True} if "hasValue" in rule else {})}]
        return made

    # ── objects ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def fitting(self, schema: Json) -> Json:
        """A value that the schema mostly takes."""
        if schema.get("enum"):
            return self.random.choice(schema["enum"])
        if schema.get("x-kubernetes-int-or-string"):
            return self.random.choice([3, "a", "5", 2]) if not schema.get("pattern") else ("a" if "a" in schema["pattern"] else "5")
        kind = schema.get("type", "object")
        if kind == "object":
            return self._fitting_object(schema)
        if kind == "array":
            return self._fitting_list(schema)
        if kind == "string":
            return self._fitting_text(schema)
        if kind == "boolean":
            return self._chance(0.5)
        low = int(schema.get("minimum", 1)) + bool(schema.get("exclusiveMinimum"))
        step = schema.get("multipleOf", 1)
        return low if kind == "integer" and step == 1 else int(step * (-(-low // step))) if step >= 1 and step == int(step) else low

    def _fitting_object(self, schema: Json) -> Json:
        required = schema.get("required", [])
        made = {name: self.fitting(child) for name, child in schema.get("properties", {}).items() if name in required or self._chance(0.6)}
        if "additionalProperties" in schema:
            made = {name: self.fitting(schema["additionalProperties"]) for name in ("m0", "m1")[: self.random.randint(0, 2)]}
        if schema.get("x-kubernetes-preserve-unknown-fields") and self._chance(0.5):
            made["beyond"] = self.random.choice([None, 1, {"a": None}, [{}]])
        if schema.get("x-kubernetes-embedded-resource"):
            made |= {"apiVersion": "v1", "kind": "ConfigMap", "metadata": self.random.choice([{}, {"name": "a"}, {"labels": {"a": "b"}}])}
        return made

    def _fitting_list(self, schema: Json) -> Json:
        size = self.random.randint(schema.get("minItems", 0), min(3, schema.get("maxItems", 3)))
        items = [self.fitting(schema["items"]) for _ in range(size)]
        if schema.get("x-kubernetes-list-type") == "map":
            for position, item in enumerate(items):
                for key in schema["x-kubernetes-list-map-keys"]:
                    item[key] = f"k{position}" if schema["items"]["properties"][key]["type"] == "string" else position
        elif schema.get("x-kubernetes-list-type") == "set":
            items = [item for position, item in enumerate(items) if item not in items[:position]]
        return items

    def _fitting_text(self, schema: Json) -> str:
        if "format" in schema:
            return FORMATS[schema["format"]]
        if "pattern" in schema:
            return {"^a": "ab", "b$": "ab", "^[a-z]*$": "ab", "^$|a": "a", r"^\d+$": "5"}[schema["pattern"]]
        if "anyOf" in schema:
            return "10.0.0.1"
        return "10.0.0.1a" if "oneOf" in schema else "ab"[: max(2, schema.get("minLength", 0))]

    def mutant(self, value: Json) -> Json:
        """A copy with one to three places changed."""
        changed = copy.deepcopy(value)
        for _ in range(self.random.randint(1, 3)):
            self._mutate(changed)
        return changed

    def _mutate(self, value: Json) -> None:
        while True:
            keys = list(value) if isinstance(value, dict) else list(range(len(value)))
            inner = [key for key in keys if isinstance(value[key], dict | list)]
            if not inner or (keys and self._chance(0.3)):
                break
            value = value[self.random.choice(inner)]
        key = self.random.choice(keys) if keys else None
        kind = self.random.randrange(9)
        if kind == 0 and isinstance(value, dict):
            value[self.random.choice(["f0", "f1", "F0", "other", "m2", "metadata"])] = self._junk()
        elif kind == 0:
            value.append(self._junk())
        elif key is None:
            return
        elif kind == 1:
            del value[key]
        elif kind == 2 and isinstance(value, list):
            value.append(copy.deepcopy(value[key]))
        elif kind <= 4:
            value[key] = None
        elif kind <= 6:
            near = TEXTS if isinstance(value[key], str) else NUMBERS if isinstance(value[key], int | float) else JUNK
            value[key] = copy.deepcopy(self.random.choice(near))
        else:
            value[key] = self._junk()

    def _junk(self) -> Json:
        return copy.deepcopy(self.random.choice([*JUNK, *JUNK, *NUMBERS, *TEXTS]))


def _has_default(schema: Json) -> bool:
    return isinstance(schema, dict) and ("default" in schema or "x-kubernetes-embedded-resource" in schema or any(map(_has_default, schema.values())))


def _fails(value: Json, raw: Json) -> bool:
    """The server refuses definitions whose defaults do not fit."""
    schema = schema_of(raw)
    whole = complete(value, schema)
    return exact.fails(whole, schema) or any(exact.duplicates(whole, schema)) or any(exact.unknown(value, schema, ""))


def _has_float(value: Json) -> bool:
    if isinstance(value, dict | list):
        return any(map(_has_float, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float)


def schema_of(raw: Json) -> Schema:
    """The schema of a definition as admission knows it."""
    return Schema(
        type=raw.get("type"),
        properties={name: schema_of(child) for name, child in raw.get("properties", {}).items()},
        required=tuple(raw.get("required", ())),
        items=schema_of(raw["items"]) if "items" in raw else None,
        additional_properties=schema_of(raw["additionalProperties"]) if "additionalProperties" in raw else None,
        enum=tuple(raw.get("enum", ())),
        minimum=raw.get("minimum"),
        maximum=raw.get("maximum"),
        exclusive_minimum=raw.get("exclusiveMinimum", False),
        exclusive_maximum=raw.get("exclusiveMaximum", False),
        multiple_of=raw.get("multipleOf"),
        min_length=raw.get("minLength", 0),
        max_length=raw.get("maxLength"),
        min_items=raw.get("minItems", 0),
        max_items=raw.get("maxItems"),
        min_properties=raw.get("minProperties", 0),
        max_properties=raw.get("maxProperties"),
        pattern=raw.get("pattern"),
        format=raw.get("format"),
        has_default="default" in raw,
        default=raw.get("default"),
        nullable=raw.get("nullable", False),
        int_or_string=raw.get("x-kubernetes-int-or-string", False),
        preserve_unknown_fields=raw.get("x-kubernetes-preserve-unknown-fields", False),
        embedded_resource=raw.get("x-kubernetes-embedded-resource", False),
        list_type=raw.get("x-kubernetes-list-type", "atomic"),
        list_map_keys=tuple(raw.get("x-kubernetes-list-map-keys", ())),
        all_of=tuple(map(schema_of, raw.get("allOf", ()))),
        any_of=tuple(map(schema_of, raw.get("anyOf", ()))),
        one_of=tuple(map(schema_of, raw.get("oneOf", ()))),
        not_=schema_of(raw["not"]) if "not" in raw else None,
        validations=tuple(
            Validation(rule["rule"], rule["rule"], optional_old_self=rule.get("optionalOldSelf", False)) for rule in raw.get("x-kubernetes-validations", ())
        ),
    )
