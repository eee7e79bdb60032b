"""``gatewright gateways``: what each gateway enforces, by which field, under which condition, and what it cannot."""

from __future__ import annotations

import itertools
import json
import sys
import textwrap
from collections.abc import Iterator, Sequence

import attrs
import click

from gatewright.cli.matrix import Cell, cells
from gatewright.cli.terminal import columns, data
from gatewright.gateways.capability import Row

SCHEMA = "gatewright.gateways/1"
_TARGET, _VERDICT = 29, 13


@click.command("gateways", short_help="what each gateway enforces, feature by feature")
@click.option(
    "--feature", "features", metavar="F", multiple=True, help="Only this feature, or all below it: jwt, jwt.expiry. May be repeated."
)
@click.option(
    "--target", "targets", metavar="T", multiple=True, help="Only this target: envoy-gateway, envoy-gateway@1.9. May be repeated."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(features: tuple[str, ...], targets: tuple[str, ...], form: str) -> int:
    """Every feature of every protection, and what each target at each version does with it.

    enforced: by the field named. conditional: by the field, where the condition holds. refused: an intent that needs it is refused.
    """
    found = cells(features, targets)
    data(_json(found) if form == "json" else _table(found))
    return 0


def _json(found: Sequence[Cell]) -> str:
    rows = [
        {"feature": one.feature, "target": one.target, "version": one.version, "verdict": one.row.verdict, "field": one.row.field,
         "reason": one.row.reason, "needs": one.row.needs, "source": one.row.source}
        for one in found
    ]  # fmt: skip
    return json.dumps({"schema": SCHEMA, "rows": rows}, indent=2) + "\n"


def _table(found: Sequence[Cell]) -> str:
    """One paragraph a feature; versions that do the same share their lines."""
    width = min(max(columns(sys.stdout, 100), 80), 120)
    lines: list[str] = []
    for feature, group in itertools.groupby(found, key=lambda one: one.feature):
        lines.append(feature)
        for target, rows in _shared(list(group)):
            lead = f"  {target:<{_TARGET}}{rows[0].verdict:<{_VERDICT}}"
            indent = " " * len(lead)
            for text in _words(rows):
                lines += textwrap.wrap(text, width, initial_indent=lead, subsequent_indent=indent, break_on_hyphens=False)
                lead = indent
        lines.append("")
    return "\n".join(lines)


def _shared(group: Sequence[Cell]) -> Iterator[tuple[str, Sequence[Row]]]:
    """The rows of the versions that do the same, whatever source says so."""
    alike: dict[tuple[str, Row], list[Cell]] = {}
    for one in group:
        alike.setdefault((one.target, attrs.evolve(one.row, source="")), []).append(one)
    for (target, _), same in alike.items():
        yield f"{target} {', '.join(one.version for one in same)}", [one.row for one in same]


def _words(rows: Sequence[Row]) -> Iterator[str]:
    row = rows[0]
    yield row.field or row.reason
    if row.field and row.reason:
        yield f"where {row.reason}"
    if row.needs:
        yield f"needs {row.needs} on the target"
    yield from dict.fromkeys(f"source: {one.source}" for one in rows if one.source)
