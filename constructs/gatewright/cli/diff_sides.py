"""What a side of ``gatewright diff`` names: manifests, a folder of clusters, or a program, now or at a revision in git.

A program is a file that ends in ``.py``, as ``gatewright synth`` takes it: ``stacks/estate.py``, or ``git:main:stacks/estate.py`` at a
revision. Plain ``git:main`` beside a program is that program at that revision. A folder in which `gatewright synth` wrote clusters is one
world a cluster; so is a program. Whatever else is named is one world.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath

import attrs

from gatewright.cli.asked import Stated, world_from
from gatewright.cli.completeness import completeness, own_groups
from gatewright.cli.failure import told
from gatewright.cli.terminal import say
from gatewright.cli.traced import targets_of
from gatewright.errors import InputError, InvalidIntent, NotJudged, Refused
from gatewright.estate.estate import Estate
from gatewright.estate.output import files
from gatewright.estate.program import opened
from gatewright.estate.relaxed import Relaxed, relaxed
from gatewright.estate.stating import stated as ask
from gatewright.gateways.port import Gateway
from gatewright.manifest.directory import INDEX, TRACE
from gatewright.manifest.yaml_read import Loaded
from gatewright.synth.compiled import Compiled
from gatewright.synth.compiler import compile_intents
from gatewright.world.content import read_content
from gatewright.world.git import GitError
from gatewright.world.revision import checked_out, files_of, from_root
from gatewright.world.world import World

_GIT = "git:"
_MARK = b"gatewright.trace/"


@attrs.frozen(eq=False)
class Place:
    """One cluster of a side. ``targets`` are those that what synth wrote beside the manifests names, by class."""

    world: World
    targets: Mapping[str, Gateway] = attrs.field(factory=dict)
    relaxed: tuple[Relaxed, ...] = ()


@attrs.frozen(eq=False)
class Side:
    """The clusters of a side by folder, ``production/aws-eu``; one world that is no such cluster has an empty name."""

    name: str
    places: Mapping[str, Place]


def sides(base: str, head: str, stated: Stated, may_be_empty: Collection[str] = ()) -> tuple[Side, Side]:
    """Both sides, read or rendered. Raises InputError, Refused where a program asks for what no gateway enforces, and NotJudged for one
    without any manifest unless it is among ``may_be_empty`` (``base``, ``head``): a path that is wrong looks like an estate that is gone."""
    if base == head == "-":
        raise InputError("- stands for standard input, which can be read once; it is named twice")
    base, head = _programmed(base, head), _programmed(head, base)
    found = _nothing(_side(base, stated)), _nothing(_side(head, stated))
    empty = {which: side for which, side in zip(("base", "head"), found, strict=True) if not side.places}
    if barred := {which: side for which, side in empty.items() if which not in may_be_empty}:
        raise NotJudged("nothing to judge: " + "; ".join(_barred(which, side.name) for which, side in barred.items()))
    for side in empty.values():
        say(f"{side.name} holds no manifest", "soft")
    single = [side for side in found if list(side.places) == [""]]
    if len(single) == 1 and any(len(side.places) > 1 for side in found):
        other = next(side for side in found if side is not single[0])
        raise InputError(
            f"{other.name} holds {len(other.places)} clusters ({', '.join(list(other.places)[:3])}, …) and {single[0].name} is one world; "
            f"name the folder of one cluster, such as {other.name.rstrip('/')}/{next(iter(other.places))}, or give folders or programs on both sides"
        )
    if single and all(len(side.places) <= 1 for side in found):  # a cluster's folder beside manifests that nobody rendered
        return _unnamed(found[0]), _unnamed(found[1])
    return found


def _barred(which: str, name: str) -> str:
    word = "new" if which == "base" else "gone"
    return f"{which.upper()}, {name}, holds no manifest. If all is {word}, say so: --allow-empty {which}"


def _unnamed(side: Side) -> Side:
    place = next(iter(side.places.values()), None)
    return Side(side.name, {} if place is None else {"": place})


def _nothing(side: Side) -> Side:
    """A world without an object is no cluster: beside several it is not one of another layout, but none."""
    return Side(side.name, {}) if list(side.places) == [""] and not len(side.places[""].world) else side


def paired(base: Side, head: Side, stated: Stated) -> Iterator[tuple[str, Place, Place]]:
    """Clusters by folder; one that the other side has not stands beside an empty world."""
    empty = Place(World.of((), _complete(stated)))
    for place in sorted({*base.places, *head.places}):
        yield place, base.places.get(place, empty), head.places.get(place, empty)


def misled(old: World, new: World) -> Iterator[str]:
    """For each index for kustomize that is not followed and that the other side has not in the same words: a sentence that says so."""
    known = [{one.digest for one in world.unfollowed} for world in (old, new)]
    fresh = [one for one in new.unfollowed if one.digest not in known[0]]
    for one in fresh or [one for one in old.unfollowed if one.digest not in known[1]]:
        yield (
            f"{one.file} is an index for kustomize, is not followed ({one.why}) and is not the same on both sides: "
            "give the output of kustomize build for each side"
        )


def _programmed(text: str, other: str) -> str:
    """``git:REF`` beside a program as that program at the revision."""
    if not (text.startswith(_GIT) and ":" not in text.removeprefix(_GIT) and _is_program(other)):
        return text
    if other.startswith(_GIT):
        return f"{text}:{other.removeprefix(_GIT).partition(':')[2]}"
    try:
        return f"{text}:{from_root(other)}"
    except GitError as error:
        raise InputError(f"{text} beside the program {other}: {error}") from error


def _is_program(text: str) -> bool:
    return text.endswith(".py") and not text.startswith("cluster:")


def _side(text: str, stated: Stated) -> Side:
    if not _is_program(text):
        return Side(text, dict(_folders(text, stated)))
    if not text.startswith(_GIT):
        return Side(text, dict(_rendered(text, stated)))
    reference, _, path = text.removeprefix(_GIT).partition(":")
    try:
        if path.startswith("./"):
            path = from_root(path)
        with checked_out(reference) as folder:
            if not (folder / path).is_file():
                raise InputError(
                    f"{text}: {reference!r} holds no {path!r}; paths start at the root of the repository, or at this folder with ./"
                )
            return Side(text, dict(_rendered(str(folder / path), stated)))
    except GitError as error:
        raise InputError(f"{text}: {error}") from error


# What synth wrote, and every other folder.


def _folders(text: str, stated: Stated) -> Iterator[tuple[str, Place]]:
    """The clusters below, each by its ``trace.json``; or all there is as one."""
    traces = _traces(text)
    below = {place: trace for place, trace in traces.items() if place}
    if not below or "" in traces:
        trace = traces.get("", b"")
        yield "", Place(_world(text, stated), targets_of(trace), relaxed(trace))
        return
    for place, trace in sorted(below.items()):
        yield place, Place(_world(_below(text, place), stated), targets_of(trace), relaxed(trace, place))


def _world(text: str, stated: Stated) -> World:
    """A place without manifests is a world of nothing."""
    try:
        return world_from([text], stated)
    except NotJudged:
        return World.of((), _complete(stated))


def _below(text: str, place: str) -> str:
    if text.startswith(_GIT):
        return f"{text.rstrip('/')}/{place}" if ":" in text.removeprefix(_GIT).rstrip(":") else f"{text.rstrip(':')}:{place}"
    return os.path.join(text, place)


def _traces(text: str) -> dict[str, bytes]:
    """Every ``trace.json`` of a folder, by the folder it is in."""
    if text.startswith(_GIT):
        reference, _, path = text.removeprefix(_GIT).partition(":")
        try:
            root = from_root(path) if path.startswith("./") else path.strip("/")
            inside = f"{root}/" if root not in ("", ".") else ""
            found = files_of(reference, lambda name: name.startswith(inside) and PurePosixPath(name).name == TRACE)
            held = ((_name(PurePosixPath(one.path.removeprefix(inside)).parent), one.data()) for one in found)
            return {place: data for place, data in held if _MARK in data}
        except GitError:
            return {}  # the reader of manifests says it better
    folder = Path(text)
    if text == "-" or text.startswith("cluster:") or not folder.is_dir():
        return {}
    places = {path.parent.relative_to(folder): path for path in sorted(folder.rglob(TRACE))}
    traces = {
        _name(PurePosixPath(place)): path.read_bytes()
        for place, path in places.items()
        if not any(part.startswith(".") for part in place.parts)
    }
    return {place: data for place, data in traces.items() if _MARK in data}


def _name(folder: PurePosixPath) -> str:
    return "" if str(folder) == "." else str(folder)


# Programs.


def _rendered(program: str, stated: Stated) -> Iterator[tuple[str, Place]]:
    """Every cluster of a program, as `gatewright synth` would write it."""
    with opened(program) as estate:
        ask(estate)
        for place, made, targets in list(_compiled(estate)):
            objects = [one for name, content in made.items() if name not in (TRACE, INDEX) for one in _read(content, place, name)]
            yield place, Place(World.of(objects, _complete(stated)), targets, relaxed(made[TRACE], place))


def _compiled(estate: Estate) -> Iterator[tuple[str, Mapping[str, str], Mapping[str, Gateway]]]:
    """Raises InvalidIntent or Refused with what is wrong in all clusters, after it was said with their names."""
    wrong: dict[str, list[str]] = {}
    failed: list[Compiled] = []
    for environment, cluster in estate.clusters():
        compiled = compile_intents(estate.intents(cluster), cluster, estate.baseline, conforming=True)
        place = f"{environment.name}/{cluster.name}"
        for one in (*compiled.problems, *compiled.refusals):
            wrong.setdefault(str(one), []).append(place)
        if not compiled.ok:
            failed.append(compiled)
            continue
        targets = {exposure.target.installation.class_name: exposure.target for exposure in cluster.exposures.values()}
        yield place, files(environment, cluster, compiled, estate.baseline, "yaml"), targets
    if failed:
        told(wrong)
        problems = [one for compiled in failed for one in compiled.problems]
        raise InvalidIntent(problems) if problems else Refused(one for compiled in failed for one in compiled.refusals)


def _read(content: str, place: str, name: str) -> tuple[Loaded, ...]:
    return read_content(content.encode(), f"{place}/{name}", name).objects


def _complete(stated: Stated) -> frozenset[str]:
    return completeness([f"*.{group}" for group in own_groups()], stated.complete, stated.partial)
