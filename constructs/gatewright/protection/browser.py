"""What pages of other origins may do with a browser's requests."""

from __future__ import annotations

import attrs


@attrs.frozen
class CrossOrigin:
    """CORS (kind ``cors``): whom browsers let read answers. Nothing stated is the strictest: browsers refuse every other origin.

    ``origins`` as written (``*``, ``https://*.example.com``); ``credentials``: with cookies and authentication.
    """

    origins: tuple[str, ...]
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    credentials: bool = False


@attrs.frozen
class SameOrigin:
    """CSRF (kind ``csrf``): requests that change something must come from the own origin or one of ``others``; ``enforced``: their share in percent."""

    others: tuple[str, ...] = ()
    enforced: float = 100.0
