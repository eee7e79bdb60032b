"""``gatewright explain --brief``: one paragraph, and nothing in it that does not matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.cli import main
from tests.cli.worlds import ORDERS, TARGET, WORLD

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(WORLD)
    return tmp_path


def brief(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    """Exit code, text on one line, messages."""
    code = main(["explain", "a.yaml", *TARGET, "--brief", *arguments])
    said = capsys.readouterr()
    assert "\n\n" not in said.out
    return code, " ".join(said.out.split()), said.err


def test_in_brief_it_is_one_paragraph(folder: Path, capsys: Capture) -> None:
    code, out, err = brief(capsys, "--host", "shop.example.com", "--path", "/orders/1")
    assert (code, err) == (0, "")
    assert out == (
        "backend: GET https://shop.example.com/orders/1: sent to Service shop/orders:8080 (9 of 10), Service shop/orders-next:8080 (1 of 10). "
        "By HTTPRoute shop/orders rule 0 (a.yaml:30) on listener shop of Gateway infra/edge. Who may pass: anybody: no protection asks who it is. "
        "Besides: not enforced: backend-tls; tls-floor, header-edit."
    )


@pytest.mark.parametrize(
    ("arguments", "told", "untold"),
    [
        (
            ["--host", "any.example.com", "--scheme", "http"],
            "redirect: GET http://any.example.com/: redirected (301) to https://{host}{path}. By",
            "Who may",
        ),
        (
            ["--host", "any.example.com"],
            "no-route: GET https://any.example.com/: no connection: no listener for https takes any.example.com",
            "By",
        ),
    ],
)
def test_in_brief_nothing_is_said_of_what_does_not_matter(
    arguments: list[str], told: str, untold: str, folder: Path, capsys: Capture
) -> None:
    _, text, _ = brief(capsys, *arguments)
    assert text.startswith(told)
    assert untold not in text


@pytest.mark.parametrize("arguments", [["--all"], ["--host", "a.b", "--format", "json"]])
def test_brief_is_for_one_request_in_text(arguments: list[str], folder: Path, capsys: Capture) -> None:
    code, out, err = brief(capsys, *arguments)
    assert (code, out) == (2, "")
    assert "--brief is a text about one request; leave out --" in err


def test_in_brief_what_is_undecided_says_why(folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text(
        f"{WORLD}---\n{ORDERS.replace('orders, namespace', 'others, namespace').replace('name: orders, port', 'name: other, port')}"
    )
    code, out, _ = brief(capsys, "--host", "shop.example.com", "--path", "/orders/1")
    assert code == 3
    assert out.startswith("undecided: GET https://shop.example.com/orders/1: either ")
    assert " Why: of routes of equal rank the older is served" in out
