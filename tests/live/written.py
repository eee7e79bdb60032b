"""What was written: a folder by ``gatewright synth``, or values that need none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gatewright import Estate, compile_intents
from gatewright.estate.output import files
from gatewright.gateways.installation import Installation
from gatewright.live.folder import Exposed, Folder, Written
from gatewright.live.reader import Object
from gatewright.manifest.directory import publish
from gatewright.manifest.identity import ObjectId
from gatewright.standard.objects import GATEWAY_GROUP

OURS = "example.com/ours"


def write(folder: Path, estate: Estate) -> Path:
    """The folder of the estate's only cluster."""
    ((environment, cluster),) = estate.clusters()
    compiled = compile_intents(estate.intents(cluster), cluster, estate.baseline).checked()
    place = folder / environment.name / cluster.name
    publish(place, files(environment, cluster, compiled, estate.baseline, "yaml"))
    return place


def stated(*manifests: Object, **installation: Any) -> Written:
    """One folder that holds these, for a target of whose installation this is claimed."""
    claimed = Installation(**{"class_name": "eg", "controller_name": OURS, "groups": ("example.com",), **installation})
    exposed = Exposed("public", "Target 1", ("gateway-api-1.6-standard", "networking-v1"), claimed)
    return Written((Folder(Path("folder"), "production/here", None, (exposed,), {ObjectId.of(one): one for one in manifests}),))


def thing(kind: str, name: str, spec: Mapping[str, object], group: str = GATEWAY_GROUP, namespace: str = "shop", **more: object) -> Object:
    """A manifest; ``labels`` and ``generation`` go into its metadata, everything else beside it."""
    own = {key: more.pop(key) for key in ("labels", "generation") if key in more}
    return {"apiVersion": f"{group}/v1" if group else "v1", "kind": kind, "metadata": {"namespace": namespace, "name": name, **own}, "spec": spec, **more}
