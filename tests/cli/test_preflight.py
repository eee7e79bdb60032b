"""``gatewright preflight`` and ``gatewright status`` as commands: usage, output, exit codes. What they find is in tests/servers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gatewright.cli import judged, main
from gatewright.cli.exits import ADVERSE, NOT_JUDGED, NOTHING_ADVERSE, WRONG_INPUT
from gatewright.live.judgement import Judgement, ok, pending, unknown, wrong
from tests.live.fake import Fake
from tests.live.written import write
from tests.mistakes import valid

Capture = pytest.CaptureFixture[str]
COMMANDS = ("preflight", "status")
both = pytest.mark.parametrize("command", COMMANDS)
GOOD, BAD = ok("a-check", "Thing a/b", "it is"), wrong("other", "Thing a/b", "it is so", "it is\nnot", "mend it")
LATE, DARK = pending("a-check", "Thing c", "it is", "nobody said"), unknown("a-check", "Thing d", "it is", "forbidden")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(write(tmp_path, valid.estate()))


@pytest.fixture
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a cluster that nobody answers for."""
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "gone",
        "clusters": [{"name": "gone", "cluster": {"server": "http://127.0.0.1:9"}}], "users": [{"name": "me", "user": {"token": "hunter2"}}],
        "contexts": [{"name": "gone", "context": {"cluster": "gone", "user": "me"}}],
    }))  # fmt: skip
    monkeypatch.setenv("KUBECONFIG", str(path))
    return path


@both
def test_wrong_input_is_said_before_any_cluster_is_asked(command: str, folder: str, tmp_path: Path, capsys: Capture) -> None:
    asked = {
        (folder,): "which cluster? --cluster asks that of the current context",
        (str(tmp_path / "nowhere"), "--cluster"): "there is no folder",
        (str(tmp_path), "--cluster"): "holds no trace.json; it holds ",
        ("--cluster", folder): "Missing argument 'DIR…'",
        (folder, "--cluster", "--format", "yaml"): "'yaml' is not one of 'text', 'json'",
    }
    for arguments, said in asked.items():
        assert main([command, *arguments]) == WRONG_INPUT
        captured = capsys.readouterr()
        assert captured.out == ""
        assert said in captured.err


@both
def test_a_context_that_is_not_there(command: str, folder: str, kubeconfig: Path, capsys: Capture) -> None:
    pytest.importorskip("kubernetes")
    assert main([command, folder, "--cluster", "goen"]) == WRONG_INPUT
    assert "the kubeconfig has no context 'goen' (did you mean \"gone\"?); it has gone" in capsys.readouterr().err


@both
def test_a_cluster_that_gives_no_answer(command: str, folder: str, kubeconfig: Path, capsys: Capture) -> None:
    pytest.importorskip("kubernetes")
    assert main([command, folder, "--cluster"]) == NOT_JUDGED
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "cluster gone: http://127.0.0.1:9 gives no answer" in captured.err
    assert "hunter2" not in captured.err


@pytest.mark.parametrize(("found", "code", "strictly"), [
    ((GOOD,), NOTHING_ADVERSE, NOTHING_ADVERSE),
    ((GOOD, BAD), ADVERSE, ADVERSE),
    ((GOOD, LATE), ADVERSE, ADVERSE),
    ((GOOD, DARK), NOTHING_ADVERSE, NOT_JUDGED),
    ((GOOD, BAD, DARK), ADVERSE, NOT_JUDGED),
    ((DARK,), NOT_JUDGED, NOT_JUDGED),
    ((), NOT_JUDGED, NOT_JUDGED),
])  # fmt: skip
def test_exit_codes(found: tuple[Judgement, ...], code: int, strictly: int) -> None:
    assert judged.exit_code(found, strict=False) == code
    assert judged.exit_code(found, strict=True) == strictly


def shown(monkeypatch: pytest.MonkeyPatch, command: str, folder: str, *more: str, found: tuple[Judgement, ...] = (GOOD, BAD, LATE, DARK)) -> int:
    monkeypatch.setattr(judged, "connected", lambda context: Fake({}))
    monkeypatch.setattr(f"gatewright.cli.{command}.{command}", lambda written, cluster: found)
    return main([command, folder, "--cluster", *more])


@both
def test_the_table_and_a_paragraph_for_each_that_is_not_as_it_should_be(
    command: str, folder: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert shown(monkeypatch, command, folder) == ADVERSE
    captured = capsys.readouterr()
    assert captured.out == """\
              ok    wrong  pending  unknown
a-check        1        0        1        1
other          0        1        0        0

wrong: other: Thing a/b
    claimed  it is so
    found    it is\\nnot
    fix      mend it

pending: a-check: Thing c
    claimed  it is
    found    nobody said
    fix      wait and ask again; if it stays so, read the controller's log

unknown: a-check: Thing d
    claimed  it is
    found    forbidden
"""
    assert captured.err == "cluster fake: 1 ok, 1 wrong, 1 pending, 1 unknown\n"


@both
def test_what_is_unknown_of_an_object_for_one_reason_is_told_once(command: str, folder: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    dark = [unknown(check, subject, "it is", "forbidden", "let me") for check, subject in (
        ("object", "Gateway a/b"), ("as-written", "Gateway a/b"), ("listener", "Gateway a/b listener x"), ("listener", "Gateway a/b listener y"),
        ("object", "Gateway a/c"),
    )]  # fmt: skip
    assert shown(monkeypatch, command, folder, found=(GOOD, *dark)) == NOTHING_ADVERSE
    captured = capsys.readouterr()
    assert captured.out.partition("\n\n")[2] == """\
unknown: object: Gateway a/b
    claimed  it is
    as well  as-written, listener (2)
    found    forbidden
    fix      let me

unknown: object: Gateway a/c
    claimed  it is
    found    forbidden
    fix      let me
"""
    assert captured.err == "cluster fake: 1 ok, 5 unknown\n"


@both
def test_json(command: str, folder: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    assert shown(monkeypatch, command, folder, "--format", "json", "--strict") == NOT_JUDGED
    tree = json.loads(capsys.readouterr().out)
    assert tree["schema"] == f"gatewright.{command}/1"
    assert (tree["cluster"], tree["folders"]) == ("cluster fake", [{"path": folder, "place": "production/aws-eu"}])
    assert tree["summary"] == {"ok": 1, "wrong": 1, "pending": 1, "unknown": 1}
    assert tree["judgements"][1] == {
        "check": "other", "subject": "Thing a/b", "verdict": "wrong", "claimed": "it is so", "found": "it is\nnot", "fix": "mend it",
    }  # fmt: skip


@both
def test_a_cluster_of_which_nothing_may_be_read_is_no_pass(command: str, folder: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    from gatewright.live.cluster import Answer, Withheld

    class Closed(Fake):
        def get(self, path: str, *, metadata_only: bool = False) -> Answer:
            return Withheld("forbidden")

    monkeypatch.setattr(judged, "connected", lambda context: Closed({}))
    assert main([command, folder, "--cluster"]) == NOT_JUDGED
    captured = capsys.readouterr()
    assert "0 ok" not in captured.err
    assert "wrong" not in captured.out


@both
def test_an_empty_server_is_adverse(command: str, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged, "connected", lambda context: Fake({}))
    assert main([command, folder, "--cluster"]) == ADVERSE
