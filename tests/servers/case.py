"""One case of a feature: a program, and how the translator's answer to it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from tests.servers.egctl import VERSIONS
from tests.servers.programs import Room
from tests.servers.removal import Object, Removal, field
from tests.servers.xds import Chain, Dump, Route, at


@attrs.frozen
class Seen:
    """The translation of one case."""

    dump: Dump
    room: Room
    name: str

    @property
    def chain(self) -> Chain:
        return self.dump.chains["shop"]

    @property
    def plain(self) -> Chain:
        return self.dump.chains["shop-plain"]

    def routes(self, name: str = "") -> tuple[Route, ...]:
        return self.dump.of(f"{self.room.shop}/{name or self.name}")

    @property
    def route(self) -> Route:
        """Of the first rule of the case's route."""
        return min(self.routes(), key=lambda one: str(one.tree["name"]))

    def compares(self, what: str, of: str, value: str) -> bool:
        """Whether every way into the route compares this."""
        rules = self.route.judgements
        return (
            self.route.otherwise == "DENY"
            and bool(rules)
            and all((what, of, value) in rule.compares for rule in rules if rule.action == "ALLOW")
        )


@attrs.frozen(kw_only=True)
class Case:
    """``stated`` adds the case's intents under a name to a room; ``more`` gives objects that others apply by hand.

    ``alone``   in a room of its own, since it takes something from the gateway; the others share one
    ``single``  in a run of its own: ``egctl`` takes the last EnvoyProxy that it reads for all Gateways (the controller does not)
    ``broken``  without the field Envoy Gateway answers 500, or nothing at all, in place of what was protected
    """

    feature: str
    sees: Callable[[Seen], bool]
    stated: Callable[[Room, str], Any] = lambda room, name: room.route(name)
    listener: dict[str, Any] = attrs.field(factory=dict)
    exposure: dict[str, Any] = attrs.field(factory=dict)
    more: Callable[[Room, str], Sequence[Object]] = lambda room, name: ()
    removal: Removal = field
    variant: str = ""
    versions: tuple[str, ...] = VERSIONS
    target: dict[str, Any] = attrs.field(factory=dict)
    alone: bool = False
    single: bool = False
    selectors: bool = False
    broken: bool = False

    @property
    def label(self) -> str:
        return f"{self.feature} {self.variant}".strip()


def weights(seen: Seen) -> bool:
    return sorted(one["weight"] for one in at(seen.route.forwards, "weightedClusters", "clusters") or []) == [5, 95] or sorted(
        one.get("loadBalancingWeight", 0) for one in seen.dump.endpoints(seen.route)
    ) == [5, 95]


def tls(seen: Seen, key: str) -> Any:
    return at(seen.chain.tls, "commonTlsContext", "tlsParams", key)


def names(seen: Seen) -> list[Any]:
    """The names that the certificate of every endpoint must prove, by the TLS that the endpoint really gets."""
    (cluster,) = seen.route.clusters
    sockets = {one["name"]: one["transportSocket"]["typedConfig"] for one in cluster.get("transportSocketMatches", [])}
    found = []
    for one in (endpoint for locality in seen.dump.endpoints(seen.route) for endpoint in locality["lbEndpoints"]):
        socket = sockets.get(at(one, "metadata", "filterMetadata", "envoy.transport_socket_match", "name"))
        validation = at(socket, "commonTlsContext", "combinedValidationContext")
        trusted = at(validation, "validationContextSdsSecretConfig", "name") is not None
        names = at(validation, "defaultValidationContext", "matchTypedSubjectAltNames") or []
        found += [at(name, "matcher", "exact") for name in names if trusted]
    return found


def key_server(seen: Seen) -> list[Any]:
    """The names that the server of the token's keys must prove."""
    cluster = seen.dump.clusters[at(seen.route.jwt, "remoteJwks", "httpUri", "cluster")]
    sockets = [one["transportSocket"] for one in cluster.get("transportSocketMatches", [])] or [cluster.get("transportSocket")]
    contexts = [at(one, "typedConfig", "commonTlsContext") for one in sockets]
    validations = [at(one, "combinedValidationContext", "defaultValidationContext") or at(one, "validationContext") for one in contexts]
    return [at(name, "matcher", "exact") for one in validations for name in at(one, "matchTypedSubjectAltNames") or []]


def early(seen: Seen, *names: str) -> bool:
    return all(set(names) <= set(chain.early) for chain in (seen.chain, seen.plain))


def before(filters: tuple[str, ...], first: str, *others: str) -> bool:
    return all(filters.index(first) < filters.index(other) for other in others)


def log(seen: Seen) -> Any:
    return at(seen.chain.connections, "accessLog", 0, "typedConfig", "logFormat", "jsonFormat") or {}


def limits(*expected: tuple[tuple[str, ...], int, str]) -> Callable[[Seen], bool]:
    return lambda seen: set(expected) <= set(seen.route.limits)


def shared_counters(seen: Seen) -> int:
    """How many counters of the rate limit service a request takes from, whichever match of the route it came by.

    Provided that it is asked at all, before anybody is judged: counters of a whole route have a filter, and a domain, of their own.
    """
    own = [name for name in seen.chain.filters if name.startswith("ratelimit/") and name.endswith(f"/{seen.name}")]
    if len(own) != 1 or not before(seen.chain.filters, own[0], "rbac"):
        return 0
    counted = at(seen.chain.filter(own[0]), "domain") == own[0].removeprefix("ratelimit/")
    actions = at(seen.route.filter(own[0]), "rateLimits") or at(seen.route.tree, "route", "rateLimits") or []  # 1.9 and 1.8
    return len(actions) if counted else 0


def each(network: str) -> tuple[str, str]:
    return f"addresses of {network}", f"each address of {network}"


def proxied(seen: Seen) -> bool:
    return any(one["name"].endswith("proxy_protocol") for one in seen.chain.listener.get("listenerFilters", []))


def matched(seen: Seen, part: str, name: str, kind: str) -> bool:
    return any(kind in one.get("stringMatch", {}) for route in seen.routes() for one in route.match.get(part, []) if one["name"] == name)
