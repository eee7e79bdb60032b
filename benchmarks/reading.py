"""Manifests from their text, as the API server reads them: against the exact reader alone, and against libraries that read another dialect."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml
import yaml_rs

from benchmarks.table import Row
from benchmarks.timing import best
from benchmarks.workload import CLUSTER, intents
from gatewright import compile_intents
from gatewright.manifest.collecting import uncollected
from gatewright.manifest.text import Document, documents
from gatewright.manifest.yaml_build import Builder
from gatewright.manifest.yaml_line import forget
from gatewright.manifest.yaml_read import Loaded, read
from gatewright.manifest.yaml_write import dump, dump_json
from gatewright.world.source import read_source

FIELD = ("spec", "rules", 0, "name")


def rows(objects: int) -> Iterator[Row]:
    """So many objects in one file and in a folder of files; then with the place of a field of each, then as people write them, then as JSON."""
    manifests = list(compile_intents(intents(objects // 3 + 1), CLUSTER).objects)[:objects]
    texts = [dump(one) for one in manifests]
    whole = "---\n".join(texts).encode()
    by_hand = "---\n".join(text.replace("labels:\n    app.kubernetes.io/managed-by: gatewright", "labels: {app: shop}") for text in texts).encode()
    lines = "".join(dump_json([one]).replace("\n", " ") + "\n" for one in manifests).encode()
    with tempfile.TemporaryDirectory(prefix="gatewright-bench-") as folder, uncollected():
        for number, text in enumerate(texts):
            (Path(folder) / f"{number:05}.yaml").write_text(text, encoding="utf-8")
        seconds = best({
            "exact": lambda: exact(whole),
            "quick": lambda: quick(whole),
            "folder": lambda: (forget(), read_source(folder)),
            "places": lambda: placed(quick(whole)),
            "by hand": lambda: read(by_hand, "f"),
            "by hand, places": lambda: placed(read(by_hand, "f")),
            "JSON": lambda: read(lines, "f"),
            "JSON, places": lambda: placed(read(lines, "f")),
            "PyYAML": lambda: [yaml.load(text, yaml.CSafeLoader) for text in texts],
            "yaml-rs": lambda: [yaml_rs.loads(text) for text in texts],
        })  # fmt: skip
    each = {name: f"{spent / objects * 1e6:.1f} us an object, {len(whole) / spent / 1e6:.0f} MB/s" for name, spent in seconds.items()}
    yield Row("read what programs write / the exact reader alone", seconds["quick"] / seconds["exact"], 0.1, f"{objects:,} objects: {each['quick']}")
    yield Row("  the exact reader / PyYAML (C)", seconds["exact"] / seconds["PyYAML"], None, each["exact"])
    yield Row("  read what programs write / yaml-rs", seconds["quick"] / seconds["yaml-rs"], None, each["yaml-rs"])
    yield Row("  a folder of files / one file", seconds["folder"] / seconds["quick"], None, each["folder"])
    yield Row("with a place in every object / without", seconds["places"] / seconds["quick"], 2, each["places"])
    yield Row("the same, of what people write", seconds["by hand, places"] / seconds["by hand"], 2, each["by hand, places"])
    yield Row("  the same, of JSON lines", seconds["JSON, places"] / seconds["JSON"], None, f"{each['JSON, places']} / {each['JSON']}")


def exact(data: bytes) -> list[object]:
    """The trees, without the quick reader."""
    return [Builder(one).build() for one in documents(data.decode(), "f") if isinstance(one, Document)]


def quick(data: bytes) -> list[Loaded]:
    """As a program does that has just been started: nothing is remembered."""
    forget()
    return read(data, "f")


def placed(loaded: list[Loaded]) -> list[object]:
    """Where a field of each object stands, and its value."""
    return [(one.place_of(*FIELD), one.value_place_of(*FIELD)) for one in loaded]
