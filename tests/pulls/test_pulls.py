"""What reviewers get to read: the comparison of each pull request, and the explanation of one request before and after it.

``pytest tests/pulls --update-golden`` rewrites the files of tests/golden/pulls, never in CI. Read them as somebody would who has never seen
the tool: who reaches what now, why, and because of which object?
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gatewright.cli import main as cli
from tests.pulls.pulls import PULLS, Files, Pull, main, targets, without_floor

GOLDEN = Path(__file__).parents[1] / "golden" / "pulls"
Capture = pytest.CaptureFixture[str]


def written(folder: Path, files: Files) -> None:
    for file, text in files.texts().items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")


def run(capsys: Capture, command: str, *arguments: str) -> str:
    """What the command prints, below the line that somebody would type."""
    capsys.readouterr()
    cli([command, *arguments, *targets()])
    return f"$ gatewright {command} {' '.join(arguments)}\n{capsys.readouterr().out}"


def told(pull: Pull, folder: Path, capsys: Capture, *, floor: bool = True) -> str:
    """The comparison, and the request before and after."""
    files = main()
    pull.base(files)
    if not floor:
        without_floor(files)
    changed = Files(files.files)
    pull.change(changed)
    written(folder / "main", files)
    written(folder / "pull", changed)
    return "\n".join((run(capsys, "diff", "main", "pull"), *(run(capsys, "explain", side, *pull.asked) for side in ("main", "pull"))))


@pytest.mark.parametrize("name", PULLS)
def test_a_pull_request_reads_as_it_was_reviewed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, update_golden: bool
) -> None:
    pull = PULLS[name]
    (tmp_path / "with").mkdir()
    monkeypatch.chdir(tmp_path / "with")
    text = f"{pull.title}\n{pull.said}\n\n{told(pull, tmp_path / 'with', capsys)}"
    if pull.floor:
        (tmp_path / "without").mkdir()
        monkeypatch.chdir(tmp_path / "without")
        heading = "The same where the listener has no SecurityPolicy that denies what has none of its own."
        text += f"\n\n{heading}\n\n{told(pull, tmp_path / 'without', capsys, floor=False)}"
    path = GOLDEN / f"{name}.txt"
    if update_golden:
        assert not os.environ.get("CI"), "golden files are reviewed by people"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "run with --update-golden and review the difference"


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(PULLS)
