"""The last resort: one field of one emitted object changed by hand, and read again afterwards."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import attrs

from gatewright.errors import Problem, shown
from gatewright.intent.relax import day_problems
from gatewright.protection.exemption import Exemption
from gatewright.statement.stated import Stated


@attrs.frozen(kw_only=True)
class Patch(Stated):
    """Set (or, with ``remove``, delete) the field at ``path``, a JSON pointer (RFC 6901), of the objects of ``kind`` (named ``name``).

    What is left is read again: if any protection became weaker, the patch is a relaxation and needs ``reason``, ``owner`` and ``until``.
    """

    kind: str
    path: str
    value: object = None
    remove: bool = False
    name: str | None = None
    reason: str = ""
    owner: str = ""
    until: str = ""

    def problems(self) -> Iterator[Problem]:
        """Pointers into what identifies an object, or into nothing."""
        if not self.path.startswith("/") or self.path.split("/")[1] in ("apiVersion", "kind", "status", ""):
            yield Problem("bad-pointer", "path", "not a JSON pointer to a field of the object", shown(self.path),
                          'a pointer such as "/spec/timeout/http/requestTimeout"', "begin with /spec or /metadata")  # fmt: skip
        elif self.path in ("/metadata", "/metadata/name", "/metadata/namespace", "/spec"):
            yield Problem("patched-identity", "path", "this would make it another object", shown(self.path), "a field below", "patch the field that is meant")
        if self.remove and self.value is not None:
            yield Problem("patched-and-removed", "value", "what is removed has no value", shown(self.value), "value or remove", "remove one of them")
        elif not self.remove and not _plain(self.value):
            yield Problem("bad-patch-value", "value", "no manifest can hold this", f"{shown(self.value)} ({type(self.value).__name__})",
                          "text, whole numbers, booleans, lists and mappings of them", "give a value; to delete the field, remove=True")  # fmt: skip
        if self.until:
            yield from day_problems("until", self.until)

    @property
    def exemption(self) -> Exemption | None:
        """Who answers for what the patch weakens; None where nobody was named."""
        return Exemption(self.reason, self.owner, self.until) if self.reason.strip() and self.owner.strip() and self.until else None

    @property
    def label(self) -> str:
        """How messages call this value."""
        return f'Patch({self.kind} "{self.path}")'


def _plain(value: object) -> bool:
    """Whether it is data that every manifest can hold; a null would delete what it is meant to set."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _plain(item) for key, item in value.items())
    if isinstance(value, tuple):
        return all(map(_plain, value))
    return isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))
