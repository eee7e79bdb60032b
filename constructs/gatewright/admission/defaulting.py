"""What the API server makes of an object before it judges it: nulls pruned, then defaults filled in.

Source: k8s.io/apiextensions-apiserver, pkg/apiserver/schema/defaulting. A null in a field or map value that may not be null
means absent, unless there is a default to take its place; inside a list it stays, and so it does in a field that the schema does not name.
A default fills what is absent, never what is empty; a default of null is none.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

from gatewright.admission.schema import Schema


def complete(value: object, schema: Schema) -> object:
    """The value as the API server sees it when validation starts; what is not of the schema's shape is left as it is.

    Shares with the value what the schema says nothing of, and nothing with the schema.
    """
    if isinstance(value, Mapping):
        return _object(value, schema)
    if isinstance(value, list | tuple) and schema.items is not None:
        return [_item(item, schema.items) for item in value]
    return value


def _item(item: object, schema: Schema) -> object:
    return complete(defaulted(schema) if item is None and not schema.nullable else item, schema)


def _object(value: Mapping[str, object], schema: Schema) -> dict[str, object]:
    whole: dict[str, object] = {}
    for key, item in value.items():
        below = schema.properties.get(key, schema.additional_properties)
        if below is None:
            whole[key] = item
        elif item is not None or below.nullable:
            whole[key] = complete(item, below)
        elif below.default is not None:
            whole[key] = complete(defaulted(below), below)
    for key, below in schema.properties.items():
        if below.default is not None and key not in whole:
            whole[key] = complete(defaulted(below), below)
    return whole


def defaulted(schema: Schema) -> object:
    """The schema's default, to keep; None where there is none."""
    return copy.deepcopy(schema.default)
