"""Headers that are changed in several places on the way, as one guard: by the listener, by the rule, and by the filters of its backends."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from gatewright.gateways.effect import Changes, Guard, Guards, Stated
from gatewright.protection.bounds import Alterations
from gatewright.protection.dimension import Kind
from gatewright.protection.headers import HeaderEdit
from gatewright.protection.said import said


def changed_by(backends: Sequence[tuple[Changes | None, str]]) -> Iterator[Guard]:
    """What filters of its backendRefs make of a rule's headers: known where all backends that get requests have the same."""
    stated = [(changes or _NOTHING, name) for changes, name in backends]
    if not any(changes is not _NOTHING for changes, _ in stated):
        return
    at = next(changes.at for changes, _ in stated if changes is not _NOTHING)
    unknown = dict(one for changes, _ in stated for one in changes.unknown)
    yield from (Guard.unknown(kind, reason, at) for kind, reason in unknown.items())
    requests, responses = dict.fromkeys(one.request for one, _ in stated), dict.fromkeys(one.response for one, _ in stated)
    if "header-edit" not in unknown and any(requests):
        yield _one_of("header-edit", tuple(requests), [(name, one.request) for one, name in stated], at)
    if "response-headers" not in unknown and any(responses):
        yield _one_of("response-headers", tuple(responses), [(name, one.response) for one, name in stated], at)


def _one_of(kind: Kind, values: Sequence[object], each: Sequence[tuple[str, object]], at: Stated | None) -> Guard:
    if len(values) == 1:
        return Guard(kind, values[0], at=at)
    digest = hashlib.sha256(repr(each).encode()).hexdigest()[:8]  # values are not shown, and a change of them is one
    words = f"{'; '.join(f'{name} {said(kind, value)}' for name, value in each)} (values {digest})"
    return Guard.unknown(kind, f"the backends of the rule differ: {words}", at)


_NOTHING = Changes()


def composed(*places: Guards) -> Iterator[Guard]:
    """One guard for headers that more than one place changes, in the order in which a request passes them; what is unknown stays so."""
    for kind in _KINDS:
        found = [one for guards in places for one in guards if one.kind == kind]
        if len(found) < 2:
            continue
        unread = next((one for one in found if one.state == "unknown"), None)
        yield unread or Guard(kind, _after([one.value for one in found]), "enforced", found[-1].at or found[0].at)


_KINDS: tuple[Kind, ...] = ("header-edit", "response-headers", "alteration")


def _after(values: Sequence[object]) -> object:
    edits = [one for one in values if isinstance(one, HeaderEdit)]
    if len(edits) == len(values):
        whole = edits[0]
        for one in edits[1:]:
            whole = _then(whole, one)
        return whole
    altered = [one for one in values if isinstance(one, Alterations)]
    if len(altered) == len(values):
        each = ({text for one in altered for text in one.bearing}, {text for one in altered for text in one.other})
        return Alterations(*(tuple(sorted(texts)) for texts in each))
    return tuple(dict.fromkeys(pair for one in values if isinstance(one, tuple) for pair in one))


def _then(first: HeaderEdit, second: HeaderEdit) -> HeaderEdit:
    """Both, one after the other: what the second sets or removes, nothing of the first is left of."""
    over = {*second.remove, *(name for name, _ in second.set)}
    kept = HeaderEdit(
        tuple(one for one in first.set if one[0] not in over),
        tuple(one for one in first.add if one[0] not in over),
        tuple(one for one in first.remove if one not in over),
    )
    return HeaderEdit((*kept.set, *second.set), (*kept.add, *second.add), (*kept.remove, *second.remove))
