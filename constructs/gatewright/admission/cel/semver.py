"""Semantic versions: ``semver``, ``isSemver``, order and parts.

Source: k8s.io/apiserver pkg/cel/library/semverlib.go over blang/semver v4. Build metadata is read and never compared.
"""

from __future__ import annotations

import functools
import re

import attrs

from gatewright.admission.cel.library import Function, Library, Opaque, member

TYPE = "kubernetes.Semver"
_NUMBER = re.compile(r"0|[1-9][0-9]*", re.ASCII)
_WORD = re.compile(r"[0-9A-Za-z-]+", re.ASCII)
_UINT64 = 2**64


@attrs.frozen
class Semver:
    """Three numbers and the words of a pre-release, numbers among them as numbers."""

    major: int
    minor: int
    patch: int
    pre: tuple[int | str, ...] = ()

    def order(self) -> tuple[object, ...]:
        """What versions are compared by: a release after its pre-releases, numbers before words, the shorter first."""
        return (
            self.major,
            self.minor,
            self.patch,
            not self.pre,
            [(0, word, "") if isinstance(word, int) else (1, 0, word) for word in self.pre],
        )

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}" + (f"-{'.'.join(map(str, self.pre))}" if self.pre else "")


@functools.lru_cache(1024)
def semver(text: str) -> Semver:
    """Raises ValueError where it is none."""
    parts = text.split(".", 2)
    if len(parts) != 3:
        raise ValueError("No Major.Minor.Patch elements found")
    rest, plus, build = parts[2].partition("+")
    patch, dash, pre = rest.partition("-")
    if plus and not all(map(_WORD.fullmatch, build.split("."))):
        raise ValueError(f"Invalid character(s) found in build meta data {build!r}")
    return Semver(_number(parts[0]), _number(parts[1]), _number(patch), tuple(map(_word, pre.split("."))) if dash else ())


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) >= _UINT64:
        raise ValueError(f"Invalid number in version: {text!r}")
    return int(text)


def _word(text: str) -> int | str:
    if not _WORD.fullmatch(text):
        raise ValueError(f"Invalid character(s) found in prerelease {text!r}")
    return _number(text) if text.isdigit() else text


def _normalized(text: str) -> Semver:
    parts = text.removeprefix("v").split(".", 2)
    parts = [_trimmed(part) if len(part) > 1 else part for part in parts]
    if len(parts) < 3:
        if "+" in parts[-1] or "-" in parts[-1]:
            raise ValueError("short version cannot contain PreRelease/Build meta data")
        parts += ["0"] * (3 - len(parts))
    return semver(".".join(parts))


def _trimmed(part: str) -> str:
    part = part.lstrip("0")
    return part if part and part[0] in "0123456789" else f"0{part}"


def _read(text: str, normalize: bool = False) -> Semver:
    return _normalized(text) if normalize else semver(text)


def _is(text: str, normalize: bool = False) -> bool:
    try:
        _read(text, normalize)
    except ValueError:
        return False
    return True


def _signed(number: int) -> int:
    """As the server hands an unsigned number to rules."""
    return number - _UINT64 if number >= _UINT64 // 2 else number


def _compared(one: Semver, other: Semver) -> int:
    return (one.order() > other.order()) - (one.order() < other.order())


LIBRARY = Library(
    (
        Function("semver", "string_to_semver", ("string",), TYPE, _read),
        Function("semver", "string_bool_to_semver", ("string", "bool"), TYPE, _read),
        Function("isSemver", "is_semver_string", ("string",), "bool", _is),
        Function("isSemver", "is_semver_string_bool", ("string", "bool"), "bool", _is),
        member("isGreaterThan", "semver_is_greater_than", (TYPE, TYPE), "bool", lambda one, other: _compared(one, other) > 0),
        member("isLessThan", "semver_is_less_than", (TYPE, TYPE), "bool", lambda one, other: _compared(one, other) < 0),
        member("compareTo", "semver_compare_to", (TYPE, TYPE), "int", _compared),
        member("major", "semver_major", (TYPE,), "int", lambda one: _signed(one.major)),
        member("minor", "semver_minor", (TYPE,), "int", lambda one: _signed(one.minor)),
        member("patch", "semver_patch", (TYPE,), "int", lambda one: _signed(one.patch)),
    ),
    (Opaque(TYPE, semver, lambda one: one),),
)
