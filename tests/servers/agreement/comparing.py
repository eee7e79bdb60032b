"""Whether a verdict is the server's, and if not, the smallest object of which that is true."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import attrs

from gatewright.admission.finding import Verdict
from tests.servers.agreement.asking import Cause, causes
from tests.servers.agreement.corpus.sample import Manifest, Sample
from tests.servers.apiserver.server import Answer

TRIES = 300  # requests that one shrinking may cost
_INDEX = re.compile(r"\[([^\]]*)\]")
_SCHEMA = (" in body ", "must validate", "with format", "Too long", "Too many", "Unsupported value", "Duplicate value", "unknown field")

_OTHER_KIND = (
    "the object provided is unrecognized",
    "does not match the expected API version",
    "does not match the version in the URL",
    "Object 'Kind' is missing",
)


def agrees(answer: Answer, verdict: Verdict) -> bool:
    """Whether both accept or both refuse. What the server refuses by rules alone, a verdict that left rules unjudged need not know."""
    if answer.status == 404 or any(saying in answer.message for saying in _OTHER_KIND):
        return verdict.verdict != "accepted"
    if verdict.verdict == "accepted" and verdict.unjudged and not answer.ok:
        return all(by_rule(cause) for cause in causes(answer))
    return answer.ok == (verdict.verdict == "accepted") and verdict.verdict != "not-judged"


def by_rule(cause: Cause) -> bool:
    """Whether a CEL rule says so, and not the schema: rules choose their reason and their words."""
    if cause.reason not in (
        "FieldValueInvalid",
        "FieldValueRequired",
        "FieldValueForbidden",
        "FieldValueDuplicate",
    ) or cause.field.startswith("metadata"):
        return False
    return cause.message != "Required value" and not any(saying in cause.message for saying in _SCHEMA)


def same_place(answer: Answer, verdict: Verdict) -> bool:
    """Whether one of our findings is where one of the server's causes is, or further inside: a rule's cause names the node that has the rule."""
    ours = [_plain(one.path) for one in verdict.findings]
    theirs = [_plain(one.path) for one in causes(answer)]
    return any(mine == there or mine.startswith(f"{there}.") or not there for mine in ours for there in theirs)


def names_a_place(answer: Answer) -> bool:
    """Whether the refusal says where: what is no object of its Go type is refused with a sentence alone."""
    return not answer.ok and not any(one.reason.startswith("HTTP ") for one in causes(answer))


def _plain(path: str) -> str:
    return _INDEX.sub(lambda found: "." + found[1].strip('"'), path).strip(".")


@attrs.frozen
class Disagreement:
    """One object that is judged differently, with which facts, and what both say."""

    release: str
    facts: str
    one: Sample
    answer: Answer
    verdict: Verdict

    @property
    def signature(self) -> tuple[object, ...]:
        """Disagreements with the same signature have most likely the same reason."""
        said = frozenset((re.sub(r"\[[^\]]*\]|[\"'][^\"']*[\"']|\d+", "", cause.message), cause.reason) for cause in causes(self.answer))
        return self.facts, self.answer.status, said, frozenset((found.rule, found.source) for found in self.verdict.findings)

    def __str__(self) -> str:
        said = sorted(map(str, causes(self.answer))) or ["accepted"]
        ours = [f"{found.path}: {found.rule} ({found.source}): got {found.got[:80]}" for found in self.verdict.findings] or [
            f"{self.verdict.verdict}{f', {self.verdict.unjudged} rules unjudged' if self.verdict.unjudged else ''} {self.verdict.reason}".strip()
        ]
        lines = [f"{self.release}, {self.facts} facts: {self.one.origin}", f"  object: {_shown(self.one.manifest)}"]
        if self.one.old is not None:
            lines.append(f"  replaces: {_shown(self.one.old)}")
        lines += [f"  server {self.answer.status}: {one}" for one in said[:6]]
        lines += [f"  ours: {one}" for one in ours[:6]]
        return "\n".join(lines)


def _shown(manifest: Manifest) -> str:
    text = json.dumps(manifest, ensure_ascii=True)
    return text if len(text) < 1500 else f"{text[:1000]} … {text[-300:]}"


def shrunk(one: Sample, differs: Callable[[Sample], bool]) -> Sample:
    """The sample with everything taken out that does not matter to the difference."""
    left = TRIES
    progress = True
    while progress and left > 0:
        progress = False
        for smaller in _smaller(one):
            left -= 1
            if left <= 0:
                break
            if differs(smaller):
                one, progress = smaller, True
                break
    return one


def _smaller(one: Sample) -> Iterator[Sample]:
    for path in sorted(_paths(one.manifest), key=len):
        if path in (("apiVersion",), ("kind",), ("metadata",), ("metadata", "name"), ("metadata", "namespace")):
            continue
        changed = copy.deepcopy(one.manifest)
        _remove(changed, path)
        yield attrs.evolve(one, manifest=changed, origin=one.origin)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) and len(value) < 40 else ()
    for key, item in below:
        yield (*path, key)
        yield from _paths(item, (*path, key))


def _remove(value: Any, path: tuple[Any, ...]) -> None:
    for key in path[:-1]:
        value = value[key]
    del value[path[-1]]
