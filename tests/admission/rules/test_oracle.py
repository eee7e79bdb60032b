"""Our rules against their CEL, evaluated by Google's runtime on the same values: thousands for every rule, and both verdicts among them."""

from __future__ import annotations

import os
from random import Random
from typing import Any

import pytest

from gatewright.admission.rulebook import ABSENT
from gatewright.admission.rules.book import RULES
from tests.admission.rules.texts import environment, literals, names, nodes, texts
from tests.admission.rules.values import Drawer

VALUES = 20_000 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 2_000


@pytest.fixture(scope="module")
def cel() -> Any:
    return environment()


@pytest.mark.parametrize("digest", sorted(RULES))
def test_a_rule_decides_as_its_cel(digest: str, cel: Any) -> None:
    text, rule = texts()[digest], RULES[digest]
    expression = cel.compile(text)
    drawer = Drawer(Random(digest), names(text), literals(text))
    seen = {True: 0, False: 0}
    for turn in range(VALUES):
        schema = nodes()[digest][turn % len(nodes()[digest])]
        value = drawer.admitted(schema)
        old = drawer.admitted(schema) if rule.transition else ABSENT
        holds = rule.decide(value, old) is None
        result = expression.eval(data={"self": spelt(value, text), "oldSelf": None if old is ABSENT else spelt(old, text)}).value()
        assert holds is (result is True), f"{rule.name} says {holds} of {value!r} (before: {old!r}), CEL says {result}"
        seen[holds] += 1
    assert min(seen.values()) > 0, f"{rule.name} was never {'accepted' if not seen[True] else 'rejected'} in {VALUES} values"


def spelt(value: Any, text: str) -> Any:
    """The value with the name of a field as the text spells it, where it takes the name for a reserved word."""
    if isinstance(value, dict):
        return {f"__{key}__" if f"__{key}__" in text else key: spelt(item, text) for key, item in value.items()}
    return [spelt(item, text) for item in value] if isinstance(value, list) else value
