"""Where a listener's key pair comes from. Names only: no secret ever passes through here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import attrs

from gatewright.errors import Problem, shown
from gatewright.statement.kinds import Deferred
from gatewright.statement.names import name_problems, namespace_problems
from gatewright.statement.stated import Stated

Challenge = Literal["dns-01", "http-01"]


def secret_problems(field: str, value: str | Deferred) -> Iterator[Problem]:
    """Secret material where a name belongs: never repeated in the message."""
    if not isinstance(value, str):
        return
    if "-----BEGIN" in value or "\n" in value or len(value) > 253:
        yield Problem("secret-value", field, "this is no name; it looks like secret material", f"{len(value)} characters, not shown",
                      "the name of a Secret", "put it into a Secret, revoke it if it was committed, and name the Secret here")  # fmt: skip
    else:
        yield from name_problems(field, value)


@attrs.frozen
class ClusterIssuer(Stated):
    """A cert-manager ClusterIssuer, referred to and never owned."""

    name: str | Deferred

    def problems(self) -> Iterator[Problem]:
        """A name that is none."""
        return secret_problems("name", self.name)


@attrs.frozen
class Issuer(Stated):
    """A cert-manager Issuer in the gateway's namespace, referred to and never owned."""

    name: str | Deferred

    def problems(self) -> Iterator[Problem]:
        """A name that is none."""
        return secret_problems("name", self.name)


@attrs.frozen(kw_only=True)
class Certificate(Stated):
    """Either issued by cert-manager into a Secret beside the gateway, or an existing Secret, also of another namespace.

    ``challenge`` is how the issuer proves control: ``http-01`` keeps port 80 open for its path alone; ``dns-01`` needs no port.
    """

    issuer: ClusterIssuer | Issuer | None = None
    challenge: Challenge = "dns-01"
    secret: str | Deferred | None = None
    namespace: str | None = None

    @classmethod
    def issued_by(cls, issuer: ClusterIssuer | Issuer, *, challenge: Challenge = "dns-01") -> Certificate:
        """A certificate that cert-manager issues and renews."""
        return cls(issuer=issuer, challenge=challenge)

    @classmethod
    def from_secret(cls, secret: str | Deferred, *, namespace: str | None = None) -> Certificate:
        """An existing ``kubernetes.io/tls`` Secret; ``namespace`` where it is not the gateway's."""
        return cls(secret=secret, namespace=namespace)

    def problems(self) -> Iterator[Problem]:
        """Both or neither of the two sources."""
        if (self.issuer is None) == (self.secret is None):
            yield Problem("certificate-source", "issuer", "a certificate comes from an issuer or from a Secret", shown((self.issuer, self.secret)),
                          "exactly one", "use Certificate.issued_by(...) or Certificate.from_secret(...)")  # fmt: skip
        if self.secret is not None:
            yield from secret_problems("secret", self.secret)
        if self.namespace is not None:
            yield from namespace_problems("namespace", self.namespace)
