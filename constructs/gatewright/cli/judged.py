"""Judgements on a cluster as they are shown: a table of counts, a paragraph for each that is not as it should be, or JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attrs
import click

from gatewright.cli import exits
from gatewright.cli.terminal import data, inline, say
from gatewright.errors import InputError
from gatewright.live.api import connected
from gatewright.live.cluster import Cluster
from gatewright.live.folder import Written, read
from gatewright.live.judgement import VERDICTS, Judgement

Judge = Callable[[Written, Cluster], tuple[Judgement, ...]]
_CURRENT = ""

folders = click.argument("folders", metavar="DIR…", nargs=-1, required=True, type=click.Path(path_type=Path))
cluster = click.option(
    "--cluster", "context", metavar="[CONTEXT]", is_flag=False, flag_value=_CURRENT, default=None,
    help="The cluster: a context of the kubeconfig, or without a name the current one.",
)  # fmt: skip
form = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="A table and a paragraph a problem, or JSON."
)
strict = click.option("--strict", is_flag=True, help="Exit with 3 if anything could not be judged.")


def ask(judge: Judge, schema: str, paths: Sequence[Path], context: str | None, form: str, *, strict: bool) -> int:
    """Judge the cluster beside the folders and show what came of it; returns the exit code. Raises InputError and NotJudged."""
    if context is None:
        raise InputError("which cluster? --cluster asks that of the current context of your kubeconfig, --cluster CONTEXT another")
    written = read(paths)
    asked = connected(context)
    found = judge(written, asked)
    counts = Counter(one.verdict for one in found)
    data(_json(schema, written, asked, found) if form == "json" else _text(found))
    say(f"{asked.title}: {', '.join(f'{counts[verdict]} {verdict}' for verdict in VERDICTS if counts[verdict]) or 'nothing to judge'}")
    return exit_code(found, strict=strict)


def exit_code(found: Sequence[Judgement], *, strict: bool) -> int:
    """Of all judgements together: nothing judged is no pass."""
    untold = [one for one in found if one.verdict == "unknown"]
    codes = {exits.ADVERSE for one in found if one.adverse}
    if len(untold) == len(found) or (strict and untold):
        codes.add(exits.NOT_JUDGED)
    return exits.worst(codes)


def _json(schema: str, written: Written, asked: Cluster, found: Sequence[Judgement]) -> str:
    counts = Counter(one.verdict for one in found)
    tree = {
        "schema": schema,
        "cluster": asked.title,
        "folders": [{"path": str(one.path), "place": one.place} for one in written.folders],
        "judgements": [attrs.asdict(one) for one in found],
        "summary": {verdict: counts[verdict] for verdict in VERDICTS},
    }
    return json.dumps(tree, indent=2) + "\n"


def _text(found: Sequence[Judgement]) -> str:
    return "\n".join([*_table(found), *_paragraphs(found)]) + "\n"


def _table(found: Sequence[Judgement]) -> Iterator[str]:
    """One line a check, in the order of the checks; a verdict that nothing got has no column."""
    counts: dict[str, Counter[str]] = {}
    for one in found:
        counts.setdefault(one.check, Counter())[one.verdict] += 1
    shown = [verdict for verdict in VERDICTS if any(count[verdict] for count in counts.values())]
    width = max(map(len, counts), default=0)
    yield f"{'':<{width}}  {'  '.join(f'{verdict:>7}' for verdict in shown)}"
    for check, count in counts.items():
        yield f"{check:<{width}}  {'  '.join(f'{count[verdict]:>7}' for verdict in shown)}"


def _paragraphs(found: Sequence[Judgement]) -> Iterator[str]:
    """What must be mended first, what could not be told last; all that is unknown of an object for one reason is one paragraph."""
    for verdict in VERDICTS[1:]:
        together: dict[object, list[Judgement]] = {}
        for one in found:
            if one.verdict == verdict:
                same = (*one.subject.split()[:2], one.found, one.fix) if verdict == "unknown" else one
                together.setdefault(same, []).append(one)
        for one, *others in together.values():
            more = ", ".join(check + (f" ({count})" if count > 1 else "") for check, count in Counter(other.check for other in others).items())
            yield f"\n{verdict}: {one.check}: {inline(one.subject)}"
            lines = ("claimed", one.claimed), ("as well", more), ("found", one.found), ("fix", one.fix)
            yield from (f"    {name:<7}  {inline(text)}" for name, text in lines if text)
