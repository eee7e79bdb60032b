"""Sets of requests, and what comes of them, in words: the same everywhere, on one line, as manifests wrote them (nothing is escaped here).

What a route asks of a header or parameter that sounds secret lets requests in: a digest stands in its place, in every format.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from gatewright.gateways.effect import Guard, Guards, State
from gatewright.match import (
    ANY_METHOD,
    ANY_PATH,
    ANYWHERE,
    Condition,
    Conditions,
    Equals,
    Exact,
    HostSet,
    Match,
    Matches,
    Methods,
    PathMatch,
    PathSet,
    Prefix,
    Present,
    Request,
    Sources,
)
from gatewright.protection.bounds import Extensions
from gatewright.protection.credential import digest, pattern_told, text_told, told
from gatewright.protection.dimension import Kind
from gatewright.protection.entry import PathRewrite, Redirect
from gatewright.protection.fence import NotFenced
from gatewright.protection.said import SUMMED, summary
from gatewright.protection.transport import Plaintext
from gatewright.protection.unknown import Unknown
from gatewright.reach.entry import Entry
from gatewright.reach.outcome import Answer, Backend, Forwarded, NoRoute, Outcome, Redirected, Rejected, Settled, Undecided

_DECIDING: frozenset[Kind] = frozenset(
    ("api-key", "authorization", "basic", "client-certificate", "csrf", "extension", "external-auth", "ip", "jwt", "oidc")
)
_FIRST: tuple[Kind, ...] = (
    "csrf", "rate-limit", "tls-floor", "backend-tls", "fence", "cors", "mirror", "header-edit", "body-limit", "timeout", "connection-limit", "header-hygiene",
    "path-normalisation", "client-address", "upgrade", "response-headers", "access-log",
)  # fmt: skip
_ORDER: Mapping[Kind, int] = {kind: number - len(_FIRST) for number, kind in enumerate(_FIRST)}
_SHOWN = 6  # CIDRs, patterns and names of one set


def host_words(hosts: HostSet) -> str:
    """``*.example.com except a.example.com``."""
    return hosts.within.name + _except(host.name for host in hosts.without)


def path_words(path: PathMatch | PathSet) -> str:
    """``any path``, ``/orders and below``, ``exactly /healthz``, ``matching /v[0-9]+``; ``… except …``."""
    if isinstance(path, PathSet):
        first = " and ".join(map(path_words, path.regexes)) if path.regexes else path_words(path.base)
        if path.regexes and path.base != ANY_PATH:
            first = f"{path_words(path.base)} and {first}"
        return first + _except(map(path_words, path.without))
    if path == ANY_PATH:
        return "any path"
    if isinstance(path, Prefix):
        return f"{path.value} and below"
    return f"exactly {path.value}" if isinstance(path, Exact) else f"matching {path.value}"


def method_words(methods: Methods) -> str:
    """``any method``, ``GET, POST``, ``any method but GET``."""
    if methods == ANY_METHOD:
        return "any method"
    return f"{'any method but ' if methods.excluded else ''}{_listed(sorted(methods.names))}"


def source_words(sources: Sources) -> str:
    """``anywhere``, or CIDRs."""
    if sources == ANYWHERE:
        return "anywhere"
    return "nowhere" if sources.is_empty() else _listed(sources.cidrs())


def condition_words(conditions: Conditions) -> str:
    """``header x-canary: yes and no query parameter debug``; empty without any. Credentials are digests."""
    return " and ".join(map(_condition, conditions.terms))


def value_words(one: Condition) -> str:
    """What a condition asks for, or its digest where that is a credential."""
    return pattern_told(one.name, one.test.value) if isinstance(one.test, Matches) else told(one.name, one.test.value)


def hidden_values(entries: Iterable[Entry]) -> frozenset[str]:
    """What these entries ask for and nobody may read, for sentences that quote it."""
    terms = (term for one in entries for term in one.conditions.terms)
    return frozenset(one.test.value for one in terms if value_words(one) != one.test.value)


def request_told(request: Request, matches: Iterable[Match]) -> Request:
    """A witness of these sets with digests in place of the credentials that they ask for."""
    hidden = {(one.part, one.name) for match in matches for one in match.conditions.terms if value_words(one) != one.test.value}
    if not hidden:
        return request
    headers = tuple((name, digest(value) if ("header", name.lower()) in hidden else value) for name, value in request.headers)
    query = tuple((name, digest(value) if ("query", name) in hidden else value) for name, value in request.query)
    return attrs.evolve(request, headers=headers, query=query)


def _condition(one: Condition) -> str:
    name = f"{'header' if one.part == 'header' else 'query parameter'} {one.name}"
    if isinstance(one.test, Present):
        return f"no {name}" if one.negated else f"some {name}"
    value = f"{name}: {value_words(one)}" if isinstance(one.test, Equals) else f"{name} matching {value_words(one)}"
    return f"not {value}" if one.negated else value


def outcome_name(outcome: Outcome) -> str:
    """The word of ``gatewright.explain/1``: ``backend``, ``redirect``, ``response``, ``rejected``, ``no-route`` or ``undecided``."""
    return _NAMES[type(outcome)]


def status_of(outcome: Outcome) -> int | None:
    """The status that the gateway itself answers with; None: the backend answers, there is no connection, or it is undecided."""
    if isinstance(outcome, Answer | Rejected | NoRoute):
        return outcome.status
    return outcome.redirect.status if isinstance(outcome, Redirected) else None


def outcome_words(outcome: Outcome) -> str:
    """``Service shop/orders:8080``, ``redirected (301) to https://…``, ``answered with 500: …``, ``refused with 403: …``, ``404``."""
    if isinstance(outcome, Undecided):
        return " or ".join(dict.fromkeys(map(_settled, outcome.outcomes))) or "not known"
    return _settled(outcome)


def _settled(outcome: Settled) -> str:
    if isinstance(outcome, Forwarded):
        return forwarded_words(outcome)
    if isinstance(outcome, Redirected):
        return f"redirected ({outcome.redirect.status}) to {redirect_words(outcome.redirect)}"
    if isinstance(outcome, Answer):
        return f"answered with {outcome.status}{_because(outcome.why)}"
    if isinstance(outcome, Rejected):
        return ("the connection is refused" if outcome.status is None else f"refused with {outcome.status}") + _because(outcome.why)
    return ("no connection" if outcome.status is None else str(outcome.status)) + _because(outcome.why)


def _because(why: str) -> str:
    return f": {text_told(why)}" if why else ""


def forwarded_words(outcome: Forwarded) -> str:
    """The backends with their shares, if there are several; then where copies go."""
    total = sum(one.weight for one in outcome.backends)
    alone = len(outcome.backends) == 1
    each = [backend_words(one) + ("" if alone else f" ({one.weight} of {total})") for one in outcome.backends]
    copies = [f"a copy to {backend_words(one)}" for one in outcome.mirrors]
    return ", ".join(each + copies) or "no backend"


def backend_words(backend: Backend) -> str:
    """``Service shop/orders:8080``."""
    return f"{backend.id}:{backend.port}" if backend.port else str(backend.id)


def redirect_words(redirect: Redirect) -> str:
    """What of the address changes: ``https://{host}:8443{path}``; braces stand for what the request had."""
    scheme = redirect.scheme or "{scheme}"
    port = f":{redirect.port}" if redirect.port is not None else ""
    return f"{scheme}://{redirect.host or '{host}'}{port}{rewrite_words(redirect.path) if redirect.path else '{path}'}"


def rewrite_words(path: PathRewrite) -> str:
    """``/new`` for the whole path, ``/new{rest}`` where only the matched prefix is replaced."""
    return path.value + ("{rest}" if path.prefix else "")


def decides(guard: Guard) -> bool:
    """Whether it may refuse a request for who sends it or from where; the others bound, clean or hide what passes."""
    return guard.kind in _DECIDING


def state_of(guard: Guard) -> State:
    """Its state as it is told: plaintext, open pods and code that fails open are stated as any other value, and protect nothing."""
    idle = isinstance(guard.value, Plaintext | NotFenced) or (isinstance(guard.value, Extensions) and _fails_open(guard.value))
    return "not-enforced" if guard.state == "enforced" and idle else guard.state


def _fails_open(code: Extensions) -> bool:
    """Whether every one of them is passed over if it fails. It is in the path all the same, and comparisons look at it."""
    return all(any(f"{one} ".startswith(f"{name} ") for name in code.fails_open) for one in code.each)


def protecting(guards: Guards) -> Guards:
    """Less what is done on the way beside: the notes say what of that matters to one request, and comparisons look at all of it."""
    return tuple(one for one in guards if one.kind != "alteration") if any(one.kind == "alteration" for one in guards) else guards


def passing_words(guards: Guards) -> str:
    """Who may pass, of all guards together: ``JWT (https://id.example.com), role is buyer``, ``anybody``, ``not known (…)``."""
    standing = [one for one in guards if one.state != "not-enforced"]
    proofs = [one for one in standing if one.kind in SUMMED]
    reasons = {one.value.reason for one in proofs if isinstance(one.value, Unknown)}
    if len(reasons) == 1 and len(proofs) > 1 and all(one.state == "unknown" for one in proofs):
        return f"not known ({text_told(reasons.pop())})"
    return summary({one.kind: one.value for one in standing})


def bounding_words(guards: Guards) -> str:
    """The kinds of what is stated and not enforced, of what is not known, and of what else is enforced: ``unknown: fence; rate-limit, cors``.

    Together with ``passing_words`` every guard that protects is said.
    """
    guards = protecting(guards)
    others = sorted((one for one in guards if not _summed(one)), key=lambda one: _ORDER.get(one.kind, 0))
    parts = [
        "not enforced: " + ", ".join(one.kind for one in guards if state_of(one) == "not-enforced"),
        "unknown: " + ", ".join(one.kind for one in others if one.state == "unknown"),
        ", ".join(one.kind for one in others if state_of(one) == "enforced"),
    ]
    return "; ".join(part for part in parts if part and not part.endswith(": "))


def _summed(guard: Guard) -> bool:
    """Whether the summary says it; that it has an extension in it, but not whether that is known."""
    return guard.kind in SUMMED and not (guard.kind == "extension" and guard.state == "unknown")


def _except(names: Iterable[str]) -> str:
    found = list(names)
    return f" except {_listed(found)}" if found else ""


def _listed(found: Sequence[str]) -> str:
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more


_NAMES: dict[type, str] = {
    Forwarded: "backend",
    Redirected: "redirect",
    Answer: "response",
    Rejected: "rejected",
    NoRoute: "no-route",
    Undecided: "undecided",
}
