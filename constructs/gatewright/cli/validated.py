"""Verdicts as they are told: text for people, JSON, SARIF and JUnit for programs, and the summary beside all of them."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from gatewright.admission.finding import Finding
from gatewright.admission.validation import Judged
from gatewright.cli.terminal import inline, say
from gatewright.manifest.text import ManifestError
from gatewright.manifest.yaml_read import Loaded
from gatewright.report.junit import junit
from gatewright.report.result import Found, Looked, Outcome, Place
from gatewright.report.sarif import sarif
from gatewright.world.reading import Skipped

SCHEMA = "gatewright.validate/1"
_KINDS = 20  # told by name
_OUTCOMES: Mapping[str, Outcome] = {"accepted": "passed", "rejected": "failed", "not-judged": "skipped"}
Writer = Callable[[Sequence[Judged], Sequence[ManifestError]], str]


def _text(results: Sequence[Judged], errors: Sequence[ManifestError]) -> str:
    """One line a finding, in the form that editors and terminals make a link of."""
    lines: list[str] = []
    for one in results:
        for place, finding in one.placed():
            lines.append(inline(f"{Place(one.loaded.file, *place)}: {one.subject}: {_sentence(finding)} [{finding.rule}]"))
    return "".join(f"{line}\n" for line in lines)


def _sentence(finding: Finding) -> str:
    """What the schema says names field and value; a rule's words stand for every object, and need them beside."""
    if finding.source != "cel":
        return finding.message
    return f"{finding.path}: {finding.message}; got {finding.got}, allowed {finding.allowed}"


def _json(results: Sequence[Judged], errors: Sequence[ManifestError]) -> str:
    objects = [json.dumps(_object(one)) for one in results]
    unread = [json.dumps({"file": _readable(one.file), "line": one.line, "column": one.column, "message": one.message}) for one in errors]
    summary = {**counts(results), "unreadable": len(errors), "rules_not_judged": sum(one.verdict.unjudged for one in results)}
    return (
        f'{{"schema": {json.dumps(SCHEMA)},\n"objects": {_lines(objects)},\n"unreadable": {_lines(unread)},\n"summary": {json.dumps(summary)}}}\n'
    )


def _lines(rows: Sequence[str]) -> str:
    return "[\n" + ",\n".join(rows) + "\n]" if rows else "[]"


def _object(one: Judged) -> Mapping[str, object]:
    findings = []
    for place, finding in one.placed():
        findings.append(
            {"path": finding.path, "line": place.line, "column": place.column, "rule": finding.rule, "message": finding.message,
             "got": finding.got, "allowed": finding.allowed, "source": finding.source}
        )  # fmt: skip
    return {
        "file": _readable(one.loaded.file), "line": one.loaded.line, "group": one.group, "kind": _kind(one),
        "namespace": one.text("namespace"), "name": one.text("name"), "verdict": one.verdict.verdict, "findings": findings,
        "rules_not_judged": one.verdict.unjudged, "reason": one.verdict.reason,
    }  # fmt: skip


def _readable(file: str) -> str:
    """A file's name as JSON can carry it: bytes that are no UTF-8 are written out."""
    return os.fsencode(file).decode(errors="backslashreplace")


def _sarif(results: Sequence[Judged], errors: Sequence[ManifestError]) -> str:
    try:
        ours = version("gatewright")
    except PackageNotFoundError:  # run from a checkout that is not installed
        ours = "0"
    return sarif(_looked(results, errors), "validate", ours, {})


def _junit(results: Sequence[Judged], errors: Sequence[ManifestError]) -> str:
    return junit(_looked(results, errors), "validate")


def _looked(results: Iterable[Judged], errors: Iterable[ManifestError]) -> Iterator[Looked]:
    for one in results:
        found = tuple(Found(Place(one.loaded.file, *place), finding.rule, _sentence(finding), finding.path) for place, finding in one.placed())
        outcome, reason = _OUTCOMES[one.verdict.verdict], one.verdict.reason
        if outcome == "passed" and one.verdict.unjudged:
            outcome, reason = "skipped", f"the schema accepts it; {_rules(one.verdict.unjudged)} not judged"
        yield Looked(one.subject, Place(one.loaded.file, one.loaded.line, 1), outcome, found, reason)
    for error in errors:
        yield Looked(_readable(error.file), Place(error.file, error.line, error.column), "error", (), error.message)


FORMATS: Mapping[str, Writer] = {"text": _text, "json": _json, "sarif": _sarif, "junit": _junit}


def told(results: Sequence[Judged], errors: Sequence[ManifestError], skipped: Sequence[Skipped]) -> None:
    """What is not in the answer: what could not be read or judged, with the reason, and how many of each."""
    for error in errors:
        say(inline(str(error)), "bad")
    for reason, files in _gathered((one.reason, one.file) for one in skipped):
        say(inline(f"skipped: {_some(files)}: {reason}"), "soft")
    for reason, kinds in _gathered((one.verdict.reason, _kind(one)) for one in results if one.verdict.verdict == "not-judged"):
        say(inline(f"not judged: {_counted(kinds)}: {reason}"), "bad")
    unsure = [one for one in results if one.verdict.unjudged]
    if unsure:
        say(inline(f"accepted by the schema, rules not judged: {_counted(map(_kind, unsure))}; name the CRDs with --crds or --cluster"))
    found = counts(results)
    say(f"{_objects(len(results))}: {found['accepted']} accepted, {found['rejected']} rejected, {found['not-judged']} not judged")


def compared(results: Sequence[Judged], repeated: Sequence[Loaded], unseen: Sequence[Judged], against: str) -> None:
    """What an update was not compared with: what is not there, what could not be seen, and what stands there twice."""
    new = [one for one in results if not one.is_update and one not in unseen]
    if new:
        say(inline(f"judged as new, for {against} does not hold them: {_counted(map(_kind, new))}"))
    if unseen:
        say(inline(f"judged as new, though {against} does not show whether they are there: {_counted(map(_kind, unseen))}"), "bad")
    if repeated:
        say(inline(f"{against} says twice, and not in the same words: {_counted(str(one.manifest['kind']) for one in repeated)}; the first counts"), "bad")


def counts(results: Iterable[Judged]) -> dict[str, int]:
    """How many objects got which verdict."""
    found = Counter(one.verdict.verdict for one in results)
    return {name: found[name] for name in ("accepted", "rejected", "not-judged")}


def _gathered(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for reason, one in pairs:
        found.setdefault(reason, []).append(one)
    return list(found.items())


def _kind(one: Judged) -> str:
    return str(one.loaded.manifest["kind"])


def _counted(kinds: Iterable[str]) -> str:
    found = Counter(kind if len(kind) <= 80 else f"{kind[:79]}…" for kind in kinds)
    more = f" and {len(found) - _KINDS} more kinds" if len(found) > _KINDS else ""
    return ", ".join(f"{count} {kind}" for kind, count in sorted(found.items())[:_KINDS]) + more


def _some(files: Sequence[str]) -> str:
    return ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")


def _rules(count: int) -> str:
    return f"{count} rule is" if count == 1 else f"{count} rules are"


def _objects(count: int) -> str:
    return "1 object" if count == 1 else f"{count} objects"
