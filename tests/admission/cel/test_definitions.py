"""Every rule of every CRD that can be had here compiles: Gateway API, Envoy Gateway, cert-manager, Istio, and what no registry carries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("cel_expr_python", reason="the extra cel is not installed")

from gatewright.admission.cel.program import NotCompiled, Program
from gatewright.admission.crds import facts_of
from gatewright.admission.schema import Facts, Schema, Validation
from tests.servers.apiserver.definitions import SHARED, known, releases
from tests.servers.apiserver.located import Missing

RELEASES = [*known(), *(f"shared/{folder.name}" for folder in sorted(SHARED.glob("*")) if folder.is_dir())]


def facts(release: str) -> Facts:
    try:
        return facts_of(releases([release])[0].definitions())
    except Missing as missing:
        pytest.skip(str(missing))


def rules(schema: Schema, seen: set[Schema]) -> Iterator[tuple[Schema, Validation]]:
    if schema in seen:
        return
    seen.add(schema)
    yield from ((schema, one) for one in schema.validations)
    for child in (*schema.properties.values(), schema.items, schema.additional_properties):
        if child is not None:
            yield from rules(child, seen)


def fault(schema: Schema, text: str, result: str) -> str:
    try:
        Program(text, schema, result)
    except NotCompiled as error:
        return f"{text}: {error}"
    return ""


@pytest.mark.parametrize("release", RELEASES)
def test_every_rule_compiles(release: str) -> None:
    seen = set[Schema]()
    versions = (version.schema for kind in facts(release).kinds.values() for version in kind.versions.values())
    found = [pair for schema in versions for pair in rules(schema, seen)]
    faults = [fault(schema, one.rule, "BOOL") for schema, one in found]
    faults += [fault(schema, one.message_expression, "STRING") for schema, one in found if one.message_expression]
    assert [one for one in faults if one] == []
