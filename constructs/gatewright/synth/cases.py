"""The cases of one route: what its list says comes first must be served first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from gatewright.errors import Problem
from gatewright.intent.route import ProtectedRoute
from gatewright.protection.entry import Entry
from gatewright.protection.lowered import LoweredRoute
from gatewright.standard.limits import RULES
from gatewright.synth.meeting import witness
from gatewright.synth.place import Placed


def cases(placed: Placed, route: LoweredRoute) -> Iterator[Problem]:
    """Cases in an order that the gateway does not keep, and more of them than one HTTPRoute holds."""
    if len(route.rules) > RULES:
        yield Problem("too-many-cases", f"{route.intent}.when", f"an HTTPRoute holds {RULES} rules, and across several the order of cases is lost",
                      f"{len(route.rules)} rules: one for each case and method, and the else", f"{RULES} rules", "fewer cases, or several routes")  # fmt: skip
    numbers = _numbers(placed)
    entries = _entries(route)
    told: set[tuple[str, str]] = set()
    for index, earlier in enumerate(entries):
        for number, later in enumerate(entries[index + 1 :], index + 1):
            got = (_case(numbers, index), _case(numbers, number))
            if earlier.action == later.action or got in told or placed.target.rank(earlier) <= placed.target.rank(later):
                continue  # equal ranks are served in the order of the rules, which one HTTPRoute keeps
            if witness(earlier, later) is not None:
                told.add(got)
                yield Problem("case-order", f"{route.intent}.when", f"where two cases hold, {placed.target.title} serves the later one",
                              " before ".join(got), "the case with more conditions first",
                              "reorder them, or add the condition that tells them apart")  # fmt: skip


def _entries(route: LoweredRoute) -> Sequence[Entry]:
    """One entry a rule; all rules of a route have its hosts and its paths, so that any of these tells the order of all."""
    first = attrs.evolve(
        route,
        hosts=route.hosts[:1],
        listeners=route.listeners[:1],
        rules=tuple(attrs.evolve(rule, paths=rule.paths[:1]) for rule in route.rules),
    )
    return tuple(first.entries()) if len(route.rules) > 1 else ()


def _numbers(placed: Placed) -> Sequence[int]:
    """For each rule, the number of the case that it comes from, counted from 1; the else has none."""
    intent = placed.intent
    if not isinstance(intent, ProtectedRoute):
        return ()
    return [number for number, case in enumerate(intent.when, 1) for _ in case.methods or ("",)]


def _case(numbers: Sequence[int], rule: int) -> str:
    return f"case {numbers[rule]}" if rule < len(numbers) else "the else"
