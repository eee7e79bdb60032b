"""Key pairs made in memory, for gateways and backends that exist only while a test runs.

The same in every process of a day, so that what was translated for one holds for the others; they protect nothing.
"""

from __future__ import annotations

import datetime
import hashlib
from functools import cache

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@attrs.frozen
class KeyPair:
    """PEM texts."""

    certificate: str
    key: str


@cache
def key_pair(*hosts: str) -> KeyPair:
    """A certificate for these hosts that signs itself, and so is its own authority."""
    seed = hashlib.sha256("\n".join(hosts).encode())
    key = ec.derive_private_key(int.from_bytes(seed.digest()) >> 1, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64])])
    today = datetime.datetime.now(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(seed.digest()[:16]))
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=3))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    )
    return KeyPair(
        certificate.public_bytes(serialization.Encoding.PEM).decode(),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode(),
    )
