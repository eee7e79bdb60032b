"""What Gateway API demands of a GatewayClass, and of an XMesh: who controls it stays the same."""

from __future__ import annotations

from gatewright.admission.rulebook import Broken, Rule
from gatewright.errors import shown


def _same(value: object, old: object) -> Broken | None:
    return None if value == old else Broken("this cannot be changed, only made anew", shown(value), shown(old))


RULES = {"f4f4adcfb233": Rule("controller-name-immutable", _same, transition=True)}
"""By digest."""
