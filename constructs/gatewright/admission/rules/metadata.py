"""What Gateway API demands of the keys of labels and annotations that its objects carry for others."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.admission.json_path import below
from gatewright.admission.names import KEY, is_key
from gatewright.admission.rulebook import Broken
from gatewright.admission.rules.demand import Demand
from gatewright.admission.rules.hostname import SUBDOMAIN
from gatewright.admission.rules.reading import fields
from gatewright.admission.rules.rule import rule
from gatewright.admission.scalars import matcher
from gatewright.errors import shown

_has_key_shape = matcher(rf"^(?:{SUBDOMAIN}/)?(?:[0-9A-Za-z][0-9A-Za-z._-]{{0,61}})?[0-9A-Za-z]$")


def _keys(right: Callable[[str], bool], allowed: str) -> Demand:
    def judge(value: object) -> Broken | None:
        wrong = next((key for key in fields(value) if not right(key)), None)
        return None if wrong is None else Broken("this is no key of a label or an annotation", shown(wrong), allowed, below("$", wrong)[1:])

    return judge


RULES = {
    "9d8358ece358": rule("infrastructure-keys-valid", _keys(_has_key_shape, KEY)),
    "4b9766f719f7": rule(
        "infrastructure-key-prefixes-short", _keys(lambda key: len(key.partition("/")[0]) < 253, "a prefix of at most 252 characters")
    ),
    "2cb284431377": rule("selector-keys-valid", _keys(is_key, KEY)),
}
"""By digest."""
