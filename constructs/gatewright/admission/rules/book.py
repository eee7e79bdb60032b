"""Every rule of Gateway API 1.4 to 1.7, of both channels, by the digest of its CEL text; a text that nobody here has read has no rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from gatewright.admission.rulebook import Rule
from gatewright.admission.rules import (
    address,
    duration,
    filter,  # noqa: A004 - the noun of the field
    gatewayclass,
    hostname,
    listener,
    metadata,
    parent,
    path,
    reference,
    route,
    session,
    telemetry,
    validation,
    xbackend,
)
from gatewright.admission.schema import Schema

NOUNS = (
    address, duration, filter, gatewayclass, hostname, listener, metadata, parent, path, reference, route, session, telemetry, validation, xbackend
)  # fmt: skip

RULES: Final[Mapping[str, Rule]] = {digest: rule for noun in NOUNS for digest, rule in noun.RULES.items()}


@attrs.frozen
class Bundled:
    """The rulebook that needs nothing installed. Digests tell rules apart, so it decides the same rules of CRDs read from elsewhere too."""

    _known: dict[Schema, tuple[Rule, ...] | None] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    def begin(self) -> None:
        """Nothing is counted here: these rules cost no more than looking at the value."""

    def rules(self, schema: Schema) -> tuple[Rule, ...] | None:
        """The rules of this node itself, in the CRD's order; None where the text of one of them is not known."""
        if schema not in self._known:
            digests = [validation.digest for validation in schema.validations]
            self._known[schema] = tuple(RULES[digest] for digest in digests) if all(digest in RULES for digest in digests) else None
        return self._known[schema]
