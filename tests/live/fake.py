"""A cluster made of Python values, for what needs no server: discovery and objects answered from a dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatewright.live.cluster import Absent, Answer, Found, Withheld


class Fake:
    """``documents`` by path; ``withheld`` are paths that may not be read. ``asked`` holds every question."""

    title = "cluster fake"

    def __init__(self, documents: Mapping[str, Any], withheld: tuple[str, ...] = ()) -> None:
        self._documents, self._withheld = documents, withheld
        self.asked: list[str] = []

    def get(self, path: str, *, metadata_only: bool = False) -> Answer:
        self.asked.append(path)
        if path in self._withheld:
            return Withheld("forbidden")
        return Found(self._documents[path]) if path in self._documents else Absent()

    def list(self, path: str) -> Answer:
        return self.get(path)


def discovery(group: str, *kinds: str, versions: tuple[str, ...] = ("v1",), namespaced: bool = True) -> dict[str, Any]:
    """What a server says of a group that serves these kinds in each version."""
    names = [{"groupVersion": f"{group}/{version}"} for version in versions]
    found: dict[str, Any] = {f"/apis/{group}": {"preferredVersion": names[0], "versions": names}}
    for version in versions:
        listed = [{"name": f"{kind.lower()}s", "kind": kind, "namespaced": namespaced} for kind in kinds]
        found[f"/apis/{group}/{version}"] = {"resources": [*listed, {"name": f"{kinds[0].lower()}s/status", "kind": kinds[0], "namespaced": namespaced}]}
    return found
