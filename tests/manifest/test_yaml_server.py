"""Our reader and writer held against the API server's own libraries."""

from __future__ import annotations

import pytest

from gatewright.manifest.text import Document, Json, ManifestError
from gatewright.manifest.yaml_build import Builder
from gatewright.manifest.yaml_write import dump
from tests.manifest.documents import SHAPES, STRICTER, WIDER
from tests.manifest.nasty import PLAIN_WORDS, TEXTS
from tests.manifest.yaml_oracle import Refusal, readings, typed

pytestmark = pytest.mark.servers
PLACES = ["k: %", "- %", "% : v", "[%]", "{% : v}", "{a: %, b: c}", "!!int %", "!!float %", "!!bool %", "!!null %", "!!str %", "k: '%'",
          "k: \"%\"", "- &a %\n- *a\n- {*a : b}", "k: %\nl: m", "k:\n  %", "k: % # c"]  # fmt: skip
DROPPED = ("is no part of what stands above it", "cannot be a key", "means nothing to the API server", "unexpected ':'")


def ours(text: str) -> Json | Refusal:
    try:
        return Builder(Document("f", 1, text, 0, len(text))).build()
    except ManifestError as error:
        return Refusal(error)


def test_shapes_are_read_as_the_server_reads_them() -> None:
    shapes = [shape for shape in SHAPES if shape not in STRICTER]
    for shape, theirs in zip(shapes, readings(shapes), strict=True):
        mine = ours(shape)
        assert isinstance(mine, Refusal) == isinstance(theirs, Refusal), (shape, mine, theirs)
        assert isinstance(mine, Refusal) or typed(mine) == typed(theirs), shape


@pytest.mark.parametrize("place", PLACES)
def test_words_are_read_as_the_server_reads_them_or_refused(place: str) -> None:
    documents = [place.replace("%", word) for word in PLAIN_WORDS]
    agreed = 0
    for document, theirs in zip(documents, readings(documents), strict=True):
        mine = ours(document)
        if isinstance(mine, Refusal):
            assert isinstance(theirs, Refusal) or any(why in mine for why in DROPPED), (document, mine, theirs)
        else:
            assert typed(mine) == typed(theirs), document
            agreed += 1
    assert agreed >= 10


def test_what_we_refuse_the_server_reads() -> None:
    """Else the list of exceptions would hide agreement."""
    for document, theirs in zip(STRICTER, readings(list(STRICTER)), strict=True):
        assert isinstance(ours(document), Refusal), document
        assert not isinstance(theirs, Refusal), document


def test_what_only_strict_decoding_refuses_is_read_as_without_it() -> None:
    for document, strict, lenient in zip(WIDER, readings(WIDER), readings(WIDER, "lenient"), strict=True):
        assert isinstance(strict, Refusal)
        assert typed(ours(document)) == typed(lenient)


def test_every_text_we_write_is_that_text_to_the_server() -> None:
    trees = [{"v": text, "l": [text, [text]], text[:400] or "k": {"m": text}} for text in TEXTS]
    for tree, theirs in zip(trees, readings([dump(tree) for tree in trees]), strict=True):
        assert typed(theirs) == typed(tree)
