"""What an engine did in one run, out of its events: each step, when it began and ended, as text for people and as questions for tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs
from pulumi.automation import EngineEvent

Resources = Mapping[str, Mapping[str, Any]]
"""The resources of a state, by URN."""

_GONE = ("delete", "delete-replaced", "discard")
_ROUTES, _POLICIES = ("HTTPRoute",), ("SecurityPolicy", "ClientTrafficPolicy", "BackendTrafficPolicy", "BackendTLSPolicy")


@attrs.frozen
class Step:
    """``began`` and ``ended`` count events; ``changed`` are the paths that differ."""

    op: str
    urn: str
    began: int
    ended: int
    changed: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Of the object."""
        return kind_of(self.urn)

    @property
    def name(self) -> str:
        """``<namespace>/<name>``."""
        return self.urn.rpartition("::")[2].rpartition(":")[2]

    @property
    def goes(self) -> bool:
        """Whether the object is gone afterwards."""
        return self.op in _GONE

    def __str__(self) -> str:
        return f"{self.op} {self.kind} {self.name}"


@attrs.frozen
class Run:
    """``steps`` are those of objects and providers that did something, in the order of their beginnings; ``before`` and ``after`` the states around them."""

    steps: tuple[Step, ...]
    before: Resources
    after: Resources
    said: str

    def did(self) -> list[str]:
        """Each step in words, sorted: the engine works at many at once."""
        return sorted(map(str, self.steps))

    def text(self) -> str:
        """For golden files: which step waits for which other makes their groups, as the order in a group is the engine's affair."""
        lines = []
        for index, group in enumerate(self._groups(), start=1):
            lines += [f"{index:2}  {step}{''.join(f'{chr(10)}        {path}' for path in step.changed)}" for step in sorted(group, key=str)]
        return "".join(f"{line}\n" for line in lines)

    def _groups(self) -> Iterator[list[Step]]:
        left = list(self.steps)
        while left:
            ready = [one for one in left if not any(self._waits(one, other) for other in left)]
            yield ready
            left = [one for one in left if one not in ready]

    def _waits(self, one: Step, other: Step) -> bool:
        if one.goes != other.goes:
            return one.goes
        first, second, state = (other, one, self.before) if one.goes else (one, other, self.after)
        return second.urn in _needs(first.urn, state)

    def out_of_turn(self) -> list[str]:
        """Pairs of steps in which the second began before the first, for which it waits, had ended."""
        return [f"{other}, {one}" for one in self.steps for other in self.steps if self._waits(one, other) and other.ended > one.began]

    def windows(self) -> list[str]:
        """Moments in which something serves without what guards it: a guard that comes late, goes early, or goes without another.

        To have been in time is not enough: what is guarded must have waited.
        """
        steps, found = {one.urn: one for one in self.steps}, []
        for state, goes in ((self.after, False), (self.before, True)):
            for guard, guarded in guards(state.values()):
                one, two = steps.get(guard), steps.get(guarded)
                if one and two and one.goes == two.goes == goes:
                    first, second = (two, one) if goes else (one, two)
                    found += [f"{second} before {first}"] if second.began < first.ended or guard not in _all_needs(guarded, state) else []
                elif goes and one and one.goes and guarded in self.after:
                    found += [] if self._followed(one, guarded, steps) else [f"{one} with nothing in its place"]
        return found

    def _followed(self, gone: Step, guarded: str, steps: Mapping[str, Step]) -> bool:
        others = [guard for guard, one in guards(self.after.values()) if one == guarded and kind_of(guard) == gone.kind]
        return any(other not in steps or steps[other].ended < gone.began for other in others)


def run(events: Iterable[EngineEvent], before: Resources, after: Resources, said: str) -> Run:
    """Of one operation; in a preview nothing ends, so that each step ends where it begins."""
    steps: dict[tuple[str, str], Step] = {}
    for count, event in enumerate(events):
        about = event.resource_pre_event or event.res_outputs_event
        if about is None:
            continue
        seen = about.metadata
        op = str(getattr(seen.op, "value", seen.op))
        if "kubernetes" not in seen.urn or op in ("same", "refresh"):
            continue
        known = steps.get((op, seen.urn), Step(op, seen.urn, count, count))
        changed = tuple(sorted(seen.detailed_diff or {})) or known.changed
        steps[op, seen.urn] = attrs.evolve(known, ended=count, changed=changed)
    return Run(tuple(steps.values()), before, after, said)


def kind_of(urn: str) -> str:
    """``HTTPRoute`` of ``…$kubernetes:gateway.networking.k8s.io/v1:HTTPRoute::…``."""
    return "Provider" if ":providers:" in urn else urn.rpartition("::")[0].rpartition(":")[2]


def _needs(urn: str, state: Resources) -> set[str]:
    resource = state.get(urn, {})
    return {*resource.get("dependencies", ()), (resource.get("provider") or "").rpartition("::")[0]}


def _all_needs(urn: str, state: Resources) -> set[str]:
    found: set[str] = set()
    left = [urn]
    while left:
        more = _needs(left.pop(), state) - found
        found |= more
        left += more
    return found


def guards(resources: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """URNs of a policy and of what serves under it: its target, the routes on a gateway, the routes to a backend."""
    objects = [(one["urn"], one["inputs"]) for one in resources if "spec" in one.get("inputs", {})]
    for urn, policy in objects:
        targets = {(one["kind"], one["name"]) for one in policy["spec"].get("targetRefs", ())} if policy["kind"] in _POLICIES else set()
        for other, served in objects:
            if targets & _names(served) and (served["metadata"]["namespace"] == policy["metadata"]["namespace"] or served["kind"] in _ROUTES):
                yield urn, other


def _names(served: Mapping[str, Any]) -> set[tuple[str, str]]:
    spec, own = served["spec"], {(served["kind"], served["metadata"]["name"])}
    if served["kind"] not in _ROUTES:
        return own if served["kind"] == "Gateway" else set()
    parents = {("Gateway", one["name"]) for one in spec.get("parentRefs", ())}
    return own | parents | {("Service", one["name"]) for rule in spec.get("rules", ()) for one in rule.get("backendRefs", ())}
