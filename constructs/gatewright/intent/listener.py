"""One host of a gateway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import attrs

from gatewright.errors import Problem, shown
from gatewright.intent.certificate import Certificate
from gatewright.protection.transport import MODERN_SUITES, VERSIONS, TlsVersion
from gatewright.statement.names import host_problems, name_problems, namespace_problems, port_problems, repeated
from gatewright.statement.stated import Named


@attrs.frozen(kw_only=True)
class Listener(Named):
    """HTTPS for one host, for the routes of the namespaces it names.

    ``min_tls``, ``suites``  None and empty: the baseline's; anything weaker needs ``Relax("tls-floor", …)`` on the gateway
    ``plaintext``            what port 80 answers: a permanent ``redirect``, or nothing (``closed``)
    ``browser``              adds browser security headers where the application set none
    """

    host: str
    routes_from: Sequence[str]
    certificate: Certificate
    port: int = 443
    min_tls: TlsVersion | None = None
    suites: Sequence[str] = ()
    plaintext: Literal["redirect", "closed"] = "redirect"
    browser: bool = False

    def problems(self) -> Iterator[Problem]:
        """Names, host, namespaces and port that are none, and a challenge that cannot succeed."""
        yield from name_problems("name", self.name)
        yield from host_problems("host", self.host)
        yield from port_problems("port", self.port)
        if self.port == 80:
            yield Problem("port-taken", "port", "port 80 is the plaintext port", "80", "another port, such as 443", "remove port")
        if not self.routes_from:
            yield Problem("no-namespace", "routes_from", "no route could attach", "[]", "one or more namespaces", "name the namespaces that own this host")
        for index, namespace in enumerate(self.routes_from):
            yield from namespace_problems(f"routes_from[{index}]", namespace)
        yield from repeated("routes_from", self.routes_from)
        if self.host.startswith("*.") and self.certificate.issuer and self.certificate.challenge == "http-01":
            yield Problem("wildcard-http-01", "certificate", "no authority proves a wildcard over HTTP-01 (RFC 8555 §7.1.3)", shown(self.host),
                          'challenge="dns-01"', "change the challenge, or name the host")  # fmt: skip
        if self.min_tls == "1.3" and self.suites:
            yield Problem("suites-without-effect", "suites", "TLS 1.3 suites cannot be chosen", shown(list(self.suites)),
                          "none with min_tls 1.3", "remove suites")  # fmt: skip

    @property
    def opens_plaintext(self) -> bool:
        """Whether port 80 is open for this host: to redirect, or for a challenge."""
        return self.plaintext == "redirect" or (self.certificate.issuer is not None and self.certificate.challenge == "http-01")

    def is_weaker_than_baseline(self) -> bool:
        """Whether this listener states less than TLS 1.2 with AEAD and ephemeral keys."""
        old = self.min_tls is not None and VERSIONS.index(self.min_tls) < VERSIONS.index("1.2")
        return old or bool(set(self.suites) - set(MODERN_SUITES))
