"""The smallest objects that hold a given place and still keep every rule: what the schema demands, and what rules demand besides.

Unions are found by their discriminator: a property whose enum names a sibling (``type: URLRewrite`` and ``urlRewrite``). What a rule asks
for beyond that is in ``companions.py``.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from gatewright.admission.schema import Schema
from tests.servers.agreement.corpus.companions import ALSO
from tests.servers.agreement.corpus.places import ENTRY, ITEM, Place
from tests.servers.agreement.corpus.sample import Manifest
from tests.servers.agreement.corpus.words import takes, text

KEY = "key"  # of every map
UNSET: Any = object()
DISCRIMINATORS = ("type", "protocol", "sourceType")
REPEATED = "ExtensionRef"  # the one filter of which every list may hold several
ARMS = {REPEATED: "extensionRef", "Literal": "literalValue", "Attribute": "attributeKey", "Header": "headerName"}


def smallest(schema: Schema, name: str = "") -> Any:
    """What the node demands and nothing more, but for what its rules demand. ``name`` is the property that holds it."""
    if schema.has_default and schema.default is not None and schema.type != "object":
        return copy.deepcopy(schema.default)
    if schema.enum:
        return next((value for value in schema.enum if value != ""), schema.enum[0])
    if schema.int_or_string:
        return 80 if not schema.all_of else (text(schema) or 80)
    if schema.type == "object" or schema.properties:
        value = {key: smallest(schema.properties[key], key) for key in schema.required if key in schema.properties}
        for key in list(schema.properties)[: schema.min_properties]:
            value.setdefault(key, smallest(schema.properties[key], key))
        if schema.additional_properties is not None and schema.min_properties:
            value[KEY] = smallest(schema.additional_properties, KEY)
        return completed(value, schema, name)
    if schema.type == "array":
        return several(schema, max(schema.min_items, 1), name) if schema.min_items else []
    if schema.type == "string":
        word = text(schema)
        return "a" if word is None else NAMED.get(name, word) if takes(schema, NAMED.get(name, word)) else word
    if schema.type in ("integer", "number"):
        low = 80 if name == "port" else 1
        return int(
            min(max(low, schema.minimum if schema.minimum is not None else low), schema.maximum if schema.maximum is not None else low)
        )
    return False if schema.type == "boolean" else {}


NAMED = {
    "hostname": "example.com",
    "hostnames": "example.com",
    "protocol": "HTTP",
    "service": "a",
    "path": "/",
    "value": "10.0.0.1",
    "routability": "Cluster",
}


def several(schema: Schema, count: int, name: str = "") -> list[Any]:
    """A list of so many items that are not equal."""
    items = schema.items or Schema()
    if count > 1 and REPEATED in getattr(items.properties.get("type"), "enum", ()):
        return [holding(items, (ARMS[REPEATED],), name=name) for _ in range(count)]
    return [varied(smallest(items, name), items, position, name) for position in range(count)]


def varied(value: Any, schema: Schema, number: int, name: str = "") -> Any:
    """The value with what tells it from its neighbours: names, ports and values, or itself."""
    if number == 0:
        return value
    if isinstance(value, dict):
        changed = dict(value)
        for key, item in value.items():
            if key in (
                "name",
                "value",
                "hostname",
                "port",
                "headerName",
                "attributeKey",
                "uri",
                "sectionName",
                *([] if name != "targetRefs" else ["kind"]),
            ):
                changed[key] = varied(item, schema.properties[key], number, key)
        if changed == value and "name" in schema.properties and schema.properties["name"].type == "string":
            changed["name"] = f"a{number}"
        return changed
    if isinstance(value, str):
        candidates = [
            f"{value}{number}",
            f"{value}-{number}",
            f"10.0.0.{number}",
            f"a{number}.example.com",
            f"a{number}",
            f"{number}.{value}",
            str(100 + number),
            f"{number}h",
            f"{number}s",
        ]
        candidates += [one for one in schema.enum if isinstance(one, str)][number : number + 1]
        return next((one for one in candidates if takes(schema, one)), value)
    if isinstance(value, int) and not isinstance(value, bool):
        moved = value + number
        if schema.maximum is not None and moved > schema.maximum:
            moved = value - number
        return schema.enum[number % len(schema.enum)] if schema.enum else moved
    return value


def arms(schema: Schema) -> dict[str, dict[str, Any]]:
    """By discriminator: the values that name a sibling, and that sibling."""
    found: dict[str, dict[str, Any]] = {}
    for name in DISCRIMINATORS:
        if name in schema.properties and schema.properties[name].type == "string":
            siblings = {key.lower(): key for key in schema.properties}
            named = {value: siblings.get(str(value).lower(), ARMS.get(str(value))) for value in schema.properties[name].enum}
            named = {value: key if key in schema.properties else None for value, key in named.items()}
            named = {value: key for value, key in named.items() if key is not None and key != name}
            if named:
                found[name] = named
    return found


def completed(value: dict[str, Any], schema: Schema, name: str = "", keep: str = "") -> dict[str, Any]:
    """The object with the arm of its union that its discriminator names, or the discriminator of the arm ``keep``, and with what ALSO adds."""
    for discriminator, named in arms(schema).items():
        node = schema.properties[discriminator]
        chosen = next((one for one, key in named.items() if key == keep), value.get(discriminator, node.default))
        if not isinstance(chosen, str):
            continue
        if chosen not in named and discriminator in schema.required and not keep:
            chosen = next(iter(named))
        if chosen in named:
            others = {key for key in named.values() if key != named[chosen]}
            value = {**{key: item for key, item in value.items() if key not in others}, discriminator: chosen}
            value.setdefault(named[chosen], smallest(schema.properties[named[chosen]], named[chosen]))
    for applies, change in ALSO:
        if applies <= set(schema.properties):
            change(value, keep, schema, smallest)
    return value


def holding(schema: Schema, place: Place, leaf: Any = UNSET, name: str = "") -> Any:
    """The smallest value of the node that holds the place, with ``leaf`` there."""
    if not place:
        if leaf is not UNSET:
            return leaf
        return several(schema, 1, name) if schema.type == "array" else smallest(schema, name)
    step, rest = place[0], place[1:]
    if step == ITEM:
        return [holding(schema.items or Schema(), rest, leaf, name)]
    if step == ENTRY:
        return {KEY: holding(schema.additional_properties or Schema(), rest, leaf, KEY)}
    value = smallest(schema, name)
    whole: dict[str, Any] = dict(value) if isinstance(value, Mapping) else {}
    whole[step] = holding(schema.properties[step], rest, leaf, step)
    return completed(whole, schema, name, step)


def manifest(group: str, kind: str, version: str, schema: Schema, namespaced: bool, place: Place = (), leaf: Any = UNSET) -> Manifest:
    """The smallest object of a kind that holds the place, with ``leaf`` there."""
    metadata = {"name": "a", **({"namespace": "agreement"} if namespaced else {})}
    body = holding(schema, place, leaf) if place else smallest(schema)
    whole = {key: item for key, item in body.items() if key not in ("apiVersion", "kind", "metadata")}
    return {"apiVersion": f"{group}/{version}", "kind": kind, "metadata": metadata, **whole}
