"""The cluster as this room asks it: a port with two questions, and what is answered. Nothing is ever written."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import attrs

from gatewright.manifest.text import JsonObject


@attrs.frozen
class Found:
    """What is there; of a list, an object whose ``items`` are those of all pages."""

    body: JsonObject


@attrs.frozen
class Absent:
    """It is not there, or its kind is not served."""


@attrs.frozen
class Withheld:
    """Whoever asks may not read it, or the server did not answer: neither there nor not there."""

    reason: str


Answer: TypeAlias = Found | Absent | Withheld


class Cluster(Protocol):
    """A cluster under somebody's credentials. Paths are those of the Kubernetes API: ``/apis/gateway.networking.k8s.io/v1/gateways``."""

    @property
    def title(self) -> str:
        """How messages call it: the name of its context."""
        ...

    def get(self, path: str, *, metadata_only: bool = False) -> Answer:
        """One object or document. ``metadata_only`` asks for PartialObjectMetadata, in which no value of a Secret travels."""
        ...

    def list(self, path: str) -> Answer:
        """Every object of a collection, of all its pages."""
        ...
