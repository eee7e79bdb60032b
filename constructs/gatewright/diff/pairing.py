"""What is held against what: addresses, ports, chains and classes of hostnames of both sides, each request in one pair.

Server name and Host header agree in most of them. Where a wide listener has rules for hostnames that a narrower listener of the port
serves, a client may also connect for another name and then ask for such a host: those are pairs of their own, with ``name``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import attrs

from gatewright.diff.nesting import at_or_above, children, nearest
from gatewright.match import ANY_HOST, Host, HostSet, wider_hosts
from gatewright.reach.address import Address, Chain, Port
from gatewright.reach.entry import Entry


@attrs.frozen(eq=False)
class Side:
    """One side of a pair. ``chain`` None: there is no connection; ``rows`` empty: no rule."""

    address: Address | None = None
    chain: Chain | None = None
    rows: tuple[Entry, ...] = ()

    @property
    def silence(self) -> int | None:
        """The status where no rule takes a request; None: there is no connection, or nothing that speaks HTTP."""
        return 404 if self.chain is not None and self.chain.layer in ("http", "https") else None


@attrs.frozen(eq=False)
class Pair:
    """The same requests on both sides: those for ``host`` less the ``narrower`` patterns.

    ``name``  the server name of the connection, where it is not the host's own; ``own`` what a connection for the host itself gets (after)
    """

    scheme: str
    port: int
    host: Host
    narrower: Sequence[Host]
    before: Side
    after: Side
    name: Host | None = None
    own: Side | None = None

    @property
    def where(self) -> str:
        """The Gateway or the side door; of a renamed one, both names."""
        labels = [side.address.label for side in (self.before, self.after) if side.address]
        return " → ".join(dict.fromkeys(labels))

    @cached_property
    def hosts(self) -> HostSet:
        """Made when there is a difference: a wide pattern may have thousands inside."""
        return HostSet(self.host, tuple(self.narrower))


def addresses(before: Sequence[Address], after: Sequence[Address]) -> Iterator[tuple[Address | None, Address | None]]:
    """By name; of the rest, those of one class and with the same listeners are one under two names."""
    old, new = ({one.label: one for one in side} for side in (before, after))
    yield from ((old[label], new[label]) for label in old if label in new)
    leftover: defaultdict[object, list[Address]] = defaultdict(list)
    for one in before:
        if one.label not in new:
            leftover[_shape(one)].append(one)
    for one in after:
        if one.label not in old:
            same = leftover.get(_shape(one))
            yield (same.pop(0) if same else None), one
    yield from ((one, None) for same in leftover.values() for one in same)


def _shape(address: Address) -> object:
    """What a renamed Gateway keeps: its class and listeners. A side door is told by what it opens, so it has none to keep."""
    if not address.gateways:
        return address.label
    listeners = frozenset((one.port, one.protocol, one.host) for gateway in address.gateways for one in gateway.listeners)
    return frozenset(gateway.class_name for gateway in address.gateways), listeners


def pairs(before: Address | None, after: Address | None) -> Iterator[Pair]:
    """Every class of hostnames of every chain and port that either side has."""
    ports = [address.ports if address else {} for address in (before, after)]
    for key in sorted({*ports[0], *ports[1]}):
        yield from _of_port(key[1], before, ports[0].get(key), after, ports[1].get(key))


def _of_port(number: int, before: Address | None, old: Port | None, after: Address | None, new: Port | None) -> Iterator[Pair]:
    chains = [port.chains if port else {} for port in (old, new)]
    names = dict.fromkeys((*chains[0], *chains[1]))
    inside = children(names, wider_hosts)
    for name in names:
        one, other = at_or_above(name, chains[0]), at_or_above(name, chains[1])
        # Another protocol is another client: what spoke it loses all, what speaks the new one gains all.
        together = [(one, other)] if not one or not other or one.layer == other.layer else [(one, None), (None, other)]
        for was, now in together:
            yield from _of_chain(number, name, inside[name], names, (before, was), (after, now))
            if inside[name] and now is not None and now.layer == "https":
                yield from _of_other_names(number, name, names, (before, was), (after, now), chains[1])


def _of_chain(
    number: int,
    name: Host,
    inner: Sequence[Host],
    names: dict[Host, None],
    before: tuple[Address | None, Chain | None],
    after: tuple[Address | None, Chain | None],
) -> Iterator[Pair]:
    chain = before[1] or after[1]
    if chain is None:
        return
    hosts: dict[Host, None] = {name: None}
    if name.is_wildcard:
        for each in (before[1], after[1]):
            for host in each.hosts if each else ():
                if host not in hosts and _belongs(host, name, inner, names):
                    hosts[host] = None
    inside = children({**hosts, **dict.fromkeys(inner)}, wider_hosts)
    for host in hosts:
        yield Pair(chain.layer, number, host, inside[host], _side(*before, host), _side(*after, host))


def _of_other_names(
    number: int,
    name: Host,
    names: dict[Host, None],
    before: tuple[Address | None, Chain | None],
    after: tuple[Address | None, Chain],
    chains: Mapping[Host, Chain],
) -> Iterator[Pair]:
    """What a chain has for hosts whose own name chooses another chain."""
    hosts = {host: None for chain in (before[1], after[1]) if chain for host in chain.hosts}
    hosts = {host: None for host in (*hosts, *names) if host != name and name.covers(host) and not _belongs(host, name, [name], names)}
    inside = children(hosts, wider_hosts)
    for host in hosts:
        own = _side(after[0], at_or_above(host, chains), host)
        yield Pair("https", number, host, inside[host], _side(*before, host), _side(*after, host), name, own)


def _belongs(host: Host, name: Host, inner: Sequence[Host], names: dict[Host, None]) -> bool:
    """Whether a client that asks for this host by its own name gets the chain of ``name``."""
    if not inner:
        return name == ANY_HOST or name.covers(host)
    return host not in names and nearest(host, names, wider_hosts) == name


def _side(address: Address | None, chain: Chain | None, host: Host) -> Side:
    found = at_or_above(host, chain.hosts) if chain else None
    return Side(address, chain, found.rows if found else ())
