"""Resource quantities: ``quantity``, ``isQuantity``, comparison and arithmetic.

Source: k8s.io/apimachinery pkg/api/resource v0.36. A quantity is held in one of two ways, and only the short one is an integer
for ``asInteger`` and ``isInteger``: ``1.5Gi`` is a whole number of bytes, but not held as one.
"""

from __future__ import annotations

import functools
import math
import re
from fractions import Fraction

import attrs

from gatewright.admission.cel.library import Function, Library, Opaque, member

TYPE = "kubernetes.Quantity"
_INT64 = 2**63
_SHORT_DIGITS = 18  # digits that surely fit an int64
_FORM = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*(?:[+-]?[0-9]*))", re.ASCII)
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)", re.ASCII)
_EXPONENT_MOST = 10_000  # beyond it the server itself computes for longer than a request lasts
_NANO = -9


@attrs.frozen
class Quantity:
    """``amount`` times ten to the ``scale``; ``short`` where the server holds it in 64 bits."""

    amount: int
    scale: int
    short: bool

    @property
    def value(self) -> Fraction:
        """The exact number."""
        return self.amount * Fraction(10) ** self.scale

    def integer(self) -> int | None:
        """The number where the server can tell it as an int64."""
        if not self.short or (self.scale < 0):
            return None
        whole = self.amount * 10**self.scale
        return whole if -_INT64 <= whole < _INT64 else None

    def __str__(self) -> str:
        return f"{self.amount} {self.scale} {self.short:d}"


def _held(text: str) -> Quantity:
    amount, scale, short = text.split()
    return Quantity(int(amount), int(scale), short == "1")


@functools.lru_cache(1024)
def quantity(text: str) -> Quantity:
    """Raises ValueError where it is none."""
    form = _FORM.fullmatch(text)
    if not text or not form:
        raise ValueError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
    sign, whole, part, suffix = form.groups()
    if not whole.strip("0") and not part and not suffix and "." not in text:
        return Quantity(0, 0, True)
    number, decimals = whole.lstrip("0") or "0", part or ""
    base, exponent = _suffix(suffix)
    short = _short(number, decimals, base, exponent)
    if short is not None:
        return Quantity(-short.amount if sign == "-" else short.amount, short.scale, True)
    if not (whole or part):
        raise ValueError("unable to parse numeric part of quantity")
    value = int(f"{number}{decimals}") * Fraction(10) ** -len(decimals) * Fraction(base) ** exponent
    if base == 2:
        value = min(value, Fraction(_INT64 - 1))
    nano = value * 10**-_NANO
    amount = -(-nano.numerator // nano.denominator)  # up, so that what is asked for is never nothing
    return Quantity(-amount if sign == "-" else amount, _NANO, False)


def _suffix(suffix: str) -> tuple[int, int]:
    if suffix in _BINARY:
        return 2, _BINARY[suffix]
    if suffix in _DECIMAL:
        return 10, _DECIMAL[suffix]
    if written := _EXPONENT.fullmatch(suffix):
        exponent = int(written[1])
        if abs(exponent) <= _EXPONENT_MOST:
            return 10, exponent
    raise ValueError("unable to parse quantity's suffix")


def _short(number: str, decimals: str, base: int, exponent: int) -> Quantity | None:
    """The number where 64 bits hold it, by the server's own estimate of its digits."""
    if base == 2:
        if decimals or 15 - len(number) - int(exponent * 3 / 10) - 1 < 0:
            return None
        scale, factor = 0, 2**exponent
    else:
        if _SHORT_DIGITS - len(number) - len(decimals) < 0:
            return None
        scale, factor = exponent - len(decimals), 1
    amount = int(number + decimals) * factor
    return Quantity(amount, scale, True) if scale >= _NANO and amount < _INT64 else None


def _added(one: Quantity, other: Quantity) -> Quantity:
    scale = min(one.scale, other.scale)
    amount = one.amount * 10 ** (one.scale - scale) + other.amount * 10 ** (other.scale - scale)
    if one.amount == 0 and one.short:
        return other
    if other.amount == 0 and other.short:
        return one
    return Quantity(amount, scale, one.short and other.short and -_INT64 <= amount < _INT64)


def _negated(one: Quantity) -> Quantity:
    return Quantity(-one.amount, one.scale, one.short)


def _compared(one: Quantity, other: Quantity) -> int:
    return (one.value > other.value) - (one.value < other.value)


def _is(text: str) -> bool:
    try:
        quantity(text)
    except ValueError:
        return False
    return True


def _as_integer(one: Quantity) -> int:
    whole = one.integer()
    if whole is None:
        raise ValueError("cannot convert value to integer")
    return whole


def _as_float(one: Quantity) -> float:
    try:
        return float(one.amount) * float(f"1e{one.scale}")  # in two steps, which rounds as the server does
    except OverflowError:
        return math.copysign(math.inf, one.amount)


def _integer(number: int) -> Quantity:
    return Quantity(number, 0, True)


LIBRARY = Library(
    (
        Function("quantity", "string_to_quantity", ("string",), TYPE, quantity),
        Function("isQuantity", "is_quantity_string", ("string",), "bool", _is),
        Function("sign", "quantity_sign", (TYPE,), "int", lambda one: (one.amount > 0) - (one.amount < 0)),
        member("isGreaterThan", "quantity_is_greater_than", (TYPE, TYPE), "bool", lambda one, other: _compared(one, other) > 0),
        member("isLessThan", "quantity_is_less_than", (TYPE, TYPE), "bool", lambda one, other: _compared(one, other) < 0),
        member("compareTo", "quantity_compare_to", (TYPE, TYPE), "int", _compared),
        member("asApproximateFloat", "quantity_get_float", (TYPE,), "double", _as_float),
        member("asInteger", "quantity_get_int", (TYPE,), "int", _as_integer),
        member("isInteger", "quantity_is_integer", (TYPE,), "bool", lambda one: one.integer() is not None),
        member("add", "quantity_add", (TYPE, TYPE), TYPE, _added),
        member("add", "quantity_add_int", (TYPE, "int"), TYPE, lambda one, number: _added(one, _integer(number))),
        member("sub", "quantity_sub", (TYPE, TYPE), TYPE, lambda one, other: _added(one, _negated(other))),
        member("sub", "quantity_sub_int", (TYPE, "int"), TYPE, lambda one, number: _added(one, _integer(-number))),
    ),
    (Opaque(TYPE, _held, lambda one: one.value if isinstance(one, Quantity) else None),),
)
