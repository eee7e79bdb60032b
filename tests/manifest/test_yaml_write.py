"""What we write, and that every reader at hand reads it back."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from enum import StrEnum

import pytest
import ruamel.yaml
import yaml
import yaml_rs

from gatewright.manifest.text import ManifestError
from gatewright.manifest.yaml_read import read
from gatewright.manifest.yaml_write import dump, dump_all, dump_json
from tests.manifest.nasty import TEXTS
from tests.manifest.yaml_oracle import typed

READERS: dict[str, Callable[[str], object]] = {
    "pyyaml": lambda text: yaml.load(text, Loader=yaml.CSafeLoader),
    "pyyaml without libyaml": lambda text: yaml.load(text, Loader=yaml.SafeLoader),
    # It makes a date even of a quoted one unless told otherwise; no way of writing text avoids that.
    "yaml-rs": lambda text: yaml_rs.loads(text, parse_datetime=False),
    "ruamel 1.2": lambda text: ruamel.yaml.YAML(typ="safe", pure=True).load(io.StringIO(text)),
    "ours": lambda text: read(text.encode(), "f")[0].manifest,
}


def manifest(**spec: object) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "T", "metadata": {"name": "n"}, **spec}


def test_the_layout_is_the_one_kubectl_prints() -> None:
    route = {
        "spec": {"hostnames": ["a.example.com"], "rules": [{"matches": [{"path": {"value": "/a"}}], "timeouts": {}}, []]},
        "kind": "HTTPRoute", "metadata": {"name": "r"}, "apiVersion": "gateway.networking.k8s.io/v1",
    }  # fmt: skip
    assert dump(route) == (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: r\nspec:\n  hostnames:\n  - a.example.com\n"
        "  rules:\n  - matches:\n    - path:\n        value: /a\n    timeouts: {}\n  - []\n"
    )


def test_several_are_separated() -> None:
    assert dump_all([{"kind": "A"}, {"kind": "B"}]) == "kind: A\n---\nkind: B\n"


@pytest.mark.parametrize(
    "text",
    ["a", "/healthz", "gateway.networking.k8s.io/v1", "https://id.example.com/jwks", "shop-1", "a b c", "X-User"],
)
def test_plain_words_stay_readable(text: str) -> None:
    assert dump({"k": text}) == f"k: {text}\n"


@pytest.mark.parametrize(
    "text",
    [
        "y",
        "No",
        "1e3",
        "0o17",
        "09",
        "1_000",
        "1:30",
        ".5",
        "=",
        "<<",
        "~",
        "",
        "a: b",
        "a #b",
        "10s",
        "nan",
        "*",
        "a:",
        "a ",
    ],
)
def test_what_any_dialect_could_resolve_is_quoted(text: str) -> None:
    assert dump({"k": text}) == f'k: "{text}"\n'


@pytest.mark.parametrize("reader", READERS)
def test_texts_come_back_from_every_reader(reader: str) -> None:
    for text in TEXTS:
        tree = manifest(v=text, l=[text, [text, text]], m={"in": text, text[:400]: "v"})
        assert READERS[reader](dump(tree)) == tree, text


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        2**63 - 1,
        -(2**63),
        0.5,
        1e21,
        1e-7,
        1.5e300,
        5e-324,
        80.0,
        True,
        False,
        None,
        [],
        {},
        [[]],
        [{}],
        [[1], [[2]]],
    ],
)
def test_values_come_back_from_every_reader(reader: str, value: object) -> None:
    tree = manifest(v=value, l=[value], m=[{"a": value, "b": [value]}])
    assert READERS[reader](dump(tree)) == tree


class Colour(StrEnum):
    ON = "on"


def test_members_of_an_enumeration_are_text() -> None:
    assert dump({"k": Colour.ON}) == 'k: "on"\n'


LOOP: dict[str, object] = {}
LOOP["again"] = [LOOP]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (math.nan, "no number"),
        (math.inf, "no number"),
        (2**63, "64 bits"),
        (-(2**63) - 1, "64 bits"),
        ({1: "a"}, "not text"),
        ({"k" * 501: 1}, "at most"),
        (object(), "object, not"),
        ((1,), "tuple, not"),
        ({1}, "set, not"),
        (b"a", "bytes, not"),
        ("\ud800", "surrogate"),
        (LOOP, "contains itself"),
    ],
)
def test_what_the_server_has_no_word_for_is_refused(value: object, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        dump({"k": value})


def test_json_is_one_object_or_a_list() -> None:
    assert json.loads(dump_json([{"kind": "A"}])) == {"kind": "A"}
    assert json.loads(dump_json([{"kind": "A"}, {"kind": "B"}])) == {
        "apiVersion": "v1",
        "kind": "List",
        "items": [{"kind": "A"}, {"kind": "B"}],
    }
    assert list(json.loads(dump_json([{"spec": 1, "kind": "A", "apiVersion": "v1"}]))) == ["apiVersion", "kind", "spec"]
    with pytest.raises(ManifestError, match="JSON"):
        dump_json([{"a": math.nan}])


def test_types_survive_our_own_reader() -> None:
    tree = manifest(a=1, b=True, c=None, d=0.5, e="1")
    assert typed(read(dump(tree).encode(), "f")[0].manifest) == typed(tree)
