"""Who must prove what: the ways to authenticate that reach reads, weak forms included. Names of Secrets and services are kept, never what they hold."""

from __future__ import annotations

from typing import Literal

import attrs

from gatewright.protection.authentication import Jwt

AUTHORIZATION = "header Authorization"
"""How ``Tokens.taken_from`` says where every client puts a token (RFC 6750 §2.1), beside other places."""


@attrs.frozen
class Tokens:
    """A token that one of the providers verifies (kind ``jwt``).

    ``optional``     a request without a token passes
    ``fails_open``   so does one with a token that does not verify
    ``taken_from``   where tokens are looked for, in words, sorted; empty: the Authorization header
    ``claims_as``    request headers that the gateway fills from claims; ``claims``: from which, in words
    ``keys``         who delivers the keys, and a digest of those that are here, in words, sorted
    """

    any_of: tuple[Jwt, ...]
    optional: bool = False
    fails_open: bool = False
    taken_from: tuple[str, ...] = ()
    claims_as: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@attrs.frozen
class OidcLogin:
    """OpenID Connect login by the gateway (kind ``oidc``). ``bearer_passes``: a request with a bearer token is not asked to log in.

    ``endpoints``  where the login happens and who is asked, in words, sorted
    ``cookies``    what says who sees the session and where it comes back to, in words, sorted; ``settings``: all else that is stated
    """

    issuer: str
    client: str
    scopes: tuple[str, ...] = ()
    bearer_passes: bool = False
    endpoints: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()


@attrs.frozen
class ApiKeys:
    """A key out of one of the Secrets (kind ``api-key``), from ``taken_from`` in words; ``forwarded``: the backend sees the key.

    ``clients``    names of those who have a key; None: not all Secrets are here
    ``client_as``  request header that the gateway fills with the client's name
    """

    secrets: tuple[str, ...]
    taken_from: tuple[str, ...] = ()
    forwarded: bool = True
    clients: tuple[str, ...] | None = None
    client_as: str = ""


@attrs.frozen
class BasicUsers:
    """A user and password out of a Secret (kind ``basic``).

    ``users``    their names; None: the Secret is not here
    ``user_as``  request header that the gateway fills with the user's name
    """

    secret: str
    users: tuple[str, ...] | None = None
    user_as: str = ""


@attrs.frozen
class ExternalAuthorizer:
    """Another service is asked (kind ``external-auth``). ``service`` is ``namespace/name:port`` and path; ``fails_open``: what it does not answer passes.

    ``asked``     where the service leads to, and what it is told beside the request, in words, sorted
    ``settings``  what else is stated, in words, sorted
    ``told``      headers of its answer that the backend gets
    """

    service: str
    protocol: Literal["grpc", "http"]
    fails_open: bool = False
    headers: tuple[str, ...] = ()
    body: int | None = None
    asked: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


@attrs.frozen
class ClientCertificates:
    """The client's certificate (kind ``client-certificate``).

    ``required``  without one there is no connection
    ``verified``  one that is given must be signed by an authority
    ``names``     subject names of which one must match, in words; empty: any
    ``pinned``    hashes of certificates or keys of which one must match
    ``revoked``   whether a revocation list is asked; ``expired``: whether one that has expired passes
    ``roots``     digests of the certificates of the authorities; None: not all are here
    ``lists``     which revocation lists, with a digest of those that are here, in words; ``resumed``: later connections are not asked again
    """

    authorities: tuple[str, ...]
    required: bool = True
    verified: bool = True
    names: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    revoked: bool = False
    expired: bool = False
    roots: tuple[str, ...] | None = None
    lists: tuple[str, ...] = ()
    resumed: bool = False
