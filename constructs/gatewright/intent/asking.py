"""The one policy of a route: what it asks for, over its gateway's defaults and floor and the baseline.

Many routes ask for the same; each distinct question is answered once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce

import attrs

from gatewright.intent.access import Jwt, Public
from gatewright.intent.baseline import Baseline, Traffic
from gatewright.intent.gateway import SecureGateway
from gatewright.intent.limit import RateLimit
from gatewright.intent.relax import Relax, relaxes
from gatewright.intent.require import Claim, IpAllow, IpDeny, On, Scope
from gatewright.intent.route import ProtectedRoute
from gatewright.intent.traffic import Timeouts, byte_count
from gatewright.match import ANY_METHOD, Methods, Sources
from gatewright.protection.authentication import Anonymous, Authentication
from gatewright.protection.authorization import Authorization, Way
from gatewright.protection.client import ClientAddress
from gatewright.protection.compose import Layer, compose
from gatewright.protection.lowered import Origin
from gatewright.protection.policy import Policy
from gatewright.protection.traffic import Timeouts as Times


@attrs.frozen(cache_hash=True)
class Setting:
    """What the cluster and the estate say that bears on lowering.

    ``client``  how addresses are learned at the exposure of the gateway
    ``fences``  whether the cluster's network enforces NetworkPolicy; None: nobody said
    """

    baseline: Baseline
    client: ClientAddress
    fences: bool | None


@attrs.frozen
class Asked:
    """Everything of a route that decides its policy, and nothing else."""

    access: Jwt | Public
    require: Sequence[Claim | Scope | IpAllow | IpDeny | On]
    methods: Sequence[str]
    limits: Sequence[RateLimit]
    timeouts: Timeouts | None
    max_body: str | None
    traffic: Traffic
    relax: Sequence[Relax]
    answered: bool

    @classmethod
    def by(cls, route: ProtectedRoute) -> Asked:
        """What a route asks for. ``answered``: by a redirect, so that no backend is behind it."""
        return cls(
            route.access, route.require, route.methods, route.limits, route.timeouts, route.max_body, route.traffic, route.relax,
            route.redirect is not None,
        )  # fmt: skip

    def keeps(self, default: str) -> bool:
        """Whether a hardened default stays on."""
        return not relaxes(self.relax, default)


@lru_cache(maxsize=4096)
def policy_of(asked: Asked, gateway: SecureGateway, setting: Setting) -> tuple[Policy, tuple[Origin, ...]]:
    """The policy in normal form, and where each of its dimensions came from."""
    allowed = [one.sources() for one in asked.require if isinstance(one, IpAllow | IpDeny)]
    own = Layer(
        "stated",
        sources=reduce(Sources.intersect, allowed) if allowed else None,
        limits=tuple(limit for one in asked.limits for limit in one.lowered()),
        body=byte_count(asked.max_body) if asked.max_body is not None else None,
        timeouts=asked.timeouts.lowered() if asked.timeouts else Times(),
    )
    composed = compose(
        own, _defaults(asked, gateway), gateway.layer("gateway floor", gateway.floor), _baseline(asked, setting.baseline)
    )
    authorization = _authorization(asked, composed.sources)
    if asked.answered:  # no backend is behind it: nothing to bound, and nothing that would bound it
        answered = Policy(_authentication(asked), authorization, upgrades=False)
        asked_for = compose(Layer("stated"), _defaults(asked, gateway), gateway.layer("gateway floor", gateway.floor))
        unused = tuple(origin for origin in asked_for.origins if origin.dimension != "addresses")  # said in the traces, by nobody counted
        return answered.normal(), (*(origin for origin in composed.origins if origin.dimension == "addresses"), *unused)
    upgrades = asked.traffic == "websocket"
    policy = Policy(_authentication(asked), authorization, composed.limits, composed.body, composed.timeouts, upgrades)
    return policy.normal(), composed.origins


def _baseline(asked: Asked, base: Baseline) -> Layer:
    """The baseline's bounds for this kind of traffic, as far as they are not relaxed."""
    return Layer(
        f"baseline {base.name}",
        body=base.bodies[asked.traffic] if asked.keeps("body-limit") else None,
        timeouts=base.timeouts[asked.traffic] if asked.keeps("timeouts") else Times(),
    )


def _defaults(asked: Asked, gateway: SecureGateway) -> Layer:
    """The gateway's defaults, without those that do not fit this kind of traffic."""
    stated = gateway.layer("gateway default", gateway.defaults)
    if asked.traffic in ("stream", "websocket"):
        return attrs.evolve(stated, body=None, timeouts=attrs.evolve(stated.timeouts, request=None, backend=None))
    return stated


def _authentication(asked: Asked) -> Authentication:
    return asked.access.lowered(expiry_required=asked.keeps("jwt-expiry")) if isinstance(asked.access, Jwt) else Anonymous()


def _authorization(asked: Asked, sources: Sources) -> Authorization:
    """One way in for each set of methods that asks the same of the principal."""
    claims = tuple(one.lowered() for one in asked.require if isinstance(one, Claim))
    scopes = tuple(one.name for one in asked.require if isinstance(one, Scope))
    special = [one for one in asked.require if isinstance(one, On)]
    methods = Methods.only(*asked.methods) if asked.methods else ANY_METHOD
    ways = []
    named = {method for one in special for method in one.methods}
    for method in sorted(named | ({"HEAD"} if "GET" in named else set())):
        asked_as = "GET" if method == "HEAD" and "HEAD" not in named else method  # HEAD is GET without the body (RFC 9110 §9.3.2)
        extra = [need for one in special if asked_as in one.methods for need in one.require]
        more = tuple(need.lowered() for need in extra if isinstance(need, Claim))
        ways.append(
            Way(Methods.only(method).intersect(methods), sources, claims + more, scopes + tuple(need.name for need in extra if isinstance(need, Scope)))
        )
        methods = methods.minus(Methods.only(method))
    return Authorization((*_merged(ways), Way(methods, sources, claims, scopes)))


def _merged(ways: Sequence[Way]) -> list[Way]:
    """Ways that differ in their method only, as one."""
    merged: dict[Way, Methods] = {}
    for way in ways:
        key = attrs.evolve(way, methods=ANY_METHOD, claims=tuple(sorted(way.claims)), scopes=tuple(sorted(way.scopes)))
        merged[key] = merged[key].union(way.methods) if key in merged else way.methods
    return [attrs.evolve(key, methods=methods) for key, methods in merged.items()]
