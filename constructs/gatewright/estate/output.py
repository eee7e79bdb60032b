"""The files of a cluster in the GitOps layout: ``<environment>/<cluster>/`` with one manifest a file, an index and the trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from gatewright.cluster.cluster import Cluster
from gatewright.errors import InputError
from gatewright.estate.environment import Environment
from gatewright.estate.estate import Estate
from gatewright.estate.tracing import schema_of, trace
from gatewright.manifest.directory import INDEX, TRACE, index, publish
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.phase import file_name
from gatewright.manifest.text import ManifestError
from gatewright.manifest.yaml_write import dump, dump_json
from gatewright.synth.compiled import Compiled

Format = Literal["yaml", "json"]


def files(environment: Environment, cluster: Cluster, compiled: Compiled, baseline: str, form: Format) -> dict[str, str]:
    """Every file of the cluster's folder, by name. kustomize reads its index as YAML only, and manifests also as JSON.

    Raises ``InputError`` for a value that only a deployment knows and no file can hold.
    """
    made: dict[str, str] = {}
    for manifest in (one for part in compiled.parts for one in part.objects):  # read only: `compiled.objects` would copy them all
        identity = ObjectId.of(manifest)
        name = file_name(identity)
        try:
            if form == "yaml":
                made[name] = dump(manifest)
            else:
                made[f"{name.removesuffix('.yaml')}.json"] = dump_json([manifest])
        except ManifestError as error:
            raise InputError(f"{environment.name}/{cluster.name}: {identity}: {error}") from error
    made[TRACE] = trace(environment, cluster, compiled, baseline)
    made[INDEX] = index(made.keys())
    return made


def left_behind(root: Path, estate: Estate, environments: frozenset[str]) -> Iterator[Path]:
    """Folders that we wrote for clusters that the estate no longer has; with ``environments`` below these alone."""
    known = {(environment.name, cluster.name) for environment, cluster in estate.clusters()}
    for place in sorted(root.glob(f"*/*/{TRACE}")):
        folder = place.parent
        name = folder.parent.name
        if folder.name.startswith(".") or (name, folder.name) in known or (environments and name not in environments):
            continue  # a dot begins what a killed run left; the next run clears it
        if schema_of(place):
            yield folder


def remove(folder: Path) -> None:
    """Remove a folder that we wrote. Raises ``InputError`` where it holds files of someone else; then nothing is removed.

    Killed on the way, it leaves the old folder or one without manifests, which is found and removed by the next run.
    """
    publish(folder, {INDEX: index(frozenset()), TRACE: (folder / TRACE).read_bytes()})
    try:
        for name in (INDEX, TRACE):
            (folder / name).unlink()
        folder.rmdir()
    except OSError as error:
        raise InputError(f"{folder} cannot be removed: {error.strerror or error}") from error
