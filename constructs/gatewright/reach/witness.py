"""A witness as a line for a POSIX shell: scheme, port and server name included."""

from __future__ import annotations

import shlex

import attrs

from gatewright.match import Request
from gatewright.reach.address import Layer

_PORTS = {"http": 80, "https": 443}


def command(request: Request, layer: Layer, port: int, sni: str | None = None, where: str = "", *, named: bool = True) -> str:
    """curl for HTTP; ``openssl s_client`` where TLS passes through, ``nc`` for TCP and UDP.

    ``sni`` where it is not the host: then that is the URL's host, and the Host header is written out. ``where`` is the Gateway, in a comment.
    Not ``named``: nobody knows the host by this name (a wildcard's, or a side door), so the address comes from ``$ADDRESS``.
    """
    where = "".join(one if one.isprintable() else "?" for one in where)  # it must not end the comment
    behind = f"  # {where}" if where else ""
    if layer in ("tcp", "udp"):
        return f'nc {"-u " if layer == "udp" else ""}"$ADDRESS" {port}{behind}'
    if layer == "tls":
        name = shlex.quote(sni or request.host)
        return f'openssl s_client -connect {f"{name}:{port}" if named else f""""$ADDRESS":{port}"""} -servername {name}{behind}'
    url_host = sni or request.host
    headers = request.headers if url_host == request.host else (("Host", request.host), *request.headers)
    place = url_host if port == _PORTS[layer] else f"{url_host}:{port}"
    asked = attrs.evolve(request, host=place, headers=headers)
    line, quoted = asked.curl(), shlex.quote(asked.url)
    before, _, after = line.rpartition(quoted)
    scheme = shlex.quote(f"{layer}{asked.url.removeprefix('https')}")
    connect = "" if named else '--connect-to "::$ADDRESS:" '
    return f"{before}{connect}{scheme}{after}{f', at {where}' if where else ''}"
