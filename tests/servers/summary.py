"""What a run with real servers leaves behind as tables. Under xdist the process that prints loads no conftest but the first, which calls this."""

from __future__ import annotations

from typing import Any

from tests.servers.agreement import table
from tests.servers.reach import summed


def printed(terminalreporter: Any) -> None:
    """What the API server made of what we write, and where our verdicts and its own agree; where reach and Envoy do."""
    _applied(terminalreporter)
    table.summary(terminalreporter)
    summed.summary(terminalreporter)


def _applied(terminalreporter: Any) -> None:
    reports = [one for found in terminalreporter.stats.values() for one in found if getattr(one, "when", "") == "call"]
    found = [value for one in reports for key, value in one.user_properties if key == "applied"]
    if found:
        terminalreporter.section("applied to a real API server")
        terminalreporter.write_line(f"{'':44}{'programs':>9}{'objects':>9}{'distinct':>9}{'accepted':>9}{'wrong':>9}")
        for name, *numbers in found:
            terminalreporter.write_line(f"{name:44}" + "".join(f"{number:>9}" for number in numbers))
