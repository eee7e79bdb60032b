"""Changes of manifests as lines that begin with ``+``, ``-`` or ``!``, as diffs are coloured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gatewright.diff import secrets
from gatewright.diff.manifests import Field, ObjectChange
from gatewright.diff.secrets import Hidden, Tree
from gatewright.manifest.text import ManifestError
from gatewright.manifest.yaml_write import dump
from gatewright.report.reach_table import flat

_LONGEST = 400
_SIGNS: Mapping[str, str] = {"added": "+", "removed": "-", "changed": "!", "renamed": "!"}


def heading(one: ObjectChange) -> str:
    """``! HTTPRoute shop/orders (2 fields)``."""
    count = f" ({len(one.fields)} {'field' if len(one.fields) == 1 else 'fields'})" if one.change == "changed" else ""
    was = f" (was {one.was})" if one.was is not None else ""
    return flat(f"{_SIGNS[one.change]} {one.object}{count}{was}")


def lines(one: ObjectChange) -> Iterator[str]:
    """Every field, one a line and more where it holds fields itself; each with its sign at column 0, and one line whatever it holds."""
    if one.change == "renamed":
        yield flat(f"! the same as {one.was}, under another name")
    for field in one.fields:
        for line in _field(field):
            yield flat(line) if len(line) <= _LONGEST else f"{flat(line[:_LONGEST])}…"


def value(tree: Tree) -> object:
    """A value as JSON carries it: of what is hidden a few digits of its digest."""
    if isinstance(tree, Hidden):
        return str(tree)
    if isinstance(tree, Mapping):
        return {key: value(item) for key, item in tree.items()}
    if isinstance(tree, Sequence) and not isinstance(tree, str):
        return [value(item) for item in tree]
    return tree


def _field(field: Field) -> Iterator[str]:
    if field.sign == "!":
        if isinstance(field.before, Hidden) and isinstance(field.after, Hidden):
            yield f"! {field.path}: {secrets.changed(field.before, field.after)}"
        elif isinstance(field.before, dict | list) or isinstance(field.after, dict | list):
            yield from _block("-", field.path, field.before)
            yield from _block("+", field.path, field.after)
        else:
            yield f"! {field.path}: {_inline(field.before)} → {_inline(field.after)}"
    else:
        yield from _block(field.sign, field.path, field.before if field.sign == "-" else field.after)


def _block(sign: str, path: str, tree: Tree) -> Iterator[str]:
    if not isinstance(tree, dict | list) or not tree:
        yield f"{sign} {path}: {_inline(tree)}"
        return
    yield f"{sign} {path}:"
    yield from (f"{sign}   {line}" for line in _yaml(value(tree)).splitlines())


def _inline(tree: Tree) -> str:
    return _yaml(value(tree)).rstrip("\n")


def _yaml(tree: object) -> str:
    try:
        return dump(tree) if isinstance(tree, dict) else dump({"": tree}).partition(":")[2].removeprefix(" ").removeprefix("\n")
    except ManifestError as error:
        return f"({error})"
