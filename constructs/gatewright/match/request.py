"""One concrete request: what a witness is."""

import shlex
from ipaddress import ip_address
from urllib.parse import quote, urlencode

import attrs

# Everything that may stand in a path as it is; only what is outside ASCII is encoded.
_PATH_SAFE = "".join(map(chr, range(0x21, 0x7F)))


@attrs.frozen
class Request:
    """A request as the gateway sees it: hostname without port, path as on the wire, query decoded, one value a name.

    `source` is the client's address. Header names are in lower case.
    """

    host: str
    path: str = "/"
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    source: str = "203.0.113.7"

    def header(self, name: str) -> str | None:
        """The first value of the header; names are compared without case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def parameter(self, name: str) -> str | None:
        """The first value of the query parameter."""
        return next((value for key, value in self.query if key == name), None)

    @property
    def url(self) -> str:
        query = "?" + urlencode(self.query, quote_via=quote) if self.query else ""
        return f"https://{self.host}{quote(self.path, safe=_PATH_SAFE)}{query}"

    def curl(self) -> str:
        """A line for a POSIX shell; the client's address stands behind it as a comment, since curl cannot choose it."""
        words = ["curl", "--path-as-is", "--globoff"]
        if self.method == "HEAD":
            words.append("--head")  # with -X HEAD curl waits for a body
        elif self.method != "GET":
            words += ["--request", self.method]
        for name, value in self.headers:
            words += ["--header", f"{name}: {value}" if value else f"{name};"]  # `name:` would remove it
        return f"{shlex.join([*words, self.url])}  # from {ip_address(self.source)}"
