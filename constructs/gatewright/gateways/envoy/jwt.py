"""JWT: SecurityPolicy ``spec.jwt`` (CRD 1.8.0, 1.9.1).

Seen in Envoy 1.40: no token, wrong key, expired or another issuer 401; another audience 403. Unset issuer or audiences are not compared.
Without ``extractFrom`` a query parameter ``access_token`` is read as well, and so would stand in logs: the header is named.
A token without ``exp``, or with ``exp: 0``, passes; 1.9 can refuse it by a CEL rule (see authorization.py).
"""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.gateways.capability import Row, enforced, refused
from gatewright.gateways.envoy.fields import at, items, strings, text, texts
from gatewright.manifest.text import JsonObject
from gatewright.protection.authentication import Anonymous, Authentication, Jwt
from gatewright.protection.unknown import Unknown

PROVIDER = "jwt"
_PATH = "SecurityPolicy spec.jwt.providers[]"
_FROM = {"headers": [{"name": "Authorization", "valuePrefix": "Bearer "}]}


def rows(version: str) -> dict[str, Row]:
    """What this version does with tokens."""
    expiry = enforced("SecurityPolicy spec.authorization.rules[].cel", "seen in Envoy 1.40: no exp and exp 0 answer 403")
    if version == "1.8":
        expiry = refused("it accepts a token without exp, and its authorization rules have no cel", "SecurityPolicy CRD 1.8.0")
    return {
        "jwt.issuer": enforced(f"{_PATH}.issuer"),
        "jwt.audiences": enforced(f"{_PATH}.audiences"),
        "jwt.jwks": enforced(f"{_PATH}.remoteJWKS.uri"),
        "jwt.expiry": expiry,
        "jwt.optional": refused("a request without a token would pass; it is read, never written", "SecurityPolicy spec.jwt.optional"),
    }


def render(jwt: Jwt) -> JsonObject:
    """The value of ``spec.jwt``."""
    return {
        "optional": False,
        "providers": [
            {
                "name": PROVIDER,
                "issuer": jwt.issuer,
                "audiences": strings(jwt.audiences),
                "remoteJWKS": {"uri": jwt.jwks, "cacheDuration": "300s"},
                "extractFrom": {"headers": [{"name": "Authorization", "valuePrefix": "Bearer "}]},
            }
        ],
    }


def read(spec: Mapping[str, object], expiry_required: bool) -> Authentication:
    """Who must prove what, by ``spec`` of a SecurityPolicy."""
    for other in ("oidc", "basicAuth", "apiKeyAuth", "extAuth"):
        if other in spec:
            return Unknown(f"SecurityPolicy spec.{other} is not read yet")
    if "jwt" not in spec:
        return Anonymous()
    providers = items(at(spec, "jwt", "providers"))
    if len(providers) != 1:
        return Unknown(f"SecurityPolicy spec.jwt has {len(providers)} providers")
    if at(spec, "jwt", "failOpen") is True:
        return Unknown("SecurityPolicy spec.jwt.failOpen lets tokens pass that do not verify")
    provider = providers[0]
    taken = at(provider, "extractFrom")
    if taken is not None and taken != _FROM:
        return Unknown("SecurityPolicy spec.jwt.providers[0].extractFrom takes tokens from elsewhere")
    return Jwt(
        issuer=text(at(provider, "issuer")),
        audiences=tuple(sorted(texts(at(provider, "audiences")))),
        jwks=text(at(provider, "remoteJWKS", "uri")),
        expiry_required=expiry_required,
        optional=at(spec, "jwt", "optional") is True,
    )
