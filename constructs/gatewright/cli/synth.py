"""``gatewright synth``: every cluster's manifests, each folder as a whole, or everything that stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
import click

from gatewright.cli import exits
from gatewright.cli.failure import failure, told
from gatewright.cli.progress import Step, progress
from gatewright.cli.summary import Result, summary
from gatewright.cli.terminal import data, plain, say
from gatewright.errors import InputError, NotJudged
from gatewright.estate.comparison import judged
from gatewright.estate.estate import Estate
from gatewright.estate.output import Format, files, left_behind, remove
from gatewright.estate.program import opened
from gatewright.estate.selection import Chosen, choose
from gatewright.estate.stating import stated
from gatewright.manifest.directory import compare, publish
from gatewright.synth.compiler import compile_intents


@attrs.frozen
class _Asked:
    """The command line."""

    root: Path
    environments: tuple[str, ...]
    clusters: tuple[str, ...]
    form: Format
    check: bool
    keep_going: bool
    prune: bool
    quiet: bool


@click.command("synth", short_help="write the manifests of every cluster of an estate")
@click.argument("program", metavar="PROGRAM")
@click.option(
    "-o", "--output", "root", metavar="DIR", required=True, type=click.Path(path_type=Path), help="Folder to write to; one estate a folder."
)
@click.option("--environment", "environments", metavar="E", multiple=True, help="Only this environment's clusters. May be repeated.")
@click.option("--cluster", "clusters", metavar="C", multiple=True, help="Only this cluster. May be repeated.")
@click.option(
    "--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True, help="What manifests are written as."
)
@click.option("--check", is_flag=True, help="Write nothing; list what would change, and exit with 1 if anything would.")
@click.option("--keep-going", is_flag=True, help="Write the clusters that compile although others do not; those keep their old folder.")
@click.option("--prune", is_flag=True, help="Remove the folders of clusters that are no longer in the estate.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary; mistakes are still told.")
def command(program: str, **asked: object) -> int:
    """Write DIR/<environment>/<cluster>/ for every cluster of the estate that PROGRAM states.

    PROGRAM is a Python file with a variable `estate`. The environments are compared whatever is selected: a tier that is weaker than a lower one
    without a declared deviation stops everything. Nothing is written unless all selected clusters compile, and each folder is replaced
    as a whole. Files that gatewright did not write are never touched.
    """
    request = _Asked(**asked)  # type: ignore[arg-type]
    if request.root.exists() and not request.root.is_dir():
        raise InputError(f"{request.root} is a file; name a folder for the output")
    with opened(program) as estate:
        return _synth(estate, request)


def _synth(estate: Estate, asked: _Asked) -> int:
    chosen = choose(estate, asked.environments, asked.clusters)
    with progress(2 * len(chosen) + 2, asked.quiet) as step:
        step("asking the program")
        stated(estate)
        if not any(estate.intents(cluster) for _, cluster in chosen):
            raise NotJudged("these clusters get no intent at all, so nothing was judged and nothing is written")
        step("comparing environments")
        barred = _compare(estate)
        results = _compile(estate, chosen, step)
        codes = barred | {code for one in results for code in one.codes}
        stopped = bool(barred or (codes and not asked.keep_going))
        if not stopped:
            made = [
                (asked.root / environment.name / cluster.name, files(environment, cluster, one.compiled, estate.baseline, asked.form))
                for (environment, cluster), one in zip(chosen, results, strict=True)
                if one.compiled.ok
            ]
            gone = [] if asked.clusters else list(left_behind(asked.root, estate, frozenset(asked.environments)))
            codes |= _check(made, gone, asked) if asked.check else _write(made, gone, asked, step)
    if not asked.quiet:
        summary(results)
    if stopped:
        say("nothing was compared with the output" if asked.check else "nothing was written", "bad")
    return exits.worst(codes)


def _compare(estate: Estate) -> set[int]:
    """Say where a tier is weaker than a lower one. Every environment takes part, whichever are selected."""
    differences, problems = judged(estate)
    told({str(one): () for one in problems})
    for one in differences:
        say(f"weaker than a lower tier: {one}", "bad")
    return {exits.WRONG_INPUT for _ in problems} | {exits.ADVERSE for _ in differences}


def _compile(estate: Estate, chosen: Chosen, step: Step) -> list[Result]:
    """What becomes of each cluster; mistakes and refusals are said once, with all clusters that they concern."""
    results: list[Result] = []
    found: dict[str, list[str]] = {}
    for environment, cluster in chosen:
        one = Result(f"{environment.name}/{cluster.name}", compile_intents(estate.intents(cluster), cluster, estate.baseline, conforming=True))
        results.append(one)
        step(f"{one.place} compiled")
        for wrong in (*one.compiled.problems, *one.compiled.refusals):
            found.setdefault(str(wrong), []).append(one.place)
    told(found)
    return results


def _check(made: Sequence[tuple[Path, Mapping[str, str]]], gone: Sequence[Path], asked: _Asked) -> set[int]:
    """List what a run would change."""
    lines = [
        str(folder.relative_to(asked.root) / one.name) + f": {one.change}" for folder, content in made for one in compare(folder, content)
    ]
    lines += [f"{folder.relative_to(asked.root)}: not of the estate any more; --prune removes it" for folder in gone]
    data("".join(f"{plain(line)}\n" for line in lines))
    return {exits.ADVERSE} if lines else set()


def _write(made: Sequence[tuple[Path, Mapping[str, str]]], gone: Sequence[Path], asked: _Asked, step: Step) -> set[int]:
    """Publish each folder. One that cannot be written stops the run, or with --keep-going only itself."""
    codes: set[int] = set()
    for folder, content in made:
        try:
            publish(folder, content)
        except InputError as error:
            if not asked.keep_going:
                raise
            codes.add(failure(error))
        step(f"{folder} written")
    for folder in gone:
        if asked.prune:
            remove(folder)
        else:
            say(f"{folder} is of no cluster of the estate any more; --prune removes it")
    return codes
