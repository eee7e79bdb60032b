"""``gatewright diff``: what a change opens, closes, weakens or strengthens."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import attrs
import click

from gatewright.cli import exits
from gatewright.cli.asked import Stated, world_options
from gatewright.cli.diff_sides import Place, misled, paired, sides
from gatewright.cli.terminal import coloured, columns, data, inline, say
from gatewright.diff.diff import diff
from gatewright.diff.manifests import manifests
from gatewright.diff.opaque import opaque
from gatewright.diff.publishing import publishing
from gatewright.errors import InputError, NotJudged
from gatewright.estate.relaxed import relaxed_changes
from gatewright.reach.assembly import reach_of
from gatewright.reach.binding import unused
from gatewright.reach.reach import Reach
from gatewright.report.compared import Comparison, Part
from gatewright.report.diff_json import diff_json
from gatewright.report.diff_markdown import diff_markdown, name_problem
from gatewright.report.diff_sarif import diff_sarif
from gatewright.report.diff_text import diff_text, summary

FailOn = Literal["widened", "any", "never"]
Form = Literal["text", "markdown", "json", "sarif"]


@attrs.frozen
class _Asked:
    """The command line, but for what it says about the worlds."""

    base: str
    head: str
    form: Form
    fail_on: FailOn
    full: bool
    name: str
    json_file: Path | None
    allow_empty: tuple[str, ...] = ()


@click.command("diff", short_help="what a change opens, closes, weakens or strengthens")
@click.argument("base", metavar="BASE")
@click.argument("head", metavar="HEAD")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json", "sarif"]), default="text", show_default=True)
@click.option(
    "--fail-on",
    type=click.Choice(["widened", "any", "never"]),
    default="widened",
    show_default=True,
    help="Exit with 1 if anything is widened (and with 3 if that cannot be told), or on any change of reach, or never.",
)
@world_options
@click.option("--full", is_flag=True, help="Every manifest change field by field, and every note; text and markdown fold them otherwise.")
@click.option(
    "--name", default="manifests", show_default=True, metavar="NAME", help="What the comment is called: one comment a name is updated."
)
@click.option(
    "--allow-empty",
    type=click.Choice(["base", "head"]),
    multiple=True,
    help="That side may hold no manifest at all: base where a repository begins, head where it ends. May be repeated.",
)
@click.option("--json-file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the JSON there as well.")
def command(
    base: str, head: str, form: Form, fail_on: FailOn, full: bool, name: str, allow_empty: tuple[str, ...], json_file: Path | None,
    **stated: tuple[str, ...],
) -> int:  # fmt: skip
    """Who can reach what in HEAD and could not in BASE, under which protection, with a witness for each row.

    BASE and HEAD are each a file, a folder, `-`, `git:REF`, `git:REF:path` or `cluster:CONTEXT`; or a program (`stacks/estate.py`,
    `git:main:stacks/estate.py`, or plain `git:main` beside a program), which is run. Of several clusters each is compared with itself.
    Markdown of a world in which nothing changed is empty.
    """
    if problem := name_problem(name):
        raise InputError(f"--name {name!r}: {problem}")
    return _diff(_Asked(base, head, form, fail_on, full, name, json_file, allow_empty), Stated(**stated))


def _diff(asked: _Asked, stated: Stated) -> int:
    compared = Comparison(asked.base, asked.head, tuple(_parts(asked, stated)))
    as_json = diff_json(compared) if asked.form == "json" or asked.json_file else ""
    if asked.json_file:
        _write(asked.json_file, as_json)
    data(as_json if asked.form == "json" else _text(compared, asked))
    say(summary(compared), "head" if compared.verdict in ("none", "narrowed", "changed") else "bad")
    return code(compared, asked.fail_on)


def _text(compared: Comparison, asked: _Asked) -> str:
    if asked.form == "markdown":
        return diff_markdown(compared, asked.name, full=asked.full)
    if asked.form == "sarif":
        return diff_sarif(compared)
    colours = sys.stdout is not None and coloured(sys.stdout)
    return diff_text(compared, width=columns(sys.stdout, 140), full=asked.full, colours=colours)


def _parts(asked: _Asked, stated: Stated) -> Iterator[Part]:
    """Each cluster compared. Raises NotJudged for a side of nothing that was not allowed, and where neither has anything that anybody could
    reach; InputError for targets of nothing."""
    base, head = sides(asked.base, asked.head, stated, asked.allow_empty)
    gateways = stated.gateways()
    befores: list[Reach] = []
    afters: list[Reach] = []
    for place, old, new in paired(base, head, stated):
        before = reach_of(old.world, {**new.targets, **old.targets, **gateways})
        after = reach_of(new.world, {**old.targets, **new.targets, **gateways})
        befores.append(before)
        afters.append(after)
        yield _part(place, old, new, before, after)
    idle = unused({name: bound for reach in (*befores, *afters) for name, bound in reach.bound.items()}, gateways)
    if idle:
        raise InputError("\n".join(map(inline, idle)))
    _told(asked, befores, afters)


def _part(place: str, old: Place, new: Place, before: Reach, after: Reach) -> Part:
    found, changes = diff(before, after), manifests(old.world, new.world)
    doubts = dict.fromkeys((*misled(old.world, new.world), *opaque(before, after, changes), *publishing(before, after, changes)))
    unread = tuple(one for one in doubts if one not in found.not_judged)
    relaxed = tuple(relaxed_changes(old.relaxed, new.relaxed))
    found = attrs.evolve(found, notes=(*found.notes, *_exchanged(before, after)))
    return Part(
        place,
        attrs.evolve(found, not_judged=(*found.not_judged, *unread)),
        changes,
        relaxed,
        old.world,
        new.world,
    )


def _exchanged(before: Reach, after: Reach) -> Iterator[str]:
    """Classes that something else implements now."""
    for name, old in before.bound.items():
        new = after.bound.get(name)
        if new is not None and old.target is not None and new.target is not None and old.target.title != new.target.title:
            yield f"GatewayClass {name}: {old.target.title} becomes {new.target.title}"


def _told(asked: _Asked, befores: Sequence[Reach], afters: Sequence[Reach]) -> None:
    """Which gateway was taken for a class, where nobody said so, and a side without any way in. Raises NotJudged where both are."""
    empty = [not any(reach.addresses for reach in reaches) for reaches in (befores, afters)]
    if all(empty):
        raise NotJudged(f"nothing to judge: neither {asked.base} nor {asked.head} holds a Gateway, or another way in")
    if any(empty):
        which, other, word = (asked.base, asked.head, "new") if empty[0] else (asked.head, asked.base, "gone")
        say(inline(f"{which} holds no Gateway and no other way in: all that {other} lets reach is {word}"))
    bound = (one for reach in (*befores, *afters) for one in reach.bound.values())
    guessed = (
        f"GatewayClass {one.class_name}: {one.how}" for one in bound if one.target is not None and (one.newest or one.said == "guessed")
    )
    for text in dict.fromkeys(guessed):
        say(inline(text), "soft")


def code(compared: Comparison, fail_on: FailOn) -> int:
    """The exit code. What is surely adverse is said before what is not sure: that would be as bad at worst."""
    if fail_on == "never":
        return exits.NOTHING_ADVERSE
    certain = any(row.change != "undecided" for part in compared.parts for row in part.diff.rows)
    if compared.verdict == "widened" or (fail_on == "any" and certain):
        return exits.ADVERSE
    return exits.NOT_JUDGED if compared.verdict == "undecided" else exits.NOTHING_ADVERSE


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise InputError(f"--json-file {path} cannot be written: {error.strerror or error}") from error
