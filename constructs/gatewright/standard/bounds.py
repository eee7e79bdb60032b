"""What no splitting makes fit: limits of HTTPRoute v1 (Gateway API 1.5 to 1.7) on one match, one filter, one rule."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.protection.entry import Forward
from gatewright.protection.lowered import LoweredRoute

CONDITIONS = 16
EDITS = 16
BACKENDS = 16


def beyond(route: LoweredRoute) -> Iterator[tuple[str, str]]:
    """Features and reasons, one for each limit that the route exceeds."""
    for rule in route.rules:
        for part in ("header", "query"):
            count = sum(1 for one in rule.conditions.terms if one.part == part)
            if count > CONDITIONS:
                yield f"match.{part}", f"{count} conditions on {part}; an HTTPRoute match holds {CONDITIONS}"
        for feature, edit in (("headers.request", rule.request_headers), ("headers.response", rule.response_headers)):
            for name, edited in (("set", edit.set), ("add", edit.add), ("remove", edit.remove)):
                if len(edited) > EDITS:
                    yield feature, f"{len(edited)} headers to {name}; a filter holds {EDITS}"
        if isinstance(rule.action, Forward) and len(rule.action.targets) > BACKENDS:
            yield "forward.weights", f"{len(rule.action.targets)} backends; a rule holds {BACKENDS}"
