"""The whole reach as a table, for terminals and as Markdown: one row an entry, and below it what leads nowhere and does nothing."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from gatewright.reach.reach import Reach
from gatewright.report.reach_row import Aside, Counts, Row, detached, ignored, notes, rows, undecided

_COLUMNS = ("path", "when", "rule", "who may pass", "and", "to")
_WIDEST = 56  # characters of a cell in a terminal; Markdown cells are whole


def reach_table(reach: Reach) -> str:
    """Columns; entries of one listener and hostname stand together under it."""
    lines: list[str] = []
    every = list(rows(reach))
    for head, group in itertools.groupby(every, key=_head):
        lines += [*([""] if lines else []), head]
        for host, same in itertools.groupby(group, key=lambda row: row.host):
            lines.append(f"  {flat(host)}")
            lines += _aligned([_COLUMNS, *map(_cells, same)])
    lines += ["no way in: nothing attaches to a listener that serves"] if not lines else []
    return "\n".join([*lines, "", str(Counts.of(every)), *_below(reach, every)]) + "\n"


def _head(row: Row) -> str:
    return f"{flat(row.gateway)}, {flat(row.door)}, served by {flat(row.address.target)}"


def _cells(row: Row) -> tuple[str, ...]:
    return tuple(flat(one) for one in (row.path or "everything", row.when, row.rule, row.passes, row.bounds, row.leads))


def _aligned(table: Sequence[Sequence[str]]) -> Iterator[str]:
    cut = [[cell if len(cell) <= _WIDEST else f"{cell[: _WIDEST - 3]}..." for cell in cells] for cells in table]
    widths = [max(len(cells[column]) for cells in cut) for column in range(len(cut[0]))]
    for cells in cut:
        yield "    " + "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _below(reach: Reach, every: Sequence[Row]) -> Iterator[str]:
    """What is open, and what somebody wrote and nobody meets, with file and line."""
    for title, asides in _asides(reach, every):
        yield f"\n{title}"
        yield from (f"  {_aside(one)}" for one in asides)
    found = notes(reach)
    if found:
        yield "\nnotes"
        yield from (f"  {flat(one)}" for one in found)


def _asides(reach: Reach, every: Sequence[Row]) -> Iterator[tuple[str, list[Aside]]]:
    """What is sure first, then what may be so: the manifests do not hold all that it depends on."""
    if found := list(undecided(every, reach.topology.world)):
        yield "undecided", found
    for title, doubtful, asides in (
        ("attached to nothing", "perhaps attached to nothing", detached(reach)),
        ("does nothing", "perhaps does nothing", ignored(reach)),
    ):
        for words, doubted in ((title, False), (doubtful, True)):
            found = [one for one in asides if one.undecided is doubted]
            if found:
                yield words, found


def _aside(one: Aside) -> str:
    place = f"  {one.origin.place}" if one.origin.place else ""
    path = f" {one.origin.path}" if one.origin.path else ""
    return flat(f"{one.object}{path}: {one.reason}{place}")


def flat(text: str) -> str:
    """One line; what a terminal would obey is written out."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)


# ── Markdown ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def reach_markdown(reach: Reach) -> str:
    """Tables of GitHub's flavour, one a listener; whatever manifests hold is text there, never markup."""
    lines: list[str] = []
    every = list(rows(reach))
    for head, group in itertools.groupby(every, key=lambda row: (row.gateway, row.door, row.address.target)):
        gateway, door, target = map(markdown, head)
        lines += [f"### {gateway}, {door}", "", f"Served by {target}.", ""]
        lines += _table(
            ("host", *_COLUMNS),
            ((row.host, row.path or "everything", row.when, row.rule, row.passes, row.bounds, row.leads) for row in group),
        )
    lines += ["No way in: nothing attaches to a listener that serves.", ""] if not lines else []
    lines += [f"{Counts.of(every)}.", ""]
    for title, asides in _asides(reach, every):
        lines += [f"### {title.capitalize()}", ""]
        lines += _table(("object", "field", "why", "where"), (_aside_cells(one) for one in asides))
    found = notes(reach)
    if found:
        lines += ["### Notes", "", *(f"- {markdown(one)}" for one in found), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _aside_cells(one: Aside) -> tuple[str, ...]:
    return str(one.object), one.origin.path, one.reason, one.origin.place


def _table(head: Sequence[str], cells: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join('---' for _ in head)}|"]
    return [*lines, *(f"| {' | '.join(map(markdown, row))} |" for row in cells), ""]


_MARKUP = frozenset("\\`*_[]<>#|~&@$")
_JOINER = (
    "&#8288;"  # shows nothing: a mention, an issue or an address is looked for in the text that was rendered, where references help nothing
)


def markdown(text: str) -> str:
    """Text that stays text in a cell or a line of GitHub's Markdown: no markup, mention, link, issue, list, HTML, or new line."""
    signs = "".join(f"&#{ord(one)};{_JOINER if one in '@#' else ''}" if one in _MARKUP else one for one in flat(text))
    unlinked = re.sub(r"(?i)://|www\.", lambda found: found[0][:-1] + _JOINER + found[0][-1], signs)
    return re.sub(r"^(\s*)([-+=]|\d+(?=[.)]))", lambda found: f"{found[1]}{_JOINER}{found[2]}", unlinked)
