"""What stands in front of a route and in front of a listener: one slot a dimension."""

from __future__ import annotations

import attrs

from gatewright.protection.authentication import Anonymous, Authentication
from gatewright.protection.authorization import EVERYBODY, Authorization, Authorizing
from gatewright.protection.client import ClientAddress, Direct
from gatewright.protection.headers import Hygiene
from gatewright.protection.limit import Limits, normal_limits
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import Frontend, Plaintext


@attrs.frozen(cache_hash=True)
class Policy:
    """The protections of a route.

    ``body``      the largest request body in bytes; None: no bound
    ``upgrades``  whether a connection may leave HTTP (RFC 9110 §7.8, WebSocket): what follows is bounded and judged no more
    """

    authentication: Authentication = Anonymous()
    authorization: Authorizing = EVERYBODY
    limits: Limits = ()
    body: int | None = None
    timeouts: Timeouts = Timeouts()
    upgrades: bool = True

    def normal(self) -> Policy:
        """The same protections, written the one way that readers return."""
        return attrs.evolve(
            self,
            authorization=self.authorization.normal() if isinstance(self.authorization, Authorization) else self.authorization,
            limits=normal_limits(self.limits) if isinstance(self.limits, tuple) else self.limits,
        )


@attrs.frozen
class ListenerPolicy:
    """The protections of everything that enters through one listener.

    ``browser``  response headers added where the application set none
    ``headers``  milliseconds until a request's headers must have arrived; None: no bound
    ``refuses_unlisted``  whether a route without a policy of its own answers 403 (the deny floor)
    """

    frontend: Frontend = Plaintext()
    hygiene: Hygiene = Hygiene()
    client: ClientAddress = Direct()
    browser: tuple[tuple[str, str], ...] = ()
    headers: int | None = None
    refuses_unlisted: bool = False


UNPROTECTED = Policy()
