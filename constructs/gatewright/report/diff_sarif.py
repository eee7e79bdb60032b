"""A comparison as SARIF: what is widened are results at the object of HEAD that widens, what could not be judged are notifications."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from gatewright.report.compared import Comparison, Part, Shown, kind_of, what
from gatewright.report.result import Found, Looked, Place
from gatewright.report.sarif import sarif

_HELP = {
    "exposure-reachable": "Requests reach a backend that they did not reach before.",
    "exposure-weaker": "Requests reach a backend under a weaker protection than before, or more may attach to a listener.",
    "exposure-sideways": "A protection was exchanged for another, which admits some that the former refused.",
}


def diff_sarif(compared: Comparison) -> str:
    """One run; a comparison that finds nothing is a run without results and without notifications."""
    try:
        ours = version("gatewright")
    except PackageNotFoundError:  # run from a checkout that is not installed
        ours = "0"
    return sarif(_looked(compared), "diff", ours, _HELP)


def _looked(compared: Comparison) -> Iterator[Looked]:
    yield Looked(f"{compared.base} and {compared.head}", Place(compared.head), "passed")
    for shown in compared.rows():
        row, place = shown.row, _place(shown)
        subject = what(shown) + (f" from {row.source}" if row.source != "anywhere" else "")
        where = f" (in {', '.join(shown.places)})" if shown.places else ""
        if kind_of(row) == "widened":
            message = f"{row.change} for {row.source}: before: {row.before}; after: {row.after}; because {row.reason}{where}"
            yield Looked(subject, place, "failed", (Found(place, f"exposure-{row.change}", message),))
        elif kind_of(row) == "undecided":
            yield Looked(subject, place, "skipped", (), f"undecided: before: {row.before}; after: {row.after}; {row.reason}{where}")
    for text in compared.not_judged():
        yield Looked("not judged", Place(compared.head), "skipped", (), text)


def _place(shown: Shown) -> Place:
    """Of the last object that HEAD states; what only BASE had is no place in a checkout of HEAD."""
    part: Part = shown.part
    for one in reversed(shown.row.objects):
        if one in part.after:
            found = part.origin(one)
            return Place(_in_checkout(found.file), found.line)
    return Place(part.place or "manifests")


def _in_checkout(file: str) -> str:
    """``main:deploy/a.yaml``, as files of a revision are called, is ``deploy/a.yaml``."""
    head, colon, path = file.partition(":")
    return path if colon and path and "/" not in head else file
