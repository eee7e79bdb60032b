"""``gatewright crds``: which kinds can be judged with nothing installed, how far, and where that knowledge came from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import attrs
import click

from gatewright.admission.bundle import order
from gatewright.admission.rules.book import Bundled
from gatewright.admission.schema import Schema, load, origin, releases
from gatewright.cli.terminal import data
from gatewright.errors import InputError, did_you_mean

SCHEMA = "gatewright.crds/1"


@attrs.frozen
class _Row:
    """One kind of one release. ``rules`` are the rules across fields of its served versions, ``judged`` those that are decided offline."""

    release: str
    source: str
    group: str
    kind: str
    served: tuple[str, ...]
    not_served: tuple[str, ...]
    rules: int
    judged: int


@click.command("crds", short_help="which kinds `validate` knows, and where from")
@click.option("--release", "chosen", metavar="R", multiple=True, help="Only this release: gateway-api-1.7-standard. May be repeated.")
@click.option("--kind", "kinds", metavar="K", multiple=True, help="Only this kind: HTTPRoute. May be repeated.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(chosen: tuple[str, ...], kinds: tuple[str, ...], form: str) -> int:
    """The kinds of every release whose schemas are bundled, with their rules across fields.

    Where a kind has rules that are not judged, `validate` says so; `validate --crds` or `--cluster` judges them from the CRD itself.
    """
    rows = list(_rows(chosen or releases()))
    names = {row.kind for row in rows}
    for kind in kinds:
        if kind not in names:
            alike = next((name for name in names if name.lower() == kind.lower()), kind)
            where = f" in {', '.join(chosen)}" if chosen else ""
            raise InputError(f"no kind {kind!r} is bundled{where}{did_you_mean(alike, names)}; `gatewright crds` lists them")
    found = [row for row in rows if not kinds or row.kind in kinds]
    data(_json(found) if form == "json" else _table(found))
    return 0


def _rows(names: Sequence[str]) -> Iterator[_Row]:
    book = Bundled()
    for release in sorted(names, key=order):
        for kind in load(release).kinds.values():
            served = {name: version for name, version in kind.versions.items() if version.served}
            counts = {_count(version.schema, book) for version in served.values()}
            rules, judged = max(counts, default=(0, 0))
            others = tuple(name for name in kind.versions if name not in served)
            yield _Row(release, origin(release), kind.group, kind.kind, tuple(served), others, rules, judged)


def _count(schema: Schema, book: Bundled) -> tuple[int, int]:
    """The rules of a schema and everything below it, and how many of them are decided here."""
    rules = len(schema.validations)
    judged = rules if book.rules(schema) is not None else 0
    children = [*schema.properties.values(), *(child for child in (schema.items, schema.additional_properties) if child is not None)]
    below = [_count(child, book) for child in children]
    return rules + sum(one for one, _ in below), judged + sum(one for _, one in below)


def _json(rows: Sequence[_Row]) -> str:
    return json.dumps({"schema": SCHEMA, "kinds": [attrs.asdict(row) for row in rows]}, indent=2) + "\n"


def _table(rows: Sequence[_Row]) -> str:
    lines: list[str] = []
    release = ""
    width = max((len(row.kind) for row in rows), default=0)
    for row in rows:
        if row.release != release:
            release = row.release
            lines += ["", f"{release}  {row.source}"] if lines else [f"{release}  {row.source}"]
        versions = ", ".join([*row.served, *(f"{name} (not served)" for name in row.not_served)])
        lines.append(f"  {row.kind:<{width}}  {_judged(row):<26}  {row.group}: {versions}")
    return "\n".join(lines) + "\n"


def _judged(row: _Row) -> str:
    if row.rules == row.judged:
        return f"{row.rules} rules judged" if row.rules else "no rules"
    return f"{row.rules - row.judged} of {row.rules} rules not judged"
