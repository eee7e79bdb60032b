"""Authorization: SecurityPolicy ``spec.authorization`` (CRD 1.8.3, 1.9.1), read as a list of which the first hit decides.

Seen in the translator and in Envoy 1.40: the parts of a rule are ANDed, the values of one claim ORed; an IPv4 network matches no
IPv6 client; a rule needs a principal, or from 1.9 on a ``cel`` in its place. An erring ``cel`` does not match, so it may only ever allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from gatewright.gateways.capability import Row, conditional, enforced
from gatewright.gateways.envoy.jwt import PROVIDER
from gatewright.gateways.fields import at, items, mapping, strings, text, texts
from gatewright.manifest.text import Json, JsonObject
from gatewright.match import ANY_METHOD, ANYWHERE, Methods, Sources
from gatewright.protection.authentication import Jwt
from gatewright.protection.authorization import EVERYBODY, Authorization, Authorizing, Claim, Way
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
        rules.append(_allow("other-methods" if index == 1 else f"other-methods-{index}", attrs.evolve(way, methods=ANY_METHOD), free, expiry))
    return {"defaultAction": "Deny", "rules": rules}


def unfit(policy: Policy) -> Iterator[tuple[str, str]]:
    """Features and reasons: what of this decision does not fit into the CRD (1.8.3, 1.9.1)."""
    for way in policy.authorization.ways if isinstance(policy.authorization, Authorization) else ():
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

    def minus(self, other: _Cell) -> Iterator[_Cell]:
        outside = _Cell(self.methods.minus(other.methods), self.sources)
        inside = _Cell(self.methods.intersect(other.methods), self.sources.minus(other.sources))
        yield from (cell for cell in (outside, inside) if not cell.is_empty)

    def within(self, other: _Cell) -> _Cell:
        return _Cell(self.methods.intersect(other.methods), self.sources.intersect(other.sources))

    @property
    def is_empty(self) -> bool:
        return self.methods.is_empty() or self.sources.is_empty()


def requires_expiry(spec: Mapping[str, object]) -> bool:
    """Whether nothing is allowed unless the token expires."""
    rules = items(at(spec, "authorization", "rules"))
    denied = at(spec, "authorization") is not None and at(spec, "authorization", "defaultAction") != "Allow"
    return denied and all(at(rule, "cel") == EXPIRES for rule in rules if at(rule, "action") != "Deny")


def read(spec: Mapping[str, object]) -> Authorizing:
    """Who may pass, by ``spec`` of a SecurityPolicy. Without ``authorization`` everybody; its default action is Deny."""
    if at(spec, "authorization") is None:
        return EVERYBODY
    cells, ways = [_Cell()], list[Way]()
    for rule in items(at(spec, "authorization", "rules")):
        region = _region(rule)
        if isinstance(region, Unknown):
            return region
        claims, scopes = _principal(rule)
        demands = bool(claims or scopes)
        if at(rule, "action") == "Allow":
            ways += [Way(cell.methods, cell.sources, claims, scopes) for one in cells if not (cell := one.within(region)).is_empty]
        elif demands or at(rule, "cel") is not None:
            return Unknown(f"rule {text(at(rule, 'name')) or '?'} refuses by what a token says")
        if not demands:
            cells = [piece for cell in cells for piece in cell.minus(region)]
    if at(spec, "authorization", "defaultAction") == "Allow":
        ways += [Way(cell.methods, cell.sources) for cell in cells]
    return Authorization(tuple(ways)).normal()


def _region(rule: object) -> _Cell | Unknown:
    name = text(at(rule, "name")) or "?"
    if at(rule, "action") not in ("Allow", "Deny"):
        return Unknown(f"rule {name} has the action {at(rule, 'action')}")
    if at(rule, "cel") not in (None, EXPIRES):
        return Unknown(f"rule {name} decides by a CEL expression")
    for part, read_here in (("operation", {"methods"}), ("principal", {"clientCIDRs", "jwt"})):
        unread = sorted(str(key) for key, value in mapping(at(rule, part)).items() if key not in read_here and value is not None)
        if unread:
            return Unknown(f"rule {name} decides by {', '.join(unread)}")
    methods = texts(at(rule, "operation", "methods"))
    networks = texts(at(rule, "principal", "clientCIDRs"))
    try:
        sources = Sources.of(*networks) if networks else ANYWHERE
    except ValueError:
        return Unknown(f"rule {name} names a network that is none")
    return _Cell(Methods.only(*methods) if methods else ANY_METHOD, sources)


def _principal(rule: object) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
    claims = [
        Claim(text(at(one, "name")) or "", tuple(sorted(texts(at(one, "values")))), at(one, "valueType") == "StringArray")
        for one in items(at(rule, "principal", "jwt", "claims"))
    ]
    return tuple(sorted(claims)), tuple(sorted(texts(at(rule, "principal", "jwt", "scopes"))))
