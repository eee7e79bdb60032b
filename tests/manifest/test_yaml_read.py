"""Files of manifests: documents, lists, JSON, places and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.errors import InputError
from gatewright.manifest.text import ManifestError
from gatewright.manifest.yaml_build import DEEPEST
from gatewright.manifest.yaml_read import read, read_file

HEAD = "apiVersion: v1\nkind: ConfigMap\n"


def refusal(text: str | bytes) -> str:
    with pytest.raises(ManifestError) as caught:
        read(text.encode() if isinstance(text, str) else text, "f.yaml")
    return str(caught.value)


def test_documents_come_in_order_with_their_lines() -> None:
    text = f"# a comment\n---\n# another\n{HEAD}---   # Source: chart/a.yaml\n\n---\n{HEAD}metadata: {{name: b}}\n---\n"
    loaded = read(text.encode(), "f.yaml")
    assert [(item.file, item.line, str(item.id)) for item in loaded] == [
        ("f.yaml", 4, "ConfigMap "),
        ("f.yaml", 9, "ConfigMap b"),
    ]


def test_windows_line_ends_and_a_byte_order_mark_are_fine() -> None:
    text = b"\xef\xbb\xbf" + f"{HEAD}---\n{HEAD}".replace("\n", "\r\n").encode()
    assert [item.line for item in read(text, "f")] == [1, 4]


def test_a_field_knows_its_line() -> None:
    text = f"---\n{HEAD}data:\n  a: 1\n  list:\n  - x\n  - b: &anchor {{c: d}}\n  again: *anchor\n"
    (loaded,) = read(text.encode(), "f")
    assert [loaded.line_of("data"), loaded.line_of("data", "a"), loaded.line_of("data", "list", 1, "b")] == [4, 5, 8]
    assert loaded.line_of("data", "list", 1, "b", "c") == 8
    assert loaded.line_of("data", "again", "c") == 9, "behind an alias the nearest written field counts"
    assert loaded.line_of("spec") == 2


def test_lists_become_their_items() -> None:
    first_item = "- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: a\n"
    text = f"apiVersion: v1\nkind: List\nitems:\n{first_item}- apiVersion: v1\n  kind: Secret\n"
    first, second = read(text.encode(), "f")
    assert [(str(first.id), first.line), (str(second.id), second.line)] == [("ConfigMap a", 4), ("Secret ", 8)]
    assert first.line_of("metadata", "name") == 7


def test_typed_lists_lend_their_kind() -> None:
    text = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRouteList\nitems: [{metadata: {name: a}}]\n"
    (route,) = read(text.encode(), "f")
    assert (route.id.group, route.id.kind, route.id.name) == ("gateway.networking.k8s.io", "HTTPRoute", "a")


@pytest.mark.parametrize("items", ["", "items: []\n", "items:\n"])
def test_an_empty_list_holds_nothing(items: str) -> None:
    assert read(f"apiVersion: v1\nkind: List\n{items}".encode(), "f") == []


def test_json_is_read_as_json() -> None:
    fields = '"a": 80.0, "b": 1e3, "c": 12, "d": "\\ud83d\\ude00\\/", "e": 9223372036854775808'
    text = f'\n{{"apiVersion": "v1", "kind": "A", {fields}}}\n\n{{"apiVersion": "v1",\n "kind": "B"}}\n'
    first, second = read(text.encode(), "f.json")
    values = [first.manifest[name] for name in "abcde"]
    assert values == [80.0, 1000.0, 12, "😀/", 9223372036854775808.0]
    assert [type(value) for value in values] == [float, float, int, str, float]
    assert (first.line, second.line, second.line_of("kind"), first.line_of("a")) == (2, 4, 5, 2)


def test_a_brace_may_also_begin_yaml() -> None:
    (loaded,) = read(b"{apiVersion: v1, kind: A, a: 80.0}", "f")
    assert type(loaded.manifest["a"]) is int
    assert len(read(b'{"apiVersion": "v1", "kind": "A"}\n---\n{"apiVersion": "v1", "kind": "B"}\n', "f")) == 2


def test_nothing_is_in_an_empty_file() -> None:
    assert read(b"", "f") == read(b"---\n# nothing\n---\nnull\n", "f") == read(b" \n", "f") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEAD}data:\n\ta: b\n", "f.yaml:4:1: a tab cannot indent YAML; use spaces"),
        (f"{HEAD}kind: B\n", "f.yaml:3:1: the key 'kind' is already set in this object"),
        (f"{HEAD}---\n{HEAD}a: !x b\n", "f.yaml:6:4: the tag !x means nothing to the API server; delete it"),
        (f"{HEAD}a: .inf\n", "f.yaml:3:4: infinity and NaN are no numbers to the API server; if it is text, put it in quotes"),
        (f"{HEAD}a: *b\n", "f.yaml:3:4: *b refers to no anchor of this document"),
        (f"{HEAD}a: &b [*b]\n", "f.yaml:3:8: *b refers to what contains it"),
        (f"{HEAD}~: b\n", "f.yaml:3:1: null cannot be a key; quote it if it is text"),
        (f"{HEAD}--- a: b\n", "f.yaml:3:4: only a comment may follow `---` on its line, got 'a: b'"),
        (f"%YAML 1.2\n---\n{HEAD}", "f.yaml:1:1: a % directive does not reach the API server; delete it"),
        (f"{HEAD}a: \x07\n", "f.yaml:3:4: YAML takes no control character (U+0007); escape it in double quotes"),
        (f"{HEAD}a: [b: {{c]\n", "f.yaml:3:10: did not find expected ',' or '}', while parsing a flow mapping"),
        (f"{HEAD}a: b: c\n", "f.yaml:3:5: a second `: ` on one line; quote the text, or check the indent"),
        ("- a\n", "f.yaml:1: an object is expected, got a list"),
        ("\nkind: A\n", "f.yaml:2: not a Kubernetes object: it has no apiVersion"),
        ("apiVersion: v1\n", "f.yaml:1: not a Kubernetes object: it has no kind"),
        ("apiVersion: 1\nkind: A\n", "f.yaml:1:13: apiVersion is 1, not text; put it in quotes"),
        ("apiVersion: v1\nkind: List\nitems:\n- a\n", "f.yaml:4: items[0] of a List is text, not an object"),
        ("apiVersion: v1\nkind: List\nitems: {}\n", "f.yaml:1: the items of a List are an object, not a list"),
        ('{"apiVersion": "v1",\n "kind": "A", "a": 1, "a": 2}', "f.yaml:2:23: the key 'a' is set twice in one object"),
        ('{"apiVersion": "v1", "kind": "A", "a": 1e999}', "f.yaml:1: 1e999 is no number to the API server"),
        (f"{HEAD}\ufeffa: b\n", "f.yaml:3:1: a byte order mark inside the text (were two files joined?); delete it"),
        (b"a: \n b\xff", "f.yaml:2:3: not UTF-8; save the file as UTF-8"),
        (b"\xff\xfea\0", "f.yaml: written in UTF-16; save it as UTF-8"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(text: str | bytes, message: str) -> None:
    assert refusal(text) == message


def test_messages_are_input_errors() -> None:
    assert issubclass(ManifestError, InputError)


def test_aliases_cannot_make_a_document_explode() -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 10))
    assert "without measure" in refusal(f"{HEAD}l0: &l0 [a, a, a, a, a, a, a, a, a, a]\n{levels}")


def test_aliases_are_copies() -> None:
    (loaded,) = read(f"{HEAD}a: &x {{b: c}}\nd: *x\n".encode(), "f")
    assert loaded.manifest["a"] == loaded.manifest["d"]
    assert loaded.manifest["a"] is not loaded.manifest["d"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "- " * 5_000, "{a: " * 100_000])
def test_nesting_has_a_bound(text: str) -> None:
    assert "nested" in refusal(f"{HEAD}a: {text}" if text[0] != "-" else text) or "JSON" in refusal(text)


def test_nesting_through_aliases_has_the_same_bound() -> None:
    deep = DEEPEST // 2 + 1
    assert "nested" in refusal(f"{HEAD}a: &a {'[' * deep}{']' * deep}\nb: {'[' * deep}*a{']' * deep}\n")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read"):
        read_file(tmp_path / "none.yaml")
    (tmp_path / "a.yaml").write_text(HEAD)
    assert read_file(tmp_path / "a.yaml")[0].file == str(tmp_path / "a.yaml")


def test_a_file_has_a_longest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewright.manifest.text.LONGEST_TEXT", 10)
    assert "at most" in refusal(HEAD)
