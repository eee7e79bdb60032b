"""Pulumi shows a RunError as its text alone, and any other exception as a traceback: what is raised on purpose is both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pulumi

from gatewright.errors import GatewrightError


@contextmanager
def said() -> Iterator[None]:
    """Whatever ``GatewrightError`` leaves this block keeps its class, and is a ``pulumi.RunError`` as well."""
    try:
        yield
    except GatewrightError as error:
        error.__class__ = _as_run_error(type(error))
        raise


def _as_run_error(kind: type[GatewrightError]) -> type[GatewrightError]:
    if issubclass(kind, pulumi.RunError):
        return kind
    return type(kind.__name__, (kind, pulumi.RunError), {"__module__": kind.__module__, "__doc__": kind.__doc__})
