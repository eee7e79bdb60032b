"""Which ClientTrafficPolicy holds for a listener (Envoy Gateway 1.8.3, 1.9.1, clienttrafficpolicy.go).

Listeners without TLS on one port are one to Envoy: a policy of one of them alone is refused, and the Gateway's does not take its place. All of
them then have what the first of them has, in the order of the Gateway's list (seen in the translator): nothing, if that is the one.
A ListenerSet's policy that shares a port with listeners of others is refused as well, and there the Gateway's holds.
A section means the first listener of that name, a ListenerSet's too; in 1.8 the Gateway's policy passes over every listener of that name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from gatewright.gateways.effect import Ignored
from gatewright.gateways.envoy.effects.attached import Attachments
from gatewright.gateways.envoy.effects.policy import NONE, Held, Holding, Target
from gatewright.gateways.envoy.effects.selecting import Labelled
from gatewright.gateways.envoy.reading import fences_of
from gatewright.manifest.identity import ObjectId
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.topology import Topology


@attrs.frozen(eq=False)
class Clients:
    """``fences``: the networks that NetworkPolicies let through to the proxies of each Gateway, by ``namespace/name``."""

    policies: Attachments
    fences: Mapping[str, tuple[str, ...]]
    _listeners: dict[ObjectId, tuple[Listener, ...]]
    _merges: bool
    _found: dict[int, tuple[Listener, Holding]] = attrs.field(factory=dict, init=False)

    @classmethod
    def of(cls, topology: Topology, gateways: frozenset[ObjectId], version: str, labelled: Labelled, *, merges: bool) -> Clients:
        """Those of the Gateways of one class."""
        listeners = {one.id: one.listeners for one in topology.gateways.values() if one.id in gateways}
        fences = fences_of([one.manifest for one in topology.world.of_kind("networking.k8s.io", "NetworkPolicy")])
        return cls(Attachments.of("ClientTrafficPolicy", topology, version, labelled), fences, listeners, merges)

    def serving(self, listeners: Sequence[Listener]) -> None:
        """The listeners of a Gateway as they are programmed, said before anything is asked: who shares a port is seen among these."""
        for gateway in {one.gateway for one in listeners}:
            self._listeners[gateway] = tuple(one for one in listeners if one.gateway == gateway)

    def holding(self, listener: Listener) -> Holding:
        """What holds for a listener."""
        found = self._found.get(id(listener))
        if found is None:
            found = self._found[id(listener)] = (listener, self._holding(self._speaking(listener)))
        return found[1]

    def proxied(self, listener: Listener) -> Held | None:
        """The policy of another listener that makes this one speak the PROXY protocol: it is spoken on a whole port, whoever asks (seen in the translator)."""
        for one in self._listeners.get(listener.gateway, ()):
            if one.port == listener.port and one.protocol == listener.protocol and not one.problem:
                held = self.holding(one).any_of[0]
                if held is not None and (held.spec.get("proxyProtocol") is not None or held.spec.get("enableProxyProtocol") is True):
                    return held
        return None

    def _speaking(self, listener: Listener) -> Listener:
        """The listener whose settings all listeners of its port have."""
        if listener.protocol != "HTTP":
            return listener
        return next((one for one in self._listeners.get(listener.gateway, ()) if _shares(one, listener)), listener)

    def _holding(self, listener: Listener) -> Holding:
        first = next((one for one in self._listeners.get(listener.gateway, ()) if one.name == listener.name), listener)
        is_first = (first.owner, first.index) == (listener.owner, listener.index)
        found: list[Held | None] = []
        reasons: list[str] = []
        for target in self.policies.above(listener):
            policies, reason = self.policies.winners(target)
            if policies == (None,):
                continue
            reasons += [reason] if reason else []
            if target.kind == "Gateway" and target.section and not is_first:
                return NONE  # 1.8: the section was claimed for another listener of this name
            refused = self._refused(listener, target)
            if refused and target.kind == "Gateway":
                return NONE
            if not refused:
                found += [Held(one, one.spec) for one in policies if one is not None]
                if None not in policies:
                    break
        else:
            found.append(None)
        other = Target("Gateway", listener.gateway.namespace, listener.gateway.name, listener.name)
        if is_first and self.policies.sets and listener.owner != listener.gateway and self.policies.winners(other)[0] != (None,):
            reasons.append(
                f"a policy for listener {listener.name} of {listener.gateway} means this listener as well, and which settings stay is not read"
            )
            found += [Held(one, one.spec) for one in self.policies.winners(other)[0] if one is not None]
        return Holding(tuple(found), "; ".join(dict.fromkeys(reasons)) if len(found) > 1 else "")

    def _refused(self, listener: Listener, target: Target) -> str:
        """Why a policy is not taken for a listener (``validatePortOverlapForClientTrafficPolicy``); empty: it is."""
        if listener.protocol != "HTTP":
            return ""
        near = self._listeners.values() if self._merges else (self._listeners.get(listener.gateway, ()),)
        own = (listener.gateway, listener.owner, listener.index)
        beside = [one for each in near for one in each if _shares(one, listener) and (one.gateway, one.owner, one.index) != own]
        if not target.section:
            beside = [one for one in beside if (one.owner if target.kind == "ListenerSet" else one.gateway) != _identity(target, one)]
        return f"{beside[0]} is on port {listener.port} without TLS as well, and both are one to Envoy" if beside else ""

    def ignored(self) -> Iterator[Ignored]:
        """Policies without a target or second to another, and those that a shared port rules out."""
        yield from self.policies.ignored()
        for listeners in self._listeners.values():
            for listener in listeners:
                for target in self.policies.above(listener):
                    refused = self._refused(listener, target)
                    for policy in self.policies.winners(target)[0] if refused else ():
                        if policy is not None:
                            yield Ignored(policy.id, f"not accepted for {listener}: {refused}", ("spec",))


def _shares(one: Listener, other: Listener) -> bool:
    """Whether two listeners are one to Envoy, but for their hostnames."""
    return one.port == other.port and one.protocol == "HTTP" and not one.problem


def _identity(target: Target, like: Listener) -> ObjectId:
    group = (like.owner if target.kind == "ListenerSet" else like.gateway).group
    return ObjectId(group, target.kind, target.namespace, target.name)
