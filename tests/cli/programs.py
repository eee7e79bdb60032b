"""Programs to synthesise, and ways to run the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HEAD = "from gatewright import *\nfrom tests.mistakes.valid import *\n\n"

# Two tiers and three clusters; staging is the stricter part of nothing.
TIERS = (
    HEAD
    + """
def intents(cluster):
    return [EDGE, ORDERS, route(require=[Claim("role", any_of=["buyer"])])]

estate = Estate([
    environment("staging", tier="staging", clusters=[cluster("aws-staging")]),
    environment("production", clusters=[cluster("aws-eu"), cluster("azure-eu")]),
], intents)
"""
)

# The cluster azure-eu runs a gateway that cannot enforce what is asked for.
ONE_REFUSED = TIERS.replace('cluster("azure-eu")', 'cluster("azure-eu", exposures={"public": exposure(EnvoyGateway("1.8"))})')

# In production the claim is forgotten.
WEAKER = TIERS.replace('[Claim("role", any_of=["buyer"])]', '[Claim("role", any_of=["buyer"])] if cluster.name == "aws-staging" else []')


def write(folder: Path, program: str, name: str = "estate.py") -> str:
    """The path of the program, in a folder of its own."""
    path = folder / name
    path.write_text(program)
    return str(path)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below, by relative path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    paths = os.pathsep.join(str(ROOT / one) for one in ("constructs", "imports", ""))
    given = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "gatewright", *arguments], capture_output=True, text=True, env=given, check=False, timeout=60
    )
