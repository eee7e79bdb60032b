"""Two sides, compared cluster by cluster: what every format of ``gatewright diff`` is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import attrs

from gatewright.diff.judgement import GRAVITY
from gatewright.diff.manifests import Manifests, ObjectChange
from gatewright.diff.row import Diff, Row, Verdict
from gatewright.estate.relaxed import RelaxedChange
from gatewright.manifest.identity import ObjectId
from gatewright.protection.credential import text_told
from gatewright.reach.address import Layer
from gatewright.reach.witness import command
from gatewright.reach.worded import request_told
from gatewright.report.origin import Origin, origin
from gatewright.world.world import World

_LAYERS: Mapping[str, Layer] = {"http": "http", "https": "https", "tls": "tls", "tcp": "tcp", "udp": "udp"}
_VERDICTS: tuple[Verdict, ...] = ("widened", "undecided", "changed", "narrowed", "none")


@attrs.frozen(eq=False)
class Part:
    """One cluster of both sides. ``place`` is its folder (``production/aws-eu``); empty where the sources are one cluster each."""

    place: str
    diff: Diff
    manifests: Manifests
    relaxed: tuple[RelaxedChange, ...]
    before: World = attrs.field(repr=False)
    after: World = attrs.field(repr=False)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Those of the comparison without the credentials that their words quote, and that their witnesses would send."""
        return tuple(map(_told, self.diff.rows))

    def origin(self, one: ObjectId) -> Origin:
        """Where HEAD states an object, or else BASE."""
        return origin(self.after if one in self.after else self.before, one)


@attrs.frozen(eq=False)
class Shown:
    """A row with every cluster in which it stands in the same words; ``part`` is the first of them.

    ``placed``: where it enters must be told, for there is more than one way in.
    """

    row: Row
    part: Part
    places: tuple[str, ...]
    placed: bool = False


@attrs.frozen(eq=False)
class Comparison:
    """``base`` and ``head`` as the user named them. Of several clusters each is compared with itself."""

    base: str
    head: str
    parts: tuple[Part, ...]

    @property
    def verdict(self) -> Verdict:
        """The gravest of all clusters; a doubt anywhere is never ``none`` or ``narrowed``."""
        found = {part.diff.verdict for part in self.parts}
        for one in _VERDICTS:
            if one in found:
                return one
        return "none"

    @property
    def silent(self) -> bool:
        """Whether there is nothing at all to tell."""
        return self.verdict == "none" and not any(part.manifests.objects or part.relaxed for part in self.parts)

    def rows(self) -> tuple[Shown, ...]:
        """The gravest first; what is the same in several clusters is one."""
        together: dict[Row, tuple[Row, list[Part]]] = {}
        for part in self.parts:
            for row in part.rows:
                together.setdefault(attrs.evolve(row, region=(), objects=()), (row, []))[1].append(part)
        placed = len({row.where for row in together if row.scheme != "any"}) > 1
        found = [Shown(row, parts[0], tuple(part.place for part in parts if part.place), placed) for row, parts in together.values()]
        return tuple(sorted(found, key=lambda one: (not one.row.adverse, GRAVITY[one.row.change])))

    def not_judged(self) -> Iterator[str]:
        """What could not be judged, with the cluster where there are several."""
        yield from self._each((part.place, part.diff.not_judged) for part in self.parts)

    def notes(self) -> Iterator[str]:
        """What changed without changing who reaches what."""
        yield from self._each((part.place, part.diff.notes) for part in self.parts)

    def left_out(self) -> tuple[str, ...]:
        """Fields that differ and were not compared."""
        return tuple(sorted({one for part in self.parts for one in part.manifests.left_out}))

    def objects(self) -> Iterator[tuple[Part, ObjectChange]]:
        """Objects that changed, cluster by cluster."""
        yield from ((part, one) for part in self.parts for one in part.manifests.objects)

    def relaxed(self) -> Iterator[RelaxedChange]:
        """Relaxations that changed, cluster by cluster."""
        yield from (one for part in self.parts for one in part.relaxed)

    @staticmethod
    def _each(found: Iterator[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
        places: dict[str, list[str]] = {}
        for place, texts in found:
            for one in texts:
                places.setdefault(text_told(one), []).append(place)
        for text, where in places.items():
            named = list(dict.fromkeys(filter(None, where)))
            yield f"{', '.join(named)}: {text}" if named else text


def _told(row: Row) -> Row:
    before, after, reason = map(text_told, (row.before, row.after, row.reason))
    asked = None if row.witness is None else request_told(row.witness, row.region)
    return attrs.evolve(row, before=before, after=after, reason=reason, witness=asked)


def kind_of(row: Row) -> str:
    """A row in one word: ``widened``, ``narrowed``, ``changed`` or ``undecided``."""
    if row.adverse:
        return "widened"
    return {"undecided": "undecided", "sideways": "changed"}.get(row.change, "narrowed")


def url(row: Row, host: str, path: str) -> str:
    """``https://shop.example.com:8443/cart``; the port where it is not the scheme's own. Of what is no HTTP the path is left out."""
    port = "" if row.port in (0, {"http": 80, "https": 443}.get(row.scheme)) else f":{row.port}"
    if row.scheme == "any":
        return host
    return f"{row.scheme}://{host}{port}{path if row.scheme in ('http', 'https') else ''}"


def what(shown: Shown) -> str:
    """Method and URL of a row, as a reader writes them; and at which Gateway or side door, where that goes without saying no more."""
    row = shown.row
    host = "any host" if row.host == "*" else row.host
    if row.scheme == "any":
        return row.where or host
    if row.scheme in ("tcp", "udp"):
        return f"{row.scheme.upper()} port {row.port or 'that is still to be assigned'} at the {row.where}"
    method = "" if row.method == "any" else f"{row.method.replace('any but', 'any method but')} "
    at = f" at the {row.where}" if shown.placed or not row.where.startswith("Gateway ") else ""
    path = "" if row.path in ("any", "any path") else row.path.removeprefix("exactly ")
    if path.startswith("/") and " " not in host:
        return method + url(row, host, path) + at
    return method + url(row, host, "") + (f", {row.path}" if path else "") + at


def witness(shown: Shown) -> str:
    """A line for a shell that shows the change; empty where the row is about objects and not about requests."""
    row = shown.row
    layer = _LAYERS.get(row.scheme)
    if row.witness is None or layer is None or not row.region:
        return ""
    named = not row.host.startswith("*") and row.where.startswith("Gateway ")
    line = command(row.witness, layer, row.port, None, row.where, named=named)
    return line.replace('"$ADDRESS" 0', '"$ADDRESS" "$PORT"', 1) if not row.port else line
