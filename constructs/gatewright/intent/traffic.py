"""Bounds in time and size, in the units people write."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from gatewright.errors import Problem, shown
from gatewright.protection import traffic
from gatewright.statement.stated import Stated

_DURATION = re.compile(r"(\d{1,5})(ms|s|m|h)")
_SIZE = re.compile(r"(\d{1,6})(Ki|Mi|Gi)?")
_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_SIZES = {None: 1, "Ki": 1024, "Mi": 1024**2, "Gi": 1024**3}


def milliseconds(value: str) -> int | None:
    """``"30s"`` as 30000; None where it is no duration of GEP-2257 with one unit, or nothing at all."""
    found = _DURATION.fullmatch(value)
    return int(found[1]) * _UNITS[found[2]] or None if found else None


def byte_count(value: str) -> int | None:
    """``"1Mi"`` as 1048576; None where it is no size."""
    found = _SIZE.fullmatch(value)
    return int(found[1]) * _SIZES[found[2]] or None if found else None


def size_problems(field: str, value: str | None) -> Iterator[Problem]:
    """Sizes that are none."""
    size = byte_count(value) if value is not None else 1
    if size is None or size >= 2**32:  # Envoy counts in 32 bits
        yield Problem("bad-size", field, "not a size, or one that no gateway can hold", shown(value), 'a number with Ki, Mi or Gi below 4Gi, such as "10Mi"',
                      "write the bound in one of these units")  # fmt: skip


@attrs.frozen(kw_only=True)
class Timeouts(Stated):
    """Durations such as ``"30s"``. What is not stated keeps the default of the route's kind of traffic.

    ``request`` whole exchange · ``backend`` one attempt at the backend · ``idle`` a stream that stands still · ``connect`` until connected
    """

    request: str | None = None
    backend: str | None = None
    idle: str | None = None
    connect: str | None = None

    def problems(self) -> Iterator[Problem]:
        """Durations that are none, and an attempt longer than the whole."""
        for name in traffic.FIELDS:
            value = getattr(self, name)
            if value is not None and milliseconds(value) is None:
                yield Problem("bad-duration", name, "not a duration", shown(value), 'a number above 0 with ms, s, m or h, such as "30s"',
                              "write it with one unit; to have no bound, relax timeouts")  # fmt: skip
        lowered = self.lowered()
        if lowered.request and lowered.backend and lowered.backend > lowered.request:
            yield Problem("backend-beyond-request", "backend", "one attempt would outlast the whole exchange", shown(self.backend),
                          f"at most {self.request}", "lower it, or raise request")  # fmt: skip

    def lowered(self) -> traffic.Timeouts:
        """The neutral value, milliseconds."""
        return traffic.Timeouts(**{name: milliseconds(value) if (value := getattr(self, name)) is not None else None for name in traffic.FIELDS})


@attrs.frozen
class BodyLimit(Stated):
    """The largest request body, such as ``"1Mi"``, as a default or floor of a gateway."""

    size: str

    def problems(self) -> Iterator[Problem]:
        """A size that is none."""
        return size_problems("size", self.size)

    def lowered(self) -> int | None:
        """Bytes."""
        return byte_count(self.size)
