"""Sets of HTTP methods, finite or all but some."""

from __future__ import annotations

import attrs

# What a witness is made of, the harmless first; any other token is a method too (RFC 9110 §9.1, §5.6.2).
_KNOWN = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE")


@attrs.frozen
class Methods:
    """The methods in `names`, or with `excluded` every method that is not. Methods are case-sensitive tokens."""

    names: frozenset[str] = attrs.field(default=frozenset(), repr=lambda names: repr(sorted(names)))
    excluded: bool = True

    @classmethod
    def only(cls, *names: str) -> Methods:
        return cls(frozenset(names), excluded=False)

    @classmethod
    def all_but(cls, *names: str) -> Methods:
        return cls(frozenset(names), excluded=True)

    def is_empty(self) -> bool:
        return not self.names and not self.excluded

    def contains(self, method: str) -> bool:
        return (method in self.names) != self.excluded

    def complement(self) -> Methods:
        return Methods(self.names, not self.excluded)

    def intersect(self, other: Methods) -> Methods:
        match self.excluded, other.excluded:
            case False, False:
                return Methods(self.names & other.names, excluded=False)
            case False, True:
                return Methods(self.names - other.names, excluded=False)
            case True, False:
                return Methods(other.names - self.names, excluded=False)
            case _:
                return Methods(self.names | other.names, excluded=True)

    def union(self, other: Methods) -> Methods:
        return self.complement().intersect(other.complement()).complement()

    def minus(self, other: Methods) -> Methods:
        return self.intersect(other.complement())

    def covers(self, other: Methods) -> bool:
        return other.minus(self).is_empty()

    def witness(self) -> str | None:
        """A method of the set, GET if it may be; None if it is empty."""
        made_up = (f"X-METHOD-{number}" for number in range(len(self.names) + 1))
        return next(filter(self.contains, (*_KNOWN, *sorted(self.names), *made_up)), None)


ANY_METHOD = Methods()
