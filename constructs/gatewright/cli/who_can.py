"""``gatewright who-can``: who reaches a Service, by which ways, and what stands before each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import click

from gatewright.cli import exits
from gatewright.cli.asked import Stated, reach_from, world_options
from gatewright.cli.terminal import data, inline, plain
from gatewright.errors import InputError, did_you_mean
from gatewright.manifest.identity import ObjectId
from gatewright.reach.outcome import Forwarded
from gatewright.reach.reach import Reach
from gatewright.reach.way import Way
from gatewright.reach.who import Who, who
from gatewright.reach.worded import bounding_words, decides, passing_words
from gatewright.report.origin import origin
from gatewright.report.who_can import conclusion, sets_of, way_by, who_can_json, who_can_markdown, witness_line
from gatewright.world.world import World


@click.command("who-can", short_help="who reaches a Service, and under which protection")
@click.argument("sources", metavar="PATH...", nargs=-1, required=True)
@click.option("--service", metavar="NS/NAME", required=True, help="The Service.")
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="One of its ports.  [default: any]")
@world_options
@click.option("--strict", is_flag=True, help="Exit with 3 where the answer is not certain.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
def command(
    sources: tuple[str, ...],
    service: str,
    port: int | None,
    strict: bool,
    form: Literal["text", "json", "markdown"],
    **stated: tuple[str, ...],
) -> int:
    """All sets of requests that reach a Service, the least protected first, each with a witness for a shell.

    Exact: what another rule takes is left out. Mirrors, side doors and other Services that lead to the same pods count.
    PATH is a file, a folder, `-` for standard input, `git:REF` or `git:REF:path`, or `cluster:` and a context: the manifests of one cluster.
    """
    identity = _service(service)
    reach = reach_from(sources, Stated(**stated))
    found = who(reach, identity, port)
    world = reach.topology.world
    if not (found.ways or found.stated):
        _known(reach, identity)
    if form == "json":
        data(who_can_json(found, world))
    else:
        data(plain(who_can_markdown(found)) if form == "markdown" else "\n".join(_text(found, world)) + "\n")
    unsure = bool(found.doubts) or any(
        one.doubts or any(guard.state == "unknown" and decides(guard) for guard in one.guards) for one in found.ways
    )
    return exits.NOT_JUDGED if strict and unsure else exits.NOTHING_ADVERSE


def _service(text: str) -> ObjectId:
    namespace, slash, name = text.partition("/")
    if not (slash and namespace and name) or "/" in name or " " in text:
        raise InputError(f"--service {text!r} is no namespace and name; write --service shop/orders")
    return ObjectId("", "Service", namespace, name)


def _known(reach: Reach, service: ObjectId) -> None:
    """Raises InputError for a name that stands nowhere while one much like it does: a slip must not read as `nothing reaches it`."""
    named = {
        one.id
        for entry in reach.entries()
        if isinstance(entry.outcome, Forwarded)
        for one in (*entry.outcome.backends, *entry.outcome.mirrors)
    }
    stated = {one.id for one in reach.topology.world.of_kind("", "Service")}
    names = sorted(f"{one.namespace}/{one.name}" for one in named | stated if one.kind == "Service")
    hint = did_you_mean(f"{service.namespace}/{service.name}", names)
    if hint and service not in named:
        raise InputError(f"--service {service.namespace}/{service.name}: no Service and no route says this name{hint}")


def _text(found: Who, world: World) -> Iterator[str]:
    yield inline(conclusion(found))
    for number, way in enumerate(found.ways, 1):
        yield ""
        yield from _way(number, way, world)
    if found.doubts:
        yield "\nnot certain"
        yield from (f"  {inline(one)}" for one in found.doubts)


def _way(number: int, way: Way, world: World) -> Iterator[str]:
    yield inline(f"{number}. {passing_words(way.guards)}")
    for label, lines in (
        ("which", sets_of(way)),
        ("by", (_by(way, world),)),
        ("and", (bounding_words(way.guards),)),
        ("unsure", way.doubts),
        ("try", (witness_line(way),)),
    ):
        for line in filter(None, lines):
            yield f"   {label:<8}{inline(line)}"
            label = ""


def _by(way: Way, world: World) -> str:
    entry = way.entry
    place = origin(world, entry.route.id, entry.rule.path) if entry.route and entry.rule else origin(world, entry.listener.owner)
    return way_by(way) + (f"  {place.place}" if place.place else "")
