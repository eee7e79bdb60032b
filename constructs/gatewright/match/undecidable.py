"""The one way in which this algebra declines to answer."""

from typing import Literal, TypeAlias

Invalid: TypeAlias = Literal["", "RE2", "everywhere"]


class Undecidable(Exception):
    """A question about a regular expression that cannot be answered exactly within bounds.

    Raised when a pattern is not RE2, uses a part of RE2 that is not modelled, or needs an automaton beyond the budget.
    `pattern` is the expression to blame (empty if several are), `reason` says why in a user's words. `invalid`: it is
    surely no RE2, or no regular expression of any known dialect; empty: it may be.
    """

    def __init__(self, pattern: str, reason: str, invalid: Invalid = "") -> None:
        super().__init__(pattern, reason)
        self.pattern = pattern
        self.reason = reason
        self.invalid = invalid

    def __str__(self) -> str:
        return f"{self.pattern!r}: {self.reason}" if self.pattern else self.reason
