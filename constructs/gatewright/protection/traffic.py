"""How long and how large a request may be."""

from __future__ import annotations

import attrs


@attrs.frozen
class Timeouts:
    """Milliseconds; None: the gateway sets no bound.

    ``request``  from the request's first byte to the response's last (GEP-1742 ``timeouts.request``)
    ``backend``  one attempt at a backend (``timeouts.backendRequest``)
    ``idle``     a stream on which nothing moves
    ``connect``  until a connection to a backend stands
    """

    request: int | None = None
    backend: int | None = None
    idle: int | None = None
    connect: int | None = None


FIELDS = tuple(field.name for field in attrs.fields(Timeouts))
