"""Manifests of Envoy Gateway as protections: what each route and each listener really has.

A SecurityPolicy without ``authorization`` lifts the floor of its listener.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from gatewright.gateways.envoy import authorization, client, hygiene, jwt, limit, tls, traffic
from gatewright.gateways.envoy.policies import Object, Policies, Spec, nearest
from gatewright.gateways.fields import at, items, label_of, name_of, namespace_of, text
from gatewright.gateways.port import Reading
from gatewright.protection.policy import ListenerPolicy, Policy
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import Plaintext
from gatewright.protection.unknown import Unknown


def read(manifests: Iterable[Mapping[str, object]]) -> Reading:
    """The policy of every HTTPRoute and of every HTTPS and HTTP listener."""
    objects = list(manifests)
    policies = Policies.of(objects)
    fences = fences_of(objects)
    routes = {label_of(one): _route(one, policies) for one in objects if one.get("kind") == "HTTPRoute"}
    listeners = {
        f"{label_of(one)}/{text(at(listener, 'name'))}": _listener(one, listener, policies, fences)
        for one in objects
        if one.get("kind") == "Gateway"
        for listener in items(at(one, "spec", "listeners"))
    }
    return Reading(routes, listeners)


def _route(one: Object, policies: Policies) -> Policy:
    security = nearest("SecurityPolicy", one, policies)
    bounds = nearest("BackendTrafficPolicy", one, policies)
    rules = items(at(one, "spec", "rules"))
    forwarding = [rule for rule in rules if at(rule, "backendRefs")]
    if isinstance(security, Unknown) or isinstance(bounds, Unknown):
        reason = security if isinstance(security, Unknown) else bounds if isinstance(bounds, Unknown) else Unknown("")
        return Policy(reason, reason, reason)
    expiry = authorization.requires_expiry(security)
    policy = Policy(jwt.read(security, expiry), authorization.read(security), upgrades=False)
    if forwarding:
        times = {traffic.read_timeouts(bounds, rule) for rule in forwarding}
        policy = attrs.evolve(
            policy,
            limits=limit.read(bounds),
            body=traffic.read_body(bounds),
            timeouts=times.pop() if len(times) == 1 else Timeouts(),
            upgrades=traffic.read_upgrades(bounds),
        )
    return policy.normal()


def _listener(gateway: Object, listener: object, policies: Policies, fences: Mapping[str, tuple[str, ...]]) -> ListenerPolicy:
    namespace, name, section = namespace_of(gateway), name_of(gateway), text(at(listener, "name")) or ""
    spec = policies.spec("ClientTrafficPolicy", namespace, ("Gateway", name, section), ("Gateway", name, ""))
    floor = policies.spec("SecurityPolicy", namespace, ("Gateway", name, section), ("Gateway", name, ""))
    if isinstance(spec, Unknown):
        return ListenerPolicy(frontend=spec, client=spec)
    encrypted = at(listener, "protocol") == "HTTPS"
    return ListenerPolicy(
        frontend=tls.read(spec) if encrypted else Plaintext(),
        hygiene=hygiene.read(spec),
        client=client.read(spec, fences, f"{namespace}/{name}"),
        browser=hygiene.read_browser(spec),
        headers=hygiene.read_headers(spec),
        refuses_unlisted=not isinstance(floor, Unknown) and _denies(floor),
    )


def _denies(spec: Spec) -> bool:
    return (
        at(spec, "authorization") is not None
        and not items(at(spec, "authorization", "rules"))
        and at(spec, "authorization", "defaultAction") != "Allow"
    )


def fences_of(objects: list[Object]) -> dict[str, tuple[str, ...]]:
    """The networks that NetworkPolicies admit to the proxies of each gateway."""
    fences: dict[str, tuple[str, ...]] = {}
    for one in objects:
        labels = at(one, "spec", "podSelector", "matchLabels")
        name = text(at(labels, "gateway.envoyproxy.io/owning-gateway-name"))
        if one.get("kind") != "NetworkPolicy" or name is None:
            continue
        owner = f"{text(at(labels, 'gateway.envoyproxy.io/owning-gateway-namespace')) or ''}/{name}"
        admitted = {peer for rule in items(at(one, "spec", "ingress")) for peer in _peers(rule)}
        fences[owner] = tuple(sorted(admitted.union(fences.get(owner, ()))))
    return fences


def _peers(rule: object) -> Iterator[str]:
    """The networks that a rule admits. Pods of the cluster, and whoever a rule without ``from`` admits, are everybody."""
    ports = {at(one, "port") for one in items(at(rule, "ports"))}
    if ports and ports <= set(client.HEALTH_PORTS):
        return
    for peer in items(at(rule, "from")) or [None]:
        cidr = text(at(peer, "ipBlock", "cidr"))
        yield from (cidr,) if cidr else ("0.0.0.0/0", "::/0")
