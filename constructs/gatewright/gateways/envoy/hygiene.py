"""What a client may not send: ClientTrafficPolicy ``spec.path`` and ``spec.headers`` (CRD 1.8.3, 1.9.1).

Seen in the translator: stripped headers go before a route is chosen; an escaped slash that is refused answers 400, the default would
redirect to the unescaped path; slashes are merged unless that is disabled; underscores are refused by default.
"""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.gateways.capability import Row, enforced, refused
from gatewright.gateways.fields import at, milliseconds, strings, texts
from gatewright.manifest.text import JsonObject
from gatewright.protection.headers import Hygiene
from gatewright.protection.policy import ListenerPolicy
from gatewright.standard.objects import duration

_SPEC = "ClientTrafficPolicy spec"


def rows(version: str) -> dict[str, Row]:
    """What this version does with hygiene of requests."""
    slow = enforced(f"{_SPEC}.timeout.http.requestHeadersReceivedTimeout")
    if version == "1.8":
        slow = refused("it bounds only the whole request, which would end uploads", "ClientTrafficPolicy CRD 1.8.3 has no requestHeadersReceivedTimeout")
    return {
        "listener.headers.stripped": enforced(f"{_SPEC}.headers.earlyRequestHeaders.remove"),
        "listener.headers.underscores": enforced(f"{_SPEC}.headers.withUnderscoresAction"),
        "listener.headers.client-certificate": enforced(f"{_SPEC}.headers.xForwardedClientCert.mode"),
        "listener.path.escaped-slashes": enforced(f"{_SPEC}.path.escapedSlashesAction"),
        "listener.path.merged-slashes": enforced(f"{_SPEC}.path.disableMergeSlashes"),
        "listener.browser": enforced(f"{_SPEC}.headers.lateResponseHeaders.addIfAbsent", "of a whole listener: no object of a route can add where absent"),
        "listener.slow-headers": slow,
    }


def render(policy: ListenerPolicy) -> JsonObject:
    """The fields ``path``, ``headers`` and ``timeout`` of ``spec``, each knob written as closed as it can be."""
    hygiene = policy.hygiene
    headers: JsonObject = {
        "enableEnvoyHeaders": False,
        "disableRateLimitHeaders": True,
        "withUnderscoresAction": "RejectRequest" if hygiene.underscores else "Allow",
        "xForwardedClientCert": {"mode": "Sanitize" if hygiene.client_certificate else "ForwardOnly"},
    }
    if hygiene.stripped:
        headers["earlyRequestHeaders"] = {"remove": strings(hygiene.stripped)}
    if policy.browser:
        headers["lateResponseHeaders"] = {"addIfAbsent": [{"name": name, "value": value} for name, value in policy.browser]}
    written: JsonObject = {
        "path": {
            "escapedSlashesAction": "RejectRequest" if hygiene.escaped_slashes else "UnescapeAndRedirect",
            "disableMergeSlashes": not hygiene.merged_slashes,
        },
        "headers": headers,
    }
    if policy.headers is not None:
        written["timeout"] = {"http": {"requestHeadersReceivedTimeout": duration(policy.headers)}}
    return written


def read(spec: Mapping[str, object]) -> Hygiene:
    """What is refused or taken from every request."""
    return Hygiene(
        stripped=tuple(sorted(texts(at(spec, "headers", "earlyRequestHeaders", "remove")))),
        underscores=at(spec, "headers", "withUnderscoresAction") in (None, "RejectRequest"),
        client_certificate=at(spec, "headers", "xForwardedClientCert", "mode") in (None, "Sanitize"),
        escaped_slashes=at(spec, "path", "escapedSlashesAction") == "RejectRequest",
        merged_slashes=at(spec, "path", "disableMergeSlashes") is not True,
    )


def read_browser(spec: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """The response headers added where the application set none."""
    added = at(spec, "headers", "lateResponseHeaders", "addIfAbsent")
    pairs = [(at(one, "name"), at(one, "value")) for one in (added if isinstance(added, list | tuple) else ())]
    return tuple(sorted((name, value) for name, value in pairs if isinstance(name, str) and isinstance(value, str)))


def read_headers(spec: Mapping[str, object]) -> int | None:
    """Milliseconds until the headers of a request must have arrived."""
    return milliseconds(at(spec, "timeout", "http", "requestHeadersReceivedTimeout"))
