"""What the commands that read a World share: its options, its sources, and what must be said about them before any answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import ip_network
from pathlib import PurePath
from typing import TypeVar

import attrs
import click

from gatewright.cli.completeness import completeness, own_groups
from gatewright.cli.terminal import inline, say
from gatewright.cli.traced import traced
from gatewright.errors import InputError, NotJudged, did_you_mean
from gatewright.gateways.port import Gateway
from gatewright.manifest.yaml_read import Loaded
from gatewright.match import ANYWHERE, Sources
from gatewright.protection.credential import text_told
from gatewright.reach.assembly import reach_of
from gatewright.reach.binding import Bound, stated_target, unused
from gatewright.reach.reach import Reach
from gatewright.world.content import ENDINGS
from gatewright.world.kustomize import unfollowed
from gatewright.world.reading import Read
from gatewright.world.source import read_all
from gatewright.world.world import World

Command = TypeVar("Command", bound=Callable[..., object])

_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")  # RFC 1918, RFC 4193
_LOCAL = ("127.0.0.0/8", "::1/128", "169.254.0.0/16", "fe80::/10")  # loopback and link-local

CLUSTER = Sources.of(*_PRIVATE)
"""What ``--from cluster`` stands for: private addresses, as pods and nodes have them."""
INTERNET = ANYWHERE.minus(CLUSTER).minus(Sources.of(*_LOCAL))
"""What ``--from internet`` stands for: every other address but loopback and link-local ones."""

_OPTIONS = (
    click.option(
        "--target", "targets", metavar="CLASS=NAME@VERSION", multiple=True,
        help="What implements a GatewayClass, as in eg=envoy-gateway@1.9; `gatewright gateways` lists targets. May be repeated.",
    ),
    click.option(
        "--complete", metavar="KIND", multiple=True, help="All objects of this kind are here, as Service; * for every kind. May be repeated."
    ),
    click.option("--partial", metavar="KIND", multiple=True, help="Not all objects of this kind are here, as HTTPRoute. May be repeated."),
)  # fmt: skip


def world_options(command: Command) -> Command:
    """``--target``, ``--complete`` and ``--partial``, for a command that passes them on as ``Stated``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@attrs.frozen
class Stated:
    """What a user says about the world that manifests do not."""

    targets: tuple[str, ...] = ()
    complete: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()

    def gateways(self) -> dict[str, Gateway]:
        """Targets by the name of their class. Raises InputError, with all mistakes at once."""
        found: dict[str, Gateway] = {}
        problems: list[str] = []
        for text in self.targets:
            try:
                name, target = stated_target(text)
            except InputError as error:
                problems.append(str(error))
                continue
            if found.setdefault(name, target) != target:
                problems.append(f"--target names class {name!r} twice: {found[name].title} and {target.title}; leave one of them")
        if problems:
            raise InputError("\n".join(problems))
        return found


def reach_from(sources: Sequence[str], stated: Stated) -> Reach:
    """The reach of what the sources hold. Raises InputError, and NotJudged where there is nothing that anybody could reach."""
    gateways = stated.gateways()
    said = traced(sources)
    reach = reach_of(world_from(sources, stated), {**{name: target for name, (target, _) in said.items()}, **gateways})
    files = {name: file for name, (_, file) in said.items() if name not in gateways}
    reach = attrs.evolve(reach, bound={name: _credited(one, files.get(name)) for name, one in reach.bound.items()})
    idle = unused(reach.bound, gateways)
    if idle:
        raise InputError("\n".join(map(inline, idle)))
    if not reach.addresses:
        raise NotJudged(f"nothing to judge: {_sources(sources)} holds no Gateway, and no other way in")
    _told(reach)
    return reach


def _credited(bound: Bound, file: str | None) -> Bound:
    """What a file says about a class is not what the command line says."""
    return bound if file is None else attrs.evolve(bound, how=bound.how.replace("as --target says", f"as {file} says", 1))


def world_from(sources: Sequence[str], stated: Stated) -> World:
    """What the sources hold, as one cluster. Raises InputError for what cannot be read or belongs to several clusters, NotJudged for nothing."""
    if list(sources).count("-") > 1:
        raise InputError("- stands for standard input, which can be read once; it is named twice")
    read = read_all(sources)
    for reason, files in _gathered(read):
        say(inline(f"skipped: {', '.join(files[:3])}{f' and {len(files) - 3} more' if len(files) > 3 else ''}: {reason}"), "soft")
    astray = unfollowed(read.indexes, {one.file for one in read.objects}) if read.indexes else ()
    for each in astray:
        say(inline(f"not followed: {each.file}: {each.why}; give what it renders: kustomize build … | gatewright … -"), "bad")
    if read.errors:
        raise InputError("\n".join(inline(str(error)) for error in read.errors))
    if not read.objects:
        raise NotJudged(
            f"nothing to judge: no object in {_sources(sources)}; of a folder {', '.join(f'*{one}' for one in ENDINGS)} are read"
        )
    live = any(one.startswith("cluster:") for one in sources)
    defaults = read.complete_for if live else frozenset(f"*.{group}" for group in own_groups())
    world = _of_one_cluster(World.of(read.objects, completeness(defaults, stated.complete, stated.partial)))
    return attrs.evolve(world, unfollowed=astray) if astray else world


def _sources(sources: Sequence[str]) -> str:
    return ", ".join("standard input" if one == "-" else one for one in sources)


def sources_of(text: str) -> Sources:
    """``internet``, ``cluster``, an address or a CIDR. Raises InputError."""
    if text in ("internet", "cluster"):
        return INTERNET if text == "internet" else CLUSTER
    try:
        return Sources.of(str(ip_network(text, strict=False)))
    except ValueError:
        words = did_you_mean(text, ("internet", "cluster"))
        raise InputError(
            f"--from {text!r} is no address{words}; write a CIDR (203.0.113.0/24, 2001:db8::/32), an address, internet or cluster"
        ) from None


def _told(reach: Reach) -> None:
    """Which gateway was taken for a class, where nobody said so, and what is not judged."""
    for one in reach.bound.values():
        if one.target is not None and (one.newest or one.said == "guessed"):
            say(inline(f"GatewayClass {one.class_name}: {one.how}"), "soft")
    for text in reach.unjudged:
        say(inline(f"not judged: {text_told(text)}"), "bad")


def _of_one_cluster(world: World) -> World:
    """What is said twice in the same words counts once. Raises InputError for what is said twice and differs, and for a Gateway in two folders."""
    twice = world.duplicates
    if not twice:
        return world
    differ = [same for same in twice if any(one.manifest != same[0].manifest for one in same)]
    clashes = [*differ, *(same for same in twice if same not in differ and _two_folders(same))]
    if clashes:
        raise InputError(_clash(clashes))
    first, *_ = twice
    say(
        inline(
            f"stated twice in the same words, and taken once: {len(twice)} objects, as {first[0].id} in {first[0].file} and {first[1].file}"
        ),
        "soft",
    )
    again = {id(one) for same in twice for one in same[1:]}
    return World.of((one for one in world if id(one) not in again), world.complete_for)


def _two_folders(same: Sequence[Loaded]) -> bool:
    return same[0].id.kind == "Gateway" and len({str(PurePath(one.file).parent) for one in same}) > 1


def _clash(clashes: Sequence[Sequence[Loaded]]) -> str:
    """Which objects, where, and what to give instead."""
    lines = ["these manifests state an object more than once, so they are not of one cluster:"]
    lines += [
        f"    {same[0].id}: {', '.join(f'{one.file}:{one.line}' for one in same[:3])}{' …' if len(same) > 3 else ''}"
        for same in clashes[:3]
    ]
    if len(clashes) > 3:
        lines.append(f"    and {len(clashes) - 3} more")
    folders = sorted({str(PurePath(one.file).parent) for same in clashes for one in same})
    lines.append(
        f"give the manifests of one cluster, such as {folders[0]}; of an overlay, give what it renders: kustomize build … | gatewright … -"
    )
    return "\n".join(map(inline, lines))


def _gathered(read: Read) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for one in read.skipped:
        found.setdefault(one.reason, []).append(one.file)
    return list(found.items())
