"""The programs of cases: what each adds to a room, and what others apply beside it by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gatewright import CrossNamespaceGrant, When
from tests.servers.programs import Room, plain_route
from tests.servers.removal import Object


def route(**changes: Any) -> Callable[[Room, str], Any]:
    """The usual route, with these changes."""
    return lambda room, name: room.route(name, **changes)


def nothing(room: Room, name: str) -> None:
    """The gateway alone."""


def when(**case: Any) -> Callable[[Room, str], Any]:
    """A route whose first case is this one."""
    return lambda room, name: room.route(name, when=[When(backend=room.backend(name), **case)], otherwise=room.backend(f"{name}-else"))


def shared(room: Room, name: str) -> Any:
    """A backend of another namespace."""
    return room.route(name, backend=room.backend(f"{name}-vault", namespace=f"{room.shop}-vault"))


def granted(room: Room, name: str) -> None:
    """Leave to name the backend of another namespace, for routes that are not ours."""
    room.intents.append(
        CrossNamespaceGrant(
            name, namespace=f"{room.shop}-vault", from_namespace=room.shop, from_kind="HTTPRoute", to_kind="Service", to=[f"{name}-vault"]
        )
    )


def foreign(room: Room, name: str) -> Sequence[Object]:
    """A route that nobody stated, to a Service of another namespace."""
    return [plain_route(room.shop, name, room.infra, "shop", (f"{room.shop}-vault", f"{name}-vault", 8443))]


def canary(room: Room, name: str) -> Any:
    """Two backends that share the traffic."""
    return room.route(name, backend=[room.backend(name).at(95), room.backend(f"{name}-next").at(5)])


def bare(room: Room, name: str) -> Sequence[Object]:
    """A route without a policy."""
    return [plain_route(room.shop, "bare", room.infra, "shop", (name, 8443))]


def solver(room: Room, name: str) -> Sequence[Object]:
    """The route that cert-manager applies while it proves control of the host."""
    path = {"type": "Exact", "value": "/.well-known/acme-challenge/x"}
    return [plain_route(room.infra, "solver", room.infra, "shop-plain", ("solver", 8089), matches=[{"path": path}])]


def no_port_80(objects: list[Object], one: Object, path: list[str | int]) -> None:
    """A removal: port 80 closes."""
    one["spec"]["listeners"] = [listener for listener in one["spec"]["listeners"] if listener["port"] != 80]


def believe_headers(objects: list[Object], one: Object, path: list[str | int]) -> None:
    """A removal: the client may write its address."""
    one["spec"]["clientIPDetection"] = {"xForwardedFor": {"numTrustedHops": 1}}
