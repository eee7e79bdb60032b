"""A front end whose packages are not installed."""

from __future__ import annotations

from gatewright.errors import InputError


class MissingExtra(InputError, ImportError):
    """A front end was imported and what it prints to is not installed."""

    def __init__(self, extra: str, cause: ImportError) -> None:
        super().__init__(f"gatewright.{extra} needs packages that are not installed: pip install 'gatewright[{extra}]' ({cause})")
