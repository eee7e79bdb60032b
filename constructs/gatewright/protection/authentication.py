"""Who is asking: how a request proves its principal."""

from __future__ import annotations

import attrs

from gatewright.protection.unknown import Unknown


@attrs.frozen
class Anonymous:
    """Nobody is asked who they are."""


@attrs.frozen
class Jwt:
    """A signed token (RFC 7519) that the gateway verifies.

    The weak forms are values too: ``issuer`` None and no ``audiences`` mean that the claim is not compared,
    ``optional`` that a request without a token passes, ``expiry_required`` False that a token without ``exp`` does.
    """

    issuer: str | None
    audiences: tuple[str, ...]
    jwks: str | None
    expiry_required: bool
    optional: bool = False


Authentication = Anonymous | Jwt | Unknown
