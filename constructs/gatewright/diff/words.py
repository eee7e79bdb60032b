"""Outcomes, guards and sets in the words of rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gatewright.diff.fate import Fate
from gatewright.gateways.effect import Guard
from gatewright.match import ANY_METHOD, ANYWHERE, Conditions, Exact, HostSet, Methods, PathSet, Sources
from gatewright.protection.dimension import Kind
from gatewright.protection.said import said
from gatewright.protection.transport import Plaintext
from gatewright.reach.outcome import Answer, Backend, Forwarded, NoRoute, Redirected, Rejected, Settled
from gatewright.reach.worded import condition_words, host_words, passing_words, path_words, redirect_words

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
            return f"{value.redirect.status} redirect to {redirect_words(value.redirect)}"
        case Answer():
            return f"{value.status} by the gateway ({value.why})" if value.why else f"{value.status} by the gateway"
        case Rejected():
            return f"refused with {value.status}" if value.status else "connection refused"
        case NoRoute():
            return f"{value.status}, no route" if value.status else "no listener"


def fate(one: Fate) -> str:
    """What happens, and for whom."""
    words = outcome(one.outcome)
    return f"{words} for {passing_words(one.guards)}" if isinstance(one.outcome, Forwarded) else words


def guard(kind: Kind, one: Guard | None) -> str:
    """One guard, or that there is none."""
    return _CALLED.get(kind, "") + said(kind, None if one is None or one.state == "not-enforced" else one.value)


_CALLED = {"cors": "CORS: ", "csrf": "CSRF: "}  # whose words do not say by themselves what they are about


def standing(kind: Kind, one: Guard | None, of: Fate) -> str:
    """The same, before what a fate leads to: of several backends each has its own way."""
    if kind == "backend-tls" and isinstance(of.outcome, Forwarded):
        served = [one for one in of.outcome.backends if one.weight and not one.problem]
        if len({_hop(one) for one in served}) > 1:
            return ", ".join(f"{_hop(one)} {backend(one)}" for one in served)
    return guard(kind, one)


def _hop(one: Backend) -> str:
    if one.hop is None or one.hop.state == "unknown":
        return "not known whether TLS to"
    return "plaintext to" if isinstance(one.hop.value, Plaintext) else "TLS to"


def hosts(sets: Sequence[HostSet]) -> str:
    """Patterns, the widest first."""
    return listed(map(host_words, sorted(sets, key=lambda one: (not one.within.is_wildcard, one.within))))


def paths(sets: Sequence[PathSet], conditions: Conditions) -> str:
    """``/a and below``, ``exactly /b``, ``matching /v[0-9]+``, each ``… except …``; then headers and query."""
    words = listed(map(path_words, sorted(sets, key=lambda one: (one.base.value, isinstance(one.base, Exact)))))
    asked = condition_words(conditions)
    return f"{words} with {asked}" if asked else words


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
