"""What a YAML scalar means to the API server: go-yaml v2's resolution, then the detour through JSON.

Source: go.yaml.in/yaml/v2 resolve.go, sigs.k8s.io/yaml yaml.go, sigs.k8s.io/json. YAML 1.1 booleans with ``y`` and
``n``, octal with and without ``o``, binary, ``1_000``, no base 60, timestamps stay text. The detour makes ``1e3`` and
``80.0`` whole numbers, rounds whole numbers beyond int64 to floats, and refuses infinity and NaN.
"""

from __future__ import annotations

import math
import re
import struct
from decimal import Decimal
from typing import Final, TypeAlias

Scalar: TypeAlias = str | int | float | bool | None

_LOW, _HIGH, _UNSIGNED = -(2**63), 2**63 - 1, 2**64 - 1

_WORDS: Final[dict[str, Scalar]] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_NUMERIC: Final = frozenset("+-.0123456789")
_WHOLE: Final = re.compile(
    r"[-+]?(?:0[xX](?P<x>[0-9a-fA-F]+)|0[bB](?P<b>[01]+)|0[oO]?(?P<o>[0-7]+)|(?P<d>0|[1-9][0-9]*))"
)
_SIGNED_BINARY: Final = re.compile(r"0b(?P<digits>[-+][01]+)")  # go-yaml's own second try: 0b-1 is -1
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_POINT: Final = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")  # Go's ParseFloat: _ between digits
_BASES: Final = {"x": 16, "b": 2, "o": 8, "d": 10}


def resolve(text: str) -> Scalar:
    """A plain scalar as go-yaml resolves it, before the detour: infinity and NaN are possible, ``1e3`` is a float."""
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first not in _NUMERIC:
        return text
    number = _float(text, _POINT) if first == "." else _number(text.replace("_", ""))
    return text if number is None else number


def _number(plain: str) -> int | float | None:
    match = _WHOLE.fullmatch(plain)
    if match is not None and match.lastgroup is not None:
        digits = match[match.lastgroup]
        # Python refuses to read decimal numbers of more than 4,300 digits; beyond 2^64 the server reads a float anyway.
        value = int(digits, _BASES[match.lastgroup]) if len(digits) <= 64 else _UNSIGNED + 1
        value = -value if plain[0] == "-" else value
        if _LOW <= value <= _HIGH or (value <= _UNSIGNED and plain[0].isdigit()):
            return value
    elif second := _SIGNED_BINARY.fullmatch(plain):
        value = int(second["digits"], 2)
        return value if _LOW <= value <= _HIGH else None
    return _float(plain, _FLOAT)


def _float(text: str, form: re.Pattern[str]) -> float | None:
    if not form.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None  # 1e999 stays text


def detoured(value: Scalar) -> Scalar:
    """A resolved scalar as it comes out of JSON. Raises ValueError for infinity and NaN, which JSON cannot say."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("infinity and NaN are no numbers to the API server")
        if value.is_integer() and abs(value) < 1e21:
            return whole(int(Decimal(repr(value))))  # JSON carries the shortest digits, not the exact value
        return value
    return whole(value) if type(value) is int else value


def whole(value: int) -> int | float:
    """A whole number of a JSON text: int64, or else a float."""
    return value if _LOW <= value <= _HIGH else float(value)


def key(value: Scalar) -> str | None:
    """A resolved scalar as the key of a JSON object; None for what the server refuses as a key."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value <= _HIGH else None
    return None if value is None else _float_key(value)


def _float_key(value: float) -> str:
    """Go's FormatFloat(value, 'g', -1, 32): the shortest digits that are the same *single* precision number."""
    try:
        (single,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        single = math.copysign(math.inf, value)
    if not math.isfinite(single):
        return ".nan" if math.isnan(single) else ".inf" if single > 0 else "-.inf"
    digits = next(text for places in range(9) if _single(text := f"{single:.{places}e}") == single or places == 8)
    mantissa, _, power = digits.partition("e")
    exponent = int(power)
    if -4 <= exponent < 6:
        return f"{Decimal(digits):f}"
    return f"{mantissa}e{exponent:+03d}"


def _single(text: str) -> float:
    try:
        (value,) = struct.unpack("f", struct.pack("f", float(text)))
    except OverflowError:
        return math.inf
    return float(value)
