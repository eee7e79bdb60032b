"""Certificates in Secrets and ConfigMaps, as Envoy Gateway (1.8.3, 1.9.1, tls.go and validate.go) takes them for a listener or not.

It refuses two more, of which nothing is said here: a certificate that is out of date, which changes by itself, and one with another's key.
"""

from __future__ import annotations

import base64
import binascii
import re
import ssl
from collections.abc import Iterator, Mapping

from gatewright.gateways.fields import at, mapping, text

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_LATER = re.compile(r"\$\{|\$\(|\{\{|<[^<>\n]+>|ENC\[")  # what somebody fills in or decrypts before it is applied
_KEYS = ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")
_SDS = "gateway.envoyproxy.io/sds"


def unusable(secret: Mapping[str, object]) -> str:
    """Why a Secret is no certificate for a listener; empty: it is one, as far as is seen. Values that are not shown are taken to be right."""
    kind = text(at(secret, "type")) or "Opaque"
    if kind == _SDS:
        return ""  # counts where the operator switched it on
    if kind != "kubernetes.io/tls":
        return f"it is of type {kind}, and a listener needs kubernetes.io/tls"
    held = {**mapping(at(secret, "data")), **mapping(at(secret, "stringData"))}
    missing = [key for key in ("tls.crt", "tls.key") if held and key not in held]
    if missing:
        return f"it has no {' and no '.join(missing)}"
    certificate, key = _written(secret, "tls.crt"), _written(secret, "tls.key")
    if certificate and not _certificates(certificate):
        return "its tls.crt holds no certificate"
    if key and not any(name in _KEYS and der for name, der in _blocks(key)):
        return f"its tls.key holds no {', '.join(_KEYS[:-1])} or {_KEYS[-1]}"
    return ""


def holds_none(manifest: Mapping[str, object], key: str) -> bool:
    """Whether what stands under a key of a Secret or ConfigMap is seen to hold not one certificate: of several authorities the good ones count."""
    written = _clear(text(at(manifest, "data", key)) or "") if at(manifest, "kind") == "ConfigMap" else _written(manifest, key)
    return bool(written) and not any(_is_certificate(der) for _, der in _blocks(written))


def _written(secret: Mapping[str, object], key: str) -> str:
    """The value in clear; empty where it is not shown, or not yet what it will be."""
    found = text(at(secret, "stringData", key))
    if found is None:
        try:
            found = base64.b64decode(text(at(secret, "data", key)) or "", validate=True).decode()
        except (binascii.Error, ValueError):  # no server would take it: it is not what will be applied
            return ""
    return _clear(found)


def _clear(written: str) -> str:
    return "" if _LATER.search(written) else written


def _certificates(written: str) -> bool:
    """Whether there are blocks, and each is a certificate: one that is none spoils the chain."""
    blocks = [der for _, der in _blocks(written)]
    return bool(blocks) and all(_is_certificate(der) for der in blocks)


def _is_certificate(der: bytes) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=der)
    except (ssl.SSLError, ValueError):
        return False
    return True


def _blocks(written: str) -> Iterator[tuple[str, bytes]]:
    for found in _BLOCK.finditer(written):
        try:
            yield found[1], base64.b64decode("".join(found[2].split()), validate=True)
        except binascii.Error:
            yield found[1], b""
