"""The exit codes of every command, one table for all."""

from __future__ import annotations

NOTHING_ADVERSE, ADVERSE, WRONG_INPUT, NOT_JUDGED, REFUSED = range(5)
PIPE_CLOSED, INTERRUPTED = 141, 130  # as a shell shows the signals

MEANINGS = {
    NOTHING_ADVERSE: "nothing adverse",
    ADVERSE: "an adverse answer: findings, something widened, a weaker tier, output that is not up to date",
    WRONG_INPUT: "wrong input or usage",
    NOT_JUDGED: "could not be judged",
    REFUSED: "an intent was refused: the gateway cannot enforce it",
}
_WORST_FIRST = (WRONG_INPUT, REFUSED, NOT_JUDGED, ADVERSE)


def worst(codes: set[int]) -> int:
    """The code of a run in which all of these came up: what must be mended first."""
    return next((code for code in _WORST_FIRST if code in codes), NOTHING_ADVERSE)
