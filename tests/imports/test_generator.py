"""tools/typegen on small inputs: hashes are proved, unknown keywords stop it, names are short, unique and stable."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def tools_on_the_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "tools"))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "typegen"]:
        del sys.modules[name]


def test_a_zip_with_another_hash_than_the_pinned_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typegen import modules, pins

    monkeypatch.setenv("GOMODCACHE", str(tmp_path))
    pin = pins.Pin("x-1", "example.com/x", "v1.0.0", "h1:wrong", {"": "crd"})
    path = modules.cached(pin)
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("example.com/x@v1.0.0/crd/a.yaml", "a")
    with pytest.raises(modules.WrongSum, match="pinned h1:wrong"):
        modules.archive(pin)
    right = pin._replace(sum=modules.hash1(path))
    assert modules.archive(right).namelist() == ["example.com/x@v1.0.0/crd/a.yaml"]


def test_a_module_that_cannot_be_had_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typegen import modules, pins

    monkeypatch.setenv("GOMODCACHE", str(tmp_path))
    monkeypatch.setenv("GO", str(tmp_path / "no-go"))
    with pytest.raises(modules.Unavailable, match="no-go: No such file"):
        modules.archive(pins.Pin("x-1", "example.com/x", "v1.0.0", "h1:", {"": "crd"}))


def test_a_keyword_nobody_knows_stops_the_generator() -> None:
    from typegen.compact import Table, UnknownKeyword

    with pytest.raises(UnknownKeyword, match="multipleOf"):
        Table().add({"type": "object", "properties": {"size": {"type": "integer", "multipleOf": 2}}})


def test_equal_nodes_are_kept_once_and_prose_is_not_kept() -> None:
    from typegen.compact import Table

    table = Table()
    text = {"type": "string", "description": "one"}
    top = table.add({"type": "object", "properties": {"a": text, "b": text | {"description": "two"}}})
    assert table.nodes == [{"type": "string"}, {"type": "object", "properties": {"a": 0, "b": 0}}]
    assert top == 1


def test_names_are_short_unique_and_do_not_depend_on_luck() -> None:
    from typegen.naming import names

    paths = [
        [("HTTPRoute", "Rule")],
        [("HTTPRoute", "Rule", "Filter"), ("HTTPRoute", "Rule", "BackendRef", "Filter")],
        [("GRPCRoute", "Rule", "Filter"), ("GRPCRoute", "Rule", "BackendRef", "Filter")],
        [("HTTPRoute", "ParentRef"), ("GRPCRoute", "ParentRef")],
        [("Policy", "TargetRef")],
        [("Policy", "TargetRef")],
    ]
    expected = ["HTTPRouteRule", "HTTPRouteFilter", "GRPCRouteFilter", "ParentRef", "PolicyTargetRef2", "PolicyTargetRef3"]
    assert names(paths, taken={"HTTPRoute"}) == expected


@pytest.mark.parametrize(
    ("plural", "one"),
    [("Rules", "Rule"), ("Policies", "Policy"), ("Matches", "Match"), ("Addresses", "Address"), ("Cookies", "Cookie"), ("Bus", "Bus")],
)
def test_singular(plural: str, one: str) -> None:
    from typegen.shapes import singular

    assert singular(plural) == one
