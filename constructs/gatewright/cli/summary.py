"""What a synthesis comes to, for people: counts by cluster, and everything that is not protected, with who answers for it."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from gatewright.cli.exits import REFUSED, WRONG_INPUT
from gatewright.cli.terminal import inline, say
from gatewright.synth.compiled import Compiled

_HEADS = ("objects", "protections", "relaxations", "not fenced", "refusals", "problems")


@attrs.frozen
class Result:
    """What became of one cluster; ``place`` is ``environment/cluster``."""

    place: str
    compiled: Compiled

    @property
    def counts(self) -> tuple[int, ...]:
        """One number for each head."""
        one = self.compiled
        protections = sum(len({trace.protection for trace in part.traces if trace.object is not None}) for part in one.parts)
        return len(one.objects), protections, len(one.relaxations), len(one.unfenced), len(one.refusals), len(one.problems)

    @property
    def codes(self) -> set[int]:
        """The exit codes that it asks for."""
        return {WRONG_INPUT for _ in self.compiled.problems} | {REFUSED for _ in self.compiled.refusals}


def summary(results: Sequence[Result]) -> None:
    """Say it on standard error."""
    rows = [(one.place, one.counts) for one in results]
    rows.append(("total", tuple(map(sum, zip(*(counts for _, counts in rows), strict=True)))))
    width = max(len(place) for place, _ in rows)
    say(f"{'':<{width}}  {'  '.join(_HEADS)}", "soft")
    for place, counts in rows:
        say(f"{place:<{width}}  {'  '.join(f'{count:>{len(head)}}' for head, count in zip(_HEADS, counts, strict=True))}")
    relaxed, open_pods = _gathered(results)
    for text, places in (relaxed | open_pods).items():
        say(f"{text}\n    in       {', '.join(places)}")


def _gathered(results: Sequence[Result]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Each relaxation and each missing fence once, with the clusters it stands in."""
    relaxed: dict[str, list[str]] = {}
    unfenced: dict[str, list[str]] = {}
    for result in results:
        for one in result.compiled.relaxations:
            said = [f"relaxed: {one.intent}: {one.what}: {one.exemption}", *(f"    change   {change}" for change in one.changes)]
            relaxed.setdefault("\n".join(map(inline, said)), []).append(result.place)
        for other in result.compiled.unfenced:
            unfenced.setdefault(inline(f"not fenced: {other.intent}: {other.reason}"), []).append(result.place)
    return relaxed, unfenced
