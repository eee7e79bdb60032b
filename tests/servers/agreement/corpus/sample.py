"""One object of the corpus, and where it came from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

Manifest = dict[str, Any]
SEED = 20260


@attrs.frozen(eq=False)
class Sample:
    """An object to create, or with ``old`` an object that replaces that. ``home`` is the apiVersion and kind whose collection is asked."""

    manifest: Manifest
    origin: str
    home: tuple[str, str]
    old: Manifest | None = None

    @property
    def identity(self) -> str:
        """Equal for samples that say the same; ``1`` and ``1.0`` are not the same."""
        return json.dumps([self.manifest, self.old, self.home], sort_keys=True)


def sample(manifest: Manifest, origin: str, old: Manifest | None = None) -> Sample:
    """A sample whose own apiVersion and kind say where it goes."""
    return Sample(manifest, origin, (manifest["apiVersion"], manifest["kind"]), old)


def distinct(samples: Iterable[Sample]) -> Iterator[Sample]:
    """Each once, in order."""
    seen: set[str] = set()
    for one in samples:
        if one.identity not in seen:
            seen.add(one.identity)
            yield one
