"""Rules of a TLSRoute, TCPRoute or UDPRoute (Gateway API v1 and v1alpha2): backends for connections, nothing inside them is read."""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.standard.topology.http import EVERYTHING
from gatewright.standard.topology.route import NO_FILTERS, RouteRule
from gatewright.standard.topology.rules import backends_of


def rule(item: Mapping[str, object], index: int, namespace: str) -> RouteRule:
    """One rule. Never raises: what cannot be read is in its ``problem``."""
    problems: list[str] = []
    backends = backends_of(item, namespace, ("spec", "rules", index), problems)
    name = item.get("name")
    return RouteRule(index, name if isinstance(name, str) else "", EVERYTHING, NO_FILTERS, backends, problem="; ".join(problems))
