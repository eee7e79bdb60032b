"""What is wrong with an object, and the verdict on it."""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

Source: TypeAlias = Literal["schema", "cel", "name"]
"""Who says so: the structural schema, a rule across fields, or what Kubernetes demands of every object's metadata."""

_SENTENCES = {
    "required": "{path} is missing: it must be {allowed}.",
    "unknown": "{path} is a field that this version does not have; allowed is {allowed}.",
    "duplicate": "{path} repeats an item of its list, {got}: allowed is {allowed}.",
    "immutable": "{path} cannot be changed: it was {allowed}, and is now {got}.",
    "version": "{path} {got} is not served; served is {allowed}.",
}
_SENTENCE = "{path} is {got}, and must be {allowed}."


@attrs.frozen(order=True)
class Finding:
    """One reason for which the API server refuses an object.

    ``path`` is a JSON path such as ``spec.rules[0].name``, ``.`` for the whole object. ``rule`` is a keyword of the schema (``required``,
    ``maxLength``), ``unknown``, or the name of a rule across fields. ``message`` is all of it as one sentence.
    """

    path: str
    rule: str
    got: str
    allowed: str
    source: Source = "schema"
    message: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.rule}: got {self.got}, allowed {self.allowed}"


def fault(path: str, rule: str, got: str, allowed: str, source: Source = "schema") -> Finding:
    """A finding with the sentence that its rule's findings have."""
    where = "The object" if path in ("", ".") else path
    message = _SENTENCES.get(rule, _SENTENCE).format(path=where, got=got, allowed=allowed)
    return Finding(path or ".", rule, got, allowed, source, message)


@attrs.frozen
class NotJudged:
    """No facts say what this object may look like: neither good nor bad. True in a condition, so it never passes for "no findings"."""

    group: str
    kind: str
    reason: str


@attrs.frozen
class Verdict:
    """What the API server would say of one object.

    ``accepted`` with ``unjudged`` above 0 is accepted by the schema alone: so many rules of the kind could not be evaluated here.
    ``reason`` says why an object was not judged.
    """

    verdict: Literal["accepted", "rejected", "not-judged"]
    findings: tuple[Finding, ...] = ()
    unjudged: int = 0
    reason: str = ""
