"""How a rule is written down: a name, what it demands, and its own words where those of the demand do not say enough."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gatewright.admission.rulebook import Broken, Rule
from gatewright.admission.rules.condition import Fact, Has
from gatewright.admission.rules.demand import Demand, needs, only
from gatewright.admission.rules.reading import Unreadable


def rule(name: str, demand: Demand, says: str = "", allowed: str = "") -> Rule:
    """A rule that looks at the value alone. ``says`` and ``allowed`` replace what the demand says of itself.

    What cannot be read breaks the rule, as an error of CEL is a rejection, and is told as such; what is absent, in the rule's words.
    """

    def decide(value: object, old: object) -> Broken | None:
        try:
            broken = demand(value)
        except Unreadable as error:
            return Broken(says if says and error.absent else error.message, error.got, error.allowed, error.path, failed=True)
        return broken and attrs.evolve(broken, message=says or broken.message, allowed=allowed or broken.allowed)

    return Rule(name, decide)


def arm(name: str, field: str, case: Fact, *, needed: str, misplaced: str) -> Mapping[str, Rule]:
    """One arm of a union, as two rules with the digests ``needed`` and ``misplaced``: the case needs the field; no other may have it."""
    return {
        needed: rule(f"{name}-needed", needs(Has(field), case)),
        misplaced: rule(f"{name}-misplaced", only(Has(field), case)),
    }
