"""Whether anything but the gateway's proxies and declared callers can reach the pods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

import attrs

from gatewright.match.source import Sources

Requirement: TypeAlias = tuple[str, str, tuple[str, ...]]
"""Key, operator and values of a label (metav1.LabelSelectorRequirement)."""
Requirements: TypeAlias = tuple[Requirement, ...]
"""All of them hold; none: whatever the labels are."""


class Peer(NamedTuple):
    """Whom a NetworkPolicy admits, in ``words``: pods by labels, in namespaces by theirs, or addresses ``without`` some of them.

    Neither of both: anybody, or somebody who cannot be told; of them the words alone are known.
    """

    words: str
    namespaces: Requirements | None = None
    pods: Requirements | None = None
    cidr: str = ""
    without: tuple[str, ...] = ()

    def covers(self, other: Peer) -> bool:
        """Whether everybody that the other is, is this one for sure."""
        if self.words in (other.words, ANYBODY):
            return True
        if self.cidr and other.cidr:
            return _holds_addresses(self, other)
        return within(other.namespaces, self.namespaces) and within(other.pods, self.pods)


ANYBODY = "anybody"


@attrs.frozen
class Fenced:
    """NetworkPolicies admit only the gateway's proxies and the declared callers, and the cluster enforces them.

    Read back from manifests (kind ``fence``): ``admits`` are those who come to the backend's port, in words, sorted (``pods app=web of
    namespace shop``, ``perhaps …`` where that is not sure); none: nobody. ``peers``: the same as values, as far as they are known. One value
    is at least as strong as another if all whom it admits the other admits; any Fenced is stronger than NotFenced.
    """

    admits: tuple[str, ...] = ()
    peers: tuple[Peer, ...] = attrs.field(default=(), eq=False, repr=False)

    @classmethod
    def of(cls, admits: Iterable[Peer], perhaps: Iterable[Peer]) -> Fenced:
        """Those who come for sure, and those who may."""
        sure, doubtful = ({one.words: one for one in each} for each in (admits, perhaps))
        words = sorted({*sure, *(f"{_PERHAPS}{one}" for one in doubtful if one not in sure)})
        return cls(tuple(words), tuple((doubtful | sure).values()))

    def lets_in(self, who: str, other: Fenced) -> bool:
        """Whether one whom the other admits is admitted here; whoever may come here is not for sure."""
        doubtful, known = who.startswith(_PERHAPS), {one.words: one for one in self.peers}
        peer = {one.words: one for one in other.peers}.get(who.removeprefix(_PERHAPS))
        alike = (known.get(one.removeprefix(_PERHAPS)) for one in self.admits if one.startswith(_PERHAPS) is doubtful)
        return who in self.admits or (peer is not None and any(one is not None and one.covers(peer) for one in alike))


_PERHAPS = "perhaps "


@attrs.frozen
class NotFenced:
    """Whoever is in the cluster may reach the pods; ``reason`` says what stands in the way."""

    reason: str


Fence = Fenced | NotFenced


def within(one: Requirements | None, other: Requirements | None) -> bool:
    """Whether labels that fulfil the one are sure to fulfil the other; of those that are not known (None) nothing is sure."""
    return one is not None and other is not None and all(any(_implies(mine, theirs) for mine in one) for theirs in other)


def fulfilled(labels: Mapping[str, str], needs: Requirements) -> bool:
    """Whether these are labels that are asked for."""
    return all(_fulfilled(labels.get(key), operator, values) for key, operator, values in needs)


def _fulfilled(held: str | None, operator: str, values: tuple[str, ...]) -> bool:
    match operator:
        case "In":
            return held in values
        case "NotIn":
            return held not in values
        case "Exists":
            return held is not None
        case _:
            return held is None


def _implies(one: Requirement, other: Requirement) -> bool:
    """Whether a label that fulfils the one requirement fulfils the other (metav1.LabelSelectorRequirement)."""
    if one == other:
        return True
    if one[0] != other[0]:
        return False
    values, theirs = set(one[2]), set(other[2])
    match one[1], other[1]:
        case "In", "In":
            return values <= theirs
        case "In", "NotIn":
            return not values & theirs
        case "NotIn", "NotIn":
            return theirs <= values
        case "In", "Exists":
            return True
        case "DoesNotExist", "NotIn":
            return True
        case _:
            return False


def _holds_addresses(wide: Peer, narrow: Peer) -> bool:
    try:
        mine, theirs = (Sources.of(one.cidr).minus(Sources.of(*one.without)) for one in (wide, narrow))
    except ValueError:
        return False
    return mine.covers(theirs)
