"""Which headers the gateway takes from, or adds to, a message."""

from __future__ import annotations

import attrs

# What backends commonly trust to say who is asking, or for which path. None of it may come from a client.
IDENTITY_HEADERS = (
    "remote-user",
    "x-amzn-oidc-identity",
    "x-auth-request-email",
    "x-auth-request-groups",
    "x-auth-request-user",
    "x-forwarded-email",
    "x-forwarded-groups",
    "x-forwarded-preferred-username",
    "x-forwarded-user",
    "x-goog-authenticated-user-email",
    "x-goog-authenticated-user-id",
    "x-ms-client-principal",
    "x-ms-client-principal-id",
    "x-ms-client-principal-name",
    "x-original-url",
    "x-remote-group",
    "x-remote-user",
    "x-rewrite-url",
    "x-user",
    "x-user-id",
    "x-webauth-user",
)

# OWASP Secure Headers Project, values that break no application which sets none; HSTS is one year, without preload.
BROWSER_HEADERS = (
    ("content-security-policy", "frame-ancestors 'self'"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "SAMEORIGIN"),
)


@attrs.frozen
class Hygiene:
    """What is refused or taken from every request before anything else reads it.

    ``stripped``           headers that no client may send
    ``underscores``        whether a header name with an underscore is refused
    ``client_certificate`` whether a forwarded-client-certificate header of a client is dropped
    ``escaped_slashes``    whether ``%2F`` and ``%5C`` in a path are refused
    ``merged_slashes``     whether ``//`` is one ``/`` before a route is chosen
    """

    stripped: tuple[str, ...] = ()
    underscores: bool = False
    client_certificate: bool = False
    escaped_slashes: bool = False
    merged_slashes: bool = False


@attrs.frozen
class HeaderEdit:
    """Headers set, added and removed on one message; names in lower case, in order."""

    set: tuple[tuple[str, str], ...] = ()
    add: tuple[tuple[str, str], ...] = ()
    remove: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.set or self.add or self.remove)
