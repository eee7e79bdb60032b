"""The lock holds all that is asked for, each by its hash, and no address."""

from __future__ import annotations

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.project.tree import ROOT

LOCK = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
PINS = {canonicalize_name(name): version for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ \\;]+)", LOCK, re.MULTILINE)}


def _required() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [project["project"]["dependencies"], *project["project"]["optional-dependencies"].values()]
    groups += [project["dependency-groups"]["dev"], project["build-system"]["requires"]]
    return [Requirement(text) for group in groups for text in group]


def test_every_requirement_is_met() -> None:
    """Else `make lock` was forgotten."""
    assert [str(one) for one in _required() if not one.specifier.contains(PINS.get(canonicalize_name(one.name), "0"))] == []


def test_every_pin_has_a_hash() -> None:
    entries = [entry for entry in re.split(r"\n(?=[A-Za-z0-9])", LOCK) if "==" in entry.split("\n")[0]]
    assert len(entries) == len(PINS)
    assert [entry.split(" ")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_no_address_is_in_it() -> None:
    assert "://" not in LOCK
