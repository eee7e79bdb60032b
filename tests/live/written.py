"""A folder that ``gatewright synth`` wrote."""

from __future__ import annotations

from pathlib import Path

from gatewright import Estate, compile_intents
from gatewright.estate.output import files
from gatewright.manifest.directory import publish


def write(folder: Path, estate: Estate) -> Path:
    """The folder of the estate's only cluster."""
    ((environment, cluster),) = estate.clusters()
    compiled = compile_intents(estate.intents(cluster), cluster, estate.baseline).checked()
    place = folder / environment.name / cluster.name
    publish(place, files(environment, cluster, compiled, estate.baseline, "yaml"))
    return place
