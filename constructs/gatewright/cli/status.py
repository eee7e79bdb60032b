"""``gatewright status``: after everything was applied, is it in force, and is nothing there that nobody wrote?"""

from __future__ import annotations

from pathlib import Path

import click

from gatewright.cli import judged
from gatewright.live.status import status

SCHEMA = "gatewright.status/1"


@click.command("status", short_help="is what was applied in force, and is nothing else there")
@judged.folders
@judged.cluster
@judged.form
@judged.strict
def command(folders: tuple[Path, ...], context: str | None, form: str, strict: bool) -> int:
    """Ask a cluster whether everything that was applied is there, as it was written, and in force; and whether anything else is there.

    DIR is a folder that `gatewright synth` wrote for a cluster, such as dist/production/aws-eu; several are taken together. Each controller must
    say so of each object at its current generation; one that has not spoken yet is pending, which is no pass. Gateways, routes on ours and
    policies on what is ours that the folders do not hold are adverse. Nothing is written. What may not be read is unknown.
    """
    return judged.ask(status, SCHEMA, folders, context, form, strict=strict)
