"""ClientTrafficPolicy (CRD 1.8.3, 1.9.1) as guards of a listener; what TLS asks of clients is in ``handshake``.

Seen in the translator:

- Without a policy: TLS 1.2, 100 streams a connection, the peer's address, underscores refused, a forwarded client certificate dropped,
  slashes merged, escaped slashes redirected to the path that they stand for.
- ``set`` of a header takes a client's value from it as ``remove`` does; a header that is dropped for its underscore is as good as refused.
- ``healthCheck.path`` is compared with the path and the query, and answered before any policy is asked, for every host.

``header-hygiene`` and ``path-normalisation`` are two halves of one ``Hygiene``: headers, and slashes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from gatewright.gateways.effect import Answered, Guard, Guards, settled
from gatewright.gateways.envoy import client, hygiene
from gatewright.gateways.envoy.effects import handshake
from gatewright.gateways.envoy.effects.contents import Contents
from gatewright.gateways.envoy.effects.covered import ATTACHMENT, At, Covered, leaves, nowhere
from gatewright.gateways.fields import at as field
from gatewright.gateways.fields import items, mapping, milliseconds, size, text, texts
from gatewright.protection.bounds import ConnectionBounds
from gatewright.protection.client import Direct, Forgeable, ForwardedFor, ProxyProtocol
from gatewright.protection.headers import IDENTITY_HEADERS, HeaderEdit, Hygiene
from gatewright.protection.unknown import Unknown

_EDITED = "{set.{name,value},add.{name,value},addIfAbsent.{name,value},remove,removeOnMatch.{type,value}}"
_NAMED = "{type,value}"
FIELDS = Covered(
    read=leaves(
        "tls.{minVersion,ciphers,ecdhCurves,signatureAlgorithms,session.resumption.{stateless,stateful}}",
        "tls.clientValidation.{mode,optional,allowExpiredCertificate,spkiHashes,certificateHashes,caCertificateRefs.{kind,name,namespace},"
        f"crl.{{onlyVerifyLeafCertificate,refs.{{kind,name,namespace}}}},subjectAltNames.{{dnsNames.{_NAMED},emailAddresses.{_NAMED},"
        f"ipAddresses.{_NAMED},uris.{_NAMED},otherNames.{{oid,type,value}}}}}}",
        "clientIPDetection.{customHeader.{name,failClosed},xForwardedFor.{numTrustedHops,trustedCIDRs}}",
        "enableProxyProtocol",
        "proxyProtocol.optional",
        f"headers.{{earlyRequestHeaders.{_EDITED},lateResponseHeaders.{_EDITED},withUnderscoresAction,enableEnvoyHeaders,"
        "xForwardedClientCert.{mode,certDetailsToAdd}}",
        "path.{escapedSlashesAction,disableMergeSlashes}",
        "connection.connectionLimit.{value,maxConnectionDuration,maxRequestsPerConnection,maxStreamDuration}",
        "http2.maxConcurrentStreams",
        "timeout.{http.{idleTimeout,requestHeadersReceivedTimeout,requestReceivedTimeout},tcp.{idleTimeout,tlsHandshakeTimeout}}",
        "healthCheck.path",
        "http1.{http10.useDefaultHost,ignoredUpgradeTypes.{type,value}}",
        "http3",
    ),
    harmless=(
        "clientIPDetection.directSourceIP",  # the default, said aloud
        "clientIPDetection.xForwardedFor.disableXForwardedForAppend",  # what the backend is told, not what is believed here
        "connection.bufferLimit",  # memory
        "connection.connectionLimit.closeDelay",
        "connection.maxAcceptPerSocketEvent",
        "connection.socketBufferLimit",
        "grpc",
        *(f"headers.{one}" for one in ("disableRateLimitHeaders", "host", "preserveXRequestID", "requestID")),
        *(f"http1.{one}" for one in ("disableSafeMaxConnectionDuration", "enableTrailers", "preserveHeaderCase")),
        *(f"http2.{one}" for one in ("connectionKeepalive", "initialConnectionWindowSize", "initialStreamWindowSize", "onInvalidMessage")),
        "scheme",
        "tcpKeepalive",
        "timeout.tcp.connectionInspectionTimeout",
        *(f"tls.{one}" for one in ("alpnProtocols", "fingerprints", "maxVersion")),
    ),
    elsewhere=(
        *ATTACHMENT[:3],
        "timeout.http.streamIdleTimeout",  # effects.traffic: it is the idle bound of every rule
        *(f"tls.clientValidation.{one}.group" for one in ("caCertificateRefs", "crl.refs")),  # effects.references
    ),
)
_EVERYBODY = frozenset({"0.0.0.0/0", "::/0"})
_STREAMS, _IDLE = 100, 3_600_000  # EG's default; Envoy's for connections, of HTTP and TCP


def client_guards(
    spec: Mapping[str, object], at: At = nowhere, *, encrypted: bool, fences: Mapping[str, tuple[str, ...]] | None = None, gateway: str = "",
    frontend: Guard | None = None, namespace: str = "", tcp: bool = False, contents: Contents | None = None,
) -> Guards:  # fmt: skip
    """What a policy makes of one listener; an empty ``spec`` is no policy.

    ``encrypted`` TLS ends at the listener; ``fences`` the peers that NetworkPolicies admit to the proxies, by ``gateway``
    (``namespace/name``); ``frontend`` what the Gateway itself asks (``frontend_certificates``); ``namespace`` of the policy;
    ``tcp`` a listener that reads no HTTP (protocol TCP or TLS); ``contents`` of the objects that it names.
    """
    guards = [_address(spec, at, fences or {}, gateway), _bounds(spec, at, encrypted, tcp)]
    if not tcp:
        guards += [_headers(spec, at), _path(spec, at), *_response(spec, at), *_edit(spec, at)]
    if encrypted:
        guards.append(handshake.floor(spec, at))
        if (asked := handshake.certificates(spec, at, frontend, namespace, contents)) is not None:
            guards.append(asked)
    return settled(guards)


def frontend_certificates(
    gateway_spec: Mapping[str, object], port: int, at: At, namespace: str, contents: Contents | None = None
) -> Guard | None:  # fmt: skip
    """What the Gateway asks of clients of an HTTPS listener on a port (``spec.tls.frontend``); None: nothing."""
    return handshake.of_gateway(gateway_spec, port, at, namespace, contents)


def client_problem(spec: Mapping[str, object], *, encrypted: bool) -> str:
    """Why the translator refuses this policy on a listener, so that every route there answers 500; empty: it takes it."""
    if (limit := field(spec, "connection", "bufferLimit")) is not None and (bytes_ := size(limit)) is not None and bytes_ > 4_294_967_295:
        return f"connection.bufferLimit {limit} is out of range"
    if not encrypted:
        return ""
    if unknown := handshake.unknown_suite(spec):
        return f"tls.ciphers names {unknown}, which is not known"
    asked = field(spec, "tls", "clientValidation")
    if (
        asked is not None
        and handshake.mode(asked) in ("VerifyIfGiven", "RequireAndVerify")
        and not items(field(asked, "caCertificateRefs"))
    ):
        return f"tls.clientValidation of mode {handshake.mode(asked)} names no caCertificateRefs"
    return ""


def health_answer(spec: Mapping[str, object], at: At = nowhere) -> tuple[str, Answered] | None:
    """The path, with its query, that a listener answers by itself for every host, whatever the routes and policies."""
    path = text(field(spec, "healthCheck", "path"))
    return None if path is None else (path, Answered(200, "the listener's health check (503 while it drains)", at("healthCheck", "path")))


def client_notes(spec: Mapping[str, object], *, encrypted: bool) -> tuple[str, ...]:
    """What else somebody should know who asks what happens to a request."""
    return tuple(_notes(spec, encrypted))


def client_alterations(
    spec: Mapping[str, object], *, encrypted: bool, tcp: bool = False
) -> tuple[tuple[str, ...], tuple[str, ...]]:  # fmt: skip
    """What else becomes of requests and answers of a listener: what bears on who reaches what, and what does not."""
    return tuple(_bearing(spec, tcp)), tuple(_other(spec, encrypted, tcp))


def _bearing(spec: Mapping[str, object], tcp: bool) -> Iterator[str]:
    if tcp:
        return
    if health := health_answer(spec):
        yield f"{health[0]} is answered by the gateway itself, for every host and before any policy"
    if details := sorted(texts(field(spec, "headers", "xForwardedClientCert", "certDetailsToAdd"))):
        yield f"backends are told of the client's certificate: {', '.join(details)}"
    if field(spec, "http1", "http10", "useDefaultHost") is True:
        yield "HTTP/1.0 requests without Host are served as requests for the listener's own hostname"
    if field(spec, "clientIPDetection", "xForwardedFor", "disableXForwardedForAppend") is True:
        yield "backends are not told the address of the connection (X-Forwarded-For as the client sends it)"
    if (scheme := text(field(spec, "scheme"))) is not None and scheme != "Preserve":
        yield f"backends are told another scheme than the client's: {scheme}"
    if field(spec, "headers", "host", "stripTrailingHostDot") is True:
        yield "a dot at the end of the host is passed over"


def _other(spec: Mapping[str, object], encrypted: bool, tcp: bool) -> Iterator[str]:
    if encrypted and field(spec, "http3") is not None:
        yield _http3(spec)
    if encrypted and (newest := text(field(spec, "tls", "maxVersion"))) is not None:
        yield f"TLS {newest} at most"
    if encrypted and (known := sorted(texts(field(spec, "tls", "fingerprints")))):
        yield f"clients are told apart by fingerprints: {', '.join(known)}"
    if tcp:
        return
    if removed := _removed(spec):
        yield f"response headers are removed: {', '.join(removed)}"
    if field(spec, "headers", "enableEnvoyHeaders") is True:
        yield "clients are shown the headers that Envoy adds (x-envoy-...)"
    if (identity := text(field(spec, "headers", "requestID"))) is not None:
        yield f"the request's own identifier: {identity}"
    if field(spec, "headers", "preserveXRequestID") is True:
        yield "the request's own identifier: as the client sends it"
    if field(spec, "headers", "disableRateLimitHeaders") is True:
        yield "clients are not told how near a limit they are"
    if field(spec, "http1", "http10") is not None:
        yield "HTTP/1.0 requests are served"
    if ignored := sorted(handshake.pattern(one) for one in items(field(spec, "http1", "ignoredUpgradeTypes"))):
        yield f"HTTP/1.1 upgrades are ignored: {', '.join(ignored)}"
    if field(spec, "grpc", "enableWeb") is not None:
        yield f"gRPC-Web {'is' if field(spec, 'grpc', 'enableWeb') is True else 'is not'} translated"


def _removed(spec: Mapping[str, object]) -> list[str]:
    late = field(spec, "headers", "lateResponseHeaders")
    return sorted({*texts(field(late, "remove")), *(handshake.pattern(one) for one in items(field(late, "removeOnMatch")))})


def _notes(spec: Mapping[str, object], encrypted: bool) -> Iterator[str]:
    if health := health_answer(spec):
        yield f"{health[0]} is answered by the gateway itself, for every host and before any policy"
    if not encrypted and field(spec, "tls") is not None:
        yield "tls of the ClientTrafficPolicy does nothing on a listener without TLS"
    if encrypted and field(spec, "http3") is not None:
        yield _http3(spec)
    resumption = [name for name in ("stateless", "stateful") if field(spec, "tls", "session", "resumption", name) is not None]
    if encrypted and resumption:
        yield f"TLS sessions are resumed ({' and '.join(resumption)}): client certificates are not asked for again"
    crl = field(spec, "tls", "clientValidation", "crl")
    if encrypted and items(field(crl, "refs")):
        yield f"certificates revoked by {', '.join(handshake.references(field(crl, 'refs'), 'its own namespace'))} are refused"
    if encrypted and field(crl, "onlyVerifyLeafCertificate") is True:
        yield "revocation lists are asked for the client's own certificate only, not for the authorities between"
    if removed := _removed(spec):
        yield f"response headers are removed: {', '.join(removed)}"
    if field(spec, "headers", "enableEnvoyHeaders") is True:
        yield "clients are shown the headers that Envoy adds (x-envoy-...)"
    if details := sorted(texts(field(spec, "headers", "xForwardedClientCert", "certDetailsToAdd"))):
        yield f"backends are told of the client's certificate: {', '.join(details)}"
    if field(spec, "http1", "http10", "useDefaultHost") is True:
        yield "HTTP/1.0 requests without Host are served as requests for the listener's own hostname"
    elif field(spec, "http1", "http10") is not None:
        yield "HTTP/1.0 requests are served"
    if ignored := sorted(handshake.pattern(one) for one in items(field(spec, "http1", "ignoredUpgradeTypes"))):
        yield f"HTTP/1.1 upgrades are ignored: {', '.join(ignored)}"


def _http3(spec: Mapping[str, object]) -> str:
    if field(spec, "tls", "clientValidation") is not None:
        return "HTTP/3 is not served: the policy asks for client certificates, which Envoy cannot do over QUIC"
    return "also served over QUIC (HTTP/3) on the UDP port of the same number"


def _address(spec: Mapping[str, object], at: At, fences: Mapping[str, tuple[str, ...]], gateway: str) -> Guard:
    stated = [name for name in ("proxyProtocol", "enableProxyProtocol", "clientIPDetection") if field(spec, name) not in (None, False)]
    where = at(stated[0]) if stated else None
    header = field(spec, "clientIPDetection", "customHeader")
    if header is not None and not {"proxyProtocol", "enableProxyProtocol"} & set(stated):
        refused = ", and refused without it" if field(header, "failClosed") is True else ""
        return Guard("client-address", Forgeable(f"it is taken from the header {field(header, 'name')}{refused}"), "not-enforced", where)
    read = client.read(spec, fences, gateway)
    if isinstance(read, Unknown):
        return Guard.unknown("client-address", read.reason, where)
    believes_anybody = isinstance(read, ProxyProtocol | ForwardedFor) and (not read.peers or not _EVERYBODY.isdisjoint(read.peers))
    return Guard(
        "client-address",
        read,
        "not-enforced" if believes_anybody else "enforced",
        None if isinstance(read, Direct) and not stated else where,
    )


def _headers(spec: Mapping[str, object], at: At) -> Guard:
    read, early = hygiene.read(spec), field(spec, "headers", "earlyRequestHeaders")
    stripped = {one.lower() for one in read.stripped} | {str(field(one, "name")).lower() for one in items(field(early, "set"))}
    for one in items(field(early, "removeOnMatch")):
        stripped |= _matched(one)
    underscores = field(spec, "headers", "withUnderscoresAction") in (None, "RejectRequest", "DropHeader")
    certificate = read.client_certificate or field(spec, "headers", "xForwardedClientCert", "mode") == "SanitizeSet"
    value = Hygiene(tuple(sorted(stripped)), underscores, certificate)
    return Guard("header-hygiene", value, "enforced", at("headers") if field(spec, "headers") is not None else None)


def _matched(one: object) -> set[str]:
    """The names that a pattern stands for: itself, in words, and those of the headers that commonly say who is asking."""
    value, kind = str(field(one, "value")), field(one, "type") or "Exact"  # names are in lower case, and patterns stay as they are
    known = {
        name
        for name in IDENTITY_HEADERS
        if (kind == "Prefix" and name.startswith(value))
        or (kind == "Suffix" and name.endswith(value))
        or (kind == "Exact" and name == value)
    }
    return {handshake.pattern(one), *known}


def _path(spec: Mapping[str, object], at: At) -> Guard:
    where = at("path") if field(spec, "path") is not None else None
    if field(spec, "path", "escapedSlashesAction") == "KeepUnchanged":
        return Guard.unknown(
            "path-normalisation", "escaped slashes reach the backend as they are: what it reads into them is not known here", where
        )
    read = hygiene.read(spec)
    return Guard("path-normalisation", Hygiene(escaped_slashes=read.escaped_slashes, merged_slashes=read.merged_slashes), "enforced", where)


def _bounds(spec: Mapping[str, object], at: At, encrypted: bool, tcp: bool) -> Guard:
    limit, http, raw = field(spec, "connection", "connectionLimit"), field(spec, "timeout", "http"), field(spec, "timeout", "tcp")
    value = ConnectionBounds(
        connections=_count(limit, "value"),
        idle=_time(raw if tcp else http, "idleTimeout", _IDLE),
        handshake=_time(raw, "tlsHandshakeTimeout") if encrypted else None,
    )
    if not tcp:
        value = attrs.evolve(
            value,
            streams=_count(field(spec, "http2"), "maxConcurrentStreams") or _STREAMS,
            requests=_count(limit, "maxRequestsPerConnection"),
            duration=_time(limit, "maxConnectionDuration"),
            received=_time(http, "requestReceivedTimeout"),
            headers=_time(http, "requestHeadersReceivedTimeout"),
            stream=_time(limit, "maxStreamDuration"),
        )
    stated = (("connection", limit), ("timeout", field(spec, "timeout")), ("http2", field(spec, "http2")))
    return Guard("connection-limit", value, "enforced", next((at(name) for name, one in stated if one is not None), None))


def _count(holder: object, name: str) -> int | None:
    value = field(holder, name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _time(holder: object, name: str, otherwise: int | None = None) -> int | None:
    """Milliseconds; 0 is no bound; ``otherwise`` where nothing is stated."""
    return otherwise if field(holder, name) is None else milliseconds(field(holder, name))


def _response(spec: Mapping[str, object], at: At) -> Iterator[Guard]:
    late = field(spec, "headers", "lateResponseHeaders")
    pairs = {(name.lower(), value) for name, value in (*_pairs(late, "addIfAbsent"), *_pairs(late, "set"), *_pairs(late, "add"))}
    if pairs:
        yield Guard("response-headers", tuple(sorted(pairs)), "enforced", at("headers", "lateResponseHeaders"))


def _edit(spec: Mapping[str, object], at: At) -> Iterator[Guard]:
    """Values that the gateway writes into requests before a route is chosen: routes and policies read them as if the client had sent them."""
    early = field(spec, "headers", "earlyRequestHeaders")
    added = (*_pairs(early, "add"), *_pairs(early, "addIfAbsent"))
    edit = HeaderEdit(tuple(sorted(_pairs(early, "set"))), tuple(sorted(added)))
    mode = text(field(spec, "headers", "xForwardedClientCert", "mode"))
    if mode == "SanitizeSet":
        edit = attrs.evolve(edit, set=(*edit.set, ("x-forwarded-client-cert", "the client's certificate")))
    if edit:
        yield Guard(
            "header-edit", edit, "enforced", at("headers", "earlyRequestHeaders") if added or (edit.set and early) else at("headers")
        )


def _pairs(holder: object, name: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(field(one, "name")).lower(), str(field(one, "value"))) for one in items(field(holder, name)) if mapping(one))
