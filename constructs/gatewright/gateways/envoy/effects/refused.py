"""Objects of Envoy Gateway's kinds (CRD 1.8.3, 1.9.1) that the API server would not take: they protect nothing, whatever they say.

Their structure is judged whole; of the rules across fields those of which a protection hangs, by the digests of their texts. A release
that has another text, or none, is not held to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import attrs

from gatewright.admission.judge import Judge
from gatewright.admission.metadata import is_surely_fine
from gatewright.admission.rulebook import Broken, Rule
from gatewright.admission.schema import Schema, load
from gatewright.gateways.envoy.effects.policy import Policy
from gatewright.gateways.fields import at, items, mapping, text
from gatewright.manifest.yaml_read import Loaded
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.standard.topology.refused import refusal

_Test = Callable[[object], bool]
_ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")
_ABOVE = ("Gateway", "ListenerSet")


def _has(*names: str, low: int, high: int | None = None) -> _Test:
    """So many of these fields are stated."""
    return lambda value: low <= sum(at(value, name) is not None for name in names) <= (len(names) if high is None else high)


def _of(kinds: tuple[str, ...], key: str) -> _Test:
    """What is targeted under a key is of one of these kinds."""

    def test(value: object) -> bool:
        stated = at(value, key)
        refs = items(stated) if key != "targetRef" else [stated] if stated is not None else []
        return all(at(one, "kind") in kinds for one in refs)

    return test


def _in_group(key: str) -> _Test:
    return lambda value: all(at(one, "group") == GATEWAY_GROUP for one in (items(at(value, key)) or [at(value, key)]) if one is not None)


def _merges(kinds: tuple[str, ...]) -> _Test:
    """Who merges targets routes alone."""
    tests = [_of(kinds, key) for key in ("targetRef", "targetRefs", "targetSelectors")]
    return lambda value: at(value, "mergeType") is None or all(test(value) for test in tests)


def _targets(value: object) -> bool:
    return bool(items(at(value, "targetSelectors"))) or (at(value, "targetRef") is None) != (at(value, "targetRefs") is None)


def _claims(value: object) -> bool:
    asks = any(at(rule, "principal", "jwt") is not None for rule in items(at(value, "authorization", "rules")))
    return not asks or at(value, "jwt") is not None


def _cost(value: object) -> bool:
    return all(at(rule, "cost", "response") is None for rule in items(value))


def _addresses(value: object) -> bool:
    return len({"fqdn" in mapping(one) for one in items(value)}) < 2


def _authorities(value: object) -> bool:
    return not (items(at(value, "caCertificateRefs")) and at(value, "wellKnownCACertificates"))


def _verifies(value: object) -> bool:
    return at(value, "insecureSkipVerify") is not True or not (
        items(at(value, "caCertificateRefs")) or at(value, "wellKnownCACertificates")
    )


def _lua(value: object) -> bool:
    return (at(value, "inline") is not None, at(value, "valueRef") is not None) == (
        at(value, "type") == "Inline",
        at(value, "type") == "ValueRef",
    )


def _headers(value: object) -> bool:
    return at(value, "recomputeRoute") is not True or bool(items(at(value, "claimToHeaders")))


_SELECTORS = ("headers", "methods", "path", "sourceCIDR", "queryParams")
_PRINCIPALS = ("clientCIDRs", "jwt", "headers", "clientIPGeoLocations")
_TABLE: tuple[tuple[str, str, _Test], ...] = (
    ("4d1c3db491eb", "targetRef or targetRefs, and not both", _targets),
    ("4d8632f6efc6", f"a targetRef of group {GATEWAY_GROUP}", _in_group("targetRef")),
    ("f23fbdcd34c8", f"targetRefs of group {GATEWAY_GROUP}", _in_group("targetRefs")),
    ("33dcb36a0936", "a targetRef to a Gateway or ListenerSet", _of(_ABOVE, "targetRef")),
    ("710d33de2d10", "targetRefs to Gateways or ListenerSets", _of(_ABOVE, "targetRefs")),
    ("bd9e4d923fd9", "a targetRef to a Gateway, ListenerSet or route", _of((*_ABOVE, *_ROUTES), "targetRef")),
    ("91182d45b9f2", "targetRefs to Gateways, ListenerSets or routes", _of((*_ABOVE, *_ROUTES), "targetRefs")),
    ("6e19035ad5ef", "a targetRef to a Gateway, ListenerSet, HTTPRoute, GRPCRoute or TCPRoute", _of((*_ABOVE, *_ROUTES[:3]), "targetRef")),
    ("ec5c440a65cc", "targetRefs to Gateways, ListenerSets, HTTPRoutes, GRPCRoutes or TCPRoutes", _of((*_ABOVE, *_ROUTES[:3]), "targetRefs")),
    ("5d2f827d6ab1", "a mergeType for routes alone", _merges(_ROUTES)),
    ("ee074572b0a5", "a mergeType for routes alone", _merges(_ROUTES[:3])),
    ("c084749637bb", "another mergeType than Replace", lambda value: value != "Replace"),
    ("0310ad74b26b", "exactly one of xForwardedFor, customHeader and directSourceIP", _has("xForwardedFor", "customHeader", "directSourceIP", low=1, high=1)),
    ("37cc456ab277", "exactly one of numTrustedHops and trustedCIDRs", _has("numTrustedHops", "trustedCIDRs", low=1, high=1)),
    ("a4af93ccd5c4", "no httpUpgrade beside requestBuffer", lambda value: at(value, "requestBuffer") is None or not items(at(value, "httpUpgrade"))),
    ("9da45e344e4d", "a delay or an abort", _has("delay", "abort", low=1)),
    ("8fccff423e2a", "not both of httpStatus and grpcStatus", _has("httpStatus", "grpcStatus", low=0, high=1)),
    ("ef40a316ef64", "httpStatus or grpcStatus", _has("httpStatus", "grpcStatus", low=1)),
    ("cb7195eac5e6", f"at least one of {', '.join(_SELECTORS)}", _has(*_SELECTORS, low=1)),
    ("5a7af5fd00a8", "no cost of the response", _cost),
    ("d5fdb09d8141", "exactly one of response and redirect", _has("response", "redirect", low=1, high=1)),
    ("e454ad298772", "exactly one of headers, params and cookies", _has("headers", "params", "cookies", low=1, high=1)),
    ("3d2dc61f03ed", "jwt, since its authorization asks for claims", _claims),
    ("bc689b70e02c", "a principal or cel", _has("principal", "cel", low=1)),
    ("94c93e827a3d", "methods or path", _has("methods", "path", low=1)),
    ("f5197e0b982f", f"at least one of {', '.join(_PRINCIPALS)}", _has(*_PRINCIPALS, low=1)),
    ("704da5ee6ca3", "claims or scopes", _has("claims", "scopes", low=1)),
    ("e0e3be0e72f1", "grpc or http", _has("grpc", "http", low=1)),
    ("4e31e70e6116", "exactly one of grpc and http", _has("grpc", "http", low=1, high=1)),
    ("4438d06fe46b", "backendRef or backendRefs", lambda value: at(value, "backendRef") is not None or bool(items(at(value, "backendRefs")))),
    ("951a06d01239", "not both of optional and failOpen", _has("optional", "failOpen", low=0, high=1)),
    ("07d62f9442df", "claimToHeaders, since recomputeRoute is true", _headers),
    ("071741ef1dbe", "remoteJWKS or localJWKS", _has("remoteJWKS", "localJWKS", low=1)),
    ("ba907690539d", "not both of remoteJWKS and localJWKS", _has("remoteJWKS", "localJWKS", low=0, high=1)),
    ("86183d6445b4", "exactly one of clientID and clientIDRef", _has("clientID", "clientIDRef", low=1, high=1)),
    ("5f0975c8f16d", "inline or valueRef, as its type says", _lua),
    ("20ebde4107ec", "no endpoints, since it is a DynamicResolver", lambda value: at(value, "type") != "DynamicResolver" or at(value, "endpoints") is None),
    ("182722a52375", "names alone, or addresses alone", _addresses),
    ("49a516907a01", "one of fqdn, ip and unix", _has("fqdn", "ip", "unix", low=1)),
    ("679c2a98c1b4", "exactly one of fqdn, ip and unix", _has("fqdn", "ip", "unix", low=1, high=1)),
    ("65c1b111f96f", "not both of caCertificateRefs and wellKnownCACertificates", _authorities),
    ("aef388bca01b", "no authorities beside insecureSkipVerify", _verifies),
)  # fmt: skip


def _rule(digest: str, allowed: str, test: _Test) -> Rule:
    def decide(value: object, _old: object) -> Broken | None:
        return None if test(value) else Broken(f"it needs {allowed}", "what is stated", allowed)

    return Rule(digest, decide)


RULES: Mapping[str, Rule] = {row[0]: _rule(*row) for row in _TABLE}
"""By the digest of their text."""


@attrs.frozen
class _Known:
    """Those rules of a node that are in the table."""

    def begin(self) -> None:
        """Nothing is counted."""

    def rules(self, schema: Schema) -> tuple[Rule, ...] | None:
        """The others are left out."""
        return tuple(RULES[one.digest] for one in schema.validations if one.digest in RULES)


@attrs.frozen(eq=False)
class Refusals:
    """What a version's definitions refuse. What many policies say of different targets is judged once."""

    judge: Judge
    _fine: set[tuple[str, str, str]] = attrs.field(factory=set, init=False)

    def of(self, loaded: Loaded) -> str:
        """Why an object is refused, in words; empty: it is not, or it comes from a cluster, where it was taken."""
        return refusal((self.judge,), loaded.manifest)

    def of_policy(self, loaded: Loaded, policy: Policy) -> str:
        """The same of a policy that is read already."""
        manifest = loaded.manifest
        key = (str(manifest.get("apiVersion")), loaded.id.kind, policy.words)
        plain = not policy.dropped and is_surely_fine(manifest.get("metadata"), namespaced=True) and _is_plain(policy)
        if plain and key in self._fine:
            return ""
        told = self.of(loaded)
        if plain and not told and len(self._fine) < _MOST:
            self._fine.add(key)
        return told


_MOST = 10_000
_REF = frozenset({"group", "kind", "name"})


def _is_plain(policy: Policy) -> bool:
    """Whether it targets one HTTPRoute by its name, about which rules say nothing more."""
    refs = items(at(policy.spec, "targetRefs"))
    if len(refs) != 1 or "targetRef" in policy.spec or "targetSelectors" in policy.spec:
        return False
    name = text(at(refs[0], "name")) or ""
    return (
        mapping(refs[0]).keys() == _REF
        and at(refs[0], "kind") == "HTTPRoute"
        and at(refs[0], "group") == GATEWAY_GROUP
        and 0 < len(name) < 254
    )


@lru_cache(maxsize=8)
def refusals(version: str) -> Refusals:
    """Those of a version (``1.8``, ``1.9``)."""
    return Refusals(Judge(load(f"envoy-gateway-{version}"), _Known()))
