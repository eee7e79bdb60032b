"""What a manifest holds in place of what the standard asks for."""

from __future__ import annotations

import re
from functools import lru_cache

from gatewright.errors import shown
from gatewright.match import Host, parse_host

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_HOSTNAME = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})*")
_LONGEST = 253


class Unread(ValueError):
    """A value that cannot be read; the message says what is allowed and what was got, in the user's words."""


class NoExpression(Unread):
    """A regular expression that no dialect takes."""


def hostname(value: object) -> Host:
    """A hostname as listeners and routes state it (Gateway API, type Hostname). Raises ``Unread``."""
    if isinstance(value, str):
        host = _hostname(value)
        if host is not None:
            return host
    raise Unread(f"a lower-case DNS name, perhaps after `*.`, got {shown(value)}")


@lru_cache(maxsize=16_384)
def _hostname(value: str) -> Host | None:
    return parse_host(value) if len(value) <= _LONGEST and _HOSTNAME.fullmatch(value) else None


def place(*steps: str | int) -> str:
    """Where in an object: ``rules[0].matches[1]``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
