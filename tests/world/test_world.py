"""Manifests with their provenance, and what is known to be all of a kind."""

from __future__ import annotations

import pytest

from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import ManifestError
from gatewright.manifest.yaml_read import Loaded, read
from gatewright.world.world import World


def loaded(*names: str, file: str = "f") -> list[Loaded]:
    return read(
        "---\n".join(
            f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\n" for name in names
        ).encode(),
        file,
    )


def test_objects_are_found_by_identity() -> None:
    world = World.of(loaded("b", "a"))
    found = world.get(ObjectId("", "Service", "shop", "a"))
    assert found is not None
    assert (found.file, found.line) == ("f", 5)
    assert world.get(ObjectId("", "Service", "shop", "c")) is None
    assert ObjectId("", "Service", "shop", "b") in world
    assert len(world) == 2


def test_order_does_not_depend_on_the_input() -> None:
    items = [*loaded("b", "a"), *loaded("a", "c", file="e")]
    names = [[(item.id.name, item.file) for item in World.of(order)] for order in (items, items[::-1])]
    assert names[0] == names[1] == [("a", "e"), ("a", "f"), ("b", "f"), ("c", "e")]


def test_duplicates_are_reported_and_kept() -> None:
    world = World.of([*loaded("a", "b"), *loaded("a", file="e")])
    assert [[item.file for item in same] for same in world.duplicates] == [["e", "f"]]
    assert len(world) == 3


def test_objects_without_a_name_are_no_duplicates() -> None:
    world = World.of(read(b"apiVersion: v1\nkind: A\n---\napiVersion: v1\nkind: A\n", "f"))
    assert (len(world), world.duplicates) == (2, ())


def test_completeness_is_said_per_kind() -> None:
    world = World.of([], complete_for={"Service"})
    assert world.complete_for == {"Service"}


def test_a_kind_is_listed_alone() -> None:
    world = World.of([*loaded("a"), *read(b"apiVersion: g.io/v1\nkind: Service\nmetadata: {name: x}\n", "f")])
    assert [item.id.name for item in world.of_kind("", "Service")] == ["a"]


def test_what_is_no_object_is_told() -> None:
    (item,) = loaded("a")
    item.manifest.pop("kind")
    with pytest.raises(ManifestError):
        World.of([item])
