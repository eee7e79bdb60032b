"""What must hold on top of ``access``: claims, scopes, addresses. All of it, and for some methods more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from gatewright.errors import Problem, shown
from gatewright.match import ANYWHERE, Sources
from gatewright.protection import authorization
from gatewright.statement.names import cidr_problems, method_problems, repeated
from gatewright.statement.stated import Named, Stated


@attrs.frozen(kw_only=True)
class Claim(Named):
    """The token's claim ``name`` (a dot descends) is one of ``any_of``; ``listed``: it is an array that holds one of them."""

    any_of: Sequence[str]
    listed: bool = False

    def problems(self) -> Iterator[Problem]:
        """Nothing to compare with."""
        if not self.name.strip():
            yield Problem("empty-claim", "name", "a claim without a name", shown(self.name), "the claim's name", "name it")
        if not self.any_of or not all(value.strip() for value in self.any_of):
            yield Problem("empty-claim", "any_of", "a claim that nothing satisfies", shown(list(self.any_of)),
                          "one or more non-empty strings", "name the values")  # fmt: skip
        yield from repeated("any_of", self.any_of)

    def lowered(self) -> authorization.Claim:
        """The neutral value."""
        return authorization.Claim(self.name, tuple(sorted(self.any_of)), self.listed)


@attrs.frozen
class Scope(Named):
    """The token's ``scope`` or ``scp`` holds this scope."""

    def problems(self) -> Iterator[Problem]:
        """Several scopes in one string."""
        if not self.name or any(character.isspace() for character in self.name):
            yield Problem("bad-scope", "name", "not one scope", shown(self.name), "one scope, without spaces", "write one Scope for each")


@attrs.frozen
class IpAllow(Stated):
    """Only clients in one of these networks."""

    cidrs: Sequence[str]

    def problems(self) -> Iterator[Problem]:
        """No network, or not one."""
        if not self.cidrs:
            yield Problem("no-network", "cidrs", "nobody would be allowed", "[]", "one or more CIDRs", "name the networks")
        yield from cidr_problems("cidrs", self.cidrs)

    def sources(self) -> Sources:
        """The addresses that pass."""
        return Sources.of(*self.cidrs)


@attrs.frozen
class IpDeny(Stated):
    """No client in one of these networks."""

    cidrs: Sequence[str]

    def problems(self) -> Iterator[Problem]:
        """No network, or not one."""
        if not self.cidrs:
            yield Problem("no-network", "cidrs", "nobody would be refused", "[]", "one or more CIDRs", "name the networks")
        yield from cidr_problems("cidrs", self.cidrs)

    def sources(self) -> Sources:
        """The addresses that pass."""
        return ANYWHERE.minus(Sources.of(*self.cidrs))


@attrs.frozen(kw_only=True)
class On(Stated):
    """For these methods, all of ``require`` as well. What GET asks for, HEAD does too, unless it is named itself."""

    methods: Sequence[str]
    require: Sequence[Claim | Scope]

    def problems(self) -> Iterator[Problem]:
        """Methods or requirements missing."""
        if not self.methods or not self.require:
            yield Problem("empty-on", "methods" if not self.methods else "require", "says nothing", "[]", "at least one", "name them or remove the On")
        yield from method_problems("methods", self.methods)


Requirement = Claim | Scope | IpAllow | IpDeny | On
