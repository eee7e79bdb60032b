"""A program is run once, as Python itself would run it, and leaves nothing behind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gatewright.cli import main
from gatewright.errors import ProgramError
from gatewright.estate.program import opened
from gatewright.estate.stating import stated
from tests.cli.programs import HEAD, write


def code_of(path: str) -> str:
    with pytest.raises(ProgramError) as caught, opened(path):
        pass
    return caught.value.problems[0].code


def test_it_finds_its_neighbours_and_sees_its_own_arguments(tmp_path: Path) -> None:
    write(tmp_path, "ROLE = 'buyer'\n", "roles_beside.py")
    text = HEAD + "import sys\nfrom roles_beside import ROLE\nassert sys.argv == [__file__], sys.argv\nestate = estate()\n"
    path, argv, argument_path = write(tmp_path, text), sys.argv[:], sys.path[:]
    with opened(path) as estate:
        stated(estate)
        assert sys.path[0] == str(tmp_path)
        assert "roles_beside" in sys.modules
    assert (sys.argv, sys.path) == (argv, argument_path)
    assert "roles_beside" not in sys.modules


def test_it_runs_once_even_if_a_helper_imports_it_back(tmp_path: Path) -> None:
    write(tmp_path, "import once_program\n", "helper_of_once.py")
    text = HEAD + "import sys\nsys.runs = getattr(sys, 'runs', 0) + 1\nimport helper_of_once\nestate = estate()\n"
    try:
        with opened(write(tmp_path, text, "once_program.py")):
            assert sys.__dict__["runs"] == 1
    finally:
        sys.__dict__.pop("runs", None)


def test_a_failing_program_is_not_left_half_imported(tmp_path: Path) -> None:
    before, path = set(sys.modules), sys.path[:]
    assert code_of(write(tmp_path, "import json\nHALF = 1\n1 / 0", "half_program.py")) == "program-raised"
    assert "half_program" not in set(sys.modules) - before
    assert sys.path == path


def test_intents_are_asked_for_once_a_cluster(tmp_path: Path) -> None:
    text = (
        HEAD
        + "asked = []\ndef intents(cluster):\n    asked.append(cluster.name)\n    return [EDGE]\nestate = estate(intents)\nestate_asked = asked\n"
    )
    with opened(write(tmp_path, text)) as estate:
        stated(estate)
        for _, cluster in estate.clusters():
            assert estate.intents(cluster) is estate.intents(cluster)
        assert sys.modules["estate"].asked == ["aws-eu"]


def test_what_it_prints_goes_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = HEAD + "print('hello')\ndef intents(cluster):\n    print('asked')\n    return [EDGE]\nestate = estate(intents)\n"
    assert main(["synth", write(tmp_path, text), "-o", str(tmp_path / "dist"), "-q"]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "hello\nasked\n")


def test_a_path_that_is_no_program(tmp_path: Path) -> None:
    write(tmp_path, "", "estate.py")
    assert code_of(str(tmp_path / "estat.py")) == "program-missing"
    assert code_of(str(tmp_path)) == "program-is-folder"
    assert code_of(write(tmp_path, "", "pulumi.py")) == "program-hides-library"
    assert code_of(str(tmp_path / "estate.py" / "below.py")) == "program-unreadable"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("estat.py", 'did you mean "estate.py"?'),
        ("", "name the file, such as"),
        ("gone/x.py", "there is no such file"),
        ("cdk8s.py", "rename the program"),
    ],
)
def test_such_a_path_is_told_with_its_fix(name: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "", "estate.py")
    write(tmp_path, "", "cdk8s.py")
    assert main(["synth", str(tmp_path / name), "-o", str(tmp_path / "dist")]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "dist").exists()


def test_only_the_users_own_lines_are_blamed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "import json\ndef load():\n    return json.loads('{')\n", "loading_beside.py")
    program = write(tmp_path, "import loading_beside\n\nloading_beside.load()\n")
    main(["synth", program, "-o", str(tmp_path / "dist")])
    said = capsys.readouterr().err
    assert "loading_beside.py:3" in said
    assert "estate.py:3" in said
    assert "json/decoder" not in said
    assert "gatewright/" not in said


def test_the_mistakes_of_all_clusters_come_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        HEAD
        + """
def intents(cluster):
    if cluster.name == "a":
        return None
    return [route(hosts=[])]
estate = estate(intents, environments=[environment(clusters=[cluster("a"), cluster("b"), cluster("c")])])
"""
    )
    assert main(["synth", write(tmp_path, text), "-o", str(tmp_path / "dist")]) == 2
    said = capsys.readouterr().err
    assert said.count("it returned nothing") == 1
    assert said.count("a route without hosts") == 1
