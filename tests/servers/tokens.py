"""An identity provider: a key, its key set, and tokens signed with it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


class Issuer:
    """RS256. Tokens are put together by hand, so that claims may be wrong in every way."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def jwks(self) -> str:
        numbers = self._key.public_key().public_numbers()
        modulus, exponent = (_text(value.to_bytes((value.bit_length() + 7) // 8, "big")) for value in (numbers.n, numbers.e))
        return json.dumps({"keys": [{"kty": "RSA", "kid": "k1", "alg": "RS256", "use": "sig", "n": modulus, "e": exponent}]})

    def token(self, *, drop: Sequence[str] = (), **claims: Any) -> str:
        """Of the right issuer and audience and good for ten minutes, but for what ``claims`` and ``drop`` change."""
        stated = {"iss": "https://id.example.com", "aud": "shop", "exp": int(time.time()) + 600, **claims}
        body = {name: value for name, value in stated.items() if name not in drop}
        signed = ".".join(_text(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "k1"}, body))
        return f"{signed}.{_text(self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
