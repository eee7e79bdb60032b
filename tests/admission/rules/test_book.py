"""The book is complete, holds nothing else, and says no when it meets a text that it does not know."""

from __future__ import annotations

import re

import pytest

from gatewright.admission.rules import book
from gatewright.admission.rules.book import RULES, Bundled
from gatewright.admission.schema import Schema, Validation, load
from tests.admission.rules.cases import CASES, STATUS
from tests.admission.rules.texts import RELEASES, below, nodes, texts


def test_every_rule_of_the_facts_is_written_and_no_other() -> None:
    assert RULES.keys() == nodes().keys()
    assert sum(len(noun.RULES) for noun in book.NOUNS) == len(RULES), "two nouns claim the same text"


def test_the_facts_name_the_texts_of_the_definitions() -> None:
    assert texts().keys() == nodes().keys()


def test_every_rule_has_a_case() -> None:
    assert {case.digest for case in (*CASES, STATUS)} == RULES.keys()


def test_names_are_words_and_tell_the_rules_of_a_node_apart() -> None:
    assert [rule.name for rule in RULES.values() if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name)] == []
    for shapes in nodes().values():
        for node in shapes:
            names = [rule.name for rule in Bundled().rules(node) or ()]
            assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize("release", RELEASES)
def test_every_node_of_a_release_is_judged(release: str) -> None:
    rulebook = Bundled()
    for kind in load(release).kinds.values():
        for version in kind.versions.values():
            for node in below(version.schema):
                rules = rulebook.rules(node)
                assert rules is not None
                assert len(rules) == len(node.validations)
                assert rulebook.rules(node) is rules


def test_a_node_with_a_text_that_nobody_has_read_is_not_judged() -> None:
    known = Validation(next(iter(RULES)))
    assert Bundled().rules(Schema(validations=(known, Validation("0" * 12)))) is None
    assert len(Bundled().rules(Schema(validations=(known,))) or ()) == 1
    assert Bundled().rules(Schema()) == ()
