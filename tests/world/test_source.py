"""Files, folders and standard input: what is read, what is passed over, and what is said of the rest."""

from __future__ import annotations

import io
import os
import socket
from pathlib import Path

import pytest

from gatewright.manifest.directory import index
from gatewright.world.source import read_all, read_source
from tests.world.manifests import config_map, filled, names


def stdin(text: str | bytes) -> io.BytesIO:
    return io.BytesIO(text.encode() if isinstance(text, str) else text)


def said(path: Path | str, data: str = "") -> list[str]:
    return [str(error) for error in read_source(str(path), stdin=stdin(data)).errors]


def test_a_folder_is_read_by_name_and_all_the_way_down(tmp_path: Path) -> None:
    folder = filled(tmp_path, {
        "b.yaml": f"{config_map('b1')}---\n{config_map('b2')}",
        "a/z.yml": config_map("z"),
        "a.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}',
        "c.jsonl": '{"apiVersion": "v1", "kind": "A", "metadata": {"name": "c1"}}\n{"apiVersion": "v1", "kind": "A", "metadata": {"name": "c2"}}\n',
        "README.md": "no manifest",
        ".hidden.yaml": "broken: [",
        ".git/config.yaml": "broken: [",
    })  # fmt: skip
    read = read_source(str(folder))
    assert (names(read), read.errors, read.skipped, read.complete) == (["z", "a", "b1", "b2", "c1", "c2"], (), (), frozenset())
    assert [(one.file, one.line) for one in read.objects[2:4]] == [(str(folder / "b.yaml"), 1), (str(folder / "b.yaml"), 6)]


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    filled(tmp_path, {"manifest.txt": config_map("a"), ".hidden": config_map("b")})
    assert names(read_all([str(tmp_path / "manifest.txt"), str(tmp_path / ".hidden")])) == ["a", "b"]


def test_one_mistake_hides_no_object_and_no_other_mistake(tmp_path: Path) -> None:
    text = f"{config_map('a1')}---\na: [\n---\n{config_map('a2')}--- x\nlost: 1\n---\na: b: c\n"
    filled(tmp_path, {"a.yaml": text, "c.yaml": config_map("c")})
    (tmp_path / "b.yaml").write_bytes(b"a: \xff")
    read = read_all([str(tmp_path), str(tmp_path / "none")])
    assert names(read) == ["a1", "a2", "c"]
    assert [str(error).removeprefix(f"{tmp_path}/") for error in read.errors] == [
        "a.yaml:7:1: a value is expected here, while parsing a flow node",
        "a.yaml:12:4: only a comment may follow `---` on its line, got 'x'",
        "a.yaml:15:5: a second `: ` on one line; quote the text, or check the indent",
        "b.yaml:1:4: not UTF-8; save the file as UTF-8",
        "none: there is no such file or folder",
    ]


def test_what_lies_beside_manifests_is_skipped_and_said(tmp_path: Path) -> None:
    filled(tmp_path, {
        "kustomization.yaml": index(frozenset(["a.yaml"])),
        "overlay.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n",
        "trace.json": '{\n  "schema": "gatewright.trace/1",\n  "traces": []\n}\n',
        "other/trace.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine"}}',
        "a.yaml": config_map("a"),
    })  # fmt: skip
    read = read_source(str(tmp_path))
    assert names(read) == ["a", "mine"]
    assert [str(one).removeprefix(f"{tmp_path}/") for one in read.skipped] == [
        "kustomization.yaml: an index for kustomize, no manifest",
        "overlay.yaml: a Kustomization of kustomize, no manifest",
        "trace.json: gatewright.trace/1, written by gatewright, no manifest",
    ]


def test_manifests_beside_what_is_skipped_are_read(tmp_path: Path) -> None:
    """``kubectl apply -f`` takes them, so whoever hides one there must not get past us."""
    trace = '{"schema": "gatewright.trace/1"}'
    one = '{"apiVersion": "v1", "kind": "A", "metadata": {"name": "%s"}}'
    filled(tmp_path, {
        "kustomization.yaml": f"resources: []\n---\n{config_map('hidden')}",
        "trace.json": f"{trace}\n{one % 'behind'}\n",
        "traced.json": '{"schema": "gatewright.trace/1", "apiVersion": "v1", "kind": "A", "metadata": {"name": "within"}}',
    })  # fmt: skip
    read = read_source(str(tmp_path))
    assert names(read) == ["hidden", "behind", "within"]
    assert not read.skipped
    assert [str(error).removeprefix(f"{tmp_path}/") for error in read.errors] == [
        "kustomization.yaml:1: not a Kubernetes object: it has no apiVersion",
        "trace.json:1: not a Kubernetes object: it has no apiVersion",
    ]


def test_a_kustomization_of_flux_is_a_manifest(tmp_path: Path) -> None:
    filled(tmp_path, {"a.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\n"})
    assert names(read_source(str(tmp_path))) == ["a"]


def test_json_lines_lose_no_line(tmp_path: Path) -> None:
    good = '{"apiVersion": "v1", "kind": "A", "metadata": {"name": "a"}}'
    text = f'{good}\n\n{{"apiVersion": "v1", "kind":}}\n{good}\r\n[1]\n{{"a": 1, "a": 2}}\n  {good}\n'
    for read in (read_source(str(filled(tmp_path, {"f.jsonl": text}) / "f.jsonl")), read_source("-", stdin=stdin(text.replace("[1]", "{1}")))):
        assert [one.line for one in read.objects] == [1, 4, 7]
        assert [error.line for error in read.errors] == [3, 5, 6]
    assert read.objects[2].place_of("metadata", "name") == (7, 50)
    assert str(read.errors[2]) == "<stdin>:6:10: the key 'a' is set twice in one object"


@pytest.mark.parametrize("text", [config_map("a"), '{"apiVersion": "v1",\n "kind": "A", "metadata": {"name": "a"}}', f"---\n{config_map('a')}---\n"])
def test_standard_input_is_yaml_or_json(text: str) -> None:
    read = read_source("-", stdin=stdin(text))
    assert names(read) == ["a"]
    assert read.objects[0].file == "<stdin>"


def test_what_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "lost.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "self.yaml").symlink_to("self.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.yaml")
    assert [line.removeprefix(f"{tmp_path}/") for line in said(tmp_path)] == [
        "loop: a link to a folder around it; delete the link, or name the folders to read",
        "lost.yaml: there is no such file or folder",
        "pipe.yaml: no regular file",
        "self.yaml: cannot be read: Too many levels of symbolic links",
        "socket.yaml: no regular file",
    ]
    assert said("no\0thing") == ["no\0thing: no file has such a name: it holds a NUL, or what is no character"]
    assert said(tmp_path / "x.yaml" / "y") == [f"{tmp_path}/x.yaml/y: there is no such file or folder"]


def test_a_file_that_one_may_not_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a stand-in for the kernel: whoever runs as root may read everything."""
    filled(tmp_path, {"a.yaml": config_map("a"), "b.yaml": config_map("b")})
    opened = io.open

    def refusing(path: str, *rest: object, **more: object) -> object:
        if path == str(tmp_path / "a.yaml"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *rest, **more)  # type: ignore[call-overload]

    monkeypatch.setattr("builtins.open", refusing)
    read = read_source(str(tmp_path))
    assert (names(read), [str(error) for error in read.errors]) == (["b"], [f"{tmp_path}/a.yaml: cannot be read: Permission denied"])


def test_links_are_followed(tmp_path: Path) -> None:
    filled(tmp_path, {"base/a.yaml": config_map("a")})
    (tmp_path / "same").symlink_to(tmp_path / "base")
    (tmp_path / "z.yaml").symlink_to(tmp_path / "base" / "a.yaml")
    assert names(read_source(str(tmp_path))) == ["a", "a", "a"]


def test_size_is_bounded_before_anything_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("gatewright.manifest.text", "gatewright.world.folder"):
        monkeypatch.setattr(f"{room}.LONGEST_TEXT", 100)
    with open(tmp_path / "a.yaml", "wb") as file:
        file.truncate(1 << 40)
    assert said(tmp_path) == [f"{tmp_path}/a.yaml: 1,099,511,627,776 bytes; at most 100 are read from one file. Split it"]
    assert "at most 100" in said("-", "x" * 200)[0]


def test_an_endless_stream_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewright.world.folder.LONGEST_TEXT", 1 << 20)
    assert "at most" in said("/dev/zero")[0]


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    read = read_source(str(tmp_path))
    assert (read.objects, read.errors) == ((), ())


def test_a_closed_standard_input_is_told_and_asked_for_by_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path, {"a.yaml": config_map("a")})
    monkeypatch.setattr("sys.stdin", None)
    said = [str(error) for error in read_source("-").errors]
    assert names(read_source(str(tmp_path))) == ["a"]
    assert said == ["<stdin>: there is no standard input: it is closed"]
