"""What we read of a text is what the API server reads of it: the text itself is sent, and the tree that it holds comes back."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.manifest.text import Document, Json, ManifestError, documents
from gatewright.manifest.yaml_build import Builder
from gatewright.manifest.yaml_json import json_objects
from gatewright.manifest.yaml_resolve import detoured
from gatewright.manifest.yaml_skeleton import quick
from gatewright.manifest.yaml_write import dump, dump_json
from tests.manifest.documents import SHAPES, WIDER
from tests.manifest.nasty import PLAIN_WORDS, TEXTS
from tests.manifest.test_yaml_quick import HAND_WRITTEN, WRITTEN, mutated
from tests.manifest.yaml_oracle import Refusal, typed
from tests.servers.apiserver.pool import Pool
from tests.servers.apiserver.server import ApiServer

pytestmark = pytest.mark.servers

GROUP, LEAVES = "reading.gatewright.test", {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": f"trees.{GROUP}"},
    "spec": {
        "group": GROUP,
        "scope": "Cluster",
        "names": {"plural": "trees", "singular": "tree", "kind": "Tree", "listKind": "TreeList"},
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": LEAVES}}],
    },
}
TREES = f"/apis/{GROUP}/v1/trees"
HEAD = f'metadata:\n  name: t\napiVersion: {GROUP}/v1\nkind: "Tree"\n'
OURS = frozenset(["apiVersion", "kind", "metadata"])

STRICTER = (
    "is no part of what stands above it",
    "means nothing to the API server",
    "a byte order mark inside",
    "an object or a list cannot be a key",
    "which kubectl drops",
    "cannot be a key",
    "is already set in this object",
    "unexpected ':'",
)
"""Why we refuse what the server reads: see ``tests/manifest/documents.py``."""


@pytest.fixture(scope="module")
def trees(apiserver: Pool) -> Iterator[ApiServer]:
    """A server that keeps any tree at all."""
    server = apiserver()
    server.create(CRD, dry_run=False)
    deadline = time.monotonic() + 60
    while not server.request("POST", TREES, HEAD.encode(), content_type="application/yaml", query={"dryRun": "All"}).ok:
        assert time.monotonic() < deadline, "the definition is not served"
        threading.Event().wait(0.1)
    try:
        yield server
    finally:
        server.delete(CRD)


def theirs(server: ApiServer, text: str, validation: str = "Strict", form: str = "yaml") -> object:
    """The tree that the server made of a text, or the Refusal."""
    query = {"dryRun": "All", "fieldValidation": validation}
    answer = server.request("POST", TREES, text.encode(), content_type=f"application/{form}", query=query)
    assert answer.status in (201, 400, 422), answer
    return held(answer.body) if answer.status == 201 else Refusal(answer.message)


def ours(text: str) -> object:
    """The tree that we make of it, by whichever reader, or the Refusal."""
    try:
        tree = Builder(Document("f", 1, text, 0, len(text))).build()
    except ManifestError as error:
        assert quick(text) is None
        return Refusal(error)
    if (known := quick(text)) is not None:
        assert typed(known[0].tree(known[1])) == typed(tree)
    return held(tree)


def held(tree: Any) -> object:
    return {name: numbers(value) for name, value in tree.items() if name not in OURS} if isinstance(tree, dict) else tree


def numbers(value: Any) -> Json:
    """JSON does not tell a whole number from a float that is one, so the answer does not either: as YAML's detour makes them."""
    if isinstance(value, dict):
        return {name: numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [numbers(item) for item in value]
    return value if isinstance(value, str) else detoured(value)


def compared(server: ApiServer, text: str) -> str:
    """``read``, ``refused``, or ``stricter`` where we refuse for a known reason what the server reads. Anything else fails."""
    mine, answer = ours(text), theirs(server, text)
    if isinstance(mine, Refusal):
        if isinstance(answer, Refusal):
            return "refused"
        assert any(reason in mine for reason in STRICTER), (text, mine, answer)
        return "stricter"
    if isinstance(answer, Refusal):  # a key behind the merge it overrides: strict decoding alone refuses that
        assert "already set" in answer, (text, mine, answer)
        answer = theirs(server, text, "Ignore")
    assert typed(mine) == typed(answer), text
    return "read"


def below(text: str) -> str:
    """The text as the value of a key."""
    return f"{HEAD}value:\n" + "".join(f"  {line}\n" for line in text.split("\n"))


def one_document(text: str) -> bool:
    return len(list(documents(text, "f"))) == 1


def test_shapes_and_words(trees: ApiServer) -> None:
    texts = [make(shape) for shape in (*SHAPES, *WIDER) for make in (below, lambda shape: HEAD + shape)]
    texts += [f"{HEAD}k: {word}\nl:\n- {word}\nm: [{word}]\n" for word in PLAIN_WORDS]
    texts += [f"{HEAD}{word}: v\n" for word in PLAIN_WORDS]
    counts = Counter(compared(trees, text) for text in texts if one_document(text))
    print(dict(counts))
    assert counts["read"] > 400
    assert counts["refused"] > 100


def test_every_text_we_write(trees: ApiServer) -> None:
    """In YAML and in JSON."""
    for text in TEXTS:
        tree: dict[str, Any] = {"apiVersion": f"{GROUP}/v1", "kind": "Tree", "metadata": {"name": "t"}, "v": text, "l": [[text], {text[:200] or "k": text}]}
        assert typed(theirs(trees, dump(tree))) == typed(held(tree)), text
        assert typed(theirs(trees, dump_json([tree]), form="json")) == typed(held(tree)), text


def test_mutants_of_what_we_write(trees: ApiServer) -> None:
    source = random.Random(20261122)
    small = [text for text in WRITTEN if len(text) < 2500]
    counts: Counter[str] = Counter()
    while counts.total() < 1200:
        text = mutated(source.choice([HAND_WRITTEN, source.choice(small)]), source)
        body = "".join(f"  {line}\n" for line in text.split("\n"))
        if one_document(text):
            counts[compared(trees, f"{HEAD}value:\n{body}")] += 1
    print(dict(counts))
    assert min(counts["read"], counts["refused"]) > 200


pieces = st.sampled_from(
    [*PLAIN_WORDS, *"\n\n  -:?,[]{}#&*!|>'\"%@` ", "\n  ", "\n- ", ": ", "- ", " #", "\n", "<<: ", "&a ", "*a", "? ", "a: ", "b: ", "{a: b}", "|\n    ", "\t"]
)


@settings(max_examples=800)
@given(st.lists(pieces, max_size=12).map("".join))
def test_nearly_yaml(trees: ApiServer, text: str) -> None:
    if one_document(text):
        compared(trees, below(text))
        compared(trees, HEAD + text)


json_pieces = st.sampled_from(
    ['{"a": ', '"b": ', "[", "]", "}", ", ", "1", "-0", "1e3", "80.0", "1e400", "0.1", "9223372036854775808", "12345678901234567890123", "null", "true",
     '"x"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\/"', "nan", "01", " ", "\n", '"a": 1', "'a'", "1.", "-", "+1", '"\x01"', '"\u2028"', "/* c */"]
)  # fmt: skip


@settings(max_examples=500)
@given(st.lists(json_pieces, max_size=8).map("".join))
def test_nearly_json(trees: ApiServer, text: str) -> None:
    whole_text = f'{{"apiVersion": "{GROUP}/v1", "kind": "Tree", "metadata": {{"name": "t"}}, "value": {text}}}'
    found = json_objects(whole_text, "f")
    answer = theirs(trees, whole_text, form="json")
    if not found or isinstance(found[0], ManifestError) or len(found) > 1:
        assert isinstance(answer, Refusal), (whole_text, found, answer)
    else:
        assert typed(held(found[0][0])) == typed(answer), whole_text
