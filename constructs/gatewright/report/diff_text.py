"""A comparison for a terminal: a table of exposure changes with a witness for each, and below it what else changed, folded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from gatewright.estate.relaxed import RelaxedChange
from gatewright.report.compared import Comparison, Shown, kind_of, what, witness
from gatewright.report.manifest_lines import heading, lines
from gatewright.report.reach_table import flat

_COLUMNS = ("", "who", "what", "before", "after", "why")
_SHARES = (0, 14, 24, 20, 20, 22)  # of the width that is left beside the first column
_NARROWEST, _WIDEST = 90, 200
_MOST = 20  # objects and notes, where they are folded
_STYLES: Mapping[str, str] = {"widened": "\x1b[31m", "undecided": "\x1b[33m", "changed": "\x1b[36m", "narrowed": "\x1b[32m"}
_SIGNS: Mapping[str, str] = {"+": "\x1b[32m", "-": "\x1b[31m", "!": "\x1b[33m"}
_RESET = "\x1b[0m"
KINDS = ("widened", "undecided", "changed", "narrowed")


def summary(compared: Comparison) -> str:
    """The verdict in one line."""
    return f"exposure: {tally(compared)}"


def tally(compared: Comparison) -> str:
    """``2 widened, 1 narrowed; 1 not judged``, or that there is no change."""
    counts = Counter(kind_of(one.row) for one in compared.rows())
    said = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts[kind]) or "no change"
    unjudged = len(list(compared.not_judged()))
    return said + (f"; {unjudged} not judged" if unjudged else "")


def diff_text(compared: Comparison, *, width: int = 140, full: bool = False, colours: bool = False) -> str:
    """Nothing but one line where nothing changed. ``width`` in characters; ``full``: every field and every note."""
    blocks: list[list[str]] = []
    rows = compared.rows()
    if rows:
        blocks.append(["Exposure changes", *_table(rows, width, colours)])
        tried = [f"  {number:>2}  {line}" for number, one in enumerate(rows, 1) if (line := flat(witness(one)))]
        if tried:
            blocks.append(["Witnesses", *tried])
    else:
        blocks.append(["No exposure change"])
    blocks.append(_section("Not judged", compared.not_judged(), full=True))
    blocks.append(_section("Relaxations", (text for one in compared.relaxed() for text in relaxed_words(one)), full=True))
    blocks.append(_section("Notes", compared.notes(), full=full))
    blocks.append(_manifests(compared, full=full, colours=colours))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def relaxed_words(one: RelaxedChange) -> Iterator[str]:
    """One relaxation, who owns it, and of a changed one what it was."""
    said = one.one
    place = f"{said.place}: " if said.place else ""
    yield f"{place}{one.change}: {said.what} of {said.intent}: {said.reason}; owner {said.owner}, until {said.until}"
    if one.change == "changed" and one.before is not None and one.after is not None:
        pairs = ((name, getattr(one.before, name), getattr(one.after, name)) for name in ("reason", "owner", "until"))
        yield from (f"  {name}: {was} → {now}" for name, was, now in pairs if was != now)
    yield from (f"  weaker by the patch: {change}" for change in said.changes)


def who(shown: Shown) -> str:
    """Who sends the requests, or whose routes may attach; and in which clusters."""
    return shown.row.source + (f" (in {', '.join(shown.places)})" if shown.places else "")


def cells(shown: Shown) -> tuple[str, ...]:
    """Who, what, before, after and why."""
    row = shown.row
    return tuple(flat(one) for one in (who(shown), what(shown), row.before, row.after, row.reason))


def _table(rows: Sequence[Shown], width: int, colours: bool) -> Iterator[str]:
    """Boxes as wide as the terminal; a cell goes on below itself."""
    table = [(f"{number} {one.row.change}", *cells(one)) for number, one in enumerate(rows, 1)]
    first = max(len(row[0]) for row in table)
    room = max(_NARROWEST, min(width, _WIDEST)) - first - 3 * len(_COLUMNS) - 1
    widths = [first, *(max(8, room * share // sum(_SHARES)) for share in _SHARES[1:])]
    rule = ["─" * (one + 2) for one in widths]
    yield f"┌{'┬'.join(rule)}┐"
    yield from _lines(_COLUMNS, widths, "")
    for shown, row in zip(rows, table, strict=True):
        yield f"├{'┼'.join(rule)}┤"
        yield from _lines(row, widths, _STYLES[kind_of(shown.row)] if colours else "")
    yield f"└{'┴'.join(rule)}┘"


def _lines(row: Sequence[str], widths: Sequence[int], style: str) -> Iterator[str]:
    wrapped = [wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    for number in range(max(map(len, wrapped))):
        parts = [cell[number] if number < len(cell) else "" for cell in wrapped]
        padded = [f"{part:<{width}}" for part, width in zip(parts, widths, strict=True)]
        yield f"│ {' │ '.join(f'{style}{one}{_RESET}' if style else one for one in padded)} │"


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most ``width``, broken at spaces, or behind a slash or a dot of a name; within a word only where nothing else is left."""
    lines = [""]
    for word in re.findall(r"\s*(?:[^\s/.]*[/.]+|[^\s/.]+)", text):
        part = word if lines[-1] else word.lstrip()
        if len(lines[-1]) + len(part) > width:
            lines += [""] if lines[-1] else []
            part = word.lstrip()
            while len(part) > width:
                lines[-1:] = [part[:width], ""]
                part = part[width:]
        lines[-1] += part
    return lines


def _section(title: str, found: Iterator[str], *, full: bool) -> list[str]:
    texts = [flat(one) for one in found]
    kept = texts if full else texts[:_MOST]
    rest = [f"  and {len(texts) - len(kept)} more; --full shows them"] if len(kept) < len(texts) else []
    return [title, *(f"  {one}" for one in kept), *rest] if texts else []


def _manifests(compared: Comparison, *, full: bool, colours: bool) -> list[str]:
    """A line an object; with ``full`` every field below it."""
    changes = list(compared.objects())
    left = [f"  not compared: {flat(', '.join(compared.left_out()))}, which the API server writes"] if compared.left_out() else []
    if not changes:
        return left
    folded = "" if full else "; --full shows every field"
    found = [f"Manifest changes: {len(changes)} {'object' if len(changes) == 1 else 'objects'}{folded}"]
    for part, one in changes if full else changes[:_MOST]:
        where = part.origin(one.object).place or part.place
        found.append(f"  {_painted(heading(one), colours)}{f'  {flat(where)}' if where else ''}")
        found += [f"      {_painted(line, colours)}" for line in lines(one)] if full else []
    if not full and len(changes) > _MOST:
        found.append(f"  and {len(changes) - _MOST} more")
    return [*found, *left]


def _painted(line: str, colours: bool) -> str:
    return f"{_SIGNS[line[0]]}{line}{_RESET}" if colours and line[:1] in _SIGNS else line
