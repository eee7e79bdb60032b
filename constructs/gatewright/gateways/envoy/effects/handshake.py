"""What TLS asks of clients of a listener: ClientTrafficPolicy ``spec.tls`` (CRD 1.8.3, 1.9.1) and the Gateway's own ``spec.tls.frontend``.

Seen in the translator: ``mode`` of ``clientValidation`` beats ``optional``, which means VerifyIfGiven; AllowInsecureFallback of a Gateway means
Request. Request and RequireAny accept certificates of anybody, pins and names included. A policy's ``clientValidation`` stands in the place
of the Gateway's, whose authorities stay where it names none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from gatewright.gateways.effect import Guard
from gatewright.gateways.envoy import tls
from gatewright.gateways.envoy.effects.contents import Contents
from gatewright.gateways.envoy.effects.covered import At
from gatewright.gateways.envoy.effects.policy import Policy
from gatewright.gateways.envoy.effects.references import References
from gatewright.gateways.fields import at as field
from gatewright.gateways.fields import items, text, texts
from gatewright.manifest.identity import ObjectId
from gatewright.protection.access import ClientCertificates
from gatewright.protection.transport import TlsFloor
from gatewright.protection.unknown import Unknown

_CURVES = frozenset({"X25519", "P-256", "P-384", "P-521", "X25519MLKEM768"})
_OLD_SIGNATURES = ("sha1", "md5")
_IANA = {
    "AES128-GCM-SHA256": "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "AES128-SHA": "TLS_RSA_WITH_AES_128_CBC_SHA",
    "AES256-GCM-SHA384": "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "AES256-SHA": "TLS_RSA_WITH_AES_256_CBC_SHA",
    "ECDHE-ECDSA-AES128-GCM-SHA256": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "ECDHE-ECDSA-AES128-SHA": "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "ECDHE-ECDSA-AES256-GCM-SHA384": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "ECDHE-ECDSA-AES256-SHA": "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "ECDHE-ECDSA-CHACHA20-POLY1305": "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "ECDHE-RSA-AES128-SHA": "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "ECDHE-RSA-AES256-GCM-SHA384": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "ECDHE-RSA-AES256-SHA": "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "ECDHE-RSA-CHACHA20-POLY1305": "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
}
"""What the translator takes (tls.go of 1.8.3 and 1.9.1): OpenSSL's name and the IANA's."""
_OPENSSL = {iana: name for name, iana in _IANA.items()}


def floor(spec: Mapping[str, object], at: At) -> Guard:
    """The oldest TLS and the suites below 1.3, by OpenSSL's names; what cannot be judged is unknown."""
    read = tls.read(spec)
    where = at("tls") if field(spec, "tls") is not None else None
    if not isinstance(read, TlsFloor):
        return Guard.unknown("tls-floor", read.reason if isinstance(read, Unknown) else "no TLS", where)
    curves = set(texts(field(spec, "tls", "ecdhCurves"))) - _CURVES
    old = [one for one in texts(field(spec, "tls", "signatureAlgorithms")) if any(name in one.lower() for name in _OLD_SIGNATURES)]
    if curves or old:
        return Guard.unknown("tls-floor", f"what {', '.join([*sorted(curves), *old])} is worth in TLS is not judged", where)
    return Guard("tls-floor", attrs.evolve(read, suites=tuple(sorted({_OPENSSL.get(one, one) for one in read.suites}))), "enforced", where)


def unknown_suite(spec: Mapping[str, object]) -> str:
    """A suite that the translator does not know, and refuses the policy for; empty: none."""
    return next((one for one in texts(field(spec, "tls", "ciphers")) if one not in _IANA and one not in _OPENSSL), "")


def mode(asked: object) -> str:
    """What ``clientValidation`` asks for."""
    return text(field(asked, "mode")) or ("VerifyIfGiven" if field(asked, "optional") is True else "RequireAndVerify")


def certificates(
    spec: Mapping[str, object], at: At, frontend: Guard | None, namespace: str, contents: Contents | None = None
) -> Guard | None:  # fmt: skip
    """What a policy asks of the client's certificate; without ``clientValidation`` what the Gateway does, ``frontend``; None: nothing."""
    asked = field(spec, "tls", "clientValidation")
    if asked is None:
        return frontend
    how, where = mode(asked), at("tls", "clientValidation")
    if how not in ("Request", "RequireAny", "VerifyIfGiven", "RequireAndVerify"):
        return Guard.unknown("client-certificate", f"clientValidation of mode {how}", where)
    named = field(asked, "caCertificateRefs")
    authorities, roots = references(named, namespace), _roots(named, namespace, contents)
    if not authorities and frontend is not None and isinstance(frontend.value, ClientCertificates):
        authorities, roots = frontend.value.authorities, frontend.value.roots
    value = ClientCertificates(
        authorities,
        required=how in ("RequireAny", "RequireAndVerify"),
        verified=how in ("VerifyIfGiven", "RequireAndVerify"),
        names=tuple(sorted(_names(field(asked, "subjectAltNames")))),
        pinned=tuple(sorted({*texts(field(asked, "spkiHashes")), *texts(field(asked, "certificateHashes"))})),
        revoked=bool(items(field(asked, "crl", "refs"))),
        expired=field(asked, "allowExpiredCertificate") is True,
        roots=roots,
        lists=_lists(field(asked, "crl"), namespace, contents),
        resumed=any(field(spec, "tls", "session", "resumption", name) is not None for name in ("stateless", "stateful")),
    )
    return Guard("client-certificate", value, "enforced" if how == "RequireAndVerify" else "not-enforced", where)


def unfound(spec: Mapping[str, object], owner: Policy, found: References) -> str:
    """An authority or a list of revoked certificates that is not there, and that the translator refuses the policy for; empty: none."""
    asked = field(spec, "tls", "clientValidation")
    each = [("ca.crt", one) for one in items(field(asked, "caCertificateRefs"))] + [
        ("ca.crl", one) for one in items(field(asked, "crl", "refs"))
    ]
    return next((wrong for key, one in each if (wrong := found.authority(owner, one, key))), "")


def _roots(named: object, namespace: str, contents: Contents | None) -> tuple[str, ...] | None:
    """Digests of the authorities' certificates; None: not all are here."""
    return contents.certificates([_object(one, namespace) for one in items(named)], ("ca.crt", "tls.crt")) if contents is not None else None


def _lists(crl: object, namespace: str, contents: Contents | None) -> tuple[str, ...]:
    """The lists of revoked certificates, and of whom they are asked."""
    refs = items(field(crl, "refs"))
    told = {f"{one}{contents.told(one, 'ca.crl') if contents is not None else ''}" for one in (_object(ref, namespace) for ref in refs)}
    leaf = ["asked for the client's own certificate alone"] if refs and field(crl, "onlyVerifyLeafCertificate") is True else []
    return tuple(sorted([*told, *leaf]))


def _object(ref: object, namespace: str) -> ObjectId:
    kind = text(field(ref, "kind")) or "Secret"
    if kind == "ClusterTrustBundle":
        return ObjectId("certificates.k8s.io", kind, "", text(field(ref, "name")) or "")
    return ObjectId("", kind, text(field(ref, "namespace")) or namespace, text(field(ref, "name")) or "")


def of_gateway(
    gateway_spec: Mapping[str, object], port: int, at: At, namespace: str, contents: Contents | None = None
) -> Guard | None:  # fmt: skip
    """What the Gateway asks of clients of an HTTPS listener on a port (``spec.tls.frontend``, Gateway API 1.5 and newer); None: nothing.

    A port that is named without ``validation`` asks nothing, whatever the default says.
    """
    frontend = field(gateway_spec, "tls", "frontend")
    place: tuple[str | int, ...] = ("tls", "frontend", "default", "validation")
    validation = field(frontend, "default", "validation")
    for index, one in enumerate(items(field(frontend, "perPort"))):
        if field(one, "port") == port:
            place, validation = ("tls", "frontend", "perPort", index, "tls", "validation"), field(one, "tls", "validation")
    if not isinstance(validation, Mapping):
        return None
    authorities = references(validation.get("caCertificateRefs"), namespace)
    checks = validation.get("mode") != "AllowInsecureFallback"
    return Guard(
        "client-certificate",
        ClientCertificates(authorities, checks, checks, roots=_roots(validation.get("caCertificateRefs"), namespace, contents)),
        "enforced" if checks else "not-enforced",
        at(*place),
    )


def references(references: object, namespace: str) -> tuple[str, ...]:
    """Authorities as ``Secret namespace/name``, sorted."""
    found = {f"{field(one, 'kind') or 'Secret'} {field(one, 'namespace') or namespace}/{field(one, 'name')}" for one in items(references)}
    return tuple(sorted(found))


def _names(stated: object) -> Iterator[str]:
    for kind, part in (("DNS", "dnsNames"), ("email", "emailAddresses"), ("IP", "ipAddresses"), ("URI", "uris"), ("", "otherNames")):
        for one in items(field(stated, part)):
            yield f"{kind or field(one, 'oid')} {pattern(one)}"


def pattern(one: object) -> str:
    """A StringMatch in words."""
    value = field(one, "value")
    return {"Prefix": f"{value}*", "Suffix": f"*{value}", "RegularExpression": f"/{value}/"}.get(str(field(one, "type")), str(value))
