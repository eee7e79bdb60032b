"""Who could take the traffic of an entry over: whoever may attach a stronger match to the same listener, or a narrower listener beside it."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.gateways.fields import at, text
from gatewright.reach.entry import Entry
from gatewright.reach.reach import Reach
from gatewright.standard.topology.listener import Admits, Listener


def takers(reach: Reach, entry: Entry) -> tuple[str, ...]:
    """In words, one line each. A rule that is as narrow as can be is outdone by one that asks for a method or a header as well."""
    if entry.listener.via != "gateway" or entry.route is None:
        return ()
    return tuple(_takers(reach, entry.listener, entry.route.id.namespace))


def _takers(reach: Reach, listener: Listener, own: str) -> Iterator[str]:
    yield f"routes of {_namespaces(reach, listener.admits, listener.owner.namespace)} with a narrower match, on listener {listener.name}"
    gateway = reach.topology.world.get(listener.gateway)
    allowed = text(at(gateway.manifest, "spec", "allowedListeners", "namespaces", "from")) if gateway else None
    if allowed in ("All", "Same", "Selector"):
        where = {
            "All": "any namespace",
            "Same": f"namespace {listener.gateway.namespace}",
            "Selector": "the namespaces that allowedListeners selects",
        }[allowed]
        yield f"ListenerSets of {where} with a narrower hostname"


def _namespaces(reach: Reach, admits: Admits, owner: str) -> str:
    if admits.origin == "All":
        return "any namespace"
    if admits.origin == "Same":
        return f"namespace {owner}"
    named = next((values for key, operator, values in admits.selector if key == "kubernetes.io/metadata.name" and operator == "In"), ())
    if named:
        return f"namespace{'s' if len(named) > 1 else ''} {', '.join(named)}"
    if not admits.selector:
        return "any namespace"
    fitting = [name for name in reach.topology.namespaces.known() if reach.topology.namespaces.admits(admits, owner, name)]
    labels = " and ".join(f"{key} {operator} {', '.join(values)}".strip() for key, operator, values in admits.selector)
    return f"namespaces with {labels}" + (f" (now {', '.join(fitting)})" if fitting else "")
