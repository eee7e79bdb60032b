"""``gatewright validate``: what the API server would say of manifests, offline, with file and line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import attrs
import click

from gatewright.admission.bundle import built_in, bundled, crd_groups, editions, judge_of, newest
from gatewright.admission.judge import Judge
from gatewright.admission.schema import releases
from gatewright.admission.validation import Judged, based_on, repeated, validate
from gatewright.cli import exits
from gatewright.cli.terminal import data, inline, say
from gatewright.cli.validated import FORMATS, compared, told
from gatewright.errors import InputError, NotJudged
from gatewright.manifest.collecting import uncollected
from gatewright.manifest.text import JsonObject
from gatewright.manifest.yaml_read import Loaded
from gatewright.world.content import ENDINGS
from gatewright.world.reading import Read
from gatewright.world.source import read_all

_CLUSTER = "cluster:"
_CRD = ("apiextensions.k8s.io", "CustomResourceDefinition")


@attrs.frozen
class _Asked:
    """The command line."""

    sources: tuple[str, ...]
    edition: str
    crds: tuple[str, ...]
    cluster: str | None
    against: str | None
    strict: bool
    form: Literal["text", "json", "sarif", "junit"]


@click.command("validate", short_help="what the API server would say of manifests")
@click.argument("sources", metavar="PATH...", nargs=-1)
@click.option(
    "--api", "edition", metavar="V/C", default="", help=f"Version and channel of Gateway API: {', '.join(editions())}. [default: {newest()}]"
)
@click.option(
    "--crds", metavar="SOURCE", multiple=True, help="CRDs to judge by, a file or folder, or the name of a bundled release. May be repeated."
)
@click.option("--cluster", metavar="[CONTEXT]", is_flag=False, flag_value="", help="Judge by the CRDs of a running cluster; nothing is written to it.")
@click.option("--against", metavar="BASE", help="Judge as updates of these objects: a file, a folder, git:REF, cluster:CONTEXT.")
@click.option("--strict", is_flag=True, help="Exit with 3 if anything could not be judged, rules that need the CRD included.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True)
def command(sources: tuple[str, ...], **asked: object) -> int:
    """Judge manifests as the API server's admission would: structure, defaults, names, and every rule across fields.

    PATH is a file, a folder, `-` for standard input, `git:REF` or `git:REF:path`, or `cluster:` and a context. Gateway API, all versions and channels,
    is judged whole with nothing installed. For the other kinds that gatewright knows (see `gatewright crds`) the schema is; their rules are judged
    where the CRDs are named, with --crds or --cluster.
    """
    request = _Asked(sources, **asked)  # type: ignore[arg-type]
    _checked(request)
    judge, closed = _judge(request)
    with uncollected():
        read = read_all(sources)
        base = _base(request, read)
        results = list(validate(read.objects, judge, based_on(base.objects), closed))
        data(FORMATS[request.form](results, [*read.errors, *base.errors]))
        return _code(results, read, base, request)


def _checked(asked: _Asked) -> None:
    if not asked.sources:
        taken = f" --cluster took {asked.cluster!r} for a context: write PATH before it, or --cluster=CONTEXT." if asked.cluster else ""
        raise click.UsageError(f"Missing argument 'PATH...'.{taken}", click.get_current_context())
    if [*asked.sources, *asked.crds, asked.against].count("-") > 1:
        raise InputError("- stands for standard input, which can be read once; it is named twice")


def _code(results: Sequence[Judged], read: Read, base: Read, asked: _Asked) -> int:
    unseen = _unseen(results, base, asked.against or "")
    if asked.against is not None:
        compared(results, repeated(base.objects), unseen, asked.against)
    if not (results or read.errors):
        say(inline(f"nothing to judge: no object in {', '.join(asked.sources)}; of a folder {', '.join(f'*{one}' for one in ENDINGS)} are read"), "bad")
    told(results, [*read.errors, *base.errors], [*read.skipped, *base.skipped])
    codes = {exits.WRONG_INPUT} if read.errors or base.errors else set()
    if any(one.verdict.verdict == "rejected" for one in results):
        codes.add(exits.ADVERSE)
    judged = [one for one in results if one.verdict.verdict != "not-judged"]
    unsure = len(judged) < len(results) or bool(unseen) or any(one.verdict.unjudged for one in results)
    if not judged or (asked.strict and unsure):
        codes.add(exits.NOT_JUDGED)
    return exits.worst(codes)


def _judge(asked: _Asked) -> tuple[Judge, frozenset[str]]:
    """Who judges, and the groups of which that knows every kind."""
    if asked.cluster is not None:
        if asked.crds or asked.edition:
            raise InputError("--cluster judges by what the cluster has; leave out --crds and --api")
        return judge_of(built_in(), _crds([f"{_CLUSTER}{asked.cluster}"])), crd_groups()
    named = [name for name in asked.crds if name in releases()]
    facts = bundled(asked.edition, named)
    return judge_of(facts, _crds([name for name in asked.crds if name not in named])), frozenset()


def _crds(sources: Sequence[str]) -> list[JsonObject]:
    """Raises InputError where one cannot be read, or holds no CRD."""
    found: list[JsonObject] = []
    for source in sources:
        read = read_all([source], kinds=[_CRD])
        if read.errors:
            raise InputError("\n".join(map(str, read.errors)))
        here = [one.manifest for one in read.objects if (one.id.group, one.id.kind) == _CRD]
        if not here:
            reason = "".join(f"; {one}" for one in read.skipped)
            raise InputError(f"{source} holds no CustomResourceDefinition{reason}; bundled releases are {', '.join(releases())}")
        found += here
    return found


def _base(asked: _Asked, read: Read) -> Read:
    """What is updated. A cluster is asked for the kinds that are to be judged, and for no other."""
    if asked.against is None:
        return Read()
    base = read_all([asked.against], kinds={_kind(one) for one in read.objects})
    if not (base.objects or base.errors or asked.against.startswith(_CLUSTER)):
        raise NotJudged(f"{asked.against} holds no object, so nothing is an update of it")
    return base


def _unseen(results: Sequence[Judged], base: Read, against: str) -> list[Judged]:
    """What was judged as new although it may be in the cluster, which did not show all of its kind."""
    if not against.startswith(_CLUSTER) or base.errors:
        return []
    seen = {(one.group, one.kind, one.namespace) for one in base.complete}
    return [one for one in results if not one.is_update and not {(*_kind(one.loaded), ""), (*_kind(one.loaded), one.text("namespace"))} & seen]


def _kind(loaded: Loaded) -> tuple[str, str]:
    return str(loaded.manifest["apiVersion"]).rpartition("/")[0], str(loaded.manifest["kind"])
