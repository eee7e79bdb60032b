"""``isSorted``, ``sum``, ``min``, ``max``, ``indexOf`` and ``lastIndexOf`` of lists.

Source: k8s.io/apiserver pkg/cel/library/lists.go.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Sequence
from typing import TypeAlias, cast

from gatewright.admission.cel.equality import equal
from gatewright.admission.cel.library import Function, Library, member

_Ordered: TypeAlias = int | str
"""Stands for every type whose values have an order among themselves; Python raises TypeError across types, as the server does."""

_INT64 = 2**63


def _ordered(items: Sequence[object]) -> list[_Ordered]:
    for item in items:
        if item is None or isinstance(item, list | dict):
            raise TypeError("no such overload")
    return cast("list[_Ordered]", list(items))


def _is_sorted(items: Sequence[object]) -> bool:
    known = _ordered(items)
    return all(not one > other for one, other in itertools.pairwise(known))  # type: ignore[operator]


def _sum(items: Sequence[object]) -> object:
    total: object = None
    for item in items:
        if isinstance(item, bool) or not isinstance(item, int | float | datetime.timedelta):
            raise TypeError("no such overload")
        total = item if total is None else total + item  # type: ignore[operator]
        if isinstance(total, int) and not -_INT64 <= total < _INT64:
            raise OverflowError("integer overflow")
    return 0 if total is None else total


def _min(items: Sequence[object]) -> object:
    if not items:
        raise ValueError("min called on empty list")
    return min(_ordered(items))


def _max(items: Sequence[object]) -> object:
    if not items:
        raise ValueError("max called on empty list")
    return max(_ordered(items))


def _index_of(items: Sequence[object], item: object) -> int:
    return next((position for position, one in enumerate(items) if equal(one, item)), -1)


def _last_index_of(items: Sequence[object], item: object) -> int:
    return next((position for position in reversed(range(len(items))) if equal(items[position], item)), -1)


def _of_list(name: str, result: str, call: object) -> Function:
    return member(name, f"list_{name}", ("list(dyn)",), result, call)  # type: ignore[arg-type]


LIBRARY = Library(
    (
        _of_list("isSorted", "bool", _is_sorted),
        _of_list("sum", "dyn", _sum),
        _of_list("min", "dyn", _min),
        _of_list("max", "dyn", _max),
        member("indexOf", "list_a_index_of_int", ("list(dyn)", "dyn"), "int", _index_of),
        member("lastIndexOf", "list_a_last_index_of_int", ("list(dyn)", "dyn"), "int", _last_index_of),
    )
)
