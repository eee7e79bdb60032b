"""What nobody may read in a log or a comment: values that are credentials by the name they stand under, or by their look.

A digest stands in their place, so that a change of one is still seen: few digits of it, and no password can be guessed by them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_NAMES = re.compile(
    r"(?i)secret|passw(?:or)?d|passphrase|token|credential|cookie|htpasswd|api-?_?key|private-?_?key"
    r"|(?:^|[-_.])(?:auth|authorization|authentication|bearer|fdid|hmac|jwt|key|pwd|session|session-?_?id|sid|sig|signature|verify)(?:$|[-_.])"
)
_LOOK = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*"  # a JWT
    r"|\b(?:Bearer|Basic) +(?=\S*(?:[\d=+/]|[a-z][A-Z]))[\w+/=.~-]{8,}"  # Basic authentication is two words
    r"|://[^/\s:@]*:[^/\s@]+@"
    r"|\$apr1\$|\$2[aby]\$|\{SHA\}"  # a line of htpasswd
    r"|\b(?:AKIA[0-9A-Z]{12,}|gh[opsur]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abp]-[\w-]{8,}|[prs]k_(?:live|test)_\w{8,})"
)
_PROOF = re.compile(r"(?i)(?:basic|bearer) +[\w+/=.~-]{8,}")  # the whole of a value, not two words of a sentence
_SCHEMES = re.compile(r"(?i)\b(?:basic|bearer|digest|dpop|negotiate|true|false)\b")
_TERM = re.compile(r"((?:header|query parameter|cookie) (\S+) (?:not )?(is|matches) )(.*)", re.DOTALL)
_LITERAL = re.compile(r"""(\w\[\s*(?:'[^']*'|"[^"]*"))|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_QUOTED = re.compile(r"""((?:header|parameter|cookie) (\S+)\b[^'"\[;]*)('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
_TESTED = re.compile(r"(?i)(\b([\w-]+) (?:exact|prefix|suffix|regularexpression) )(?!\(sha256)(\S+)")
_QUERY = re.compile(r"(/[^\s?#(]*)\?([\w.~%-]+=[^\s#]*)")
_COOKIE, _COOKIE_PATTERN = re.compile(r"=([^;]+)"), re.compile(r"=([\w+/.~%-]{3,})")
_DIGITS = 4

# Response headers whose values are meant for everybody, and say nothing of anybody (RFC 9110, RFC 9111, RFC 6797, Fetch, CSP 3, OWASP Secure Headers).
_PUBLIC_FAMILIES = ("access-control-", "cross-origin-")
_PUBLIC = frozenset(
    {
        "allow", "alt-svc", "cache-control", "clear-site-data", "content-language", "content-security-policy",
        "content-security-policy-report-only", "content-type", "expires", "feature-policy", "origin-agent-cluster", "permissions-policy",
        "pragma", "referrer-policy", "server", "strict-transport-security", "timing-allow-origin", "vary", "via", "x-content-type-options",
        "x-dns-prefetch-control", "x-download-options", "x-frame-options", "x-permitted-cross-domain-policies", "x-powered-by", "x-robots-tag",
        "x-xss-protection",
    }
)  # fmt: skip


def sounds_secret(name: str) -> bool:
    """Whether what stands under this name is taken for a credential, whatever it is."""
    return _NAMES.search(name) is not None


def is_credential(name: str, value: str) -> bool:
    """Whether a header or parameter with this value is taken for a credential."""
    return bool(value) and (sounds_secret(name) or _LOOK.search(value) is not None or _PROOF.fullmatch(value) is not None)


def told(name: str, value: str) -> str:
    """The value, or its digest where it is taken for a credential; of cookies the names stay."""
    if not is_credential(name, value):
        return value
    return _COOKIE.sub(_named, value) if name.lower() == "cookie" and "=" in value else digest(value)


def pattern_told(name: str, value: str) -> str:
    """The same of a regular expression: ``Bearer .+`` says how a credential looks, and is none."""
    if not is_credential(name, value):
        return value
    if name.lower() == "cookie" and "=" in value and not _LOOK.search(value):
        return _COOKIE_PATTERN.sub(_named, value)
    letters = re.sub(r"\(\?\w+[:)]|\[[^\]]*\]|\\.|\{[\d,]*\}", " ", _SCHEMES.sub(" ", value))
    return digest(value) if _LOOK.search(value) or re.search(r"\w{3}", letters) else value


def response_header(name: str, value: str) -> str:
    """``x-frame-options: DENY``; of what is not known to be harmless the digest."""
    public = (name.lower() in _PUBLIC or name.lower().startswith(_PUBLIC_FAMILIES)) and not _LOOK.search(value)
    return f"{name}: {value if public or not value else digest(value)}"


def term_told(text: str) -> str:
    """A condition in words, ``header x-tenant is a``, without what it asks for where that is a credential; of CEL, without its literals."""
    found = _TERM.fullmatch(text)
    if found is not None:
        shown = pattern_told if found[3] == "matches" else told
        return found[1] + shown(found[2], found[4])
    if "CEL" in text:
        return expression_told(text)
    return digest(text) if _LOOK.search(text) else text


def expression_told(text: str) -> str:
    """CEL without its literals, if it names what sounds secret."""
    told = _LITERAL.sub(lambda one: one[0] if one[1] else digest(one[0]), text) if sounds_secret(text) else text
    return digest(text) if _LOOK.search(told) else told


def url_told(text: str) -> str:
    """A URL, or words with URLs, without the user and password that somebody may have left in it; of a query the digest, for it may be signed."""
    return _QUERY.sub(lambda found: f"{found[1]}?{digest(found[2])}", re.sub(r"//[^/?#\s]*@", "//", text))


def text_told(text: str, hidden: Iterable[str] = ()) -> str:
    """A sentence about manifests without the credentials that it quotes. ``hidden``: values that are known to be some."""
    for value in sorted(set(hidden), key=len, reverse=True):
        text = text.replace(value, digest(value)) if len(value) > _DIGITS else text
    for quoting in (_QUOTED, _TESTED):
        text = quoting.sub(lambda found: found[1] + digest(found[3]) if _NAMES.search(found[2]) else found[0], text)
    return _LOOK.sub(lambda found: digest(found[0]), url_told(text))


def _named(found: re.Match[str]) -> str:
    return f"={digest(found[1])}"


def digest(value: str) -> str:
    """``(sha256 ab12…)``."""
    return f"(sha256 {hashlib.sha256(value.encode(errors='surrogatepass')).hexdigest()[:_DIGITS]}…)"
