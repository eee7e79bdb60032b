"""Write imports/gatewright_types out of the pinned CRDs, or with --check only compare.

    python tools/generate_types.py            write
    python tools/generate_types.py --check    exit 1 and the names of the files that differ

Needs PyYAML, and for modules that the Go module cache does not hold a `go` on PATH or in $GO. Exit 2: a module could not be had.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from typegen import modules, output

TARGET = Path(__file__).parent.parent / "imports" / "gatewright_types"


def differing(texts: dict[str, str], target: Path) -> list[str]:
    """The files that are missing, stale or not generated at all, sorted."""
    there = {path.relative_to(target).as_posix(): path for path in target.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    stale = [name for name, text in texts.items() if name not in there or there[name].read_bytes() != text.encode()]
    return sorted({*stale, *(there.keys() - texts.keys())})


def write(texts: dict[str, str], target: Path) -> None:
    """Make the folder hold these texts and nothing else."""
    for name in differing(texts, target):
        path = target / name
        if name not in texts:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(texts[name].encode())


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(description="Generate imports/gatewright_types from the pinned CRDs.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a committed file differs")
    parser.add_argument("--target", type=Path, default=TARGET, help="the folder to write or compare (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        texts = output.files()
    except (modules.Unavailable, modules.WrongSum) as problem:
        print(problem, file=sys.stderr)
        return 2
    if options.check:
        stale = differing(texts, options.target)
        print("".join(f"{name}\n" for name in stale), end="")
        return 1 if stale else 0
    write(texts, options.target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
