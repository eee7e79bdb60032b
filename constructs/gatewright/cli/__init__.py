"""The command line: one file a command. Data goes to standard output, everything else to standard error."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gatewright import __version__
from gatewright.cli.commands import help_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Help and version are answered here: click alone takes as long to load as Python does three times over.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in (["--help"], ["-h"]):
        sys.stdout.write(help_text())
        return 0
    if given == ["--version"]:
        sys.stdout.write(f"gatewright {__version__}\n")
        return 0
    from gatewright.cli.group import run

    return run(given)
