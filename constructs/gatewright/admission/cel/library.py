"""How a function of a Kubernetes library is written down, apart from the runtime that calls it.

Types are named as the runtime does: ``string``, ``list(dyn)``, ``net.IP``. A function raises ValueError, TypeError or OverflowError
where the server's gives an error; the runtime turns it into one, which ``||`` and ``&&`` may absorb.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs


@attrs.frozen
class Function:
    """One overload. ``call`` gets and gives plain Python values, and for an opaque type what its ``parse`` makes."""

    name: str
    overload: str
    parameters: tuple[str, ...]
    result: str
    call: Callable[..., object]
    member: bool = False


@attrs.frozen
class Opaque:
    """A type that the runtime only hands around, as text: ``parse`` reads the text that ``str`` of a value writes.

    Two values of it are equal where ``key`` gives the same.
    """

    name: str
    parse: Callable[[str], object]
    key: Callable[[object], object]


@attrs.frozen
class Library:
    """What one library of Kubernetes declares."""

    functions: tuple[Function, ...]
    opaque: tuple[Opaque, ...] = ()


def member(name: str, overload: str, parameters: tuple[str, ...], result: str, call: Callable[..., object]) -> Function:
    """``receiver.name(…)``; the receiver is the first parameter."""
    return Function(name, overload, parameters, result, call, member=True)
