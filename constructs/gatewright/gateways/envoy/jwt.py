"""JWT: SecurityPolicy ``spec.jwt`` (CRD 1.8.3, 1.9.1).

Seen in Envoy 1.40: no token, wrong key, expired or another issuer 401; another audience 403. Unset issuer or audiences are not compared.
Without ``extractFrom`` a query parameter ``access_token`` is read as well, and so would stand in logs: the header is named.
Its own fetch of keys checks the chain of the issuer's certificate but not its name (seen in Envoy 1.40: keys under another host's certificate
were taken); a Backend with a BackendTLSPolicy checks both, where the operator enabled the Backend API.
A token without ``exp``, or with ``exp: 0``, passes; 1.9 can refuse it by a CEL rule (see authorization.py).
"""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.gateways.capability import Row, conditional, enforced, refused
from gatewright.gateways.envoy.objects import GROUP, VERSION
from gatewright.gateways.fields import at, items, strings, text, texts, url
from gatewright.manifest.text import JsonObject
from gatewright.protection.authentication import Anonymous, Authentication, Jwt
from gatewright.protection.unknown import Unknown
from gatewright.standard.objects import GATEWAY_V1, manifest, target_ref

PROVIDER, AUDIENCES = "jwt", 8
AUTHORIZATION = "header Authorization"
_PATH = "SecurityPolicy spec.jwt.providers[]"
_FROM = {"headers": [{"name": "Authorization", "valuePrefix": "Bearer "}]}


def rows(version: str, backend_api: bool) -> dict[str, Row]:
    """What this version does with tokens."""
    keys = enforced("BackendTLSPolicy spec.validation.hostname")
    if not backend_api:
        unnamed = "nobody between the proxies and the issuer answers under another certificate that they trust; backend_api=True verifies the name"
        keys = conditional(f"{_PATH}.remoteJWKS.uri", unnamed, source="seen in Envoy 1.40")
    expiry = enforced("SecurityPolicy spec.authorization.rules[].cel", "seen in Envoy 1.40: no exp and exp 0 answer 403")
    if version == "1.8":
        expiry = refused("it accepts a token without exp, and its authorization rules have no cel", "SecurityPolicy CRD 1.8.3")
    return {
        "jwt.issuer": enforced(f"{_PATH}.issuer"),
        "jwt.audiences": enforced(f"{_PATH}.audiences"),
        "jwt.jwks": keys,
        "jwt.expiry": expiry,
        "jwt.optional": refused("a request without a token would pass; it is read, never written", "SecurityPolicy spec.jwt.optional"),
    }


def render(jwt: Jwt, backend: str | None) -> JsonObject:
    """The value of ``spec.jwt``; ``backend`` names the Backend through which keys are fetched."""
    keys: JsonObject = {"uri": jwt.jwks, "cacheDuration": "300s"}
    if backend is not None:
        keys["backendRefs"] = [{"group": GROUP, "kind": "Backend", "name": backend, "port": _port(jwt)}]
    return {
        "optional": False,
        "providers": [
            {
                "name": PROVIDER,
                "issuer": jwt.issuer,
                "audiences": strings(jwt.audiences),
                "remoteJWKS": keys,
                "extractFrom": {"headers": [{"name": "Authorization", "valuePrefix": "Bearer "}]},
            }
        ],
    }


def issuer_backend(namespace: str, name: str, jwt: Jwt) -> tuple[JsonObject, JsonObject]:
    """Where keys are fetched, and the policy that verifies who answers there."""
    address = url(jwt.jwks or "")
    host = (address.hostname if address is not None else None) or ""
    spec: JsonObject = {"endpoints": [{"fqdn": {"hostname": host, "port": _port(jwt)}}]}
    validation: JsonObject = {"hostname": host, "wellKnownCACertificates": "System"}
    policy: JsonObject = {"targetRefs": [target_ref(GROUP, "Backend", name)], "validation": validation}
    return manifest(VERSION, "Backend", namespace, name, spec), manifest(GATEWAY_V1, "BackendTLSPolicy", namespace, name, policy)


def problem(authentication: Authentication) -> str | None:
    """Why this does not fit into the CRD (1.8.3, 1.9.1), or None."""
    if isinstance(authentication, Jwt) and len(authentication.audiences) > AUDIENCES:
        return f"a provider of a SecurityPolicy holds {AUDIENCES} audiences; these are {len(authentication.audiences)}"
    return None


def _port(jwt: Jwt) -> int:
    address = url(jwt.jwks or "")
    return (address.port if address is not None else None) or 443


def token_sources(provider: object) -> tuple[str, ...]:
    """Where tokens of a provider are looked for, in words; ``AUTHORIZATION`` alone is what a client expects."""
    taken = at(provider, "extractFrom")
    if taken is None:
        return AUTHORIZATION, "query parameter access_token"
    return (
        *(_header(one) for one in items(at(taken, "headers"))),
        *(f"query parameter {one}" for one in texts(at(taken, "params"))),
        *(f"cookie {one}" for one in texts(at(taken, "cookies"))),
    )


def _header(one: object) -> str:
    name, prefix = text(at(one, "name")) or "", text(at(one, "valuePrefix")) or ""
    if name.lower() == "authorization" and prefix == "Bearer ":
        return AUTHORIZATION
    return f"header {name}" + (f" after {prefix.strip()}" if prefix.strip() else "")


def read(spec: Mapping[str, object], expiry_required: bool) -> Authentication:
    """Who must prove what, by ``spec`` of a SecurityPolicy."""
    for other in ("oidc", "basicAuth", "apiKeyAuth", "extAuth"):
        if at(spec, other) is not None:
            return Unknown(f"SecurityPolicy spec.{other} is not read yet")
    if at(spec, "jwt") is None:
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
    keys = text(at(provider, "remoteJWKS", "uri"))
    if keys is None:
        return Unknown("SecurityPolicy spec.jwt.providers[0] takes its keys from elsewhere than remoteJWKS.uri")
    return Jwt(
        issuer=text(at(provider, "issuer")) or None,
        audiences=tuple(sorted(texts(at(provider, "audiences")))),
        jwks=keys,
        expiry_required=expiry_required,
        optional=at(spec, "jwt", "optional") is True,
    )
