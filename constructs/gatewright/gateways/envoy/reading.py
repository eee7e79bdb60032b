"""Manifests of Envoy Gateway as protections: what each route and each listener really has.

Without ``mergeType`` the nearest policy replaces the others whole (rule, route, listener, gateway); of two policies for one target the older
wins, which manifests cannot tell, so it is Unknown. A SecurityPolicy without ``authorization`` lifts the floor of its listener.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from gatewright.gateways.envoy import authorization, client, hygiene, jwt, limit, tls, traffic
from gatewright.gateways.fields import at, items, mapping, text
from gatewright.gateways.port import Reading
from gatewright.protection.policy import ListenerPolicy, Policy
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import Plaintext
from gatewright.protection.unknown import Unknown

Spec = Mapping[str, object]
Key = tuple[str, str, str, str, str]  # kind of policy, namespace, kind, name and section of its target


@attrs.frozen
class _Policies:
    """Policies by what they target; several for one target are a conflict.

    ``selecting``  policies that choose their targets by label: kind, namespace and selector
    ``labels``     labels of routes and gateways, by kind, namespace and name
    """

    found: dict[Key, list[Spec]]
    selecting: list[tuple[str, str, object]]
    labels: dict[tuple[str, str, str], Mapping[object, object]]

    def spec(self, kind: str, namespace: str, *targets: tuple[str, str, str]) -> Spec | Unknown:
        """The nearest policy of a kind, an empty one where there is none."""
        for target, name, section in targets:
            if any(of == kind and self._selects(selector, own, target, namespace, name) for of, own, selector in self.selecting):
                return Unknown(f"a {kind} chooses its targets by label, and may choose {target} {namespace}/{name}")
            specs = self.found.get((kind, namespace, target, name, section), [])
            if len(specs) > 1:
                return Unknown(f"{len(specs)} objects of kind {kind} target {target} {namespace}/{name}: the older one wins")
            if specs and at(specs[0], "mergeType") is not None:
                return Unknown(f"a {kind} of {target} {namespace}/{name} is merged with its parent's")
            if specs:
                return specs[0]
        return {}

    def splits(self, kind: str, namespace: str, target: str, name: str) -> bool:
        """Whether a policy targets one rule of a route, or one listener of a gateway, alone."""
        return any(key[:4] == (kind, namespace, target, name) and key[4] for key in self.found)

    def _selects(self, selector: object, own: str, target: str, namespace: str, name: str) -> bool:
        """Whether it may: expressions, namespaces and objects that are not here stay undecided."""
        if at(selector, "kind") != target or (own != namespace and at(selector, "namespaces") is None):
            return False
        labels = self.labels.get((target, namespace, name))
        return labels is None or all(labels.get(key) == value for key, value in mapping(at(selector, "matchLabels")).items())


def read(manifests: Iterable[Mapping[str, object]]) -> Reading:
    """The policy of every HTTPRoute and of every HTTPS and HTTP listener."""
    objects = list(manifests)
    policies = _policies(objects)
    fences = _fences(objects)
    routes = {
        _label(one): _route(one, policies) for one in objects if one.get("kind") == "HTTPRoute"
    }
    listeners = {
        f"{_label(one)}/{text(at(listener, 'name'))}": _listener(one, listener, policies, fences)
        for one in objects
        if one.get("kind") == "Gateway"
        for listener in items(at(one, "spec", "listeners"))
    }
    return Reading(routes, listeners)


def _policies(objects: list[Mapping[str, object]]) -> _Policies:
    found: dict[Key, list[Spec]] = {}
    selecting: list[tuple[str, str, object]] = []
    labels = {
        (str(one["kind"]), _namespace(one), _name(one)): mapping(at(one, "metadata", "labels"))
        for one in objects
        if one.get("kind") in ("HTTPRoute", "Gateway")
    }
    for one in objects:
        spec = one.get("spec")
        if one.get("kind") not in ("SecurityPolicy", "BackendTrafficPolicy", "ClientTrafficPolicy") or not isinstance(spec, Mapping):
            continue
        single = spec.get("targetRef")
        for ref in [*items(spec.get("targetRefs")), *([single] if single else [])]:
            key = (str(one["kind"]), _namespace(one), text(at(ref, "kind")) or "", text(at(ref, "name")) or "", text(at(ref, "sectionName")) or "")
            found.setdefault(key, []).append(spec)
        selecting += [(str(one["kind"]), _namespace(one), selector) for selector in items(spec.get("targetSelectors"))]
    return _Policies(found, selecting, labels)


def _route(one: Mapping[str, object], policies: _Policies) -> Policy:
    security = _nearest("SecurityPolicy", one, policies)
    bounds = _nearest("BackendTrafficPolicy", one, policies)
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


def _nearest(kind: str, route: Mapping[str, object], policies: _Policies) -> Spec | Unknown:
    """The route's own policy, else the one that all of its parents have."""
    if policies.splits(kind, _namespace(route), "HTTPRoute", _name(route)):
        return Unknown(f"a {kind} targets one rule of HTTPRoute {_label(route)} alone")
    own = policies.spec(kind, _namespace(route), ("HTTPRoute", _name(route), ""))
    if own:
        return own
    found = [_of_parent(kind, _namespace(route), parent, policies) for parent in items(at(route, "spec", "parentRefs"))]
    if any(one != found[0] for one in found):
        return Unknown(f"the parents of HTTPRoute {_label(route)} have different objects of kind {kind}")
    return found[0] if found else {}


def _of_parent(kind: str, own: str, parent: object, policies: _Policies) -> Spec | Unknown:
    namespace, gateway, section = text(at(parent, "namespace")) or own, text(at(parent, "name")) or "", text(at(parent, "sectionName")) or ""
    if at(parent, "kind") not in (None, "Gateway"):
        return Unknown(f"a parent of kind {at(parent, 'kind')} is not read yet")
    if not section and policies.splits(kind, namespace, "Gateway", gateway):
        return Unknown(f"a {kind} targets one listener of Gateway {namespace}/{gateway} alone")
    return policies.spec(kind, namespace, *((("Gateway", gateway, section),) if section else ()), ("Gateway", gateway, ""))


def _listener(gateway: Mapping[str, object], listener: object, policies: _Policies, fences: Mapping[str, tuple[str, ...]]) -> ListenerPolicy:
    namespace, name, section = _namespace(gateway), _name(gateway), text(at(listener, "name")) or ""
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
    return at(spec, "authorization") is not None and not items(at(spec, "authorization", "rules")) and at(spec, "authorization", "defaultAction") != "Allow"


def _fences(objects: list[Mapping[str, object]]) -> dict[str, tuple[str, ...]]:
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


def _label(one: Mapping[str, object]) -> str:
    return f"{_namespace(one)}/{_name(one)}"


def _namespace(one: Mapping[str, object]) -> str:
    return text(at(one, "metadata", "namespace")) or "default"


def _name(one: Mapping[str, object]) -> str:
    return text(at(one, "metadata", "name")) or ""
