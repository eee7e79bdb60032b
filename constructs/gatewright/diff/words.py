"""Outcomes, guards and sets in the words of rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gatewright.diff.fate import Fate
from gatewright.gateways.effect import Guard, Guards
from gatewright.match import ANY_METHOD, ANYWHERE, Condition, Conditions, Equals, Exact, HostSet, Matches, Methods, PathSet, Regex, Sources
from gatewright.protection.dimension import Kind
from gatewright.protection.said import said, summary
from gatewright.reach.outcome import Answer, Backend, Forwarded, NoRoute, Redirected, Rejected, Settled

NAMED = 4
"""How many of a list are named; of longer ones the rest is counted."""


def listed(names: Iterable[str], word: str = ", ") -> str:
    """The first few, and how many more."""
    every = list(dict.fromkeys(names))
    return word.join(every) if len(every) <= NAMED else f"{', '.join(every[:NAMED])} and {len(every) - NAMED:,} more"


def backend(one: Backend) -> str:
    """``shop/orders:8080``; other kinds than Service are said."""
    kind = "" if one.id.kind == "Service" else f"{one.id.kind} "
    return f"{kind}{one.id.namespace}/{one.id.name}" + (f":{one.port}" if one.port else "")


def outcome(value: Settled) -> str:
    """What happens, without the guards."""
    match value:
        case Forwarded():
            served = [one for one in value.backends if one.weight and not one.problem]
            total = sum(one.weight for one in value.backends) or 1
            return listed(backend(one) if len(served) == 1 else f"{backend(one)} ({one.weight * 100 / total:.3g}%)" for one in served)
        case Redirected():
            redirect = value.redirect
            parts = [f"{redirect.scheme}://" if redirect.scheme else "", redirect.host or "", f":{redirect.port}" if redirect.port else ""]
            return f"{redirect.status} redirect to {''.join(parts) or 'another path'}"
        case Answer():
            return f"{value.status} by the gateway ({value.why})" if value.why else f"{value.status} by the gateway"
        case Rejected():
            return f"refused with {value.status}" if value.status else "connection refused"
        case NoRoute():
            return f"{value.status}, no route" if value.status else "no listener"


def enforced(guards: Guards) -> dict[Kind, object]:
    """The values that stand; what is stated and not enforced is none."""
    return {one.kind: one.value for one in guards if one.state != "not-enforced"}


def fate(one: Fate) -> str:
    """What happens, and for whom."""
    words = outcome(one.outcome)
    return f"{words} for {summary(enforced(one.guards))}" if isinstance(one.outcome, Forwarded) else words


def guard(kind: Kind, one: Guard | None) -> str:
    """One guard, or that there is none."""
    return said(kind, None if one is None or one.state == "not-enforced" else one.value)


def hosts(sets: Sequence[HostSet]) -> str:
    """Patterns, the widest first."""
    ordered = sorted(sets, key=lambda one: (not one.within.is_wildcard, one.within))
    return listed(_less(one.within.name, [other.name for other in one.without]) for one in ordered)


def paths(sets: Sequence[PathSet], conditions: Conditions) -> str:
    """Paths as a reader writes them: ``/a`` the one path, ``/a/*`` with all below it, ``~`` for regular expressions; then headers and query."""
    words = listed(_path(one) for one in sorted(sets, key=lambda one: (one.base.value, isinstance(one.base, Exact))))
    asked = listed((_condition(one) for one in conditions.terms), " and ")
    return f"{words} with {asked}" if asked else words


def _path(one: PathSet) -> str:
    positive = [f"~{other.value}" for other in one.regexes]
    base = _plain(one.base.value, isinstance(one.base, Exact))
    words = " and ".join(positive if positive and base == "/*" else [base, *positive])
    return _less(
        words, [f"~{other.value}" if isinstance(other, Regex) else _plain(other.value, isinstance(other, Exact)) for other in one.without]
    )


def _plain(value: str, exact: bool) -> str:
    return value if exact else f"{value.rstrip('/')}/*"


def _less(words: str, without: Sequence[str]) -> str:
    return f"{words} except {listed(without)}" if without else words


def _condition(one: Condition) -> str:
    name = f"header {one.name}" if one.part == "header" else f"query {one.name}"
    match one.test:
        case Equals(value=value):
            return f"{name} {'not ' if one.negated else ''}{value}"
        case Matches(value=value):
            return f"{name} {'not ' if one.negated else ''}~{value}"
        case _:
            return f"no {name}" if one.negated else name


def methods(value: Methods) -> str:
    """``any``, ``GET, POST`` or ``any but GET``."""
    names = ", ".join(sorted(value.names))
    return "any" if value == ANY_METHOD else f"any but {names}" if value.excluded else names


def sources(value: Sources) -> str:
    """``anywhere``, CIDRs, or ``anywhere but`` CIDRs, whichever is shorter."""
    if value == ANYWHERE:
        return "anywhere"
    within, without = value.cidrs(), ANYWHERE.minus(value).cidrs()
    return listed(within) if len(within) <= len(without) else f"anywhere but {listed(without)}"
