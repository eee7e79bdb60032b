"""ClientTrafficPolicy: who must prove what at the connection, whose address is believed, and how a request is read."""

import pytest

from gatewright.gateways.effect import Guard, Stated
from gatewright.gateways.envoy.effects import client
from gatewright.gateways.envoy.effects.covered import stated_by
from gatewright.manifest.identity import ObjectId
from gatewright.protection.access import ClientCertificates
from gatewright.protection.bounds import ConnectionBounds
from gatewright.protection.client import Direct, Forgeable, ForwardedFor, ProxyProtocol
from gatewright.protection.headers import HeaderEdit, Hygiene
from gatewright.protection.transport import TlsFloor
from tests.gateways.envoy import accounting

POLICY = ObjectId("gateway.envoyproxy.io", "ClientTrafficPolicy", "infra", "edge")
REF = {"group": "", "kind": "ConfigMap", "name": "ca", "namespace": "trust"}
MATCH = {"type": "Prefix", "value": "x-user"}
PAIR = {"name": "x-user", "value": "v"}
NAMES = {name: [MATCH] for name in ("dnsNames", "emailAddresses", "ipAddresses", "uris")} | {"otherNames": [{"oid": "1.2.3", **MATCH}]}
EDIT = {
    "set": [PAIR],
    "add": [{"name": "x-a", "value": "v"}],
    "addIfAbsent": [{"name": "x-b", "value": "v"}],
    "remove": ["x-c"],
    "removeOnMatch": [MATCH],
}
VALIDATION = {"caCertificateRefs": [REF], "optional": True, "allowExpiredCertificate": True, "spkiHashes": ["a"], "certificateHashes": ["b"],
              "crl": {"onlyVerifyLeafCertificate": True, "refs": [REF]}, "subjectAltNames": NAMES}  # fmt: skip
FULL = {
    "tls": {
        "minVersion": "1.2",
        "ciphers": ["ECDHE-RSA-AES128-GCM-SHA256"],
        "ecdhCurves": ["X25519"],
        "signatureAlgorithms": ["rsa_pkcs1_sha1"],
        "session": {"resumption": {"stateless": {}, "stateful": {}}},
        "clientValidation": VALIDATION,
    },
    "clientIPDetection": {"customHeader": {"name": "x-client", "failClosed": True}},
    "enableProxyProtocol": False,
    "headers": {
        "earlyRequestHeaders": EDIT,
        "lateResponseHeaders": EDIT,
        "withUnderscoresAction": "Allow",
        "enableEnvoyHeaders": True,
        "xForwardedClientCert": {"mode": "SanitizeSet", "certDetailsToAdd": ["Subject"]},
    },
    "path": {"escapedSlashesAction": "RejectRequest", "disableMergeSlashes": True},
    "connection": {
        "connectionLimit": {"value": 5, "maxConnectionDuration": "9s", "maxRequestsPerConnection": 7, "maxStreamDuration": "8s"}
    },
    "http2": {"maxConcurrentStreams": 9},
    "timeout": {
        "http": {"idleTimeout": "9s", "requestHeadersReceivedTimeout": "3s", "requestReceivedTimeout": "4s"},
        "tcp": {"tlsHandshakeTimeout": "2s"},
    },
    "healthCheck": {"path": "/alive"},
    "http1": {"http10": {"useDefaultHost": True}, "ignoredUpgradeTypes": [MATCH]},
    "http3": {},
}
SAMPLES = (
    FULL,
    {"tls": {"clientValidation": {**VALIDATION, "mode": "RequireAndVerify"}, "minVersion": "1.3", "ecdhCurves": ["X25519"]}},
    {"clientIPDetection": {"xForwardedFor": {"numTrustedHops": 1}}, "http3": {}},
    {"clientIPDetection": {"xForwardedFor": {"trustedCIDRs": ["10.0.0.0/8"]}}, "timeout": {"tcp": {"idleTimeout": "9s"}}},
    {"proxyProtocol": {"optional": False}},
)


def said(spec):
    return tuple(
        (
            client.client_guards(spec, encrypted=encrypted, namespace="infra"),
            client.client_guards(spec, encrypted=encrypted, tcp=True),
            client.client_problem(spec, encrypted=encrypted),
            client.client_notes(spec, encrypted=encrypted),
            client.health_answer(spec),
        )
        for encrypted in (True, False)
    )


def guard(kind, spec, **more):
    given = {"encrypted": True, "namespace": "infra"} | more
    return next((one for one in client.client_guards(spec, stated_by(POLICY), **given) if one.kind == kind), None)


def certificates(**validation):
    return guard("client-certificate", {"tls": {"clientValidation": validation}})


def test_every_field_is_accounted_for():
    accounting.accounted("ClientTrafficPolicy", client.FIELDS)


def test_what_is_listed_as_read_is_read():
    accounting.read(client.FIELDS, said, SAMPLES)


def test_nothing_makes_it_fall():
    accounting.never_falls(said, SAMPLES)


def test_nothing_makes_the_gateways_own_demand_fall():
    gateway = {
        "tls": {
            "frontend": {
                "default": {"validation": {"caCertificateRefs": [REF], "mode": "AllowValidOnly"}},
                "perPort": [{"port": 443, "tls": {}}],
            }
        }
    }
    accounting.never_falls(lambda spec: client.frontend_certificates(spec, 443, stated_by(POLICY), "infra"), [gateway])


def test_without_a_policy():
    found = {one.kind: one for one in client.client_guards({}, encrypted=True)}
    assert all(one.at is None and one.state == "enforced" for one in found.values())
    assert found["tls-floor"].value == TlsFloor("1.2")
    assert found["client-address"].value == Direct()
    assert found["connection-limit"].value == ConnectionBounds(streams=100, idle=3_600_000)
    assert found["header-hygiene"].value == Hygiene(underscores=True, client_certificate=True)
    assert found["path-normalisation"].value == Hygiene(merged_slashes=True)
    assert "tls-floor" not in {one.kind for one in client.client_guards({}, encrypted=False)}


@pytest.mark.parametrize(
    ("stated", "required", "verified", "state"),
    [
        ({}, True, True, "enforced"),
        ({"optional": True}, False, True, "not-enforced"),
        ({"optional": True, "mode": "RequireAndVerify"}, True, True, "enforced"),
        ({"mode": "VerifyIfGiven"}, False, True, "not-enforced"),
        ({"mode": "RequireAny"}, True, False, "not-enforced"),
        ({"mode": "Request"}, False, False, "not-enforced"),
    ],
)
def test_modes_of_client_certificates(stated, required, verified, state):
    found = certificates(caCertificateRefs=[{"name": "ca"}], **stated)
    assert found == Guard(
        "client-certificate",
        ClientCertificates(("Secret infra/ca",), required, verified),
        state,
        Stated(POLICY, ("spec", "tls", "clientValidation")),
    )


def test_a_mode_that_nobody_knows_is_unknown():
    assert certificates(mode="Perhaps", caCertificateRefs=[REF]).state == "unknown"


def test_what_else_is_asked_of_a_certificate():
    found = certificates(**VALIDATION).value
    assert (found.expired, found.revoked, found.pinned) == (True, True, ("a", "b"))
    assert found.names == ("1.2.3 x-user*", "DNS x-user*", "IP x-user*", "URI x-user*", "email x-user*")


def test_verification_without_authorities_answers_500():
    for validation in ({}, {"mode": "VerifyIfGiven"}, {"optional": True}):
        assert "caCertificateRefs" in client.client_problem({"tls": {"clientValidation": validation}}, encrypted=True)
    assert client.client_problem({"tls": {"clientValidation": {"mode": "Request"}}}, encrypted=True) == ""
    assert client.client_problem({"tls": {"clientValidation": {}}}, encrypted=False) == ""


def frontend(port, **fields):
    return client.frontend_certificates({"tls": {"frontend": fields}}, port, stated_by(POLICY), "infra")


def test_what_the_gateway_itself_asks():
    default = {"validation": {"caCertificateRefs": [REF]}}
    assert frontend(443, default=default).value == ClientCertificates(("ConfigMap trust/ca",))
    assert frontend(443, default=default).state == "enforced"
    assert frontend(443) is None
    fallback = {"validation": {**default["validation"], "mode": "AllowInsecureFallback"}}
    assert frontend(443, default=fallback).state == "not-enforced"
    other = frontend(8443, default=default, perPort=[{"port": 8443, "tls": fallback}])
    assert (other.state, other.at.path) == ("not-enforced", ("spec", "tls", "frontend", "perPort", 0, "tls", "validation"))
    assert frontend(8443, default=default, perPort=[{"port": 8443, "tls": {}}]) is None


def test_a_policy_stands_in_the_place_of_the_gateways_demand():
    stated = frontend(443, default={"validation": {"caCertificateRefs": [REF]}})
    assert guard("client-certificate", {}, frontend=stated) == stated
    weaker = guard("client-certificate", {"tls": {"clientValidation": {"mode": "Request"}}}, frontend=stated)
    assert (weaker.state, weaker.value.authorities) == ("not-enforced", ("ConfigMap trust/ca",))


def test_the_floor():
    assert guard("tls-floor", {"tls": {"minVersion": "1.0"}}).value == TlsFloor("1.0")
    assert guard("tls-floor", {"tls": {"minVersion": "Auto"}}).value == TlsFloor("1.2")
    iana = {"tls": {"ciphers": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]}}
    assert guard("tls-floor", iana).value == TlsFloor("1.2", ("ECDHE-RSA-AES128-GCM-SHA256",))
    assert client.client_problem(iana, encrypted=True) == ""
    assert guard("tls-floor", {"tls": {"minVersion": "9"}}).state == "unknown"
    assert guard("tls-floor", {"tls": {"ecdhCurves": ["P-192"]}}).state == "unknown"
    assert client.client_problem({"tls": {"ciphers": ["RC4"]}}, encrypted=True)


@pytest.mark.parametrize(
    ("spec", "value", "state"),
    [
        ({"clientIPDetection": {"directSourceIP": {}}}, Direct(), "enforced"),
        ({"clientIPDetection": {"xForwardedFor": {"trustedCIDRs": ["10.0.0.0/8"]}}}, ForwardedFor(("10.0.0.0/8",)), "enforced"),
        ({"clientIPDetection": {"xForwardedFor": {"numTrustedHops": 2}}}, ForwardedFor((), 2), "not-enforced"),
        ({"proxyProtocol": {}}, ProxyProtocol(("10.0.0.0/8",)), "enforced"),
        ({"enableProxyProtocol": True}, ProxyProtocol(("10.0.0.0/8",)), "enforced"),
        ({"clientIPDetection": {"customHeader": {"name": "x"}}}, Forgeable("it is taken from the header x"), "not-enforced"),
    ],
)
def test_addresses(spec, value, state):
    found = guard("client-address", spec, fences={"infra/edge": ("10.0.0.0/8",)}, gateway="infra/edge")
    assert (found.value, found.state) == (value, state)


def test_a_proxy_protocol_that_nobody_fences_is_believed_from_anybody():
    assert guard("client-address", {"proxyProtocol": {}}).state == "not-enforced"
    assert guard("client-address", {"proxyProtocol": {"optional": True}}).state == "unknown"


def test_headers_that_a_client_cannot_send():
    early = {
        "remove": ["X-User"],
        "set": [{"name": "X-User-Id", "value": "0"}],
        "removeOnMatch": [{"type": "Prefix", "value": "x-auth-request-"}],
    }
    found = guard("header-hygiene", {"headers": {"earlyRequestHeaders": early}}).value
    assert {"x-user", "x-user-id", "x-auth-request-*", "x-auth-request-user", "x-auth-request-email"} <= set(found.stripped)
    assert not guard("header-hygiene", {"headers": {"withUnderscoresAction": "Allow"}}).value.underscores
    assert guard("header-hygiene", {"headers": {"withUnderscoresAction": "DropHeader"}}).value.underscores


def test_headers_that_the_gateway_writes_itself():
    early = {"add": [{"name": "X-User", "value": "admin"}]}
    assert guard("header-edit", {"headers": {"earlyRequestHeaders": early}}).value == HeaderEdit(add=(("x-user", "admin"),))
    assert guard("header-edit", {}) is None


def test_paths():
    assert guard("path-normalisation", {"path": {"escapedSlashesAction": "RejectRequest"}}).value == Hygiene(
        escaped_slashes=True, merged_slashes=True
    )
    assert guard("path-normalisation", {"path": {"disableMergeSlashes": True}}).value == Hygiene()
    assert guard("path-normalisation", {"path": {"escapedSlashesAction": "KeepUnchanged"}}).state == "unknown"


def test_response_headers():
    late = {"addIfAbsent": [{"name": "X-Frame-Options", "value": "DENY"}], "remove": ["strict-transport-security"]}
    spec = {"headers": {"lateResponseHeaders": late}}
    assert guard("response-headers", spec).value == (("x-frame-options", "DENY"),)
    assert any("strict-transport-security" in note for note in client.client_notes(spec, encrypted=True))


def test_bounds_of_connections():
    spec = {
        "connection": {"connectionLimit": {"value": 5}},
        "timeout": {"http": {"requestHeadersReceivedTimeout": "3s", "idleTimeout": "0s"}},
    }
    assert guard("connection-limit", spec).value == ConnectionBounds(connections=5, streams=100, headers=3_000)


def test_a_listener_that_reads_no_http():
    spec = {"timeout": {"tcp": {"idleTimeout": "9s"}, "http": {"idleTimeout": "1s"}}, "http2": {"maxConcurrentStreams": 5}}
    found = client.client_guards(spec, encrypted=True, tcp=True)
    assert [one.kind for one in found] == ["client-address", "connection-limit", "tls-floor"]
    assert found[1].value == ConnectionBounds(idle=9_000)


def test_peers_that_are_everybody_are_nobody():
    anybody = {"clientIPDetection": {"xForwardedFor": {"trustedCIDRs": ["10.0.0.0/8", "0.0.0.0/0"]}}}
    assert guard("client-address", anybody).state == "not-enforced"


def test_a_clients_certificate_that_the_gateway_states_is_nobody_elses():
    spec = {"headers": {"xForwardedClientCert": {"mode": "SanitizeSet"}}}
    assert guard("header-hygiene", spec).value.client_certificate
    assert guard("header-edit", spec).value.set == (("x-forwarded-client-cert", "the client's certificate"),)


def test_the_health_check_is_an_answer_without_a_route():
    path, answer = client.health_answer({"healthCheck": {"path": "/alive"}}, stated_by(POLICY))
    assert (path, answer.status, answer.at.path) == ("/alive", 200, ("spec", "healthCheck", "path"))


def test_quic_and_client_certificates():
    validated = {"http3": {}, "tls": {"clientValidation": {"caCertificateRefs": [REF]}}}
    assert any("not served" in note for note in client.client_notes(validated, encrypted=True))
    assert any("QUIC" in note for note in client.client_notes({"http3": {}}, encrypted=True))
