"""URLs: ``url``, ``isURL`` and their parts.

Source: k8s.io/apiserver pkg/cel/library/urls.go over Go's net/url (Go 1.26): absolute URLs and absolute paths, read byte by byte.
"""

from __future__ import annotations

import functools
import re
from urllib.parse import quote_from_bytes, unquote_to_bytes

import attrs

from gatewright.admission.cel.ip import address
from gatewright.admission.cel.library import Function, Library, Opaque, member

TYPE = "kubernetes.URL"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST_PERCENT = re.compile(r"%(?!25)[0-7]")
_USER = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_HOST = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:\[\]<>\"%\x80-\U0010ffff]*")
_PORT = re.compile(r"(:[0-9]*)?")
_PATH_KEPT = "$&+,/:;=@"
_PATH_ENCODED = re.compile(r"[A-Za-z0-9\-._~$&+,/:;=@!'()*\[\]%]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@attrs.frozen
class Url:
    """A URL as written, and its parts unescaped but for ``path`` and ``query``."""

    text: str
    scheme: str
    user: str
    host: str
    path: str
    query: str
    fragment: str
    opaque: str = ""

    @property
    def hostname(self) -> str:
        """The host without port and brackets."""
        if self.host.startswith("["):
            return self.host[1:].partition("]")[0]
        head, colon, port = self.host.rpartition(":")
        return head if colon and _PORT.fullmatch(f":{port}") else self.host

    @property
    def port(self) -> str:
        """Its digits, or nothing."""
        tail = self.host[self.host.rfind("]") + 1 :] if self.host.startswith("[") else self.host
        _, colon, port = tail.rpartition(":")
        return port if colon and _PORT.fullmatch(f":{port}") else ""

    def __str__(self) -> str:
        return self.text


@functools.lru_cache(1024)
def url(text: str) -> Url:
    """Raises ValueError where it is none."""
    _parsed(text)
    main, _, fragment = text.partition("#")
    _unescaped(fragment)
    return attrs.evolve(_parsed(main, fragment, requested=False), text=text)


def _parsed(text: str, fragment: str = "", requested: bool = True) -> Url:
    """``requested`` is how Go reads the target of a request, where ``//a`` is a path."""
    if not text or _CONTROL.search(text):
        raise ValueError("URL parse error during conversion from string: empty url or control character")
    if text == "*":
        return Url(text, "", "", "", "*", "", fragment)
    if text.startswith(":"):
        raise ValueError("URL parse error during conversion from string: missing protocol scheme")
    written = _SCHEME.match(text)
    scheme = written[1].lower() if written else ""
    rest, _, query = (text[written.end() :] if written else text).partition("?")
    if not rest.startswith("/"):
        if scheme:
            return Url(text, scheme, "", "", "", query, fragment, rest)
        raise ValueError("URL parse error during conversion from string: invalid URI for request")
    user = host = ""
    if rest.startswith("//") and (scheme or not (requested or rest.startswith("///"))):
        authority, slash, rest = rest[2:].partition("/")
        rest = f"{slash}{rest}"
        user, _, host = authority.rpartition("@")
        host = _host(scheme, host)
        if not _USER.fullmatch(user):
            raise ValueError("URL parse error during conversion from string: invalid userinfo")
        _unescaped(user)
    return Url(text, scheme, user, host, _path(rest), query, fragment)


def _host(scheme: str, host: str) -> str:
    opened = host.rfind("[")
    if opened > 0:
        raise ValueError("URL parse error during conversion from string: invalid IP-literal")
    if opened == 0:
        inside, closed, port = host[1:].rpartition("]")
        if not closed or not _PORT.fullmatch(port):
            raise ValueError("URL parse error during conversion from string: invalid IP-literal or port")
        name, zone, at = inside.partition("%25")
        unescaped = _host_text(name)
        if zone and not at:
            raise ValueError("URL parse error during conversion from string: invalid zone")
        _unescaped(at)
        if "." in unescaped and ":" not in unescaped:
            raise ValueError("URL parse error during conversion from string: invalid IP-literal")
        try:
            address(unescaped)
        except ValueError as error:
            if "IPv4-mapped" not in str(error):
                raise
        return f"[{unescaped}{'%' if zone else ''}{_text(at)}]{port}"
    colon = host.find(":") if scheme in ("http", "https") else host.rfind(":")
    if colon >= 0 and not _PORT.fullmatch(host[colon:]):
        raise ValueError("URL parse error during conversion from string: invalid port after host")
    return _host_text(host)


def _host_text(host: str) -> str:
    if not _HOST.fullmatch(host) or _HOST_PERCENT.search(host):
        raise ValueError("URL parse error during conversion from string: invalid character in host name")
    return _text(_unescaped(host))


def _unescaped(text: str) -> str:
    if _PERCENT.search(text):
        raise ValueError("URL parse error during conversion from string: invalid URL escape")
    return text


def _text(escaped: str) -> str:
    return unquote_to_bytes(escaped).decode("utf-8", "replace")


def _path(written: str) -> str:
    """The path escaped: as written where that is well-formed, else in Go's own way."""
    _unescaped(written)
    return written if _PATH_ENCODED.fullmatch(written) else quote_from_bytes(unquote_to_bytes(written), safe=_PATH_KEPT)


def _query(one: Url) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in one.query.split("&"):
        if not pair or ";" in pair or _PERCENT.search(pair):
            continue  # left out, as Go does
        key, _, value = pair.replace("+", " ").partition("=")
        found.setdefault(_text(key), []).append(_text(value))
    return found


def _is(text: str) -> bool:
    try:
        _parsed(text)
    except ValueError:
        return False
    return True


def _key(one: object) -> object:
    return (
        (one.scheme, one.user, one.host, one.path, one.query, one.fragment, one.opaque, one.text.partition("#")[0].endswith("?"))
        if isinstance(one, Url)
        else None
    )


LIBRARY = Library(
    (
        Function("url", "string_to_url", ("string",), TYPE, url),
        Function("isURL", "is_url_string", ("string",), "bool", _is),
        member("getScheme", "url_get_scheme", (TYPE,), "string", lambda one: one.scheme),
        member("getHost", "url_get_host", (TYPE,), "string", lambda one: one.host),
        member("getHostname", "url_get_hostname", (TYPE,), "string", lambda one: one.hostname),
        member("getPort", "url_get_port", (TYPE,), "string", lambda one: one.port),
        member("getEscapedPath", "url_get_escaped_path", (TYPE,), "string", lambda one: one.path),
        member("getQuery", "url_get_query", (TYPE,), "map(string, list(string))", _query),
    ),
    (Opaque(TYPE, url, _key),),
)
