"""What the estate and the examples give, word for word: ``pytest tests/golden --update-golden`` rewrites it, never in CI.

A change of these files is a change of what runs in clusters: read it like one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from gatewright import Compiled
from gatewright.admission import schema, structure
from gatewright.manifest import yaml_write
from gatewright.manifest.yaml_read import read_file
from tests.estate.programs import EXAMPLES, STACKS, compiled, estate, in_order

GOLDEN = Path(__file__).parent
PROGRAMS = {"estate": STACKS / "estate.py"} | {path.stem: path for path in sorted(EXAMPLES.glob("[0-9]*.py"))}
REFUSED = {"03-refused"}


def _texts(name: str) -> dict[str, str]:
    """By file name below the golden folder: a cluster's manifests in the order of their files, or what stands in the way."""
    return {f"{name}/{environment}/{cluster}.yaml": _text(one) for environment, cluster, one in compiled(estate(PROGRAMS[name]))}


def _text(one: Compiled) -> str:
    assert one.problems == ()
    if one.refusals:
        return "".join(f"# {line}\n" for refusal in one.refusals for line in str(refusal).splitlines())
    return yaml_write.dump_all(in_order(one))


def _update(name: str, texts: Mapping[str, str]) -> None:
    for old in (GOLDEN / name).rglob("*.yaml"):
        if str(old.relative_to(GOLDEN)) not in texts:
            old.unlink()
    for file, text in texts.items():
        (GOLDEN / file).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / file).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_gives_what_was_reviewed(name: str, update_golden: bool) -> None:
    texts = _texts(name)
    if update_golden:
        assert not os.environ.get("CI"), "golden files are reviewed by people"
        _update(name, texts)
    kept = {str(path.relative_to(GOLDEN)): path.read_text(encoding="utf-8") for path in (GOLDEN / name).rglob("*.yaml")}
    assert sorted(kept) == sorted(texts), "run with --update-golden and review the difference"
    for file, text in texts.items():
        assert text == kept[file], f"{file}: run with --update-golden and review the difference"


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_was_reviewed_is_what_the_server_takes(name: str) -> None:
    stated = estate(PROGRAMS[name])
    for environment, cluster in stated.clusters():
        (crds,) = {exposure.target.crds for exposure in cluster.exposures.values()}
        facts = schema.load(*crds)
        written = [one.manifest for one in read_file(GOLDEN / name / environment.name / f"{cluster.name}.yaml")]
        assert bool(written) == (name not in REFUSED)
        for manifest in written:
            assert structure.check(manifest, facts) == []


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir() if path.is_dir() and path.name != "__pycache__"} == {*PROGRAMS, "pulls"}  # tests/pulls


@pytest.mark.parametrize("path", [*sorted(EXAMPLES.glob("*.py")), *sorted(STACKS.rglob("*.py"))], ids=lambda path: path.name)
def test_every_program_says_first_what_it_shows(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith('"""')
