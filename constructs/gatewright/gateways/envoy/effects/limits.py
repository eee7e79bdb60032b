"""Rate limits of a BackendTrafficPolicy as they really count (``spec.rateLimit``, CRD 1.8.3 and 1.9.1; translator and Envoy 1.40).

- Selectors of one rule are ANDed. Of several paths or sources in one rule the last stands; methods of one rule are ORed.
- Without ``type`` both ``local`` and ``global`` count.
- A local rule without selectors counts what no other rule counts; a global one counts everything.
- A local limit is Envoy's own and counts each match of the route alone; so does a global one that is not ``shared``.
- ``Distinct`` values of a local rule: 20 are kept at a time, and more of them than that are not limited at all.
- Two methods in one local rule make Envoy refuse the whole configuration.
- ``cost`` of a local rule is not read; nor is ``shadowMode`` of one without selectors.
- A global limit passes everything while its service is away, unless the operator set ``rateLimit.failClosed``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from gatewright.gateways.envoy.limit import COUNTED, Key, key, per_address
from gatewright.gateways.fields import at, items, mapping, text
from gatewright.protection.bounds import CountedLimit
from gatewright.protection.limit import RateLimit, Unit, normal_limits
from gatewright.protection.unknown import Unknown

Limits: TypeAlias = tuple[RateLimit | CountedLimit, ...] | Unknown
"""Sorted: ours first, then the others."""

_SECONDS = {"Second": 1, "Minute": 60, "Hour": 3_600, "Day": 86_400, "Week": 604_800, "Month": 2_592_000, "Year": 31_536_000}
_OURS: dict[str, Unit] = {"Second": "second", "Minute": "minute", "Hour": "hour", "Day": "day"}
_REFUSED = "two methods in one local rule: Envoy refuses the whole configuration, and what it does then depends on what it had before"


def limits(spec: Mapping[str, object], *, fails_closed: bool = False) -> Limits:
    """Every limit of ``spec``. ``fails_closed``: the operator said that global limits refuse while their service is away."""
    found: list[RateLimit | CountedLimit] = []
    for scope in _scopes(spec):
        read = _of_scope(items(at(spec, "rateLimit", scope, "rules")), scope, fails_closed)
        if isinstance(read, Unknown):
            return read
        found += read
    ours = normal_limits(tuple(one for one in found if isinstance(one, RateLimit)))
    others: set[CountedLimit] = {one for one in found if isinstance(one, CountedLimit)}
    counted = sorted(others, key=lambda one: (one.scope, one.selects, one.unit, one.requests, one.watches, one.takes))
    return (*ours, *counted)


def problem(spec: Mapping[str, object]) -> str:
    """Why the translator refuses these limits, so that every route under them answers 500; empty: it takes them."""
    stated = at(spec, "rateLimit", "type")
    for scope in _scopes(spec):
        if at(spec, "rateLimit", scope) is None:
            return f"rateLimit.type is {stated}, and rateLimit.{scope} is not there" if stated is not None else ""
        for rule in items(at(spec, "rateLimit", scope, "rules")):
            if any(
                not set(mapping(one)) & {"headers", "methods", "path", "sourceCIDR", "queryParams"}
                for one in items(at(rule, "clientSelectors"))
            ):
                return "a rate limit with a selector that selects nothing"
    return _local_problem(items(at(spec, "rateLimit", "local", "rules"))) if "local" in _scopes(spec) else ""


def _local_problem(rules: list[object]) -> str:
    rest = [rule for rule in rules if not items(at(rule, "clientSelectors"))]
    if len(rest) > 1:
        return "two local rate limits without clientSelectors"
    base = _SECONDS.get(text(at(rest[0], "limit", "unit")) or "", 1) if rest else 1
    if any(_SECONDS.get(text(at(rule, "limit", "unit")) or "", base) % base for rule in rules):
        return "a local rate limit whose unit is no multiple of the unit of the one without clientSelectors"
    return ""


def _scopes(spec: Mapping[str, object]) -> tuple[str, ...]:
    stated = at(spec, "rateLimit", "type")
    if stated == "Global":
        return ("global",)
    if stated == "Local":
        return ("local",)
    return tuple(scope for scope in ("local", "global") if at(spec, "rateLimit", scope) is not None)


def _of_scope(rules: list[object], scope: str, fails_closed: bool) -> list[RateLimit | CountedLimit] | Unknown:
    """Rules that make one of our limits are it; every other one is counted as it stands."""
    shared = scope == "global"
    keys = [(key(rule), rule) for rule in rules]
    ours: list[Key] = [
        one for one, rule in keys if not isinstance(one, Unknown) and (not shared or (fails_closed and at(rule, "shared") is True))
    ]
    recognised = set(ours)
    found: list[RateLimit | CountedLimit] = list(per_address(ours, shared))
    taken = recognised - set(ours)
    for one, rule in keys:
        if not isinstance(one, Unknown) and one in taken:
            continue
        if not isinstance(one, Unknown) and one in recognised and one[0] == "/":
            found.append(RateLimit(one[2], _OURS[one[3]], "everyone", "shared" if shared else "replica", one[1]))
            continue
        counted = _counted(rule, shared, fails_closed, alone=len(rules) == 1)
        if isinstance(counted, Unknown):
            return counted
        found.append(counted)
    return found


def _counted(rule: object, shared: bool, fails_closed: bool, *, alone: bool) -> RateLimit | CountedLimit | Unknown:
    requests, unit = at(rule, "limit", "requests"), text(at(rule, "limit", "unit"))
    selectors = items(at(rule, "clientSelectors"))
    if not isinstance(requests, int) or isinstance(requests, bool) or unit not in _SECONDS:
        return Unknown("a rate limit without a number or a unit that are read")
    if not shared and sum(len(items(at(one, "methods"))) for one in selectors) > 1:
        return Unknown(_REFUSED)
    if not shared and not selectors:  # the route's own bucket: neither shadowMode nor cost is read for it
        if alone and unit in _OURS:
            return RateLimit(requests, _OURS[unit], "everyone", "replica")
        return CountedLimit(requests, unit.lower(), () if alone else ("what no other limit counts",), "replica")
    scope = "replica" if not shared else "shared" if at(rule, "shared") is True else "shared, each match alone"
    selects, takes = (
        tuple(sorted(set(_selects(selectors, shared)))),
        tuple(sorted(_takes(rule))) if shared else (),
    )  # cost is read of global limits alone
    watches, opens = at(rule, "shadowMode") is True, shared and not fails_closed
    if not selects and not takes and not watches and not opens and unit in _OURS and scope in ("replica", "shared"):
        return RateLimit(requests, _OURS[unit], "everyone", "shared" if shared else "replica")
    return CountedLimit(requests, unit.lower(), selects, scope, watches, opens, takes)


def _selects(selectors: list[object], shared: bool) -> Iterator[str]:
    methods = [
        f"{'not ' if at(one, 'invert') is True else ''}{at(one, 'value')}" for each in selectors for one in items(at(each, "methods"))
    ]
    if methods:
        yield f"method {' or '.join(sorted(methods))}"
    for each in selectors:
        for part, field in (("header", "headers"), ("query parameter", "queryParams")):
            yield from (_named(part, one, shared) for one in items(at(each, field)))
    paths = [one for each in selectors if (one := at(each, "path")) is not None]
    if paths and not (_is_every_path(paths[-1])):
        yield _path(paths[-1])
    sources = [one for each in selectors if (one := at(each, "sourceCIDR")) is not None]
    if sources:
        yield _source(sources[-1], shared)


def _is_every_path(path: object) -> bool:
    return at(path, "value") in ("/", None) and at(path, "type") in ("PathPrefix", None) and at(path, "invert") is not True


def _path(path: object) -> str:
    how = {"Exact": "is", "RegularExpression": "matches"}.get(str(at(path, "type")), "under")
    return f"path {'not ' if at(path, 'invert') is True else ''}{how} {at(path, 'value')}"


def _source(source: object, shared: bool) -> str:
    value = at(source, "value")
    if at(source, "type") == "Distinct":
        return f"each address in {value}" if shared else f"each of {COUNTED} addresses at once in {value}"
    return f"address {'not ' if at(source, 'invert') is True else ''}in {value}"


def _named(part: str, one: object, shared: bool) -> str:
    name = at(one, "name")
    if at(one, "type") == "Distinct":
        return f"each {part} {name}" if shared else f"each of {COUNTED} values at once of {part} {name}"
    how = "matches" if at(one, "type") == "RegularExpression" else "is"
    return f"{part} {name} {'not ' if at(one, 'invert') is True else ''}{how} {at(one, 'value')}"


def _takes(rule: object) -> Iterator[str]:
    """What a request takes where it is not one, and a number that is not the one stated: nobody knows them beforehand."""
    for side in ("request", "response"):
        cost = at(rule, "cost", side)
        number, source = at(cost, "number"), at(cost, "metadata")
        if source is not None:
            yield f"each {side} takes what metadata {at(source, 'namespace')}:{at(source, 'key')} says"
        elif isinstance(number, int) and (side == "response" or number != 1):
            yield f"each {side} takes {number}"
    if (source := at(rule, "limit", "fromMetadata")) is not None:
        yield f"metadata {at(source, 'namespace')}:{at(source, 'key')} may say another number"
