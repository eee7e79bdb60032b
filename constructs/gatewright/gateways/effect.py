"""What a gateway really does with a request, read from manifests that anybody wrote: guards, each with where it is stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol, TypeAlias

import attrs

from gatewright.manifest.identity import ObjectId
from gatewright.protection.dimension import Kind
from gatewright.protection.headers import HeaderEdit
from gatewright.protection.unknown import Unknown
from gatewright.standard.precedence import Routed
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.route import Attached, BackendRef, FilterRef, Filters, Route

State: TypeAlias = Literal["enforced", "not-enforced", "unknown"]
"""``not-enforced``: it is stated, and refuses nobody (optional, shadowed, failing open, or overruled)."""


@attrs.frozen
class Stated:
    """An object and the field of it that says so; ``path`` as ``Loaded.place_of`` takes it."""

    object: ObjectId
    path: tuple[str | int, ...] = ()


@attrs.frozen
class Guard:
    """One protection of one kind, as it really is: the value that ``protection.dimension`` compares, and who states it.

    ``value`` is Unknown where ``state`` is ``unknown``. ``at`` is None for what holds by the gateway's own default.
    """

    kind: Kind
    value: object
    state: State = "enforced"
    at: Stated | None = None

    @classmethod
    def unknown(cls, kind: Kind, reason: str, at: Stated | None = None) -> Guard:
        """What could not be read."""
        return cls(kind, Unknown(reason), "unknown", at)


Guards: TypeAlias = tuple[Guard, ...]
"""At most one guard a kind, sorted by kind."""


def settled(guards: Sequence[Guard]) -> Guards:
    """In order; of two of one kind the later one stands."""
    return tuple({one.kind: one for one in sorted(guards, key=lambda one: one.kind)}.values())


@attrs.frozen(eq=False)
class Alike:
    """Guards that many rules have, as one of them has them. For each of ``speakers``, who state some of them there, a rule has an object of its own."""

    guards: Guards = ()
    speakers: tuple[ObjectId, ...] = ()


@attrs.frozen(eq=False, weakref_slot=False)
class Said:
    """The guards of one such rule, stated by ``names`` in the place of the speakers, one by one.

    Of 100,000 routes with a policy each that says the same, each keeps a name and no guard.
    """

    alike: Alike
    names: tuple[ObjectId, ...] = ()

    @property
    def guards(self) -> Guards:
        """With who states them here, made anew."""
        alike = self.alike
        if self.names == alike.speakers:
            return alike.guards
        names = dict(zip(alike.speakers, self.names, strict=True))
        return tuple(one if one.at is None else Guard(one.kind, one.value, one.state, restated(one.at, names)) for one in alike.guards)


NO_GUARDS = Said(Alike())


def said_of(guards: Guards | Said) -> Said:
    """Guards as they are."""
    return guards if isinstance(guards, Said) else Said(Alike(guards)) if guards else NO_GUARDS


def restated(stated: Stated, names: Mapping[ObjectId, ObjectId]) -> Stated:
    """The same field of the object that stands for this one, if any does."""
    name = names.get(stated.object)
    return stated if name is None else Stated(name, stated.path)


@attrs.frozen
class Answered:
    """The gateway answers itself instead of what the rule says: an error of translation, a direct response."""

    status: int
    why: str
    at: Stated | None = None


@attrs.frozen
class RuleEffect:
    """What stands before one rule of one route on one listener. ``answer``: nothing is forwarded, this is said instead.

    ``undecided``: why a request that the rule matches may not be taken by it after all, as where the gateway's own filter narrows the match.
    """

    said: Said = attrs.field(default=NO_GUARDS, converter=said_of, alias="guards")
    answer: Answered | None = None
    notes: tuple[str, ...] = ()
    undecided: str = ""

    @property
    def guards(self) -> Guards:
        """As they stand before this rule."""
        return self.said.guards


@attrs.frozen
class Arriving:
    """What a header is once a route is chosen, whatever the client sent: ``value``, None where it is gone; ``doubt``: why that is not known."""

    value: str | None = None
    doubt: str = ""


@attrs.frozen
class Upstream:
    """What a backend of the gateway's own kind stands for: ``address`` in words, the way to it, and why it cannot be used.

    ``undecided``: why it may not be there as it is written.
    """

    address: str
    hop: Guard | None = None
    problem: str = ""
    undecided: str = ""
    notes: tuple[str, ...] = ()


@attrs.frozen
class Changes:
    """What the filters of one backendRef make of what that backend gets, as far as the gateway runs them.

    ``response`` are header names and values; ``unknown`` the kinds of which nobody can say what becomes of them, with the reason.
    ``problem``: why the backend cannot be used because of them.
    """

    request: HeaderEdit = HeaderEdit()
    response: tuple[tuple[str, str], ...] = ()
    unknown: tuple[tuple[Kind, str], ...] = ()
    problem: str = ""
    notes: tuple[str, ...] = ()
    at: Stated | None = None


@attrs.frozen
class Ignored:
    """An object, or a part of it, that does nothing, and why; ``undecided``: it may do nothing."""

    object: ObjectId
    reason: str
    path: tuple[str | int, ...] = ()
    undecided: bool = False


class Effects(Protocol):
    """A gateway's semantics over one world: made once, then asked for every listener and rule. The same question, the same (identical) guards."""

    @property
    def falls_through(self) -> bool:
        """Whether a request that no rule of its most specific hostname matches goes to the rules of a wider one (the standard: yes)."""
        ...

    @property
    def ranks_regexes(self) -> bool:
        """Whether regular expressions are defined: they are RE2 and have a rank. If not, one that meets another match is undecided."""
        ...

    @property
    def isolates(self) -> bool:
        """Whether a request belongs to the most specific listener even where that has no route for it (GatewayHTTPListenerIsolation)."""
        ...

    @property
    def needs_mirrors(self) -> bool:
        """Whether a rule with a mirror that leads nowhere answers 500, and one that answers by itself as well (the standard: no, nothing is copied)."""
        ...

    @property
    def merges(self) -> bool:
        """Whether all Gateways of the class are one to clients."""
        ...

    def listeners(self, listeners: Sequence[Listener]) -> tuple[Listener, ...]:
        """The listeners of one address as this gateway really serves them: ``problem`` set on those that it drops."""
        ...

    def doubts(self, attached: Sequence[Attached]) -> Mapping[Attached, str]:
        """Why some of all the attachments of its Gateways may serve nothing, beyond what the standard leaves open."""
        ...

    def on_listener(self, listener: Listener) -> Guards:
        """What every connection and request through a listener meets, whatever the route."""
        ...

    def arriving(self, listener: Listener, header: str) -> Arriving | None:
        """What the listener makes of a header before a route is chosen; None: nothing, it is as the client sends it."""
        ...

    def on_rule(self, route: Route, rule: int, listener: Listener) -> RuleEffect:
        """What its policies and its own filters do to a rule of a route attached to a listener; the standard's own filters are not in it."""
        ...

    def on_filter(self, route: Route, ref: FilterRef) -> Answered | None:
        """An answer that a filter of its own kind gives in place of the backend; None: it gives none."""
        ...

    def upstream(self, route: Route, ref: BackendRef) -> Upstream | None:
        """A backend that is no Service, if it is of a kind of the gateway's own; None: it is not, and leads nowhere."""
        ...

    def changes(self, route: Route, ref: BackendRef, filters: Filters) -> Changes:
        """What the filters of its own make of what a backend gets; asked where it has some."""
        ...

    def hop(self, service: ObjectId, port: int, stated: Guard) -> Guard:
        """The way to a Service as BackendTLSPolicies state it, with what the gateway's own settings make of that."""
        ...

    def rank(self, entry: Routed) -> tuple[object, ...]:
        """A sort key: the entry with the smaller key is served; equal keys are settled by age, name and position."""
        ...

    def ignored(self) -> Sequence[Ignored]:
        """Objects of its kinds that do nothing, with the reason."""
        ...
