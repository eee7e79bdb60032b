"""``gatewright explain``: what happens to one request, or with ``--all`` to every one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import attrs
import click

from gatewright.cli import exits
from gatewright.cli.asked import Stated, reach_from, sources_of, world_options
from gatewright.cli.explained import brief, explained
from gatewright.cli.terminal import data, plain
from gatewright.errors import InputError, did_you_mean
from gatewright.match import ANYWHERE
from gatewright.reach.answering import ask
from gatewright.reach.outcome import Undecided
from gatewright.reach.question import Question, Reply
from gatewright.reach.reach import Reach
from gatewright.reach.worded import decides
from gatewright.report.explain_json import explain_json
from gatewright.report.reach_json import reach_json
from gatewright.report.reach_mermaid import reach_mermaid
from gatewright.report.reach_row import rows
from gatewright.report.reach_table import reach_markdown, reach_table

Form = Literal["text", "json", "table", "markdown", "mermaid"]
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2: names of headers, methods
_HOST = re.compile(r"(?:[0-9A-Za-z_-]+\.)*[0-9A-Za-z_-]+\.?|\[[0-9A-Fa-f:.]+\]")
_PATH = re.compile(r"/[\x21\x22\x24-\x3e\x40-\x7e]*")  # as on the wire: no space, control character, ? or #
_NOT_NORMAL = re.compile(r"//|/\.{1,2}(?:/|$)|%2[ef]|%5c|\\", re.IGNORECASE)
_ALL: Mapping[str, Callable[[Reach], str]] = {
    "text": reach_table, "table": reach_table, "json": reach_json, "markdown": reach_markdown, "mermaid": reach_mermaid,
}  # fmt: skip


@attrs.frozen
class _Request:
    """The command line's part about the request; None: not given."""

    host: str | None
    path: str | None
    method: str | None
    headers: tuple[str, ...]
    query: tuple[str, ...]
    scheme: Literal["https", "http"] | None
    port: int | None
    sni: str | None
    source: str | None


@click.command("explain", short_help="what happens to a request, and what protects it")
@click.argument("sources", metavar="PATH...", nargs=-1, required=True)
@click.option("--host", metavar="H", help="The Host header: shop.example.com.")
@click.option("--path", metavar="P", help="The path, as it is sent: /orders/1.  [default: /]")
@click.option("--method", metavar="M", help="The method.  [default: GET]")
@click.option("--header", "headers", metavar="K:V", multiple=True, help="A header of the request. May be repeated.")
@click.option("--query", "query", metavar="K=V", multiple=True, help="A query parameter, decoded. May be repeated.")
@click.option("--scheme", type=click.Choice(["https", "http"]), help="[default: https]")
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="The port.  [default: that of each fitting listener]")
@click.option("--sni", metavar="NAME", help="The server name of the TLS handshake.  [default: the host]")
@click.option("--from", "source", metavar="CIDR|internet|cluster", help="Where the client is.  [default: anywhere]")
@click.option("--brief", "in_brief", is_flag=True, help="One paragraph: the outcome, by which rule, and who may pass.")
@click.option("--all", "everything", is_flag=True, help="Every way in, one row an entry, in place of one request.")
@world_options
@click.option("--strict", is_flag=True, help="Exit with 3 if any protection is unknown, whether or not it decides who passes.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "table", "markdown", "mermaid"]), default="text", show_default=True,
    help="table, markdown and mermaid are for --all.",
)  # fmt: skip
def command(sources: tuple[str, ...], in_brief: bool, everything: bool, strict: bool, form: Form, **given: object) -> int:
    """What happens to a request: listener, rule and why it wins, every protection with the file and line that states it, the backend.

    PATH is a file, a folder, `-` for standard input, `git:REF` or `git:REF:path`, or `cluster:` and a context: the manifests of one cluster.
    """
    stated = Stated(*(given.pop(name) for name in ("targets", "complete", "partial")))  # type: ignore[arg-type]
    request = _Request(**given)  # type: ignore[arg-type]
    if in_brief and (everything or form != "text"):
        raise InputError(
            f"--brief is a text about one request; leave out {'--all' if everything else f'--format {form}'}, or leave out --brief"
        )
    if everything:
        _nothing_asked(request)
        reach = reach_from(sources, stated)
        data(plain(_ALL[form](reach)))
        return _code_of_all(reach, strict=strict)
    if form not in ("text", "json"):
        raise InputError(f"--format {form} is for --all: one request is shown as text or json")
    question = _question(request)
    reach = reach_from(sources, stated)
    replies = sorted(ask(reach, question), key=lambda one: _order(one, question))
    changed = _changed(question.path)
    if changed:
        replies = [attrs.evolve(one, notes=(*one.notes, changed)) for one in replies]
    told = brief if in_brief else explained
    data(explain_json(replies, reach) if form == "json" else told(question, replies, reach))
    return exits.worst({code for one in replies for code in _codes(one, strict=strict)} | ({exits.NOT_JUDGED} if changed else set()))


def _changed(path: str) -> str:
    """What must be known of a path that gateways may make another of before they match it; empty: none does."""
    if not _NOT_NORMAL.search(path):
        return ""
    return f"a gateway may resolve dot segments, double and escaped slashes of {path} before it matches: ask for what comes of it as well"


def _order(reply: Reply, question: Question) -> tuple[int, bool, bool]:
    """The likeliest first: what reads requests before what passes connections on, Gateways before side doors, the scheme's own port before others."""
    layer = {"http": 0, "https": 0, "tls": 1}.get(reply.chain.layer, 2) if reply.chain is not None else 3
    listener = reply.listener
    return (
        layer,
        listener is None or listener.via != "gateway",
        listener is None or listener.port != (443 if question.scheme == "https" else 80),
    )


def _codes(reply: Reply, *, strict: bool) -> Iterator[int]:
    """Undecided, or an unknown that could refuse what else would pass (with ``strict`` any unknown), is no answer; nor is that of an unknown gateway."""
    if reply.address is not None and not reply.address.known:
        yield exits.NOT_JUDGED
    unknown = [one for one in reply.guards if one.state == "unknown"]
    if isinstance(reply.outcome, Undecided) or any(strict or decides(one) for one in unknown):
        yield exits.NOT_JUDGED


def _code_of_all(reach: Reach, *, strict: bool) -> int:
    """Of the whole reach what is not known is in its rows; only with ``strict`` it is no answer."""
    unknown = any(one.undecided or any(guard.state == "unknown" for guard in one.entry.guards) for one in rows(reach))
    return exits.NOT_JUDGED if strict and (unknown or reach.unjudged) else exits.NOTHING_ADVERSE


def _nothing_asked(request: _Request) -> None:
    names = {"headers": "header", "source": "from"}
    asked = [f"--{names.get(name, name)}" for name, value in attrs.asdict(request).items() if value not in (None, ())]
    if asked:
        raise InputError(f"--all shows every request; leave out {', '.join(asked)}, or leave out --all")


def _question(request: _Request) -> Question:
    """Raises InputError, with every mistake at once."""
    problems: list[str] = []
    if request.host is None:
        problems.append("which request? --host names its host, as in --host shop.example.com --path /orders; --all shows every way in")
    host = _host("localhost" if request.host is None else request.host, "--host", problems)
    sni = None if request.sni is None else _host(request.sni, "--sni", problems)
    if sni is not None and request.scheme == "http":
        problems.append("--sni is part of TLS; leave it out, or --scheme http")
    path = "/" if request.path is None else request.path
    if not _PATH.fullmatch(path):
        problems.append(_path_problem(path))
    method = request.method if request.method is not None else "GET"
    if not _TOKEN.fullmatch(method):
        problems.append(f"--method {method!r} is no method: letters, digits and - without spaces, as in GET")
    headers = tuple(_pair(text, ":", "--header", problems) for text in request.headers)
    query = tuple(_pair(text, "=", "--query", problems) for text in request.query)
    sources = ANYWHERE
    if request.source is not None:
        try:
            sources = sources_of(request.source)
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise InputError("\n".join(problems))
    return Question(host, path, method, headers, query, request.scheme or "https", request.port, sni, sources)


def _host(text: str, option: str, problems: list[str]) -> str:
    """In lower case; a mistake is added to the problems."""
    name, colon, port = text.rpartition(":")
    if "://" in text:
        problems.append(f"{option} {text!r} is a URL; the host alone is meant, the rest is --scheme, --port and --path")
    elif colon and port.isdecimal() and (":" not in name or name.endswith("]")):
        problems.append(f"{option} {text!r} holds a port; write {option} {name} --port {port}")
    elif "*" in text:
        problems.append(f"{option} {text!r} is a pattern; ask for one host, such as {text.replace('*', 'www', 1)}, or for --all")
    elif not text.isascii():
        problems.append(f"{option} {text!r} is sent in another form: write it with xn-- (RFC 5891), as clients do")
    elif not _HOST.fullmatch(text):
        problems.append(f"{option} {text!r} is no host, such as shop.example.com")
    return text.lower().removesuffix(".")


def _path_problem(path: str) -> str:
    if not path.startswith("/"):
        url = did_you_mean(f"/{path}", [f"/{path}"]) if path and "://" not in path and _PATH.fullmatch(f"/{path}") else ""
        return f"--path {path!r} does not begin with /{url}"
    if "?" in path:
        return f"--path {path!r} holds a query; write it as --query K=V, each parameter once"
    if "#" in path:
        return f"--path {path!r} holds a fragment, which no client sends; leave out what follows #"
    return f"--path {path!r} cannot be sent as it is; encode spaces and what is not ASCII, as %20 for a space"


def _pair(text: str, sign: Literal[":", "="], option: str, problems: list[str]) -> tuple[str, str]:
    """Name and value; a mistake is added to the problems."""
    name, found, value = text.partition(sign)
    example = "x-canary: yes" if sign == ":" else "page=2"
    if not found:
        other = "=" if sign == ":" else ":"
        hint = f" (did you mean {name.replace(other, sign, 1)!r}?)" if other in name else ""
        problems.append(f"{option} {text!r} has no {sign}{hint}; write {option} {example!r}")
    elif sign == ":" and not _TOKEN.fullmatch(name.strip()):
        problems.append(f"{option} {text!r}: {name!r} is no name of a header; write {option} {example!r}")
    elif sign == ":" and name.strip().lower() == "host":
        problems.append(f"{option} {text!r}: the Host header is said with --host {value.strip()}; a server name that differs with --sni")
    elif sign == ":" and not value.strip().isprintable():
        problems.append(f"{option} {name!r}: its value holds a line break or another control character")
    elif sign == "=" and not name:
        problems.append(f"{option} {text!r} has no name before the =; write {option} {example!r}")
    return (name.strip().lower(), value.strip()) if sign == ":" else (name, value)
