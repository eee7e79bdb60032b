"""Every key, item and value is found where it stands, in YAML, JSON and JSON lines, and through the items of lists."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.manifest.text import Json, ManifestError, Place
from gatewright.manifest.yaml_plain import scalar
from gatewright.manifest.yaml_read import Loaded, read, read_each
from gatewright.manifest.yaml_write import dump, dump_json
from tests.manifest.nasty import TEXTS

texts = st.sampled_from([text for text in TEXTS if len(text) < 100 and text != "<<"]) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
trees = st.recursive(
    texts | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)
HEAD: dict[str, Json] = {"apiVersion": "v1", "kind": "T"}


def paths(tree: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    if path:
        yield path, tree
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, item in entries:
        yield from paths(item, (*path, name))


def at(text: str, place: Place) -> str:
    return text.split("\n")[place.line - 1][place.column - 1 :]


def found(text: str, loaded: Loaded, *, js: bool) -> None:
    """Each key's text stands at its place, each scalar's at its value's, and each item's at both."""
    write = json.dumps if js else scalar
    for path, value in paths(loaded.manifest):
        here, there = at(text, loaded.place_of(*path)), at(text, loaded.value_place_of(*path))
        if isinstance(path[-1], str):
            assert here.startswith(write(path[-1])), (path, here)
        elif not js:
            assert loaded.place_of(*path) == loaded.value_place_of(*path) or isinstance(value, (dict, list))
        if isinstance(value, str):
            assert there.startswith(write(value)), (path, there)
        elif value is None or type(value) is int or type(value) is bool:
            assert there.startswith(json.dumps(value)), (path, there)
        elif value == {} or value == []:
            assert there.startswith(json.dumps(value))


@given(st.dictionaries(texts, trees, max_size=4))
def test_every_field_of_what_we_write(tree: dict[str, Json]) -> None:
    manifest = {**tree, **HEAD}
    for js, text in ((False, dump(manifest)), (True, dump_json([manifest])), (False, f"# c\n\n{dump(manifest)}# d\n")):
        (loaded,) = read(text.encode(), "f")
        found(text, loaded, js=js)
        assert loaded.place_of() == (3 if text.startswith("#") else 1, 1)


@given(st.dictionaries(texts, trees, max_size=4))
def test_every_field_that_the_exact_reader_alone_understands(tree: dict[str, Json]) -> None:
    text = f"--- # c\n!!map\n{dump({**tree, **HEAD})}"
    (loaded,) = read(text.encode(), "f")
    found(text, loaded, js=False)


@given(st.lists(st.dictionaries(texts, trees, max_size=3), min_size=2, max_size=3))
def test_every_field_of_many_objects(several: list[dict[str, Json]]) -> None:
    manifests: list[dict[str, Json]] = [{**tree, **HEAD} for tree in several]
    listed: dict[str, Json] = {"apiVersion": "v1", "kind": "List", "items": [*manifests]}
    stream = "".join(json.dumps(one) + "\n" for one in manifests)
    joined = "  ".join(json.dumps(one) for one in manifests)
    for js, text in ((False, "---\n".join(map(dump, manifests))), (False, dump(listed)), (True, dump_json(manifests)), (True, stream), (True, joined)):
        loaded = read(text.encode(), "f")
        assert [one.manifest for one in loaded] == manifests
        for one in loaded:
            found(text, one, js=js)
            assert one.place_of().line == one.line
    for one in read_each(stream.encode(), "f", lines=True)[0]:
        found(stream, one, js=True)


BOTH = """\
apiVersion: v1
kind: T
on: {a: [1, {b: 2}], "c": 'd'}
x: &x
  k: 1
z:
  <<: *x
  w: |
    text
empty:
? long
: 1
0x10: 2
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("true",), (3, 1), (3, 5)),
        (("true", "a"), (3, 6), (3, 9)),
        (("true", "a", 1), (3, 13), (3, 13)),
        (("true", "a", 1, "b"), (3, 14), (3, 17)),
        (("true", "c"), (3, 22), (3, 27)),
        (("x",), (4, 1), (4, 4)),
        (("x", "k"), (5, 3), (5, 6)),
        (("z", "k"), (6, 1), (7, 3)),
        (("z", "w"), (8, 3), (8, 6)),
        (("empty",), (10, 1), (10, 1)),
        (("long",), (11, 3), (12, 3)),
        (("16",), (13, 1), (13, 7)),
        (("none", "such"), (1, 1), (1, 1)),
        ((), (1, 1), (1, 1)),
    ],
)
def test_places_in_what_people_write(path: tuple[str | int, ...], key: Place, value: Place) -> None:
    (loaded,) = read(BOTH.encode(), "f")
    assert (loaded.place_of(*path), loaded.value_place_of(*path)) == (key, value)


def test_columns_count_characters() -> None:
    (loaded,) = read('apiVersion: v1\nkind: T\n"ü😀": x\nl: ["é", y]\n'.encode(), "f")
    assert (loaded.value_place_of("ü😀"), loaded.place_of("l", 1)) == ((3, 7), (4, 10))


def test_an_identity_that_cannot_be_told_is_told_with_its_place() -> None:
    (loaded,) = read(b"---\napiVersion: v1\nkind: T\nmetadata: {name: 1}\n", "f")
    with pytest.raises(ManifestError, match=r"f:2: metadata\.name is 1, not text"):
        assert loaded.id
