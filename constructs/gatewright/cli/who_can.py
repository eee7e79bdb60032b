"""``gatewright who-can``: who reaches a Service, by which ways, and what stands before each."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import SequenceMatcher
from typing import Literal

import click

from gatewright.cli import exits
from gatewright.cli.asked import Stated, reach_from, world_options
from gatewright.cli.terminal import data, inline, plain, say
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
    if not found.ways and port is not None:
        _elsewhere(reach, identity)
    if form == "json":
        data(who_can_json(found, world))
    else:
        data(plain(who_can_markdown(found)) if form == "markdown" else "\n".join(_text(found, world)) + "\n")
    unsure = bool(found.doubts) or any(
        one.doubts or any(guard.state == "unknown" and decides(guard) for guard in one.guards) for one in found.ways
    )
    return exits.NOT_JUDGED if strict and unsure else exits.NOTHING_ADVERSE


def _elsewhere(reach: Reach, service: ObjectId) -> None:
    """By which other ports it is reached: perhaps one of these was meant."""
    ports = sorted({way.backend.port for way in who(reach, service).ways if way.backend.id == service and way.backend.port})
    if ports:
        say(inline(f"{service} is reached at port {', '.join(map(str, ports))}"), "soft")


def _service(text: str) -> ObjectId:
    namespace, slash, name = text.partition("/")
    named, colon, port = text.rpartition(":")
    if colon and port.isdecimal():
        raise InputError(f"--service {text!r} holds a port; write --service {named} --port {port}")
    if text != text.lower():
        raise InputError(f"--service {text!r}: names of namespaces and Services are in lower case; write --service {text.lower()}")
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
    services = [one for one in named | stated if one.kind == "Service"]
    hint = _slip(service, services)
    if hint and service not in named:
        raise InputError(f"--service {service.namespace}/{service.name}: no Service and no route says this name{hint}")


def _slip(service: ObjectId, known: Collection[ObjectId]) -> str:
    """A slip changes or exchanges a sign or two: of what was removed, ``orders`` beside ``orders-next``, the question is a good one."""
    beside = {one.name for one in known if one.namespace == service.namespace and _near(one.name, service.name)}
    others = {one.namespace for one in known if one.name == service.name and _near(one.namespace, service.namespace)}
    names = did_you_mean(service.name, sorted(beside)).replace('"', f'"{service.namespace}/', 1)
    return names or did_you_mean(service.namespace, sorted(others)).replace('"?', f'/{service.name}"?', 1)


def _near(one: str, other: str) -> bool:
    return sorted(one) == sorted(other) or (abs(len(one) - len(other)) <= 2 and SequenceMatcher(None, one, other).ratio() >= 0.8)


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
