"""``gatewright preflight``: before anything is applied, is the cluster what the exposures claim?"""

from __future__ import annotations

from pathlib import Path

import click

from gatewright.cli import judged
from gatewright.live.preflight import preflight

SCHEMA = "gatewright.preflight/1"


@click.command("preflight", short_help="is a cluster what its exposures claim, before anything is applied")
@judged.folders
@judged.cluster
@judged.form
@judged.strict
def command(folders: tuple[Path, ...], context: str | None, form: str, strict: bool) -> int:
    """Ask a cluster whether it is what the exposures claim, before anything is applied.

    DIR is a folder that `gatewright synth` wrote for a cluster, such as dist/production/aws-eu; several are taken together. The API server,
    the CRDs and their release, the controller, its version and its settings, the GatewayClass, the network, the namespaces, and whatever else
    the manifests lean on are looked at. Nothing is written, and of Secrets only the metadata is asked for. What may not be read is unknown.
    """
    return judged.ask(preflight, SCHEMA, folders, context, form, strict=strict)
