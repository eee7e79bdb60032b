"""The whole reach as a picture: a Mermaid flowchart of gateways, hosts, what is matched there under which protection, and backends.

Mermaid draws at most 500 edges and 50,000 characters (``maxEdges``, ``maxTextSize``, which a document cannot raise). So entries of a host that
differ in nothing but the path are one node, and a picture that is still too large is drawn with less in it, which it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import attrs

from gatewright.reach.reach import Reach
from gatewright.report.reach_row import Row, rows
from gatewright.report.reach_table import flat

MAX_EDGES = 480
MAX_TEXT = 48_000
_LABEL = 80  # characters of one line of a label
_PATHS = 4  # of one node that are named


@attrs.frozen(eq=False)
class _Group:
    """Entries of one host that differ in nothing but the route and what they match."""

    gateway: str
    host: str
    passes: str
    to: str
    undecided: str
    rows: tuple[Row, ...]


def reach_mermaid(reach: Reach) -> str:
    """The most detailed picture that can still be drawn: without nodes for backends, without what does not decide who passes, with hosts together."""
    text = ""
    for groups, left_out, whole in _levels(list(rows(reach))):
        text, edges = _drawn(groups, left_out, whole=whole)
        if edges <= MAX_EDGES and len(text) <= MAX_TEXT:
            break
    return text


def _levels(every: Sequence[Row]) -> Iterator[tuple[list[_Group], list[_Group], bool]]:
    """The groups of each picture, those that are left out of it, and whether its backends are nodes."""
    yield _grouped(every, lambda row: (row.host, _passes(row), row.to)), [], True
    yield _grouped(every, lambda row: (row.host, _passes(row), "")), [], False
    yield _grouped(every, lambda row: (row.host, flat(row.passes), "")), [], False
    alike = _grouped(every, lambda row: ("", flat(row.passes), ""))
    together = [attrs.evolve(one, host=_few(list(dict.fromkeys(row.host for row in one.rows)), 4)) for one in alike]
    for count in (len(together), 200, 100, 50, 20, 5, 0):
        yield together[:count], together[count:], False


def _grouped(every: Iterable[Row], told: Callable[[Row], tuple[str, str, str]]) -> list[_Group]:
    """``told``: what is told of an entry beside its Gateway: host, protection, backend."""
    found: dict[tuple[str, str, str, str, str], list[Row]] = {}
    for row in every:
        found.setdefault((f"{flat(row.gateway)}\n{flat(row.door)}", *told(row), row.undecided), []).append(row)
    return [_Group(*key, tuple(same)) for key, same in found.items()]


def _passes(row: Row) -> str:
    return "\n".join(flat(part) for part in (row.passes, row.bounds) if part)


def _drawn(groups: Sequence[_Group], left_out: Sequence[_Group], *, whole: bool) -> tuple[str, int]:
    """The picture, and how many edges it has."""
    lines = ["flowchart LR"]
    names = _Names()
    edges = 0
    by_gateway: dict[str, dict[str, list[_Group]]] = {}
    for one in groups:
        by_gateway.setdefault(one.gateway, {}).setdefault(one.host, []).append(one)
    for gateway, hosts in by_gateway.items():
        lines.append(f'  subgraph {names.of("g", gateway)}["{label(gateway)}"]')
        lines += [f'    {names.of("h", gateway, host)}(["{label("any host" if host == "*" else host)}"])' for host in hosts]
        lines.append("  end")
        for host, same in hosts.items():
            for one in same:
                edges += 1
                lines.append(
                    f'  {names.of("h", gateway, host)} -->|"{label(one.passes)}"| {names.new("r")}["{label(_matched(one, whole=whole))}"]'
                )
                if whole:
                    edges += 1
                    lines.append(f"  {names.last} --> {names.declared('b', one.to, label(one.to))}")
    if left_out:
        others = {(one.gateway, one.host) for one in left_out}
        lines.append(f'  {names.new("more")}["{label(f"and {len(left_out)} more on {len(others)} hosts: too many for one picture")}"]')
    if not (groups or left_out):
        lines.append(f'  {names.new("none")}["no way in"]')
    return "\n".join(lines) + "\n", edges


def _matched(group: _Group, *, whole: bool) -> str:
    """Routes, and the paths with their conditions; without the backends' own nodes, how many there are."""
    routes = list(dict.fromkeys(str(row.entry.route.id) if row.entry.route else row.entry.label for row in group.rows))
    paths = list(dict.fromkeys(_path(row) for row in group.rows))
    lines = [_few(routes, 2), *_many(paths)]
    if not whole:
        backends = dict.fromkeys(row.to for row in group.rows)
        lines.append(next(iter(backends)) if len(backends) == 1 else f"{len(backends)} backends")
    if group.undecided:
        lines.append(f"undecided: {flat(group.undecided)}")
    return "\n".join(lines)


def _path(row: Row) -> str:
    return flat(", ".join(one for one in (row.path or "everything", "" if row.when == "any method" else row.when) if one))


def _few(names: Sequence[str], count: int) -> str:
    return ", ".join(names[:count]) + (f" and {len(names) - count} more" if len(names) > count else "")


def _many(names: Sequence[str]) -> Iterator[str]:
    yield from names[:_PATHS]
    if len(names) > _PATHS:
        yield f"and {len(names) - _PATHS} more paths"


def label(text: str) -> str:
    """Text between quotes of a label, on lines of bounded length: whatever could be syntax, markup or HTML is a character code (``#34;``)."""
    lines = (line if len(line) <= _LABEL else f"{line[: _LABEL - 1]}…" for line in text.split("\n"))
    return "<br/>".join("".join(map(_safe, line)) for line in lines)


def _safe(character: str) -> str:
    if character.isalnum() or (character in " .,/:-…" and character.isprintable()):
        return character
    if not character.isprintable():
        return "".join(map(_safe, character.encode("unicode_escape").decode("ascii")))
    return f"#{ord(character)};"


class _Names:
    """Identifiers of nodes: letters and digits of ours, nothing of a manifest."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], str] = {}
        self._count = 0
        self.last = ""

    def of(self, kind: str, *key: str) -> str:
        """That of a node that may be named again."""
        return self._known.setdefault((kind, *key), f"{kind}{len(self._known)}")

    def new(self, kind: str) -> str:
        """That of a node that is named once more at most, by ``last``."""
        self._count += 1
        self.last = f"{kind}_{self._count}"
        return self.last

    def declared(self, kind: str, key: str, text: str) -> str:
        """That of a node, with its label where it is named first."""
        first = (kind, key) not in self._known
        name = self.of(kind, key)
        return f'{name}[("{text}")]' if first else name
