"""What protects the bytes on the way to the gateway and from it to the backend."""

from __future__ import annotations

from typing import Literal

import attrs

from gatewright.protection.unknown import Unknown

TlsVersion = Literal["1.0", "1.1", "1.2", "1.3"]
VERSIONS: tuple[TlsVersion, ...] = ("1.0", "1.1", "1.2", "1.3")

# AEAD with ephemeral keys, OpenSSL names; TLS 1.3 suites are not negotiable and all of this kind (RFC 8446 appendix B.4).
MODERN_SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
)


@attrs.frozen
class Plaintext:
    """Nothing protects the bytes."""


@attrs.frozen
class TlsFloor:
    """TLS ends here, from ``min_version`` up, with these suites below TLS 1.3 (empty: the gateway's own choice)."""

    min_version: TlsVersion
    suites: tuple[str, ...] = ()


@attrs.frozen
class Authority:
    """Where trust in a server comes from: a ConfigMap (key ``ca.crt``) beside the backend, or the system's roots.

    ``content``: a digest of it; empty: it is not here
    """

    config_map: str | None = None
    content: str = attrs.field(default="", kw_only=True)

    def __str__(self) -> str:
        return f"ConfigMap {self.config_map}" if self.config_map else "system roots"


@attrs.frozen
class BackendTls:
    """The gateway verifies the backend's certificate for ``hostname`` against ``authority``."""

    hostname: str
    authority: Authority


@attrs.frozen
class StatedTls(BackendTls):
    """The same, with what somebody stated of the connection besides, in words, sorted: weak versions and suites, the certificate that is shown."""

    settings: tuple[str, ...] = ()


Frontend = TlsFloor | Plaintext | Unknown
BackendHop = BackendTls | Plaintext | Unknown
