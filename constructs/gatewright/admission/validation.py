"""Objects of a World and the verdicts on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import attrs

from gatewright.admission.finding import Finding, Verdict
from gatewright.admission.json_path import steps
from gatewright.admission.judge import Judge
from gatewright.errors import did_you_mean, shown
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import JsonObject, ManifestError, Place
from gatewright.manifest.yaml_read import Loaded

_LONGEST = 400  # characters; kind, namespace and name of a sound object have at most 381


@attrs.frozen
class Judged:
    """One object and what the API server would say of it."""

    loaded: Loaded
    verdict: Verdict
    is_update: bool = False

    @property
    def subject(self) -> str:
        """``HTTPRoute shop/orders``, with what the manifest says, whether or not the API server would take it for a name."""
        namespace, name = self.text("namespace"), self.text("name")
        said = f"{self.loaded.manifest['kind']} {f'{namespace}/' if namespace else ''}{name}".strip()
        return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"

    @property
    def group(self) -> str:
        """Of the kind; the core group is empty."""
        return str(self.loaded.manifest["apiVersion"]).rpartition("/")[0]

    def text(self, field: str) -> str:
        """A field of metadata, or nothing where it is no text."""
        metadata = self.loaded.manifest.get("metadata")
        value = metadata.get(field) if isinstance(metadata, dict) else None
        return value if isinstance(value, str) else ""

    def placed(self) -> list[tuple[Place, Finding]]:
        """The findings as a reader of the file meets them, each where its field stands, or the nearest around it that is written out."""
        return sorted((self.loaded.place_of(*steps(finding.path)), finding) for finding in self.verdict.findings)


def validate(
    objects: Iterable[Loaded], judge: Judge, base: Mapping[ObjectId, JsonObject] | None = None, closed: Collection[str] = ()
) -> Iterator[Judged]:
    """The verdict on each object, in order. One that is in ``base`` is judged as an update of it, any other as new.

    ``closed`` are groups of which the judge knows every kind there is: another kind of these is not served, which is a verdict.
    """
    for loaded in objects:
        old = base.get(identity) if base and (identity := _identity(loaded)) else None
        judged = Judged(loaded, judge.verdict(loaded.manifest, old), old is not None)
        yield _unserved(judged, judge) if judged.verdict.verdict == "not-judged" and judged.group in closed else judged


def _unserved(judged: Judged, judge: Judge) -> Judged:
    kind = str(judged.loaded.manifest["kind"])
    served = sorted(name for group, name in judge.facts.kinds if group == judged.group)
    allowed = f"{', '.join(served) or 'no kind at all'} of {judged.group}"
    message = f"The API server serves no {kind} of {judged.group}{did_you_mean(kind, served)}; it serves {allowed}."
    return Judged(judged.loaded, Verdict("rejected", (Finding("kind", "kind", shown(kind), allowed, "schema", message),)))


def based_on(objects: Iterable[Loaded]) -> dict[ObjectId, JsonObject]:
    """The old objects by identity; of two with the same the first, see ``repeated``."""
    base: dict[ObjectId, JsonObject] = {}
    for loaded in objects:
        if identity := _identity(loaded):
            base.setdefault(identity, loaded.manifest)
    return base


def repeated(objects: Iterable[Loaded]) -> list[Loaded]:
    """Those that say of an object something else than the first did that stated it."""
    first: dict[ObjectId, JsonObject] = {}
    return [loaded for loaded in objects if (identity := _identity(loaded)) and first.setdefault(identity, loaded.manifest) != loaded.manifest]


def _identity(loaded: Loaded) -> ObjectId | None:
    """None where there is no name yet, or none that could be one: then nothing can be the same."""
    try:
        identity = loaded.id
    except ManifestError:
        return None
    return identity if identity.name else None
