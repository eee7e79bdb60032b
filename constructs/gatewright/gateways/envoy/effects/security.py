"""SecurityPolicy (CRD 1.8.3, 1.9.1) as guards of a rule.

Each part that is stated is a guard; a mistake in any part makes Envoy Gateway answer 500 for the whole rule, while the parts without
mistakes stay in front of it (seen in Envoy 1.40). One exception: where ``extAuth`` alone is wrong and fails open, it is left out.
Of TCP only ``authorization`` by client addresses counts; a policy of a TCPRoute that says anything else is refused whole.
``csrf``, ``jwt.failOpen`` and the check that an OIDC issuer is https are of 1.9.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import reduce

import attrs

from gatewright.gateways.effect import Answered, Guard, Stated, settled
from gatewright.gateways.envoy import authorization
from gatewright.gateways.envoy.effects.altering import alteration
from gatewright.gateways.envoy.effects.contents import digest, flat
from gatewright.gateways.envoy.effects.policy import Held, Policy, Target
from gatewright.gateways.envoy.effects.references import References, backends, secret_name
from gatewright.gateways.envoy.jwt import AUTHORIZATION, token_sources
from gatewright.gateways.fields import at, items, mapping, text, texts, url
from gatewright.manifest.identity import ObjectId
from gatewright.match import ANYWHERE, NOWHERE, Sources
from gatewright.protection.access import ApiKeys, BasicUsers, ExternalAuthorizer, OidcLogin, Tokens
from gatewright.protection.authentication import Jwt
from gatewright.protection.authorization import EVERYBODY, Authorization
from gatewright.protection.browser import CrossOrigin, SameOrigin
from gatewright.protection.unknown import Unknown

KINDS = ("api-key", "authorization", "basic", "cors", "csrf", "external-auth", "ip", "jwt", "oidc")
"""What a SecurityPolicy may state."""


@attrs.frozen(eq=False)
class Secured:
    """What one policy makes of a rule."""

    guards: tuple[Guard, ...] = ()
    answer: Answered | None = None
    notes: tuple[str, ...] = ()


def secured(held: Held, version: str, references: References, places: str = "") -> Secured:
    """What a policy makes of an HTTP rule. ``places``: why places of addresses cannot be told on this listener; empty: they can."""
    return _Reading(held, version, references, places).all()


def secured_tcp(held: Held) -> Secured:
    """What a policy makes of a TCP rule: addresses alone."""
    stated = held.at("authorization")
    rules = items(at(held.spec, "authorization", "rules"))
    if any(set(mapping(at(rule, "principal"))) != {"clientCIDRs"} or at(rule, "cel") is not None for rule in rules):
        return Secured(
            (Guard.unknown("authorization", "a rule about more than addresses stands before a listener that is not HTTP", stated),)
        )
    plain = [{"action": at(rule, "action"), "principal": at(rule, "principal")} for rule in rules]
    spec = {"authorization": {**mapping(at(held.spec, "authorization")), "rules": plain}}
    return Secured(settled(list(_decision(spec, stated))))


def passed_over(held: Held, target: Target, tcp: bool) -> str:
    """Why a policy does nothing for what it targets (``validateSecurityPolicy``, asked for routes alone); empty: it holds."""
    if tcp and at(held.spec, "authorization") is None:
        return "it says nothing about TCP"
    if not target.kind.endswith("Route"):
        return ""
    return _not_accepted(held.own.spec, tcp) or (_not_accepted(held.spec, tcp) if held.parent is not None else "")


def _not_accepted(spec: Mapping[str, object], tcp: bool) -> str:
    if tcp:
        return _not_accepted_for_tcp(spec)
    if any(
        sum(bool(items(at(one, part))) for part in ("headers", "params", "cookies")) > 1
        for one in items(at(spec, "apiKeyAuth", "extractFrom"))
    ):
        return "one item of apiKeyAuth.extractFrom names headers, params and cookies together"
    return _not_accepted_pass_through(spec) if at(spec, "oidc", "passThroughAuthHeader") is True else ""


def _not_accepted_for_tcp(spec: Mapping[str, object]) -> str:
    other = [one for one in ("cors", "csrf", "jwt", "oidc", "apiKeyAuth", "basicAuth", "extAuth") if at(spec, one) is not None]
    if other:
        return f"a TCPRoute takes authorization alone, and {', '.join(other)} is stated"
    for rule in items(at(spec, "authorization", "rules")):
        if at(rule, "cel") is not None or any(at(rule, "principal", one) for one in ("jwt", "headers", "clientIPGeoLocations")):
            return "a TCPRoute takes authorization by addresses alone"
    return ""


def _not_accepted_pass_through(spec: Mapping[str, object]) -> str:
    providers = items(at(spec, "jwt", "providers"))
    if at(spec, "jwt") is None or not any(at(one, "extractFrom") is None or items(at(one, "extractFrom", "headers")) for one in providers):
        return "oidc.passThroughAuthHeader needs a jwt provider that reads a header"
    return ""


@attrs.frozen(eq=False)
class _Reading:
    """One policy, part by part."""

    held: Held
    version: str
    references: References
    places: str
    guards: list[Guard] = attrs.field(factory=list, init=False)
    wrong: list[tuple[str, Stated]] = attrs.field(factory=list, init=False)
    notes: list[str] = attrs.field(factory=list, init=False)
    bearing: list[str] = attrs.field(factory=list, init=False)

    def all(self) -> Secured:
        """Every part."""
        spec = self.held.spec
        for key, read in (
            ("cors", self._cors), ("csrf", self._csrf), ("jwt", self._jwt), ("oidc", self._oidc), ("apiKeyAuth", self._api_key),
            ("basicAuth", self._basic), ("authorization", self._authorization),
        ):  # fmt: skip
            if at(spec, key) is not None:
                read()
        if at(spec, "extAuth") is not None:
            self._external()
        answer = Answered(500, f"the SecurityPolicy is not accepted: {self.wrong[0][0]}", self.wrong[0][1]) if self.wrong else None
        return Secured(settled([*self.guards, *alteration(self.bearing, (), self.held.at())]), answer, tuple(self.notes))

    def _add(self, guard: Guard, problem: str, *path: str | int) -> None:
        """A part that is wrong is left out, and the rule answers 500."""
        if problem:
            self.wrong.append((f"{'.'.join(map(str, path))}: {problem}", self.held.at(*path)))
        else:
            self.guards.append(guard)

    def _cors(self) -> None:
        stated = at(self.held.spec, "cors")
        origins, methods, headers, exposed = (
            texts(at(stated, key)) for key in ("allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders")
        )
        value = CrossOrigin(origins, methods, headers, exposed, at(stated, "allowCredentials") is True)
        self.guards.append(Guard("cors", value, at=self.held.at("cors")))

    def _csrf(self) -> None:
        if self.version == "1.8":
            return
        shadow = at(self.held.spec, "csrf", "shadowFraction")
        numerator, denominator = at(shadow, "numerator"), at(shadow, "denominator") or 100
        share = 100.0
        if isinstance(numerator, int) and isinstance(denominator, int) and shadow is not None:
            share = 100.0 - 100.0 * numerator / denominator
        value = SameOrigin(tuple(sorted(texts(at(self.held.spec, "csrf", "additionalOrigins")))), share)
        self.guards.append(Guard("csrf", value, "enforced" if share > 0 else "not-enforced", self.held.at("csrf")))

    def _jwt(self) -> None:
        spec, providers = self.held.spec, items(at(self.held.spec, "jwt", "providers"))
        expires = self.version != "1.8" and len(providers) == 1 and authorization.requires_expiry(spec)
        optional, fails_open = at(spec, "jwt", "optional") is True, self.version != "1.8" and at(spec, "jwt", "failOpen") is True
        problems = [(index, wrong) for index, one in enumerate(providers) if (wrong := self._wrong_provider(index, one))]
        names = [text(at(one, "name")) for one in providers]
        if len(set(names)) < len(names):
            problems.append((len(names) - 1, "its name is another provider's"))
        sources = {source for one in providers for source in token_sources(one)}
        value = Tokens(
            tuple(sorted((self._provider(index, one, expires) for index, one in enumerate(providers)), key=repr)),
            optional=optional, fails_open=fails_open,
            taken_from=() if sources == {AUTHORIZATION} else tuple(sorted(sources)),
            claims_as=tuple(sorted({text(at(claim, "header")) or "" for one in providers for claim in items(at(one, "claimToHeaders"))})),
            claims=tuple(sorted({
                f"{at(claim, 'claim')} as {at(claim, 'header')}" for one in providers for claim in items(at(one, "claimToHeaders"))
            })),
            keys=tuple(sorted({said for index, one in enumerate(providers) for said in self._keys(index, one)})),
        )  # fmt: skip
        guard = Guard("jwt", value, "not-enforced" if optional or fails_open else "enforced", self.held.at("jwt"))
        where = ("jwt", "providers", problems[0][0]) if problems else ("jwt",)
        self._add(guard, problems[0][1] if problems else "" if providers else "it has no provider", *where)
        if any(at(one, "recomputeRoute") is True for one in providers):
            self.notes.append(
                "a route is chosen anew once the token is verified (recomputeRoute): headers made of claims may choose another one"
            )
            self.bearing.append(self.notes[-1])

    def _keys(self, index: int, one: object) -> Iterator[str]:
        """Who delivers the keys of a provider, and a digest of those in a ConfigMap that is here."""
        owner, contents = self.held.owner("jwt", "providers", index), self.references.contents
        for ref in backends(_spec(at(one, "remoteJWKS"))):
            yield f"keys by {contents.leads(owner.id.namespace, ref)}"
        if (named := text(at(one, "localJWKS", "valueRef", "name"))) is not None:
            held = contents.digest(ObjectId("", "ConfigMap", owner.id.namespace, named), "jwks")
            yield from [f"keys with SHA-256 {held}"] if held else []

    def _provider(self, index: int, one: object, expires: bool) -> Jwt:
        owner = self.held.owner("jwt", "providers", index)
        remote, inline = text(at(one, "remoteJWKS", "uri")), text(at(one, "localJWKS", "inline"))
        named = text(at(one, "localJWKS", "valueRef", "name"))
        keys = remote
        if remote is None and named is not None:
            keys = f"ConfigMap {owner.id.namespace}/{named}"
        elif remote is None and inline is not None:
            keys = f"inline keys {hashlib.sha256(inline.encode()).hexdigest()[:16]}"
        return Jwt(text(at(one, "issuer")) or None, tuple(sorted(texts(at(one, "audiences")))), keys, expires)

    def _wrong_provider(self, index: int, one: object) -> str:
        """``validateJWTProvider``, and the references of its keys."""
        owner = self.held.owner("jwt", "providers", index)
        issuer, remote, local = text(at(one, "issuer")) or "", at(one, "remoteJWKS"), at(one, "localJWKS")
        if (remote is None) == (local is None):
            return "exactly one of remoteJWKS and localJWKS says where keys are"
        if ":" in issuer and not (_is_uri(issuer) or issuer.startswith("/")):
            return f"issuer {issuer} has a colon and is no URI"
        if remote is not None:
            if not _is_uri(text(at(remote, "uri")) or ""):
                return "remoteJWKS.uri is no URI"
            return next((wrong for ref in backends(_spec(remote)) if (wrong := self.references.service(owner, ref))), "")
        if at(local, "type") == "ValueRef":
            return self.references.config_map(owner, text(at(local, "valueRef", "name")) or "")
        return "" if text(at(local, "inline")) is not None else "localJWKS.inline is missing"

    def _oidc(self) -> None:
        stated, owner = at(self.held.spec, "oidc"), self.held.owner("oidc")
        issuer, reference = text(at(stated, "provider", "issuer")) or "", at(stated, "clientIDRef")
        client = text(at(stated, "clientID")) or f"Secret {secret_name(owner, reference)}"
        scopes = tuple(sorted({*texts(at(stated, "scopes")), "openid"}))
        provider, rest = _spec(at(stated, "provider")), _spec(stated)
        endpoints = [f"{name} {provider[name]}" for name in _ENDPOINTS if name in provider]
        owner_of_refs = self.held.owner("oidc", "provider", "backendRefs")
        endpoints += [f"asked by {self.references.contents.leads(owner_of_refs.id.namespace, ref)}" for ref in backends(provider)]
        value = OidcLogin(
            issuer, client, scopes, bearer_passes=at(stated, "passThroughAuthHeader") is True, endpoints=tuple(sorted(endpoints)),
            cookies=tuple(sorted(flat({name: rest[name] for name in _SESSION if name in rest}))),
            settings=(
                *sorted(flat({name: one for name, one in rest.items() if name not in (*_SESSION, *_LOGIN)})),
                f"clientSecret {secret_name(self.held.owner('oidc', 'clientSecret'), at(stated, 'clientSecret'))}",
            ),
        )  # fmt: skip
        wrong = next((problem for problem in self._wrong_oidc(stated, issuer) if problem), "")
        self._add(Guard("oidc", value, at=self.held.at("oidc")), wrong, "oidc")

    def _wrong_oidc(self, stated: object, issuer: str) -> Iterator[str]:
        parts = url(issuer)
        plain = parts is not None and parts.scheme == "https" and parts.hostname and not (parts.username or parts.query or parts.fragment)
        if self.version != "1.8" and not plain:
            yield f"issuer {issuer} is no https URL without user, query and fragment"
        owner = self.held.owner("oidc", "provider", "backendRefs")
        yield from (self.references.service(owner, ref) for ref in backends(_spec(at(stated, "provider"))))
        if text(at(stated, "clientID")) is None:
            reference = at(stated, "clientIDRef")
            yield (
                "it has no clientID"
                if reference is None
                else self.references.secret(self.held.owner("oidc", "clientIDRef"), reference, "client-id")
            )
        yield self.references.secret(self.held.owner("oidc", "clientSecret"), at(stated, "clientSecret"), "client-secret")

    def _api_key(self) -> None:
        stated, owner = at(self.held.spec, "apiKeyAuth"), self.held.owner("apiKeyAuth", "credentialRefs")
        refs = items(at(stated, "credentialRefs"))
        sources = {f"{_PART[key]} {name}" for one in items(at(stated, "extractFrom")) for key in _PART for name in texts(at(one, key))}
        value = ApiKeys(
            tuple(sorted({secret_name(owner, ref) for ref in refs})), tuple(sorted(sources)), forwarded=at(stated, "sanitize") is not True,
            clients=self._clients(owner, refs), client_as=text(at(stated, "forwardClientIDHeader")) or "",
        )  # fmt: skip
        wrong = next((problem for ref in refs if (problem := self.references.secret(owner, ref))), "")
        self._add(Guard("api-key", value, at=self.held.at("apiKeyAuth")), wrong, "apiKeyAuth", "credentialRefs")

    def _clients(self, owner: Policy, refs: list[object]) -> tuple[str, ...] | None:
        """Who has a key; None: not all Secrets are here."""
        found = [self.references.contents.names(self.references.named(owner, ref, "", "Secret")) for ref in refs]
        known = [one for one in found if one is not None]
        return tuple(sorted({name for one in known for name in one})) if found and len(known) == len(found) else None

    def _basic(self) -> None:
        owner, users = self.held.owner("basicAuth"), at(self.held.spec, "basicAuth", "users")
        named = self.references.contents.users(self.references.named(owner, users, "", "Secret"))
        value = BasicUsers(secret_name(owner, users), named, text(at(self.held.spec, "basicAuth", "forwardUsernameHeader")) or "")
        guard = Guard("basic", value, at=self.held.at("basicAuth"))
        self._add(guard, self.references.secret(owner, users, ".htpasswd"), "basicAuth", "users")

    def _external(self) -> None:
        stated = at(self.held.spec, "extAuth")
        protocol = "http" if at(stated, "http") is not None else "grpc"
        service, fails_open = at(stated, protocol), at(stated, "failOpen") is True
        owner, refs = self.held.owner("extAuth", protocol, "backendRefs"), backends(_spec(service))
        path = text(at(service, "path")) or ""
        body = at(stated, "bodyToExtAuth", "maxRequestBytes")
        value = ExternalAuthorizer(
            ", ".join(_address(owner, ref) for ref in refs) + path, "http" if protocol == "http" else "grpc", fails_open,
            tuple(sorted(texts(at(stated, "headersToExtAuth")))), body if isinstance(body, int) else None,
            asked=tuple(sorted({*self._asked(stated, service, owner, refs)})),
            settings=tuple(sorted(flat({name: at(stated, name) for name in ("statusOnError", "timeout", "includeRouteMetadata")}))),
            told=tuple(sorted(one.lower() for one in texts(at(service, "headersToBackend")))),
        )  # fmt: skip
        wrong = next((problem for ref in refs if (problem := self.references.service(owner, ref))), "" if refs else "it names no service")
        if wrong and fails_open and not self.wrong:
            self.guards.append(Guard("external-auth", value, "not-enforced", self.held.at("extAuth")))
            self.notes.append(f"external authorization is left out, since it fails open: {wrong}")
            return
        self._add(Guard("external-auth", value, "not-enforced" if fails_open else "enforced", self.held.at("extAuth")), wrong, "extAuth")
        if at(stated, "recomputeRoute") is True:
            self.notes.append(
                "a route is chosen anew once external authorization answered (recomputeRoute): headers it sets may choose another one"
            )
            self.bearing.append(self.notes[-1])

    def _asked(self, stated: object, service: object, owner: Policy, refs: list[object]) -> Iterator[str]:
        """Where the service leads to, and what it is told beside the request."""
        yield from (words for ref in refs if "," in (words := self.references.contents.leads(owner.id.namespace, ref)))
        if (path := at(service, "pathOverride")) is not None:
            yield f"asked for {path}"
        for one in items(at(stated, "contextExtensions")):
            ref = at(one, "valueRef")
            said = digest(at(one, "value"))
            if ref is not None:
                named = ObjectId("", text(at(ref, "kind")) or "ConfigMap", owner.id.namespace, text(at(ref, "name")) or "")
                said = f"{named} {at(ref, 'key')}{self.references.contents.told(named, text(at(ref, 'key')) or '')}"
            yield f"told {at(one, 'name')}: {said}"

    def _authorization(self) -> None:
        rules = items(at(self.held.spec, "authorization", "rules"))
        if self.version == "1.8" and any(at(rule, "cel") is not None or at(rule, "operation", "path") is not None for rule in rules):
            doubt = "the definitions of 1.8 know neither cel nor operation.path: the API server drops them, or refuses the policy"
            self.guards.append(Guard.unknown("authorization", doubt, self.held.at("authorization", "rules")))
            return
        for index, rule in enumerate(rules):
            if at(rule, "principal", "clientIPGeoLocations") and self.places:
                self.wrong.append((f"authorization.rules.{index}: {self.places}", self.held.at("authorization", "rules", index)))
        guards = list(_decision(self.held.spec, self.held.at("authorization")))
        unread = next((one.value for one in guards if isinstance(one.value, Unknown)), None)
        if unread is not None and "network that is none" in unread.reason:
            self.wrong.append((f"authorization: {unread.reason}", self.held.at("authorization")))
        else:
            self.guards.extend(guards)


_ENDPOINTS = ("authorizationEndpoint", "endSessionEndpoint", "tokenEndpoint")
_SESSION = ("cookieConfig", "cookieDomain", "disableTokenEncryption", "forwardAccessToken", "forwardIDToken", "redirectURL")
_LOGIN = ("provider", "clientID", "clientIDRef", "clientSecret", "scopes", "passThroughAuthHeader")
_PART = {"headers": "header", "params": "query parameter", "cookies": "cookie"}


def _decision(spec: Mapping[str, object], stated: Stated) -> Iterator[Guard]:
    """Who may pass, and beside it the addresses outside which nobody does."""
    decision = authorization.read(spec)
    if isinstance(decision, Unknown):
        yield Guard.unknown("authorization", decision.reason, stated)
    elif decision != EVERYBODY:
        yield Guard("authorization", decision, at=stated)
        if (sources := _union(decision)) != ANYWHERE:
            yield Guard("ip", sources, at=stated)


def _union(decision: Authorization) -> Sources:
    return reduce(Sources.union, (way.sources for way in decision.ways), NOWHERE)


def _is_uri(value: str) -> bool:
    parts = url(value)
    return parts is not None and bool(parts.scheme)


def _spec(value: object) -> Mapping[str, object]:
    return {str(key): one for key, one in mapping(value).items()}


def _address(owner: Policy, ref: object) -> str:
    port = at(ref, "port")
    name = f"{text(at(ref, 'namespace')) or owner.id.namespace}/{text(at(ref, 'name')) or ''}"
    return f"{name}:{port}" if port is not None else name
