"""Sets of integers as sorted, disjoint, non-adjacent closed intervals: the ground under addresses and characters."""

from bisect import bisect_right
from typing import TypeAlias

Intervals: TypeAlias = tuple[tuple[int, int], ...]


def union(*sets: Intervals) -> Intervals:
    """Every integer of any of the sets; also the normal form of intervals in any order, overlapping or not."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(span for spans in sets for span in spans):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def intersect(left: Intervals, right: Intervals) -> Intervals:
    """What both hold."""
    common: list[tuple[int, int]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        low, high = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if low <= high:
            common.append((low, high))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(common)


def minus(left: Intervals, right: Intervals) -> Intervals:
    """What only the left one holds."""
    rest: list[tuple[int, int]] = []
    j = 0
    for low, high in left:
        while j < len(right) and right[j][1] < low:
            j += 1
        k = j
        while k < len(right) and right[k][0] <= high:
            if low < right[k][0]:
                rest.append((low, right[k][0] - 1))
            low = right[k][1] + 1
            k += 1
        if low <= high:
            rest.append((low, high))
    return tuple(rest)


def contains(spans: Intervals, number: int) -> bool:
    """Whether the number is in one of the intervals."""
    at = bisect_right(spans, number, key=lambda span: span[0]) - 1
    return at >= 0 and number <= spans[at][1]
