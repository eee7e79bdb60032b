"""The quick reader reads what the exact one reads, or leaves it to it; and finds every field in the same place."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.manifest import yaml_line, yaml_skeleton
from gatewright.manifest.text import Document, Json, ManifestError, decoded, documents
from gatewright.manifest.yaml_build import Builder
from gatewright.manifest.yaml_line import forget
from gatewright.manifest.yaml_places import yaml_places
from gatewright.manifest.yaml_skeleton import quick
from gatewright.manifest.yaml_write import dump
from tests.manifest.documents import SHAPES
from tests.manifest.nasty import PLAIN_WORDS, TEXTS
from tests.manifest.yaml_oracle import typed

GOLDEN = Path(__file__).parent.parent / "golden"
WRITTEN = [
    one.text
    for path in sorted(GOLDEN.rglob("*.yaml"))
    for one in documents(decoded(path.read_bytes(), path.name), path.name)
    if isinstance(one, Document) and Builder(one).build() is not None
]
HAND_WRITTEN = """\
# a comment
apiVersion: v1   # the core group

kind: ConfigMap
metadata:
    name: 'it''s'
    labels: {}
    annotations:
      "quoted: key": "a \\"b\\" \\u00e4"
      'single': ''
data:
  list:
    - a
    -   b: 1
        c: 1e3
    - - x
      - k: []
        z:
    # another comment
    - d:
      - ~
      e:
        - {}
  same:
  - on
  - "on"
  nothing:
last: null
"""


def agree(text: str) -> bool:
    """Whether the quick reader takes the text; if so, it must be what the exact one reads, keys in the same order, in the same place."""
    known = quick(text)
    if known is None:
        return False
    document = Document("f", 1, text, 0, len(text))
    builder = Builder(document)
    exact = builder.build()
    skeleton, values = known
    tree = skeleton.tree(values)
    assert typed(tree) == typed(exact), text
    assert ordered(tree) == ordered(exact), text
    assert skeleton.line + 1 == builder.line, text
    for path, spot in yaml_places(document).items():
        assert skeleton.spot(path) == spot, (path, text)
    return True


def ordered(tree: Json) -> object:
    if isinstance(tree, dict):
        return [(name, ordered(value)) for name, value in tree.items()]
    return [ordered(value) for value in tree] if isinstance(tree, list) else None


def test_what_we_write_is_read_quickly() -> None:
    assert len(WRITTEN) > 100
    slow = [text for text in WRITTEN if not agree(text)]
    assert slow == []


def test_what_people_write_in_the_same_style_is_read_quickly() -> None:
    assert agree(HAND_WRITTEN)


def test_a_tree_shares_nothing_with_the_next() -> None:
    text = dump({"apiVersion": "v1", "kind": "T", "a": {}, "b": [], "c": [{"d": 1}], "e": {"f": [{}]}})
    trees = [skeleton.tree(values) for skeleton, values in (quick(text) or pytest.fail(text) for _ in range(2))]
    trees[0]["a"]["x"] = trees[0]["c"][0]["x"] = 1  # type: ignore[index,call-overload]
    trees[0]["b"].append(1)  # type: ignore[union-attr]
    trees[0]["e"]["f"].append(1)  # type: ignore[index,call-overload,union-attr]
    assert trees[1] == {"apiVersion": "v1", "kind": "T", "a": {}, "b": [], "c": [{"d": 1}], "e": {"f": [{}]}}


@pytest.mark.parametrize("place", ["k: %", "k:\n- %", "k:\n  %: v", "%: v", "k: % # c", "k:\n- %: v\n  l: m", "k: '%'", 'k: "%"'])
def test_every_word_in_every_place(place: str) -> None:
    for word in (*PLAIN_WORDS, *TEXTS):
        agree(place.replace("%", word))


def test_odd_shapes() -> None:
    for shape in SHAPES:
        agree(shape)


def mutated(text: str, source: random.Random) -> str:
    """One to three small changes, each of a kind that people and programs make."""
    lines = text.split("\n")
    for _ in range(source.randint(1, 3)):
        at = source.randrange(len(lines))
        line = lines[at]
        match source.randrange(8):
            case 0:
                lines[at] = " " * source.randint(0, 6) + line.lstrip(" ")
            case 1:
                lines.insert(at, source.choice(lines))
            case 2:
                del lines[at]
                lines = lines or [""]
            case 3:
                lines[at] = line.partition(": ")[0] + ": " + source.choice(TEXTS)
            case 4:
                lines.insert(at, " " * source.randint(0, 6) + source.choice(["# c", "-", "- a", "? a", ": a", "...", "a", "- - a", "'a': 'b"]))
            case 5:
                cut = source.randint(0, len(line))
                lines[at] = line[:cut] + source.choice("-:?,[]{}#&*!|>'\"%@` \t\\\r\u2028\x07é") + line[cut:]
            case 6:
                lines[at] = line.replace(": ", ":\n" + " " * source.randint(0, 6), 1)
            case _:
                lines[at] = line.rstrip() + source.choice([" ", " # c", "#", ":", ": ", " {}", " []", " |", " >-", " &a", " *a", " !!str"])
    return "\n".join(lines)


def test_mutants_of_what_we_write() -> None:
    source = random.Random(20261122)
    texts = [*WRITTEN, *[HAND_WRITTEN] * 20]
    taken = sum(agree(mutated(source.choice(texts), source)) for _ in range(4000))
    assert taken > 500, "else this shows nothing"


pieces = st.sampled_from(
    ["a: ", "b:", "- ", "  ", "\n", "\n  ", "\n- ", "\n    ", "c", "'d'", '"e"', "{}", "[]", " # f", "1", "on", ":", "#", '"g": ', "- h: "]
)


@settings(max_examples=1500)
@given(st.lists(pieces, max_size=14).map("".join))
def test_any_arrangement_of_pieces(text: str) -> None:
    try:
        agree(f"k:\n{text}")
        agree(f"k: {text}")
    except ManifestError as error:
        pytest.fail(f"the quick reader took what is none: {error}")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_line, "_MOST", 100)
    monkeypatch.setattr(yaml_skeleton, "_MOST", 1000)
    for number in range(500):
        assert agree(f"k{number}: v\n" + "a:\n- b: c\n" + f"d{number}:\n" + f"l{number}: {'x' * 300}\n")
        assert len(yaml_line._LINES) <= 100
        assert yaml_skeleton._SKELETONS.lines <= 1000
    forget()
    assert not yaml_line._LINES
