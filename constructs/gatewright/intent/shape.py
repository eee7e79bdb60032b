"""What a route does with a request besides protecting it: other hosts and paths, headers, redirects, cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from gatewright.errors import Problem, shown
from gatewright.intent.backend import SecureBackend, Weighted
from gatewright.intent.path import Regex, path_problems
from gatewright.protection.entry import PathRewrite, Redirect
from gatewright.protection.headers import IDENTITY_HEADERS, HeaderEdit
from gatewright.statement.kinds import Carries
from gatewright.statement.names import header_problems, header_value_problems, host_problems, method_problems, port_problems, value_problems
from gatewright.statement.stated import Stated


@attrs.frozen(kw_only=True)
class Headers(Stated):
    """Headers to set (replacing), add (beside) and remove on one message."""

    set: Mapping[str, str] = attrs.field(factory=dict)
    add: Mapping[str, str] = attrs.field(factory=dict)
    remove: Sequence[str] = ()

    def problems(self) -> Iterator[Problem]:
        """Names and values that are none, one header edited twice, headers that say who is asking."""
        edited: dict[str, str] = {}
        named = [*((f"set[{name!r}]", name) for name in self.set), *((f"add[{name!r}]", name) for name in self.add)]
        named += [(f"remove[{index}]", name) for index, name in enumerate(self.remove)]
        for field, name in named:
            yield from header_problems(field, name)
            if name.lower() in edited:
                yield Problem("header-twice", field, f"{edited[name.lower()]} edits it too", shown(name), "one edit a header", "keep one of them")
            edited[name.lower()] = field
        for field, name in named:
            if name.lower() == "host" or (name.lower() in (*IDENTITY_HEADERS, "authorization") and not field.startswith("remove")):
                yield Problem("identity-header", field, "backends trust this header to say who is asking", shown(name), "headers that prove nothing",
                              "let the gateway set it from a verified token, or use another name")  # fmt: skip
        for name, value in (*self.set.items(), *self.add.items()):
            field = f"{'set' if name in self.set else 'add'}[{name!r}]"
            yield from header_value_problems(field, value)
            if "%" in value:
                yield Problem("header-command", field, "gateways take % for a command that puts in what they know, or refuse all their routes for it",
                              shown(value), "a value without %", "leave it out, or let the application set this header")  # fmt: skip

    def lowered(self) -> HeaderEdit:
        """The neutral value: names in lower case."""
        return HeaderEdit(
            tuple(sorted((name.lower(), value) for name, value in self.set.items())),
            tuple(sorted((name.lower(), value) for name, value in self.add.items())),
            tuple(sorted(name.lower() for name in self.remove)),
        )


@attrs.frozen(kw_only=True)
class Rewrite(Stated):
    """What the backend sees instead: ``prefix`` replaces the matched prefix, ``path`` the whole path, ``host`` the host."""

    prefix: str | None = None
    path: str | None = None
    host: str | None = None

    def problems(self) -> Iterator[Problem]:
        """Paths and hosts that are none; both ways to replace a path."""
        yield from _paths(self.prefix, self.path)
        if self.host is not None:
            yield from host_problems("host", self.host)
        if self.prefix is None and self.path is None and self.host is None:
            yield Problem("empty-rewrite", "prefix", "nothing is rewritten", "None", "prefix, path or host", "state one, or remove the rewrite")

    @property
    def rewritten(self) -> PathRewrite | None:
        """The neutral value of the path's part."""
        return _rewrite(self.prefix, self.path)


@attrs.frozen(kw_only=True)
class RedirectTo(Stated):
    """Answers with a redirect: what is not stated stays as it was. ``status`` 301, 302, 303, 307 or 308."""

    host: str | None = None
    port: int | None = None
    prefix: str | None = None
    path: str | None = None
    status: int = 308

    def problems(self) -> Iterator[Problem]:
        """Parts that are none, and a redirect to the same place."""
        yield from _paths(self.prefix, self.path)
        if self.host is not None:
            yield from host_problems("host", self.host)
        if self.port is not None:
            yield from port_problems("port", self.port)
        if self.status not in (301, 302, 303, 307, 308):
            yield Problem("bad-status", "status", "no redirect has this status", str(self.status), "301, 302, 303, 307, 308", "308 keeps the method")
        if self.host is None and self.port is None and self.prefix is None and self.path is None:
            yield Problem("redirect-to-itself", "host", "this would redirect for ever", "nothing changed", "host, port, prefix or path", "state where to")

    def lowered(self) -> Redirect:
        """The neutral value; the scheme is always https."""
        return Redirect(self.status, "https", self.host, self.port, _rewrite(self.prefix, self.path))


@attrs.frozen(kw_only=True)
class Refuse(Stated):
    """The gateway answers by itself, with no backend: the declared else of ``when``."""

    status: int = 404

    def problems(self) -> Iterator[Problem]:
        """Statuses that are no refusal."""
        if not 400 <= self.status <= 499:
            yield Problem("bad-status", "status", "not a refusal", str(self.status), "400 to 499", "403 or 404 say it best")


@attrs.frozen(kw_only=True)
class When(Stated):
    """Requests with one of ``methods`` and all of ``headers`` and ``query`` go to ``backend``. Values are exact or ``Regex``."""

    backend: SecureBackend | Carries[SecureBackend] | Sequence[Weighted]
    methods: Sequence[str] = ()
    headers: Mapping[str, str | Regex] = attrs.field(factory=dict)
    query: Mapping[str, str | Regex] = attrs.field(factory=dict)

    def problems(self) -> Iterator[Problem]:
        """A case that is always true, and parts that are none."""
        if not (self.methods or self.headers or self.query):
            yield Problem("case-of-all", "headers", "this case is always true", "no condition", "methods, headers or query", "state a condition")
        yield from method_problems("methods", self.methods)
        for field, tests in (("headers", self.headers), ("query", self.query)):
            for name, value in tests.items():
                yield from header_problems(f"{field}[{name!r}]", name)
                if isinstance(value, str):
                    yield from value_problems(f"{field}[{name!r}]", value, 1024 if field == "query" else 4096)


def _rewrite(prefix: str | None, path: str | None) -> PathRewrite | None:
    if prefix is not None:
        return PathRewrite(prefix, prefix=True)
    return PathRewrite(path, prefix=False) if path is not None else None


def _paths(prefix: str | None, path: str | None) -> Iterator[Problem]:
    if prefix is not None:
        yield from path_problems("prefix", prefix)
    if path is not None:
        yield from path_problems("path", path)
    if prefix is not None and path is not None:
        yield Problem("rewritten-twice", "path", "prefix replaces the path already", shown(path), "prefix or path", "remove one of them")
