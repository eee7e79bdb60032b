"""What the API server makes of an object before it judges it: nulls pruned, then defaults filled in.

Source: k8s.io/apiextensions-apiserver, pkg/apiserver/schema/defaulting. A null in a field or map value that may not be null
means absent; inside a list it stays, and so it does in a field that the schema does not name. A default fills what is absent,
never what is empty.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

from gatewright.manifest.schema import Schema


def complete(value: object, schema: Schema) -> object:
    """The value as the API server sees it when validation starts; what is not of the schema's shape is left as it is."""
    if isinstance(value, Mapping):
        return _object(value, schema)
    if isinstance(value, list | tuple) and schema.items is not None:
        return [complete(item, schema.items) for item in value]
    return value


def _object(value: Mapping[str, object], schema: Schema) -> dict[str, object]:
    whole: dict[str, object] = {}
    for key, item in value.items():
        below = schema.properties.get(key, schema.additional_properties)
        if below is None:
            whole[key] = item
        elif item is not None or below.nullable:
            whole[key] = complete(item, below)
    for key, below in schema.properties.items():
        if below.has_default and key not in whole:
            whole[key] = complete(copy.deepcopy(below.default), below)
    return whole
