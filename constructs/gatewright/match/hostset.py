"""Sets of hostnames: a pattern less other patterns."""

from __future__ import annotations

import attrs

from gatewright.match.host import ANY_HOST, Host, wider_hosts


@attrs.frozen
class HostSet:
    """What `within` matches and none of `without` does.

    Kept in normal form: `without` is sorted, lies properly inside `within` and none of it inside another of it; where
    it takes away everything, it is `within` itself.
    """

    within: Host = ANY_HOST
    without: tuple[Host, ...] = ()

    def __attrs_post_init__(self) -> None:
        inside = {common for host in self.without if (common := self.within.intersect(host))}
        kept = [host for host in inside if inside.isdisjoint(wider_hosts(host))]
        object.__setattr__(self, "without", tuple(sorted(kept)))

    def is_empty(self) -> bool:
        # Finitely many narrower patterns never use up a wildcard: it has infinitely many labels.
        return self.without == (self.within,)

    def contains(self, hostname: str) -> bool:
        return self.within.contains(hostname) and not any(host.contains(hostname) for host in self.without)

    def intersect(self, other: HostSet) -> HostSet:
        common = self.within.intersect(other.within)
        if common is None:
            return HostSet(self.within, (self.within,))
        return HostSet(common, self.without + other.without)

    def minus(self, other: HostSet) -> tuple[HostSet, ...]:
        """Disjoint sets, none of them empty, that together are this set without the other."""
        outside = HostSet(self.within, (*self.without, other.within))
        given_back = (self.intersect(HostSet(host)) for host in other.without)
        return tuple(hosts for hosts in (outside, *given_back) if not hosts.is_empty())

    def covers(self, other: HostSet) -> bool:
        return not other.minus(self)

    def witness(self) -> str | None:
        """A hostname of the set; None if it is empty."""
        if self.is_empty():
            return None
        candidates = map(self.within.witness, range(len(self.without) + 1))
        return next(filter(self.contains, candidates), None)
