"""Any tree, written by us, is the same tree to every reader; any text, read by us, is what the server reads."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
import ruamel.yaml
import yaml
import yaml_rs
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.manifest.text import Document, Json, ManifestError
from gatewright.manifest.yaml_build import Builder
from gatewright.manifest.yaml_read import read
from gatewright.manifest.yaml_write import dump, dump_json
from tests.manifest.nasty import PLAIN_WORDS, TEXTS
from tests.manifest.yaml_oracle import conversation, typed

texts = st.sampled_from([text for text in TEXTS if len(text) < 400]) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: not value.is_integer())
trees = st.recursive(
    texts | numbers | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
objects = st.dictionaries(texts, trees, max_size=4).map(lambda tree: {"apiVersion": "v1", "kind": "T", **tree, "metadata": {"name": "n"}})


@given(objects)
def test_our_reader_reads_what_we_wrote(tree: dict[str, Json]) -> None:
    tree = {**tree, "apiVersion": "v1", "kind": "T"}
    for text in (dump(tree), dump_json([tree])):
        (loaded,) = read(text.encode(), "f")
        assert typed(loaded.manifest) == typed(tree)


@given(objects)
def test_other_readers_read_what_we_wrote(tree: dict[str, Json]) -> None:
    text = dump(tree)
    assert yaml.load(text, Loader=yaml.CSafeLoader) == tree
    assert yaml_rs.loads(text, parse_datetime=False) == tree
    assert ruamel.yaml.YAML(typ="safe", pure=True).load(io.StringIO(text)) == tree


@pytest.fixture(scope="module")
def server() -> Iterator[Callable[..., object]]:
    with conversation() as ask:
        yield ask


@pytest.mark.servers
@given(objects)
def test_the_server_reads_what_we_wrote(server: Callable[..., object], tree: dict[str, Json]) -> None:
    assert typed(server(dump(tree))) == typed(tree)
    assert typed(server(dump_json([tree]), "json")) == typed(tree)


# Text that is nearly YAML: pieces that make and break structure, in any order.
pieces = st.sampled_from(
    [
        *PLAIN_WORDS,
        *"\n\n  -:?,[]{}#&*!|>'\"%@` ",
        "\n  ",
        "\n- ",
        ": ",
        "- ",
        " #",
        "\n",
        "<<: ",
        "&a ",
        "*a",
        "? ",
        "a: ",
        "b: ",
    ]
)


@pytest.mark.servers
@settings(max_examples=1000)
@given(st.lists(pieces, max_size=12).map("".join))
def test_what_we_read_of_nearly_yaml_the_server_reads_alike(server: Callable[..., object], text: str) -> None:
    """One way only: that we do not refuse too much is shown by the tables in tests/manifest."""
    try:
        mine = Builder(Document("f", 1, text, 0, len(text))).build()
    except ManifestError:
        return
    assert typed(mine) in (typed(server(text)), typed(server(text, "lenient")))
