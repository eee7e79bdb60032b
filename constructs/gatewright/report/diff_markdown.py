"""A comparison as one comment on a pull request: headline, exposure changes, what was not judged, relaxations, and manifest changes folded.

A comment begins with a hidden marker, by which the next run finds and replaces it. GitHub takes 65,536 characters: a body that is longer
shrinks from the bottom, and its headline and the number of what is missing always stay. Whatever manifests hold is text in it, never
markup: no mention, link, HTML or line break of theirs has an effect.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import attrs

from gatewright.report.compared import Comparison, Shown, kind_of, witness
from gatewright.report.diff_text import KINDS, cells, relaxed_words
from gatewright.report.manifest_lines import heading, lines
from gatewright.report.reach_table import flat, markdown

LONGEST = 65_000
"""UTF-16 code units of a body, as GitHub counts them; it takes 65,536."""

_CELL, _LINE, _COMMAND, _FIELDS, _NAME = 300, 600, 2_000, 60, 100
_DOTS = {"widened": "🔴", "undecided": "🟠", "changed": "🔵", "narrowed": "🟢"}
_NAMES = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/]|-(?!-|$))*")
_MARKUP = re.compile(r"<(?=[/!?a-zA-Z])")


@attrs.frozen
class _Section:
    """Items that stand together; ``around`` makes the text of those that are kept, and of how many are not."""

    items: Sequence[str]
    around: Callable[[Sequence[str], int], str]


def marker(name: str) -> str:
    """The first line of the comment; nobody sees it."""
    return f"<!-- gatewright:diff:{name} -->"


def name_problem(name: str) -> str:
    """Why a comment cannot be called so; empty: it can."""
    fits = _NAMES.fullmatch(name) is not None and len(name) <= _NAME
    return "" if fits else f"write at most {_NAME} letters, digits, dots, slashes and single dashes, such as production"


def diff_markdown(compared: Comparison, name: str = "manifests", *, full: bool = False, longest: int = LONGEST) -> str:
    """Empty where nothing at all changed. ``full``: no object is cut, as long as all fit; ``longest`` as ``LONGEST``."""
    if compared.silent:
        return ""
    head = f"{marker(name)}\n{_headline(compared, name)}\n"
    foot = f"<sub>base {markdown(_cut(compared.base, _NAME))} · head {markdown(_cut(compared.head, _NAME))}</sub>\n"
    sections = _sections(compared, full=full)
    kept = [len(one.items) for one in sections]
    for last in reversed(range(len(sections))):
        if _length(_body(head, sections, kept, foot)) <= longest:
            break
        low, high = 0, kept[last]
        while low < high:  # as many as fit
            kept[last] = (low + high + 1) // 2
            if _length(_body(head, sections, kept, foot)) <= longest:
                low = kept[last]
            else:
                high = kept[last] - 1
        kept[last] = low
    return _body(head, sections, kept, foot)


def _body(head: str, sections: Sequence[_Section], kept: Sequence[int], foot: str) -> str:
    parts = [one.around(one.items[:count], len(one.items) - count) for one, count in zip(sections, kept, strict=True) if one.items]
    return "\n".join([head, *parts, foot])


def _length(text: str) -> int:
    return len(text) + sum(ord(one) > 0xFFFF for one in text)


def _headline(compared: Comparison, name: str) -> str:
    counts = Counter(kind_of(one.row) for one in compared.rows())
    said = [f"{_DOTS[kind]} {counts[kind]} {kind}" for kind in KINDS if counts[kind]] or ["⚪ no exposure change"]
    unjudged = len(list(compared.not_judged()))
    return " · ".join([f"### Exposure diff · {markdown(name)}", *said, *([f"🟠 {unjudged} not judged"] if unjudged else [])])


def _sections(compared: Comparison, *, full: bool) -> list[_Section]:
    """From the top to what is left out first."""
    rows = compared.rows()
    tried = [f"# {number}\n{line}" for number, one in enumerate(rows, 1) if (line := _witness(one))]
    return [
        _Section([_row(number, one) for number, one in enumerate(rows, 1)], _table),
        _Section(tried, _commands),
        _Section([_item(one) for one in compared.not_judged()], _list("Not judged")),
        _Section([_item(*relaxed_words(one)) for one in compared.relaxed()], _list("Relaxations")),
        _Section([_item(one) for one in compared.notes()], _folded("Notes")),
        _Section(list(_objects(compared, full=full)), _details),
        _Section([_item(f"{one}, which the API server writes") for one in compared.left_out()], _folded("Not compared")),
    ]


def _row(number: int, shown: Shown) -> str:
    dot = _DOTS[kind_of(shown.row)]
    told = (markdown(_cut(cell, _CELL)) for cell in cells(shown))
    return f"| {number} | {dot} {shown.row.change} | {' | '.join(told)} |\n"


def _table(rows: Sequence[str], rest: int) -> str:
    more = f"\n**+{rest} more**, the lesser ones; all of them are in the JSON.\n" if rest else ""
    if not rows:
        return more.lstrip("\n")
    return f"| | | who | what | before | after | why |\n|---|---|---|---|---|---|---|\n{''.join(rows)}{more}"


def _commands(tried: Sequence[str], rest: int) -> str:
    if not tried:
        return ""
    more = f"\n+{rest} more\n" if rest else ""
    return f"<details><summary>Witnesses: a request for each row</summary>\n\n```sh\n{chr(10).join(tried)}\n```\n{more}</details>\n"


def _witness(shown: Shown) -> str:
    """A command that is cut would be another one: one that is too long is left out."""
    line = flat(witness(shown))
    return _quiet(line) if len(line) <= _COMMAND else ""


def _item(text: str, *others: str) -> str:
    """A point and those below it, each on one line."""
    return "\n".join([f"- {markdown(_cut(text, _LINE))}", *(f"  - {markdown(_cut(one.strip(), _LINE))}" for one in others)]) + "\n"


def _list(title: str) -> Callable[[Sequence[str], int], str]:
    return lambda kept, rest: f"**{title}**\n\n{''.join(kept)}" + (f"- +{rest} more\n" if rest else "")


def _folded(title: str) -> Callable[[Sequence[str], int], str]:
    def around(kept: Sequence[str], rest: int) -> str:
        if not kept:
            return f"{title}: {rest}\n"
        more = f"- +{rest} more\n" if rest else ""
        return f"<details><summary>{title} ({len(kept) + rest})</summary>\n\n{''.join(kept)}{more}\n</details>\n"

    return around


def _details(kept: Sequence[str], rest: int) -> str:
    every = len(kept) + rest
    title = f"Manifest changes ({every} {'object' if every == 1 else 'objects'})"
    if not kept:
        return f"{title}: too long for a comment; see the JSON.\n"
    more = f"+{rest} more, see the JSON.\n\n" if rest else ""
    return f"<details><summary>{title}</summary>\n\n{''.join(kept)}{more}</details>\n"


def _objects(compared: Comparison, *, full: bool) -> Iterable[str]:
    """Each object as a block whose lines GitHub colours; what is the same in several clusters is one."""
    together: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for part, one in compared.objects():
        together.setdefault((heading(one), tuple(lines(one))), []).append(part.place)
    for (title, found), places in together.items():
        named = ", ".join(filter(None, places))
        shown = found if full else found[:_FIELDS]
        more = f"  … {len(found) - len(shown)} more lines\n" if len(shown) < len(found) else ""
        body = "".join(f"{_quiet(line)}\n" for line in shown)
        where = f" in {markdown(_cut(named, _LINE))}" if named else ""
        yield f"**{markdown(_cut(title, _LINE))}**{where}\n\n```diff\n{body}{more}```\n\n"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _quiet(line: str) -> str:
    """A line inside a fence, where nothing is markup but what looks for tags in the raw text."""
    return _MARKUP.sub("<\u2060", line)
