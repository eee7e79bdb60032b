"""The hardened values of each baseline. Old baselines stay as they are: an upgrade tightens nothing silently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

from gatewright.protection.headers import BROWSER_HEADERS, IDENTITY_HEADERS
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import MODERN_SUITES, TlsVersion

Traffic = Literal["request", "upload", "stream", "websocket"]

KIB, MIB = 1024, 1024 * 1024


@attrs.frozen(eq=False)
class Baseline:
    """Defaults under one name. Times in milliseconds, bodies in bytes; None: no bound fits this kind of traffic."""

    name: str
    min_tls: TlsVersion
    suites: tuple[str, ...]
    stripped: tuple[str, ...]
    browser: tuple[tuple[str, str], ...]
    headers: int
    timeouts: Mapping[Traffic, Timeouts]
    bodies: Mapping[Traffic, int | None]


BASELINES: Mapping[str, Baseline] = {
    "2026.1": Baseline(
        name="2026.1",
        min_tls="1.2",
        suites=MODERN_SUITES,
        stripped=IDENTITY_HEADERS,
        browser=BROWSER_HEADERS,
        headers=10_000,
        timeouts={
            "request": Timeouts(request=30_000, backend=30_000, idle=30_000, connect=5_000),
            "upload": Timeouts(request=600_000, backend=600_000, idle=60_000, connect=5_000),
            "stream": Timeouts(idle=300_000, connect=5_000),
            "websocket": Timeouts(idle=300_000, connect=5_000),
        },
        bodies={"request": MIB, "upload": 64 * MIB, "stream": None, "websocket": None},
    )
}
NEWEST = "2026.1"
