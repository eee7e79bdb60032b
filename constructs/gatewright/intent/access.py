"""Who may ask at all: the ``access`` of a route. It has no default."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import attrs

from gatewright.errors import Problem, shown
from gatewright.intent.relax import owner_problems
from gatewright.protection import authentication
from gatewright.statement.names import repeated
from gatewright.statement.stated import Stated


@attrs.frozen(kw_only=True)
class Jwt(Stated):
    """A token (RFC 7519) in ``Authorization: Bearer``, from ``issuer``, for one of ``audiences``, signed by a key of ``jwks``.

    ``exp`` is required as well, unless the route relaxes ``jwt-expiry``.
    """

    issuer: str
    audiences: Sequence[str]
    jwks: str

    def problems(self) -> Iterator[Problem]:
        """Missing audience, key sets that anybody on the way could replace."""
        if not self.audiences:
            yield Problem("no-audience", "audiences", "a token for another service would be accepted", "[]", "one to eight audiences",
                          "name the audience that your identity provider writes into aud")  # fmt: skip
        for index, audience in enumerate(self.audiences):
            if not audience.strip():
                yield Problem("empty-audience", f"audiences[{index}]", "an empty audience", shown(audience), "a non-empty string", "name it")
        yield from repeated("audiences", self.audiences)
        if not self.issuer or len(self.issuer) > 253 or not self.issuer.isprintable() or " " in self.issuer:
            yield Problem("bad-issuer", "issuer", "not an issuer", shown(self.issuer), "1 to 253 characters, exactly as in iss", "copy it from the provider")
        yield from _url_problems("jwks", self.jwks)

    def lowered(self, expiry_required: bool) -> authentication.Jwt:
        """The neutral value."""
        return authentication.Jwt(self.issuer, tuple(sorted(self.audiences)), self.jwks, expiry_required)


@attrs.frozen(kw_only=True)
class Public(Stated):
    """Everybody, on purpose: ``reason`` and ``owner`` are shown wherever the route is."""

    reason: str
    owner: str

    def problems(self) -> Iterator[Problem]:
        """Nobody answers for it."""
        return owner_problems(self.reason, self.owner)


Access = Jwt | Public


def _url_problems(field: str, value: str) -> Iterator[Problem]:
    try:
        url = urlsplit(value)
        host = url.hostname if url.port != 0 and value.isprintable() and " " not in value else None
    except ValueError:
        host, url = None, urlsplit("")
    if url.scheme == "http" and host:
        yield Problem("jwks-over-http", field, "anybody on the way could replace the keys", shown(value), "an https URL", f"write {'https' + value[4:]!r}")
    elif url.scheme != "https" or not host or len(value) > 253 or url.username is not None or url.fragment:
        yield Problem("bad-jwks", field, "not the URL of a key set", shown(value), "an https URL of at most 253 characters, without user and fragment",
                      "copy jwks_uri from the provider's discovery document")  # fmt: skip
