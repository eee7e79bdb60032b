"""What only several intents together can get wrong. Every check is a judgement, none is an input to what is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gatewright.errors import Problem, did_you_mean, shown
from gatewright.gateways.port import Rendered
from gatewright.intent.backend import SecureBackend
from gatewright.intent.gateway import SecureGateway
from gatewright.intent.lowering import backends
from gatewright.intent.route import ProtectedRoute
from gatewright.manifest.identity import ObjectId
from gatewright.synth.place import Intent, Placed, reference
from gatewright.synth.precedence import among_routes

__all__ = ["across", "among_routes", "collisions"]


def across(intents: Sequence[Intent]) -> Iterator[Problem]:
    """Names given twice, and names of what is not stated."""
    seen: dict[tuple[str, str, str], Intent] = {}
    for intent in intents:
        key = (type(intent).__name__, intent.namespace, intent.name)
        if key in seen:
            yield Problem("duplicate-intent", intent.label, f"stated twice in namespace {intent.namespace}", shown(intent.name),
                          "one intent a name", "rename one of them, or remove it")  # fmt: skip
        seen[key] = intent
    gateways = {(one.namespace, one.name): one for one in intents if isinstance(one, SecureGateway)}
    stated = {(one.namespace, one.name): one for one in intents if isinstance(one, SecureBackend)}
    for route in intents:
        if isinstance(route, ProtectedRoute):
            yield from _named(route, gateways, stated)


def _named(
    route: ProtectedRoute, gateways: dict[tuple[str, str], SecureGateway], stated: dict[tuple[str, str], SecureBackend]
) -> Iterator[Problem]:
    gateway = route.gateway
    if isinstance(gateway, SecureGateway):
        known = gateways.get((gateway.namespace, gateway.name))
        names = [f"{namespace}/{name}" for namespace, name in gateways]
        if known is None:
            name = f"{gateway.namespace}/{gateway.name}"
            yield Problem("missing-gateway", f"{route.label}.gateway", f"this cluster does not get that gateway{did_you_mean(name, names)}", name,
                          ", ".join(sorted(names)) or "no gateway is stated", "add the gateway to the intents of this cluster")  # fmt: skip
        elif known != gateway:
            yield Problem("another-gateway", f"{route.label}.gateway", "the gateway stated for this cluster under that name is another one",
                          f"{gateway.namespace}/{gateway.name}", "the same SecureGateway", "pass the gateway that the intents return")  # fmt: skip
    for backend in backends(route):
        known_backend = stated.get((backend.namespace, backend.name))
        if known_backend is None:
            yield Problem("missing-backend", f"{route.label}.backend", "this cluster does not get that backend, so nothing would protect the way to it",
                          f"{backend.namespace}/{backend.name}", "backends among the intents", "add the backend to the intents of this cluster")  # fmt: skip
        elif known_backend != backend:
            yield Problem("another-backend", f"{route.label}.backend", "the backend stated for this cluster under that name is another one",
                          f"{backend.namespace}/{backend.name}", "the same SecureBackend", "pass the backend that the intents return")  # fmt: skip


def collisions(parts: Sequence[tuple[Placed, Rendered]]) -> Iterator[Problem]:
    """Objects that two intents emit under one name: the one that is applied last would take the other's place."""
    owners: dict[tuple[object, ...], str] = {}
    told: set[tuple[str, str]] = set()
    for placed, rendered in parts:
        own = reference(placed.intent)
        for manifest in rendered.objects:
            metadata = manifest["metadata"]
            key = (manifest["kind"], metadata["namespace"], metadata["name"]) if isinstance(metadata, dict) else ()
            other = owners.setdefault(key, own)
            if other != own and (other, own) not in told:
                told.add((other, own))
                yield Problem("object-collision", placed.intent.label, f"{other} emits an object of the same name", f"{ObjectId.of(manifest)} of {own}",
                              "one intent an object", "rename one of the two intents")  # fmt: skip
