"""What the API server demands of an object's metadata, its own or that of an object embedded in it.

First it decodes: a value of another type, or a time that is none, is refused with 400, and so is an unknown field. Then it judges names,
labels, annotations, owners and finalizers. What the server sets itself (uid, resourceVersion, generation, managedFields, …) it only decodes.
Sources: k8s.io/apimachinery, pkg/apis/meta/v1/types.go and pkg/api/validation/objectmeta.go; k8s.io/apiserver, pkg/registry/rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from gatewright.admission.finding import Finding, fault
from gatewright.admission.formats import is_timestamp
from gatewright.admission.json_path import below
from gatewright.admission.names import KEY, LABEL, SUBDOMAIN, VALUE, is_key, is_label, is_subdomain, is_value, remembered
from gatewright.admission.quoting import quoted
from gatewright.admission.scalars import kind_of, number, same
from gatewright.errors import did_you_mean, shown

ANNOTATIONS_LIMIT = 256 * 1024  # bytes
Shape: TypeAlias = "Literal['string', 'integer', 'boolean', 'time', 'any'] | list[Shape] | dict[str, Shape]"
"""What a field decodes to; a list is of its one shape, a dict is a struct, and the key ``*`` stands for every key of a map."""

_OWNER: Shape = {
    "apiVersion": "string", "kind": "string", "name": "string", "uid": "string", "controller": "boolean", "blockOwnerDeletion": "boolean",
}  # fmt: skip
_MANAGER: Shape = {
    "manager": "string", "operation": "string", "apiVersion": "string", "time": "time", "fieldsType": "string", "fieldsV1": "any",
    "subresource": "string",
}  # fmt: skip
SHAPE: Shape = {
    "name": "string", "generateName": "string", "namespace": "string", "selfLink": "string", "uid": "string", "resourceVersion": "string",
    "generation": "integer", "creationTimestamp": "time", "deletionTimestamp": "time", "deletionGracePeriodSeconds": "integer",
    "labels": {"*": "string"}, "annotations": {"*": "string"}, "ownerReferences": [_OWNER], "finalizers": ["string"],
    "managedFields": [_MANAGER],
}  # fmt: skip
_WORDS = {"string": "a string", "integer": "an integer", "boolean": "true or false", "time": "a time such as 2026-01-31T12:00:00Z"}
_EXCLUSIVE = {"orphan", "foregroundDeletion"}
_ONCE_SET = ("uid", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds")

_key, _annotation_key, _text = remembered(is_key), remembered(lambda text: is_key(text.lower())), remembered(is_value)
_name, _namespace = remembered(is_subdomain), remembered(is_label)


def is_surely_fine(metadata: object, *, namespaced: bool) -> bool:
    """Whether an object's metadata is of the everyday kind, and right: name, namespace, labels, annotations. False: look closer."""
    if type(metadata) is not dict:
        return False
    named = False
    for field, value in metadata.items():
        if field == "name":
            if type(value) is not str or not _name(value):
                return False
            named = True
        elif field == "namespace":
            if type(value) is not str or not (_namespace(value) if value and namespaced else True):
                return False
        elif field == "labels":
            if type(value) is not dict or not _are_fine(value, _key, _text):
                return False
        elif field == "annotations":
            if type(value) is not dict or not _are_fine(value, _annotation_key, _is_short):
                return False
        elif field != "creationTimestamp" or value is not None:
            return False
    return named


def _are_fine(pairs: Mapping[object, object], key: Callable[[str], bool], value: Callable[[str], bool]) -> bool:
    if len(pairs) > 64:
        return False
    return all(type(name) is str and type(text) is str and key(name) and value(text) for name, text in pairs.items())


def _is_short(text: str) -> bool:
    return len(text) < 900  # 64 of these, four bytes a character, and their keys are below the limit


def undecodable(metadata: object, path: str = "metadata") -> Iterator[Finding]:
    """Where the server stops before it judges anything: wrong types, and fields that metadata does not have. Null is as good as absent."""
    return _undecodable(metadata, SHAPE, path)


def _undecodable(value: object, shape: Shape, path: str) -> Iterator[Finding]:
    if value is None or shape == "any":
        return
    if isinstance(shape, str):
        if not _decodes(value, shape):
            yield fault(path, "type", quoted(value, path), _WORDS[shape], "name")
    elif isinstance(shape, list):
        if not isinstance(value, list | tuple):
            yield fault(path, "type", quoted(value, path), "a list", "name")
            return
        for position, item in enumerate(value):
            yield from _undecodable(item, shape[0], f"{path}[{position}]")
    elif not isinstance(value, Mapping):
        yield fault(path, "type", quoted(value, path), "an object", "name")
    else:
        for key, item in value.items():
            inner = shape.get("*") or shape.get(str(key))
            if inner is None:
                allowed = f"one of {', '.join(sorted(shape))}{did_you_mean(str(key), shape) if len(str(key)) <= 64 else ''}"
                yield fault(below(path, key), "unknown", shown(key), allowed, "name")
            else:
                yield from _undecodable(item, inner, below(path, key))


def _decodes(value: object, shape: str) -> bool:
    if shape == "time":
        return isinstance(value, str) and is_timestamp(value)
    kind = kind_of(value)  # a float goes through JSON once more: 1.0 comes back as 1, and 1e21 as it was
    return kind == shape or (shape == "integer" and isinstance(value, float) and kind == "number" and value.is_integer() and abs(value) < 1e21
                             and -(2**63) <= int(value) < 2**63)  # fmt: skip


def faults(metadata: Mapping[str, object], *, namespaced: bool) -> Iterator[Finding]:
    """What is wrong with an object's own metadata, once it decodes. Without a namespace whoever applies it chooses one."""
    name, prefix = metadata.get("name"), metadata.get("generateName")
    if prefix and not is_subdomain(_masked(str(prefix))):
        yield fault("metadata.generateName", "name", shown(prefix), f"the beginning of {SUBDOMAIN}", "name")
    if not name and not prefix:
        yield fault("metadata.name", "required", "nothing" if name is None else shown(name), "a name, or a generateName", "name")
    elif name and name != named({**metadata, "name": None}).get("name") and not is_subdomain(str(name)):
        yield fault("metadata.name", "name", shown(name), SUBDOMAIN, "name")
    namespace = metadata.get("namespace")
    if namespaced and namespace and not is_label(str(namespace)):
        yield fault("metadata.namespace", "name", shown(namespace), LABEL, "name")
    yield from _notes({**metadata, "ownerReferences": _once(_items(metadata, "ownerReferences"))}, "metadata")


def named(metadata: Mapping[str, object]) -> Mapping[str, object]:
    """The metadata with the name that the server makes of ``generateName``, its five random letters being five x."""
    prefix = metadata.get("generateName")
    if metadata.get("name") or not prefix or not isinstance(prefix, str):
        return metadata
    return {**metadata, "name": f"{prefix.encode('utf-8', 'surrogatepass')[:58].decode(errors='replace')}xxxxx"}


def _once(owners: Sequence[object]) -> list[object]:
    """Owners without those that are said again word for word: the server drops them with a warning."""
    kept: list[object] = []
    stated: list[object] = []
    for owner in owners:
        said = {key: value for key, value in owner.items() if value not in (None, "")} if isinstance(owner, Mapping) else owner
        if said not in stated:
            stated.append(said)
            kept.append(owner)
    return kept


def embedded(metadata: Mapping[str, object], path: str) -> Iterator[Finding]:
    """What is wrong with the metadata of an embedded object, once it decodes: its names are only kept from breaking a URL."""
    for field in ("generateName", "name"):
        name = str(metadata.get(field) or "")
        if "/" in name or "%" in name or (field == "name" and name in (".", "..")):
            yield fault(f"{path}.{field}", "name", shown(name), "neither . nor .., without / and %", "name")
    namespace = metadata.get("namespace")
    if namespace and not is_label(str(namespace)):
        yield fault(f"{path}.namespace", "name", shown(namespace), LABEL, "name")
    generation = metadata.get("generation")
    if isinstance(generation, int | float) and generation < 0:
        yield fault(f"{path}.generation", "minimum", number(generation), "at least 0", "name")
    yield from _notes(metadata, path)
    yield from _managers(_items(metadata, "managedFields"), f"{path}.managedFields")


def _masked(prefix: str) -> str:
    text = prefix.encode("utf-8", "surrogatepass")  # the server cuts bytes, not characters
    return f"{text[:-2].decode(errors='replace')}a" if len(text) > 1 and prefix.endswith("-") else prefix


def _notes(metadata: Mapping[str, object], path: str) -> Iterator[Finding]:
    for key, value in _pairs(metadata, "labels"):
        if not is_key(key):
            yield fault(below(f"{path}.labels", key), "key", shown(key), KEY, "name")
        if not is_value(value):
            yield fault(below(f"{path}.labels", key), "value", shown(value), VALUE, "name")
    size = 0
    for key, value in _pairs(metadata, "annotations"):
        size += len((key + value).encode("utf-8", "surrogatepass"))
        if not is_key(key.lower()):
            yield fault(below(f"{path}.annotations", key), "key", shown(key), KEY, "name")
    if size > ANNOTATIONS_LIMIT:
        yield fault(f"{path}.annotations", "maxLength", f"{size} bytes", f"at most {ANNOTATIONS_LIMIT} bytes, keys included", "name")
    yield from _owners(_items(metadata, "ownerReferences"), f"{path}.ownerReferences")
    finalizers = [str(one or "") for one in _items(metadata, "finalizers")]
    for position, one in enumerate(finalizers):
        if not is_key(one):
            yield fault(f"{path}.finalizers[{position}]", "key", shown(one), KEY, "name")
    if set(finalizers) >= _EXCLUSIVE:
        yield fault(f"{path}.finalizers", "exclusive", shown(finalizers), "orphan or foregroundDeletion, not both", "name")


def _pairs(metadata: Mapping[str, object], field: str) -> Iterator[tuple[str, str]]:
    pairs = metadata.get(field)
    for key, value in pairs.items() if isinstance(pairs, Mapping) else ():
        yield str(key), "" if value is None else str(value)


def _items(metadata: Mapping[str, object], field: str) -> Sequence[object]:
    items = metadata.get(field)
    return items if isinstance(items, list | tuple) else ()


def _owners(owners: Sequence[object], path: str) -> Iterator[Finding]:
    controllers = 0
    for position, owner in enumerate(owners):
        known = owner if isinstance(owner, Mapping) else {}
        for field in ("apiVersion", "kind", "name", "uid"):
            if not known.get(field) or (field == "apiVersion" and not _has_version(str(known[field]))):
                got = shown(known[field]) if known.get(field) else "nothing"
                yield fault(f"{path}[{position}].{field}", "owner", got, "what identifies the owner", "name")
        if (known.get("apiVersion"), known.get("kind")) == ("v1", "Event"):
            yield fault(f"{path}[{position}]", "owner", "an Event", "an object that is no Event", "name")
        controllers += known.get("controller") is True
    if controllers > 1:
        yield fault(path, "controller", f"{controllers} controllers", "one owner with controller: true", "name")


def _has_version(api_version: str) -> bool:
    return api_version.count("/") <= 1 and bool(api_version.rpartition("/")[2])


def _managers(managers: Sequence[object], path: str) -> Iterator[Finding]:
    for position, one in enumerate(managers):
        known = one if isinstance(one, Mapping) else {}
        operation, kind, manager, subresource = (str(known.get(key) or "") for key in ("operation", "fieldsType", "manager", "subresource"))
        if operation not in ("Apply", "Update"):
            yield fault(f"{path}[{position}].operation", "manager", shown(operation), "Apply or Update", "name")
        if kind not in ("", "FieldsV1"):
            yield fault(f"{path}[{position}].fieldsType", "manager", shown(kind), "FieldsV1", "name")
        if len(manager.encode("utf-8", "surrogatepass")) > 128 or not manager.isprintable():
            yield fault(f"{path}[{position}].manager", "maxLength", shown(manager), "at most 128 printable characters", "name")
        if len(subresource.encode("utf-8", "surrogatepass")) > 256:
            yield fault(f"{path}[{position}].subresource", "maxLength", shown(subresource), "at most 256 characters", "name")


def changed(metadata: Mapping[str, object], old: Mapping[str, object]) -> Iterator[Finding]:
    """What an update may not change, as far as two manifests show it: what only one of them says is no difference.

    A namespace that is not stated is the one the other states. Another resourceVersion is a conflict, not a mistake, and refused all the same.
    """
    for field in ("name", "namespace", *_ONCE_SET):
        was, now = old.get(field), metadata.get(field)
        if field == "deletionTimestamp" and was:
            continue  # the server keeps its own
        added = now is not None and field in ("deletionTimestamp", "deletionGracePeriodSeconds")
        if (now and was and not same(now, was)) or (added and was is None):
            yield fault(f"metadata.{field}", "immutable", shown(now), "nothing" if was is None else shown(was), "name")
    if old.get("deletionTimestamp") and (more := [one for one in _items(metadata, "finalizers") if one not in _items(old, "finalizers")]):
        yield fault("metadata.finalizers", "immutable", shown(more), "no more of them, for the object is being deleted", "name")
