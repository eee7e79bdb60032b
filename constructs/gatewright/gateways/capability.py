"""What a gateway does with a feature: enforces it, enforces it under a condition, or cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import attrs

from gatewright.errors import Refusal

Verdict = Literal["enforced", "conditional", "refused"]


@attrs.frozen
class Row:
    """``field`` is the object and path that enforces it, such as ``SecurityPolicy spec.jwt.providers[].issuer``, or several with `` | ``.

    ``reason`` says when it does (conditional) or why it cannot (refused); ``needs`` names the operator setting that a condition rests on;
    ``source`` is where the fact was read.
    """

    verdict: Verdict
    field: str = ""
    reason: str = ""
    source: str = ""
    needs: str = ""


def enforced(field: str, source: str = "") -> Row:
    """Enforced by this field."""
    return Row("enforced", field, source=source)


def conditional(field: str, reason: str, *, needs: str = "", source: str = "") -> Row:
    """Enforced by this field where ``reason`` holds; with ``needs`` it is refused where the target lacks that setting."""
    return Row("conditional", field, reason, source, needs)


def refused(reason: str, source: str) -> Row:
    """Cannot be enforced."""
    return Row("refused", reason=reason, source=source)


def refusals(
    intent: str, features: tuple[str, ...], title: str, rows: Mapping[str, Row], settings: frozenset[str]
) -> Iterator[Refusal]:
    """A refusal for each feature that the target cannot enforce as it is set up. ``could`` is filled in by who knows the others."""
    for feature in features:
        row = rows[feature]
        if row.verdict == "refused":
            yield Refusal(intent, feature, title, row.reason, row.source)
        elif row.needs and row.needs not in settings:
            yield Refusal(intent, feature, title, f"only where {row.reason}", row.source, needs=f"{row.needs} stated on the target")
