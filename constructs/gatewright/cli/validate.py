"""``gatewright validate``: what the API server would say of manifests, offline, with file and line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import attrs
import click

from gatewright.admission.bundle import built_in, bundled, crd_groups, editions, judge_of, newest
from gatewright.admission.judge import Judge
from gatewright.admission.schema import releases
from gatewright.admission.validation import Judged, based_on, validate
from gatewright.cli import exits
from gatewright.cli.terminal import data
from gatewright.cli.validated import FORMATS, told
from gatewright.errors import InputError, NotJudged
from gatewright.manifest.collecting import uncollected
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import JsonObject
from gatewright.world.reading import Read
from gatewright.world.source import read_all

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
@click.argument("sources", metavar="PATH...", nargs=-1, required=True)
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
    judge, closed = _judge(request)
    with uncollected():
        read = read_all(sources)
        base, unread = _base(request)
        results = list(validate(read.objects, judge, base, closed))
        data(FORMATS[request.form](results, read.errors))
        return _code(results, read, unread, request)


def _code(results: Sequence[Judged], read: Read, unread: Read, asked: _Asked) -> int:
    told(results, [*read.errors, *unread.errors], read.skipped)
    codes = {exits.WRONG_INPUT} if read.errors or unread.errors else set()
    if any(one.verdict.verdict == "rejected" for one in results):
        codes.add(exits.ADVERSE)
    judged = [one for one in results if one.verdict.verdict != "not-judged"]
    unsure = len(judged) < len(results) or any(one.verdict.unjudged for one in results)
    if not judged or (asked.strict and unsure):
        codes.add(exits.NOT_JUDGED)
    return exits.worst(codes)


def _judge(asked: _Asked) -> tuple[Judge, frozenset[str]]:
    """Who judges, and the groups of which that knows every kind."""
    if asked.cluster is not None:
        if asked.crds or asked.edition:
            raise InputError("--cluster judges by what the cluster has; leave out --crds and --api")
        return judge_of(built_in(), _crds([f"cluster:{asked.cluster}"])), crd_groups()
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


def _base(asked: _Asked) -> tuple[dict[ObjectId, JsonObject], Read]:
    if asked.against is None:
        return {}, Read()
    read = read_all([asked.against])
    if not read.objects and not read.errors:
        raise NotJudged(f"{asked.against} holds no object, so nothing is an update of it")
    return based_on(read.objects), read
