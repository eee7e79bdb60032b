"""SARIF 2.1.0 (OASIS), as code scanning of GitHub and GitLab and editors read it: https://docs.oasis-open.org/sarif/sarif/v2.1.0/"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from gatewright.report.result import Found, Looked, Place

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool"
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(looked: Iterable[Looked], command: str, version: str, help_of: Mapping[str, str]) -> str:
    """One run of one command. ``help_of`` gives each rule's sentence, where there is one.

    What was not judged or not read becomes a notification of the tool, so that a run without results is not taken for a pass.
    """
    subjects = list(looked)
    rules = sorted({found.rule for one in subjects if one.outcome == "failed" for found in one.found})
    notices: list[Json] = [_notice(one) for one in subjects if one.outcome in ("skipped", "error")]
    if not subjects:
        notices.append({"level": "warning", "message": {"text": "there was nothing to judge"}})
    run: dict[str, Json] = {
        "tool": {"driver": {"name": f"gatewright {command}", "version": version, "rules": [_rule(name, help_of) for name in rules]}},
        "invocations": [{"executionSuccessful": all(one.outcome != "error" for one in subjects), "toolExecutionNotifications": notices}],
        "columnKind": "unicodeCodePoints",
        "results": _results(subjects, rules),
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(name: str, help_of: Mapping[str, str]) -> Json:
    return {"id": name, "shortDescription": {"text": help_of.get(name, name)}}


def _results(subjects: Iterable[Looked], rules: Sequence[str]) -> list[Json]:
    index = {name: position for position, name in enumerate(rules)}
    seen: Counter[str] = Counter()
    results: list[Json] = []
    for one in subjects:
        for found in one.found if one.outcome == "failed" else ():
            same = f"{one.subject}\n{found.rule}\n{found.path}"
            seen[same] += 1
            results.append(
                {
                    "ruleId": found.rule,
                    "ruleIndex": index[found.rule],
                    "level": "error",
                    "message": {"text": f"{one.subject}: {found.message}"},
                    "locations": [_location(found.place, _logical(one, found))],
                    "partialFingerprints": {"subjectRulePath/v1": _fingerprint(f"{same}\n{seen[same]}")},
                }
            )
    return results


def _logical(one: Looked, found: Found) -> str:
    return f"{one.subject} {found.path}" if found.path else one.subject


def _fingerprint(text: str) -> str:
    """The same finding keeps it when lines move, so that code scanning does not open it anew."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _notice(one: Looked) -> Json:
    level = "error" if one.outcome == "error" else "warning"
    return {"level": level, "message": {"text": f"{one.subject}: {one.reason}"}, "locations": [_location(one.place, one.subject)]}


def _location(place: Place, name: str) -> Json:
    physical: dict[str, Json] = {"artifactLocation": {"uri": _uri(place.file)}}
    if place.line:
        physical["region"] = {"startLine": place.line, **({"startColumn": place.column} if place.column else {})}
    return {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": name}]}


def _uri(file: str) -> str:
    """A relative reference where the file is named relatively, as code scanning wants it; a colon would else begin a scheme."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))
