"""What Reach says and what Envoy does, held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from gatewright.gateways.effect import Guards
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.protection.transport import Plaintext
from gatewright.reach.answering import ask
from gatewright.reach.assembly import reach_of
from gatewright.reach.outcome import Answer, Backend, Forwarded, NoRoute, Outcome, Redirected, Rejected, Undecided
from gatewright.reach.question import Question, Reply
from gatewright.reach.reach import Reach
from gatewright.world.world import World as Manifests
from tests.servers.reach.envoy_table import Request, Seen
from tests.servers.reach.translated import GATEWAY_CLASS
from tests.servers.reach.witnesses import EG, GW, Object
from tests.servers.reach.worlds import World

COMPLETE = (f"*.{GW}", f"*.{EG}", "Service", "Secret", "ConfigMap", "Namespace")
# Kinds of protection on which both speak. An authorization by address alone has a kind of its own here.
KINDS = (
    "jwt",
    "oidc",
    "api-key",
    "basic",
    "external-auth",
    "authorization",
    "client-certificate",
    "cors",
    "csrf",
    "rate-limit",
    "body-limit",
    "mirror",
    "extension",
    "backend-tls",
)


@attrs.frozen
class Difference:
    """``what`` is the route, the status, the backends or a kind of protection."""

    world: str
    request: Request
    what: str
    truth: str
    said: str


@attrs.define
class Tally:
    """One kind of worlds. ``refused`` counts Gateways of which Envoy loads nothing; ``unknown`` protections, ``undecided`` outcomes by reason."""

    worlds: int = 0
    refused: int = 0
    requests: int = 0
    agree: int = 0
    undecided: Counter[str] = attrs.field(factory=Counter)
    unknown: Counter[str] = attrs.field(factory=Counter)
    differ: list[Difference] = attrs.field(factory=list)
    outcomes: Counter[str] = attrs.field(factory=Counter)
    protections: Counter[str] = attrs.field(factory=Counter)

    def row(self, name: str) -> tuple[object, ...]:
        """For the table: counts, then how often each outcome and each protection was seen, and where the two differ."""
        undecided, unknown = sum(self.undecided.values()), sum(self.unknown.values())
        counts = (self.worlds, self.requests, self.agree - undecided, undecided, unknown, self.refused)
        return name, counts, dict(self.outcomes), dict(self.protections), dict(Counter(one.what for one in self.differ))

    def told(self) -> list[str]:
        """Where they differ, in words: one line for each world and thing."""
        first = {(one.world, one.what): one for one in reversed(self.differ)}
        return [f"{one.world} {one.what}: {one.request} is {one.truth}, and was said to be {one.said}" for one in first.values()]


def read(world: World, *, of_class: bool = True) -> Reach:
    """The reach of a world all of which is known. ``of_class``: its class is to be added."""
    objects = [*([GATEWAY_CLASS] if of_class else []), *world.objects]
    return reach_of(Manifests.of([Loaded(one, f"{world.name}.yaml", 0) for one in objects], COMPLETE))


def addresses(objects: Iterable[Object]) -> Mapping[tuple[str, str, str], str]:
    """Where each Service and Backend leads, by kind, namespace and name."""
    found = {}
    for one in objects:
        key = (one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"])
        if one["kind"] == "Service":
            found[key] = one["spec"]["clusterIP"]
        if one["kind"] == "Backend":
            found[key] = "{address}:{port}".format(**one["spec"]["endpoints"][0].get("ip", {"address": "elsewhere", "port": 0}))
    return found


def compare(
    tally: Tally, world: World, gateway: str, reach: Reach, leads: Mapping[tuple[str, str, str], str], request: Request, seen: Seen
) -> None:
    """One request; the truth is what was seen."""
    tally.requests += 1
    tally.outcomes[f"{seen.outcome} {seen.status or ''}".strip()] += 1
    tally.protections.update(kind for kind, state in seen.protects.items() if state == "enforced")
    reply = _asked(reach, gateway, request)
    if reply is None and len(world.gateways) > 1 and seen.outcome in {"no-route", "refused"}:
        tally.agree += 1  # another Gateway has a rule for it, and only that one is told of
        return
    found = list(_differences(seen, reply, leads, tally))
    tally.agree += not found
    tally.differ += [Difference(world.name, request, what, truth, said) for what, truth, said in found]


def _asked(reach: Reach, gateway: str, request: Request) -> Reply | None:
    question = Question(
        request.host, request.path, request.method, request.headers, request.query, request.scheme, request.port, request.server_name
    )
    replies = [
        one
        for one in ask(reach, question)
        if one.address is not None and gateway in map(_placed, [each.id for each in one.address.gateways])
    ]
    assert len(replies) <= 1, "a Gateway says one thing about one port"
    return replies[0] if replies else None


def _placed(identity: ObjectId) -> str:
    return f"{identity.namespace}/{identity.name}"


def _differences(
    seen: Seen, reply: Reply | None, leads: Mapping[tuple[str, str, str], str], tally: Tally
) -> Iterator[tuple[str, str, str]]:
    if reply is not None and isinstance(reply.outcome, Undecided):
        tally.undecided[_without_names(reply.outcome.reason)] += 1
        if not any(_outcome(one, leads) == _truth(seen) for one in reply.outcome.outcomes):
            yield "undecided", str(_truth(seen)), f"{[_outcome(one, leads) for one in reply.outcome.outcomes]} ({reply.outcome.reason})"
        return
    said = ("refused",) if reply is None else _outcome(reply.outcome, leads)
    if seen.route and (_route(reply), seen.rule if seen.outcome != "stream" else None) != (seen.route, _rule(reply, seen)):
        yield "route", f"{seen.route} rule {seen.rule}: {_truth(seen)}", f"{_route(reply)} rule {_rule(reply, seen)}: {said}"
        return
    if seen.nobody and isinstance(getattr(reply, "outcome", None), Rejected) and said == ("answer", 403):
        return
    if said != _truth(seen):
        yield (
            ("backends" if said[0] == _truth(seen)[0] == "backend" else "status"),
            f"{seen.route} {_truth(seen)}",
            f"{_route(reply)} {said} {_why(reply)}",
        )
        return
    if reply is not None and seen.outcome in {"backend", "redirect", "stream"}:
        yield from _guards(seen, reply.guards, tally)


def _why(reply: Reply | None) -> str:
    return str(getattr(reply.outcome, "why", "")) if reply else "no listener"


def _route(reply: Reply | None) -> str:
    if reply is None or reply.winner is None or reply.winner.route is None:
        return ""
    return f"{reply.winner.route.kind} {_placed(reply.winner.route.id)}"


def _rule(reply: Reply | None, seen: Seen) -> int | None:
    if seen.outcome == "stream" or reply is None or reply.winner is None or reply.winner.rule is None:
        return None
    return reply.winner.rule.index


def _truth(seen: Seen) -> tuple[object, ...]:
    if seen.outcome in {"backend", "stream"}:
        return ("backend", _shares(seen.backends))
    if seen.outcome == "no-route":
        return ("no-route",)
    return ("refused",) if seen.outcome == "refused" else ("answer", seen.status)


def _outcome(one: Outcome, leads: Mapping[tuple[str, str, str], str]) -> tuple[object, ...]:
    if isinstance(one, Forwarded):
        shares = [("" if each.problem else _address(each, leads), each.weight) for each in one.backends if each.weight]
        return ("backend", _shares(shares))
    if isinstance(one, Redirected):
        return ("answer", one.redirect.status)
    if isinstance(one, Answer | Rejected) and one.status is not None:
        return ("answer", one.status)
    if isinstance(one, NoRoute) and one.status is not None:
        return ("no-route",)
    return ("refused",)


def _address(backend: Backend, leads: Mapping[tuple[str, str, str], str]) -> str:
    address = leads.get((backend.id.kind, backend.id.namespace, backend.id.name), f"no {backend.id}")
    return address if ":" in address else f"{address}:{backend.port}"


def _shares(backends: Sequence[tuple[str, int]]) -> tuple[tuple[str, float], ...]:
    """Of all traffic, by address: one Service named twice has one share."""
    total, found = sum(weight for _, weight in backends), Counter[str]()
    for address, weight in backends:
        found[address] += weight
    return tuple((address, round(weight / total, 3)) for address, weight in sorted(found.items()))


def _guards(seen: Seen, guards: Guards, tally: Tally) -> Iterator[tuple[str, str, str]]:
    states: dict[str, str] = {}
    for one in guards:
        if isinstance(one.value, Plaintext):
            continue
        kind: str = "authorization" if one.kind == "ip" else one.kind
        states[kind] = (
            "unknown"
            if one.state == "unknown"
            else max(states.get(kind, ""), one.state, key=("", "not-enforced", "enforced", "unknown").index)
        )
        if one.state == "unknown" and kind in KINDS:
            tally.unknown[f"{kind}: {_without_names(str(one.value))}"] += 1
    for kind in KINDS:
        truth, said = seen.protects.get(kind, "absent"), states.get(kind, "absent")
        if said != "unknown" and (truth == "enforced") != (said == "enforced"):
            yield kind, f"{truth} on {seen.route} rule {seen.rule}", said


def _without_names(reason: str) -> str:
    return reason.split("; it is ")[0]
