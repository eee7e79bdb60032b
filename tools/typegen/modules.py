"""The zip of a pinned Go module: found in the module cache or fetched by `go`, and its hash proved either way."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from .pins import Pin


class Unavailable(Exception):
    """A module that is neither cached nor to be had with the `go` at hand."""


class WrongSum(Exception):
    """A zip whose hash is not the pinned one."""


def cached(pin: Pin) -> Path:
    """Where the module cache keeps the zip, whether or not it is there."""
    first_gopath = os.environ.get("GOPATH", "").split(os.pathsep)[0] or Path.home() / "go"
    cache = os.environ.get("GOMODCACHE") or Path(first_gopath) / "pkg" / "mod"
    return Path(cache) / "cache" / "download" / pin.module / "@v" / f"{pin.version}.zip"


def fetch(pin: Pin) -> Path:
    """Download with ``$GO`` or the `go` on PATH; raises Unavailable.

    `go` exits 1 for a module that wants a newer Go, but has stored and named the zip by then: the zip counts, not the exit code.
    """
    go = os.environ.get("GO") or shutil.which("go")
    if not go:
        raise Unavailable(f"{pin.module}@{pin.version} is not in the module cache and there is no go: put one on PATH or in $GO")
    with tempfile.TemporaryDirectory() as outside_any_module:
        command = [go, "mod", "download", "-json", f"{pin.module}@{pin.version}"]
        try:
            run = subprocess.run(command, cwd=outside_any_module, capture_output=True, text=True, check=False)
        except OSError as problem:
            raise Unavailable(f"{go}: {problem.strerror}") from problem
    answer: dict[str, str] = json.loads(run.stdout or "{}")
    if not Path(answer.get("Zip", "/nowhere")).is_file():
        raise Unavailable(f"{pin.module}@{pin.version}: {answer.get('Error') or run.stderr.strip()}")
    return Path(answer["Zip"])


def hash1(path: Path) -> str:
    """The "h1:" hash of go.sum: SHA-256 over the sorted lines "sha256  name" (golang.org/x/mod/sumdb/dirhash)."""
    with zipfile.ZipFile(path) as archive:
        lines = [f"{hashlib.sha256(archive.read(name)).hexdigest()}  {name}\n" for name in sorted(archive.namelist())]
    return "h1:" + base64.b64encode(hashlib.sha256("".join(lines).encode()).digest()).decode()


def archive(pin: Pin) -> zipfile.ZipFile:
    """The proved zip of a pin; raises Unavailable or WrongSum."""
    path = cached(pin)
    if not path.is_file():
        path = fetch(pin)
    if (found := hash1(path)) != pin.sum:
        raise WrongSum(f"{path}: {found}, pinned {pin.sum}")
    return zipfile.ZipFile(path)
