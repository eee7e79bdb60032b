"""Authorization: SecurityPolicy ``spec.authorization`` (CRD 1.8.3, 1.9.1), read as a list of which the first hit decides.

Seen in the translator and in Envoy 1.40: the parts of a rule are ANDed, the values of one claim ORed; an IPv4 network matches no
IPv6 client; a rule needs a principal, or from 1.9 on a ``cel`` in its place. An erring ``cel`` does not match, so it may only ever allow.

Headers, paths, places, CEL and what a token must *not* say are read as terms (``Way.terms``): sentences that are compared and never looked into.
A rule for a provider that ``spec.jwt`` does not have never matches (authorization.go: the claims are looked for under the provider's name).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from gatewright.gateways.capability import Row, conditional, enforced
from gatewright.gateways.envoy.jwt import PROVIDER
from gatewright.gateways.fields import at, items, mapping, strings, text, texts
from gatewright.manifest.text import Json, JsonObject
from gatewright.match import ANY_METHOD, ANYWHERE, Methods, Sources
from gatewright.protection.authentication import Jwt
from gatewright.protection.authorization import EVERYBODY, Authorization, Authorizing, Claim, Term, Way
from gatewright.protection.policy import Policy
from gatewright.protection.unknown import Unknown

# A missing exp and exp 0 both mean "never expires" to Envoy; a missing one errs here, which does not match.
EXPIRES = f"metadata.filter_metadata['envoy.filters.http.jwt_authn']['{PROVIDER}']['exp'] > 0"
_RULE = "SecurityPolicy spec.authorization.rules[]"
_EVERYWHERE: list[Json] = ["0.0.0.0/0", "::/0"]


def rows() -> dict[str, Row]:
    """What it does with decisions on a principal."""
    return {
        "authorization.ways": enforced("SecurityPolicy spec.authorization.defaultAction"),
        "authorization.methods": enforced(f"{_RULE}.operation.methods"),
        "authorization.addresses": conditional(
            f"{_RULE}.principal.clientCIDRs", "the exposure says how addresses are learned", source="SecurityPolicy CRD; seen in Envoy 1.40"
        ),
        "authorization.claims": enforced(f"{_RULE}.principal.jwt.claims"),
        "authorization.claims.listed": enforced(f"{_RULE}.principal.jwt.claims[].valueType"),
        "authorization.scopes": enforced(f"{_RULE}.principal.jwt.scopes"),
    }


def render(policy: Policy) -> JsonObject:
    """The value of ``spec.authorization``; always stated, since a policy without it would lift the listener's deny floor."""
    decision = policy.authorization
    ways = decision.ways if isinstance(decision, Authorization) else ()
    expiry = isinstance(policy.authentication, Jwt) and policy.authentication.expiry_required
    if decision == EVERYBODY and not expiry:
        return {"defaultAction": "Allow"}
    rules: list[Json] = []
    union = _union(ways)
    refused = ANYWHERE.minus(union)
    if ways and not refused.is_empty() and len(refused.cidrs()) <= len(union.cidrs()):
        rules.append({"name": "refused-addresses", "action": "Deny", "principal": {"clientCIDRs": strings(refused.cidrs())}})
        union_free = True
    else:
        union_free = False
    free = union if union_free else ANYWHERE
    others = [way for way in ways if way.methods.excluded]
    named = frozenset(name for way in others for name in way.methods.names)
    split = [attrs.evolve(way, methods=Methods.only(*(named - way.methods.names))) for way in others if named > way.methods.names]
    limited = [way for way in ways if not way.methods.excluded] + split
    rules += [_allow(f"way-{index}", way, free, expiry) for index, way in enumerate(limited, 1)]
    if named:
        rules.append(_deny_methods(tuple(sorted(named))))
    for index, way in enumerate(others, 1):
        rules.append(
            _allow("other-methods" if index == 1 else f"other-methods-{index}", attrs.evolve(way, methods=ANY_METHOD), free, expiry)
        )
    return {"defaultAction": "Deny", "rules": rules}


def unfit(policy: Policy) -> Iterator[tuple[str, str]]:
    """Features and reasons: what of this decision does not fit into the CRD (1.8.3, 1.9.1)."""
    for way in policy.authorization.ways if isinstance(policy.authorization, Authorization) else ():
        if way.terms:
            yield "authorization.ways", f"a condition that was only read cannot be written: {way.terms[0][0]}"
        for feature, what, count, most in (
            ("authorization.claims", "claims", len(way.claims), 16),
            ("authorization.claims", "values of one claim", max((len(claim.any_of) for claim in way.claims), default=0), 128),
            ("authorization.scopes", "scopes", len(way.scopes), 16),
            ("authorization.methods", "methods", len(way.methods.names), 16),
        ):
            if count > most:
                yield feature, f"a rule of a SecurityPolicy holds {most} {what}; these are {count}"


def _deny_methods(methods: tuple[str, ...]) -> JsonObject:
    return {
        "name": "methods-decided-above",
        "action": "Deny",
        "principal": {"clientCIDRs": _EVERYWHERE},
        "operation": {"methods": strings(methods)},
    }


def _allow(name: str, way: Way, free: Sources, expiry: bool) -> JsonObject:
    rule: JsonObject = {"name": name, "action": "Allow"}
    principal: JsonObject = {}
    if way.sources != free:
        principal["clientCIDRs"] = strings(way.sources.cidrs())
    if way.claims or way.scopes:
        token: JsonObject = {"provider": PROVIDER}
        if way.claims:
            token["claims"] = [_claim(claim) for claim in way.claims]
        if way.scopes:
            token["scopes"] = strings(way.scopes)
        principal["jwt"] = token
    if not principal and not expiry:
        principal["clientCIDRs"] = _EVERYWHERE
    if principal:
        rule["principal"] = principal
    if way.methods != ANY_METHOD:
        rule["operation"] = {"methods": strings(tuple(sorted(way.methods.names)))}
    if expiry:
        rule["cel"] = EXPIRES
    return rule


def _claim(claim: Claim) -> JsonObject:
    return {"name": claim.name, "valueType": "StringArray" if claim.listed else "String", "values": strings(claim.any_of)}


def _union(ways: tuple[Way, ...]) -> Sources:
    union = Sources.of()
    for way in ways:
        union = union.union(way.sources)
    return union


@attrs.frozen
class _Cell:
    """Requests that no rule has decided yet."""

    methods: Methods = ANY_METHOD
    sources: Sources = ANYWHERE
    terms: tuple[Term, ...] = ()

    def minus(self, other: _Cell) -> Iterator[_Cell]:
        """What of it another cell, one without terms, leaves."""
        outside = attrs.evolve(self, methods=self.methods.minus(other.methods))
        inside = attrs.evolve(self, methods=self.methods.intersect(other.methods), sources=self.sources.minus(other.sources))
        yield from (cell for cell in (outside, inside) if not cell.is_empty)

    def within(self, other: _Cell) -> _Cell:
        """What both have."""
        terms = tuple(sorted({*self.terms, *other.terms}))
        return _Cell(self.methods.intersect(other.methods), self.sources.intersect(other.sources), terms)

    @property
    def is_empty(self) -> bool:
        return Way(self.methods, self.sources, terms=self.terms).is_empty


@attrs.frozen
class _Asked:
    """What a rule asks of a request: where it holds, of whom, and what else."""

    where: _Cell
    claims: tuple[Claim, ...] = ()
    scopes: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()

    @property
    def refusal(self) -> Term:
        """What must be for the rule not to match where it holds: one sentence, so that many refusals stay a few ways."""
        all_of = sorted(
            [*self.terms, *((_claimed(one), True) for one in self.claims), *((f"the token has scope {one}", True) for one in self.scopes)]
        )
        if len(all_of) == 1:
            return all_of[0][0], not all_of[0][1]
        return " and ".join(text if held else f"not ({text})" for text, held in all_of), False


def requires_expiry(spec: Mapping[str, object]) -> bool:
    """Whether nothing is allowed unless the token expires."""
    rules = items(at(spec, "authorization", "rules"))
    denied = at(spec, "authorization") is not None and at(spec, "authorization", "defaultAction") != "Allow"
    return denied and all(at(rule, "cel") == EXPIRES for rule in rules if at(rule, "action") != "Deny")


def read(spec: Mapping[str, object]) -> Authorizing:
    """Who may pass, by ``spec`` of a SecurityPolicy. Without ``authorization`` everybody; its default action is Deny.

    That tokens expire is said by ``requires_expiry`` where every way asks for it, and is a term where only some do.
    """
    if at(spec, "authorization") is None:
        return EVERYBODY
    known = frozenset(text(at(one, "name")) or "" for one in items(at(spec, "jwt", "providers")))
    said = (EXPIRES,) if requires_expiry(spec) else ()
    cells, ways = [_Cell()], list[Way]()
    for rule in items(at(spec, "authorization", "rules")):
        asked = _asked(rule, known, said if at(rule, "action") == "Allow" else ())
        if isinstance(asked, Unknown):
            return asked
        if asked is None:
            continue
        where, conditional = asked.where, bool(asked.claims or asked.scopes or asked.terms)
        if at(rule, "action") == "Allow":
            inside = (cell.within(attrs.evolve(where, terms=asked.terms)) for cell in cells)
            ways += [Way(one.methods, one.sources, asked.claims, asked.scopes, one.terms) for one in inside if not one.is_empty]
        if not conditional:
            cells = [piece for cell in cells for piece in cell.minus(where)]
        elif at(rule, "action") == "Deny":
            spared = attrs.evolve(where, terms=(asked.refusal,))
            cells = [piece for cell in cells for piece in (*cell.minus(where), cell.within(spared)) if not piece.is_empty]
            if len(cells) > _MOST_CELLS:
                return Unknown(f"{len(items(at(spec, 'authorization', 'rules')))} rules refuse in more ways than are looked into")
    if at(spec, "authorization", "defaultAction") == "Allow":
        ways += [Way(cell.methods, cell.sources, terms=cell.terms) for cell in cells]
    return Authorization(tuple(ways)).normal()


def _asked(rule: object, known: frozenset[str], said: tuple[str, ...]) -> _Asked | Unknown | None:
    """What a rule asks; None: it never matches. ``said``: CEL expressions that are told elsewhere."""
    name = text(at(rule, "name")) or "?"
    if at(rule, "action") not in ("Allow", "Deny"):
        return Unknown(f"rule {name} has the action {at(rule, 'action')}")
    for part, read_here in (("operation", _OPERATION), ("principal", _PRINCIPAL), ("", _RULE_FIELDS)):
        held = mapping(at(rule, part) if part else rule)
        unread = sorted(str(key) for key, value in held.items() if key not in read_here and value is not None)
        if unread:
            return Unknown(f"rule {name} decides by {', '.join(unread)}")
    networks = texts(at(rule, "principal", "clientCIDRs"))
    try:
        sources = Sources.of(*networks) if networks else ANYWHERE
    except ValueError:
        return Unknown(f"rule {name} names a network that is none")
    methods = texts(at(rule, "operation", "methods"))
    where = _Cell(Methods.only(*methods) if methods else ANY_METHOD, sources)
    claims, scopes = _principal(rule)
    terms = [
        *_path(at(rule, "operation", "path")),
        *_headers(at(rule, "principal", "headers")),
        *_places(at(rule, "principal", "clientIPGeoLocations")),
    ]
    cel = at(rule, "cel")
    if cel is not None and cel not in said:
        terms.append((f"the CEL expression {cel} is true", True))
    provider = text(at(rule, "principal", "jwt", "provider")) or ""
    if (claims or scopes) and known and provider not in known:
        return None
    if (claims or scopes) and len(known) > 1:
        terms.append((f"the token is one of provider {provider}", True))
    return None if (_NEVER in terms) else _Asked(where, claims, scopes, tuple(sorted(set(terms))))


_MOST_CELLS = 256
_OPERATION = frozenset({"methods", "path"})
_PRINCIPAL = frozenset({"clientCIDRs", "jwt", "headers", "clientIPGeoLocations"})
_RULE_FIELDS = frozenset({"name", "action", "operation", "principal", "cel"})
_NEVER: Term = ("", False)


def _path(path: object) -> Iterator[Term]:
    """Exact and prefix ignore the query, a regular expression is matched against it as well (seen in Envoy 1.40)."""
    if path is None:
        return
    value, inverted = text(at(path, "value")) or "", at(path, "invert") is True
    if at(path, "type") == "Exact":
        yield f"the path is {value}", not inverted
    elif at(path, "type") == "RegularExpression":
        yield f"the path with its query matches {value}", not inverted
    elif value.rstrip("/"):
        yield f"the path is {value.rstrip('/')} or below it", not inverted
    elif inverted:
        yield _NEVER


def _headers(headers: object) -> Iterator[Term]:
    for one in items(headers):
        yield f"header {(text(at(one, 'name')) or '').lower()} is {_any(texts(at(one, 'values')))}", True


def _places(places: object) -> Iterator[Term]:
    """Of several places one is enough; a place is the conjunction of its fields, compared without regard to case."""
    found = [_place(one) for one in items(places)]
    if found:
        yield f"the client's address is in {' or in '.join(sorted(set(found)))}", True


def _place(place: object) -> str:
    parts = [f"{key} {str(value).lower()}" for key, value in mapping(place).items() if key != "anonymous"]
    parts += [f"{key} {str(value).lower()}" for key, value in mapping(at(place, "anonymous")).items()]
    return " and ".join(sorted(parts)) or "no place"


def _claimed(claim: Claim) -> str:
    return f"the token's {claim.name} {'has' if claim.listed else 'is'} {_any(claim.any_of)}"


def _any(values: Iterable[str]) -> str:
    return " or ".join(sorted(set(values))) or "nothing"


def _principal(rule: object) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
    claims = [
        Claim(text(at(one, "name")) or "", tuple(sorted(texts(at(one, "values")))), at(one, "valueType") == "StringArray")
        for one in items(at(rule, "principal", "jwt", "claims"))
    ]
    return tuple(sorted(claims)), tuple(sorted(texts(at(rule, "principal", "jwt", "scopes"))))
