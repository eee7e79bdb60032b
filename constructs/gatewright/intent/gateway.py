"""A gateway: the hosts it answers for, whose routes they take, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

import attrs

from gatewright.errors import Problem, shown
from gatewright.intent.limit import RateLimit
from gatewright.intent.listener import Listener
from gatewright.intent.patch import Patch
from gatewright.intent.relax import Relax, relax_problems, relaxes
from gatewright.intent.require import IpAllow, IpDeny
from gatewright.intent.traffic import BodyLimit, Timeouts
from gatewright.match import Sources
from gatewright.protection.compose import Layer
from gatewright.protection.traffic import Timeouts as LoweredTimeouts
from gatewright.statement.names import name_problems, namespace_problems
from gatewright.statement.stated import Named

Guard = RateLimit | IpAllow | IpDeny | BodyLimit | Timeouts


@attrs.frozen(kw_only=True, cache_hash=True)
class SecureGateway(Named):
    """A Gateway of the class that ``exposure`` names in each cluster.

    ``defaults``  hold for routes that say nothing of their kind
    ``floor``     holds for every route and is never weakened: limits are added, addresses, bodies and times tightened
    """

    namespace: str
    exposure: str
    listeners: Sequence[Listener]
    defaults: Sequence[Guard] = ()
    floor: Sequence[Guard] = ()
    relax: Sequence[Relax] = ()
    patches: Sequence[Patch] = ()

    def problems(self) -> Iterator[Problem]:
        """Names that are none, listeners that collide, TLS below the baseline without a relaxation."""
        yield from name_problems("name", self.name)
        yield from namespace_problems("namespace", self.namespace)
        if not self.exposure:
            yield Problem("unnamed-exposure", "exposure", "no exposure is named", '""', "the name of an exposure of the cluster", 'such as "public"')
        if not 1 <= len(self.listeners) <= 32:
            yield Problem("listener-count", "listeners", "a Gateway holds 64 listeners, two for each host", str(len(self.listeners)), "1 to 32",
                          "split the gateway")  # fmt: skip
        yield from self._collisions()
        for field, guards in (("defaults", self.defaults), ("floor", self.floor)):
            for kind in (BodyLimit, Timeouts):
                if sum(isinstance(guard, kind) for guard in guards) > 1:
                    yield Problem("guard-twice", field, "only one of them could hold", f"several {kind.__name__}", f"one {kind.__name__}", "merge them")
        yield from relax_problems("SecureGateway", self.relax)
        for index, listener in enumerate(self.listeners):
            if listener.is_weaker_than_baseline() and not relaxes(self.relax, "tls-floor"):
                got = f"min_tls {listener.min_tls or 'default'}, suites {', '.join(listener.suites) or 'default'}"
                yield Problem("weak-tls", f"listeners[{index}]", "weaker than TLS 1.2 with AEAD and ephemeral keys", got, "the baseline, or a relaxation",
                              'remove it, or add Relax("tls-floor", reason=…, owner=…, until=…) to the gateway')  # fmt: skip

    def _collisions(self) -> Iterator[Problem]:
        for field, keys in (
            ("name", [one.name for one in self.listeners]),
            ("host", [f"{one.host}:{one.port}" for one in self.listeners]),
        ):
            for index, key in enumerate(keys):
                first = keys.index(key)
                if first != index:
                    yield Problem("listener-twice", f"listeners[{index}].{field}", f"listeners[{first}] has it already", shown(key),
                                  f"one listener a {field}", "rename it, or add its namespaces to the first")  # fmt: skip
        names = [one.name for one in self.listeners]
        for index, name in enumerate(names):
            if name.endswith("-plain") and name.removesuffix("-plain") in names:
                yield Problem("listener-twice", f"listeners[{index}].name", f'the plaintext port of listener "{name.removesuffix("-plain")}" has it already',
                              shown(name), "one listener a name", "rename it")  # fmt: skip
        plain = [one.host if one.opens_plaintext else None for one in self.listeners]
        for index, host in enumerate(plain):
            if host is not None and plain.index(host) != index and names[plain.index(host)] != names[index]:
                yield Problem("plaintext-twice", f"listeners[{index}].plaintext", f"listeners[{plain.index(host)}] answers port 80 for this host already",
                              shown(host), "one plaintext port a host", 'write plaintext="closed" (and dns-01) on all but one of them')  # fmt: skip

    def layer(self, source: str, guards: Sequence[Guard]) -> Layer:
        """``defaults`` or ``floor`` as the composition takes them."""
        allowed = [guard.sources() for guard in guards if isinstance(guard, IpAllow | IpDeny)]
        bodies = [size for guard in guards if isinstance(guard, BodyLimit) and (size := guard.lowered())]
        times = [guard.lowered() for guard in guards if isinstance(guard, Timeouts)]
        return Layer(
            source,
            sources=reduce(Sources.intersect, allowed) if allowed else None,
            limits=tuple(limit for guard in guards if isinstance(guard, RateLimit) for limit in guard.lowered()),
            body=min(bodies) if bodies else None,
            timeouts=times[0] if times else LoweredTimeouts(),
        )
