"""One way from a request to what answers it: match → action and Policy."""

from __future__ import annotations

import attrs

from gatewright.match import Conditions, Host, Methods, PathMatch
from gatewright.protection.headers import HeaderEdit
from gatewright.protection.policy import Policy


@attrs.frozen(order=True)
class Target:
    """A Service port that takes ``weight`` parts of the traffic."""

    namespace: str
    name: str
    port: int
    weight: int = 1


@attrs.frozen
class PathRewrite:
    """The path a backend or a redirect sees: the matched prefix, or all of it, replaced by ``value``."""

    value: str
    prefix: bool = True


@attrs.frozen
class Forward:
    """Sent on to backends, perhaps with another path or host."""

    targets: tuple[Target, ...]
    path: PathRewrite | None = None
    host: str | None = None


@attrs.frozen
class Redirect:
    """Answered with a redirect; None keeps what the request had. ``path`` replaces the matched prefix or all."""

    status: int = 308
    scheme: str | None = None
    host: str | None = None
    port: int | None = None
    path: PathRewrite | None = None


@attrs.frozen
class Respond:
    """Answered by the gateway itself with this status and no body."""

    status: int


Action = Forward | Redirect | Respond


@attrs.frozen
class Rule:
    """Paths under one method (None: all) and one set of conditions, and what answers them."""

    paths: tuple[PathMatch, ...]
    action: Action
    method: str | None = None
    conditions: Conditions = Conditions()
    request_headers: HeaderEdit = HeaderEdit()
    response_headers: HeaderEdit = HeaderEdit()


@attrs.frozen
class Entry:
    """One (gateway, listener, host, path, conditions) → action and Policy, with the route it comes from."""

    gateway: str
    listener: str
    route: str
    host: Host
    path: PathMatch
    methods: Methods
    conditions: Conditions
    action: Action
    policy: Policy
