"""A hardened default switched off by name, with somebody who answers for it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence

import attrs

from gatewright.errors import Problem, did_you_mean, shown
from gatewright.protection.exemption import Exemption
from gatewright.protection.lowered import Relaxed
from gatewright.statement.stated import Named

# Every hardened default that can be switched off, by the intent that carries it.
DEFAULTS: dict[str, dict[str, str]] = {
    "SecureGateway": {
        "access-log": "requests are logged, without credentials",
        "client-certificate-header": "a forwarded-client-certificate header that a client wrote itself is dropped",
        "deny-floor": "a route without a policy of its own answers 403",
        "identity-headers": "headers that say who is asking are taken from every request",
        "limits-first": "rate limits count before authentication, so that failed attempts count",
        "merged-slashes": "double slashes in a path are merged before a route is chosen",
        "path-normalisation": "escaped slashes in a path are refused",
        "tls-floor": "TLS 1.2 or newer with AEAD and ephemeral keys",
        "slow-headers": "request headers must arrive within a bound",
        "underscore-headers": "header names with an underscore are refused",
    },
    "SecureBackend": {
        "backend-tls": "the backend's certificate is verified",
        "network-fence": "only the gateway's proxies and declared callers reach the pods",
    },
    "ProtectedRoute": {
        "body-limit": "request bodies are bounded",
        "jwt-expiry": "a token without exp is refused",
        "timeouts": "requests and idle streams are bounded in time",
    },
}


@attrs.frozen(kw_only=True)
class Relax(Named):
    """Switch one hardened default off, on the intent that carries this value.

    ``reason`` and ``owner`` are shown wherever the relaxation is; ``until`` is its last day, ``YYYY-MM-DD``.
    """

    reason: str
    owner: str
    until: str

    def problems(self) -> Iterator[Problem]:
        """Empty reason or owner, a day that is none, a default that nobody knows."""
        known = sorted({name for names in DEFAULTS.values() for name in names})
        if self.name not in known:
            yield Problem("unknown-relaxation", "name", f"no hardened default has this name{did_you_mean(self.name, known)}",
                          shown(self.name), ", ".join(known), "use the name of the default")  # fmt: skip
        yield from owner_problems(self.reason, self.owner)
        yield from day_problems("until", self.until)

    def lowered(self) -> Relaxed:
        """The neutral value."""
        return Relaxed(self.name, Exemption(self.reason, self.owner, self.until))


def owner_problems(reason: str, owner: str) -> Iterator[Problem]:
    """A deviation without a reason or without somebody who answers for it."""
    if not reason.strip():
        yield Problem("no-reason", "reason", "a deviation needs a reason", shown(reason), "a sentence", "say why this is right")
    if not owner.strip():
        yield Problem("no-owner", "owner", "a deviation needs an owner", shown(owner), "a team or person", "name who answers for it")


def day_problems(field: str, value: str) -> Iterator[Problem]:
    """A calendar day, in that form of ISO 8601 which sorts and which everybody reads the same way."""
    try:
        datetime.date.fromisoformat(value)
        right = re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is not None
    except ValueError:
        right = False
    if not right:
        yield Problem("bad-day", field, "not a calendar day", shown(value), "YYYY-MM-DD", "write the last day on which this may stand")


def relax_problems(kind: str, relax: Sequence[Relax]) -> Iterator[Problem]:
    """Relaxations of defaults that this kind of intent does not carry, and the same one twice."""
    for index, one in enumerate(relax):
        if one.name in DEFAULTS[kind]:
            continue
        carrier = next(owner for owner, names in DEFAULTS.items() if one.name in names)
        yield Problem("relaxation-elsewhere", f"relax[{index}]", f"{kind} does not carry this default", shown(one.name),
                      ", ".join(sorted(DEFAULTS[kind])), f"state it on the {carrier}")  # fmt: skip
    names = [one.name for one in relax]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Problem("relaxed-twice", f"relax[{index}]", "relaxed twice", shown(name), "each default once", "keep the one that is meant")


def relaxes(relax: Iterable[Relax], name: str) -> bool:
    """Whether this default is switched off."""
    return any(one.name == name for one in relax)
