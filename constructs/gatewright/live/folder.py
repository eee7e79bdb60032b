"""What ``gatewright synth`` wrote for a cluster, read back: the manifests, and what they take for granted of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

import attrs

from gatewright.errors import InputError, shown
from gatewright.gateways.fields import at, items, texts
from gatewright.gateways.installation import Configuration, Controller, Installation, Setting, Store
from gatewright.live.reader import Object
from gatewright.manifest.directory import INDEX, TRACE
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import read_file

SCHEMA = "gatewright.trace/1"


@attrs.frozen
class Exposed:
    """A way into the cluster as it was stated: ``target`` is the title (``Envoy Gateway 1.9``), ``crds`` the releases that it reads."""

    name: str
    target: str
    crds: tuple[str, ...]
    installation: Installation


@attrs.frozen
class Folder:
    """The folder of one cluster. ``network_policy`` is what was stated of the network; None: nothing."""

    path: Path
    place: str
    network_policy: bool | None
    exposures: tuple[Exposed, ...]
    objects: Mapping[ObjectId, Object] = attrs.field(repr=False)


@attrs.frozen
class Written:
    """Everything that was written for a cluster, in one folder or several."""

    folders: tuple[Folder, ...]

    @property
    def objects(self) -> Mapping[ObjectId, Object]:
        """Every object; of one that several folders hold, that of the last. Where they differ, ``objects.agreement`` says so."""
        return {identity: one for folder in self.folders for identity, one in folder.objects.items()}

    @property
    def exposures(self) -> tuple[Exposed, ...]:
        """Every way in, equal ones once."""
        found = {json.dumps([one.target, one.crds, one.installation.tree()], sort_keys=True): one for folder in self.folders for one in folder.exposures}
        return tuple(found.values())

    @property
    def installations(self) -> tuple[Installation, ...]:
        """What each way in claims."""
        return tuple(one.installation for one in self.exposures)

    @property
    def namespaces(self) -> frozenset[str]:
        """The namespaces of the objects."""
        return frozenset(identity.namespace for identity in self.objects if identity.namespace)


def read(paths: Iterable[Path]) -> Written:
    """The folders. Raises InputError for one that is none, that ``gatewright synth`` did not write, or wrote before it stated claims."""
    return Written(tuple(_folder(path) for path in dict.fromkeys(paths)))


def _folder(path: Path) -> Folder:
    if not path.is_dir():
        raise InputError(f"there is no folder {path}; name the folder of a cluster, such as dist/production/aws-eu")
    trace = _trace(path)
    exposures = trace.get("exposures")
    if not isinstance(exposures, Mapping):
        raise InputError(f"{path / TRACE} does not say what its exposures claim: an older gatewright wrote it; run `gatewright synth` again")
    stated = trace.get("network_policy")
    try:
        ways = tuple(_exposed(str(name), one) for name, one in exposures.items())
    except (KeyError, TypeError) as error:
        raise InputError(f"{path / TRACE} is not as gatewright wrote it ({error}); run `gatewright synth` again") from error
    place = f"{trace.get('environment')}/{trace.get('cluster')}"
    return Folder(path, place, stated if isinstance(stated, bool) else None, ways, _objects(path))


def _trace(path: Path) -> Mapping[str, object]:
    file = path / TRACE
    if not file.is_file():
        below = sorted(str(one.parent) for one in path.glob(f"*/**/{TRACE}"))
        hint = f"; it holds {', '.join(below[:5])}" if below else "; name a folder that `gatewright synth` wrote"
        raise InputError(f"{path} holds no {TRACE}{hint}")
    try:
        tree: object = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read: {error}") from error
    if not isinstance(tree, Mapping) or tree.get("schema") != SCHEMA:
        raise InputError(f"{file} is of the schema {shown(at(tree, 'schema'))}, not {SCHEMA}; run `gatewright synth` again")
    return tree


def _objects(path: Path) -> dict[ObjectId, Object]:
    """The objects of the files that the index lists, in their order."""
    if not (path / INDEX).is_file():
        raise InputError(f"{path} holds no {INDEX}; run `gatewright synth` again")
    listed = texts(read_file(path / INDEX)[0].manifest.get("resources"))
    found: dict[ObjectId, Object] = {}
    for loaded in (one for name in listed for one in read_file(path / name)):
        if loaded.id in found:
            raise InputError(f"{path} holds {loaded.id} twice, the second in {loaded.file}; run `gatewright synth` again")
        found[loaded.id] = loaded.manifest
    return found


def _exposed(name: str, tree: object) -> Exposed:
    return Exposed(name, str(at(tree, "target")), texts(at(tree, "crds")), _installation(at(tree, "installation")))


def _installation(tree: object) -> Installation:
    """The reverse of ``Installation.tree``. Raises KeyError and TypeError for what that never writes."""
    fields = dict(cast("Mapping[str, object]", tree))
    controller = fields.pop("controller")
    keys = cast("Mapping[str, object]", fields.pop("keys"))
    lists = {name: texts(fields.pop(name)) for name in ("groups", "features")}
    plain = cast("dict[str, str]", fields)
    return Installation(**plain, **lists, controller=_controller(controller), keys={name: texts(one) for name, one in keys.items()})  # type: ignore[arg-type]


def _controller(tree: object) -> Controller | None:
    if tree is None:
        return None
    fields = dict(cast("Mapping[str, object]", tree))
    told = fields.pop("configuration")
    return Controller(**cast("dict[str, str]", fields), configuration=None if told is None else _configuration(told))


def _configuration(tree: object) -> Configuration:
    settings = tuple(Setting(**cast("dict[str, str]", one)) for one in items(at(tree, "settings")))
    stores = tuple(Store(**cast("dict[str, str]", one)) for one in items(at(tree, "stores")))
    return Configuration(str(at(tree, "config_map")), str(at(tree, "key")), settings, stores)
