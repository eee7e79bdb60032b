"""Manifests as the bare standard has them: everybody passes, and what some other object may add to a route is Unknown, never nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gatewright.gateways.fields import at, items, label_of, milliseconds, name_of, namespace_of, text
from gatewright.gateways.port import Reading
from gatewright.protection.policy import ListenerPolicy, Policy
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import Frontend, Plaintext, TlsFloor
from gatewright.protection.unknown import Unknown

Object = Mapping[str, object]
Key = tuple[str, str, str]  # kind, namespace and name of what something is attached to
UNSAID = Unknown("the standard does not say how a client's address is learned")


def read(manifests: Iterable[Object], supports: frozenset[str]) -> Reading:
    """The policy of every HTTPRoute and listener; bounds count only where the implementation claims them."""
    objects = list(manifests)
    attached = {key: reason for one in objects for key, reason in attached_to(one)}
    routes = {label_of(one): _route(one, attached, supports) for one in objects if one.get("kind") == "HTTPRoute"}
    listeners = {
        f"{label_of(one)}/{text(at(listener, 'name'))}": _listener(listener, attached.get(("Gateway", namespace_of(one), name_of(one))))
        for one in objects
        if one.get("kind") == "Gateway"
        for listener in items(at(one, "spec", "listeners"))
    }
    return Reading(routes, listeners)


def attached_to(one: Object) -> Iterator[tuple[Key, Unknown]]:
    """What an object that is no part of the standard's core says of a route or gateway."""
    if one.get("kind") == "BackendTLSPolicy":
        return
    for ref in [*items(at(one, "spec", "targetRefs")), at(one, "spec", "targetRef")]:
        if isinstance(ref, Mapping):
            namespace = text(ref.get("namespace")) or namespace_of(one)
            reason = Unknown(f"{one.get('kind')} {label_of(one)} is attached to it, and belongs to no target that was named")
            yield (text(ref.get("kind")) or "", namespace, text(ref.get("name")) or ""), reason


def _route(one: Object, attached: Mapping[Key, Unknown], supports: frozenset[str]) -> Policy:
    unknown = attached.get(("HTTPRoute", namespace_of(one), name_of(one)))
    for parent in items(at(one, "spec", "parentRefs")):
        key = (text(at(parent, "kind")) or "Gateway", text(at(parent, "namespace")) or namespace_of(one), text(at(parent, "name")) or "")
        unknown = unknown or attached.get(key)
    rules = items(at(one, "spec", "rules"))
    for rule in rules:
        for refined in [
            *items(at(rule, "filters")),
            *(inner for ref in items(at(rule, "backendRefs")) for inner in items(at(ref, "filters"))),
        ]:
            if at(refined, "type") in ("ExtensionRef", "ExternalAuth"):
                unknown = unknown or Unknown(f"a filter of type {at(refined, 'type')}")
    if unknown:
        return Policy(unknown, unknown, unknown)
    forwarding = [rule for rule in rules if at(rule, "backendRefs")]
    times = {_timeouts(rule, supports) for rule in forwarding}
    return Policy(timeouts=times.pop() if len(times) == 1 else Timeouts(), upgrades=bool(forwarding))


def _timeouts(rule: object, supports: frozenset[str]) -> Timeouts:
    stated = at(rule, "timeouts")
    return Timeouts(
        request=milliseconds(at(stated, "request")) if "HTTPRouteRequestTimeout" in supports else None,
        backend=milliseconds(at(stated, "backendRequest")) if "HTTPRouteBackendTimeout" in supports else None,
    )


def _listener(listener: object, unknown: Unknown | None) -> ListenerPolicy:
    return ListenerPolicy(frontend=unknown or _frontend(listener), client=unknown or UNSAID)


def _frontend(listener: object) -> Frontend:
    protocol = at(listener, "protocol")
    if protocol == "HTTP":
        return Plaintext()
    if protocol != "HTTPS":
        return Unknown(f"a listener of protocol {protocol}")
    if at(listener, "tls", "options"):
        return Unknown("spec.listeners[].tls.options belongs to the implementation")
    return TlsFloor("1.0")  # what is below is broken everywhere; the standard itself demands no version
