"""Whether a reader accounts for a kind: every field of its schemas is on one list, what it says it reads it reads, and nothing makes it fall."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gatewright.admission.schema import Schema, load
from gatewright.gateways.envoy.effects.covered import Covered

RELEASES = ("envoy-gateway-1.8", "envoy-gateway-1.9")
JUNK: tuple[Any, ...] = (None, True, 0, -1, 1.5, "", "junk", [], [None], ["junk"], [[]], [{}], {}, {"junk": {}}, 10**30)
Path = tuple[str | int, ...]


def leaves(kind: str, release: str) -> tuple[str, ...]:
    """The leaves below ``spec`` of a kind, as dotted paths without list indices."""
    schema = load(release).schema("gateway.envoyproxy.io", kind, "v1alpha1")
    assert schema is not None
    return tuple(_leaves(schema.properties["spec"], ""))


def _leaves(node: Schema, path: str) -> Iterator[str]:
    while node.items is not None:
        node = node.items
    if not node.properties:
        yield path
    for name, child in node.properties.items():
        yield from _leaves(child, f"{path}.{name}" if path else name)


def accounted(kind: str, fields: Covered) -> None:
    """Every leaf of both releases is on exactly one list, and no list names what neither has."""
    known: set[str] = set()
    for release in RELEASES:
        found = leaves(kind, release)
        assert found
        assert {leaf: fields.lists(leaf) for leaf in found if fields.lists(leaf) != 1} == {}
        known |= set(found)
    assert fields.stale(known) == ()


def read(fields: Covered, say: Callable[[Any], object], samples: Sequence[Any]) -> None:
    """Each leaf that is listed as read changes what the reader says, in one of the samples at least."""
    apart = json.loads(json.dumps(samples))  # what samples share would change in two places at once
    idle = [leaf for leaf in sorted(fields.read) if not any(_matters(leaf, say, sample) for sample in apart)]
    assert idle == [], f"listed as read, and without effect: {idle}"


def _matters(leaf: str, say: Callable[[Any], object], sample: Any) -> bool:
    said = say(sample)
    return any(
        say(_with(sample, place, other)) != said or say(_without(sample, place)) != said
        for place in _places(sample, leaf.split("."))
        for other in (_other(_at(sample, place)),)
    )


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return [*value, "added"]
    return f"{value}x" if isinstance(value, str) else {"added": "x"}


def _places(value: Any, names: Sequence[str], path: Path = ()) -> Iterator[Path]:
    if isinstance(value, list) and names:
        for index, item in enumerate(value):
            yield from _places(item, names, (*path, index))
    elif not names:
        yield path
    elif isinstance(value, dict) and names[0] in value:
        yield from _places(value[names[0]], names[1:], (*path, names[0]))


def never_falls(say: Callable[[Any], object], samples: Sequence[Any]) -> None:
    """Whatever stands in any place of the samples, something is said."""
    for sample in json.loads(json.dumps(samples)):
        for place in list(_everywhere(sample)):
            holder, last = _at(sample, place[:-1]), place[-1]
            kept = holder[last]
            for junk in JUNK:
                holder[last] = junk
                say(sample)
            holder[last] = kept


def _everywhere(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    steps = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for step, child in steps:
        yield from _everywhere(child, (*path, step))


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _with(sample: Any, path: Path, value: Any) -> Any:
    changed = copy.deepcopy(sample)
    _at(changed, path[:-1])[path[-1]] = value
    return changed


def _without(sample: Any, path: Path) -> Any:
    changed = copy.deepcopy(sample)
    del _at(changed, path[:-1])[path[-1]]
    return changed
