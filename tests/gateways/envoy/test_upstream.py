"""Backend: where a rule sends requests without a Service, and what protects them on the way."""

import pytest

from gatewright.gateways.effect import Guard
from gatewright.gateways.envoy.effects import upstream
from gatewright.protection.transport import Authority, BackendTls, Plaintext
from tests.gateways.envoy import accounting

FQDN = {"endpoints": [{"fqdn": {"hostname": "api.example.com", "port": 443}}]}
POLICY = Guard("backend-tls", BackendTls("api.example.com", Authority("ca")))
SAMPLES = (
    {
        "type": "Endpoints",
        "endpoints": [
            {"fqdn": {"hostname": "web.shop.svc", "port": 80}, "hostname": "a.example.com"},
            {"ip": {"address": "10.0.0.1", "port": 80}},
            {"unix": {"path": "/run/x"}},
        ],
        "tls": {
            "insecureSkipVerify": False,
            "sni": "b.example.com",
            "caCertificateRefs": [{"group": "", "kind": "Secret", "name": "ca"}],
            "clientCertificateRef": {"kind": "Secret", "name": "own", "namespace": "shop"},
            "minVersion": "1.0",
            "ciphers": ["A"],
            "ecdhCurves": ["B"],
            "signatureAlgorithms": ["C"],
        },
        "fallback": True,
    },
    {**FQDN, "tls": {"autoSNIFromEndpointHostname": True, "wellKnownCACertificates": "System"}},
    {"endpoints": [{"fqdn": {"hostname": "api.example.com", "port": 443}, "hostname": "b.example.com"}],
     "tls": {"autoSNIFromEndpointHostname": True, "wellKnownCACertificates": "System"}},
    {"type": "DynamicResolver"},
)  # fmt: skip


def said(spec):
    return (
        upstream.upstream(spec, namespace="shop"),
        upstream.upstream(spec, policy=POLICY),
        upstream.upstream_notes(spec),
        upstream.services(spec),
    )


def hop(**tls):
    return upstream.upstream({**FQDN, "tls": tls}).hop


def test_every_field_is_accounted_for():
    accounting.accounted("Backend", upstream.FIELDS)


def test_what_is_listed_as_read_is_read():
    accounting.read(upstream.FIELDS, said, SAMPLES)


def test_nothing_makes_it_fall():
    accounting.never_falls(said, SAMPLES)


def test_addresses():
    assert upstream.upstream(FQDN).address == "api.example.com:443"
    assert upstream.upstream({"endpoints": [{"ip": {"address": "fd00::1", "port": 80}}]}).address == "[fd00::1]:80"
    assert upstream.upstream({"type": "DynamicResolver"}).address == "whatever host the request names"
    assert upstream.upstream({}).address == "nowhere"


def test_the_way_to_it():
    assert upstream.upstream(FQDN).hop.value == Plaintext()
    assert upstream.upstream(FQDN, policy=POLICY).hop == POLICY
    assert hop(sni="b.example.com", wellKnownCACertificates="System").value == BackendTls("b.example.com", Authority())
    assert hop(wellKnownCACertificates="System").value == BackendTls("the host of the request", Authority())
    references = [{"kind": "ConfigMap", "name": "ca"}, {"kind": "Secret", "name": "ca"}]
    assert hop(sni="b", caCertificateRefs=references).value == BackendTls("b", Authority("Secret/ca, ca"))


def test_what_is_not_verified_is_as_good_as_plaintext_and_a_policy_does_not_change_that():
    for policy in (None, POLICY):
        read = upstream.upstream({**FQDN, "tls": {"insecureSkipVerify": True}}, policy=policy)
        assert (read.hop.value, read.hop.state, read.problem) == (Plaintext(), "not-enforced", "")


@pytest.mark.parametrize(
    "spec",
    [
        {"type": "DynamicResolver", **FQDN},
        {**FQDN, "tls": {"sni": "b.example.com"}},
        {"endpoints": [{"fqdn": {"hostname": "localhost", "port": 80}}]},
        {"endpoints": [{"ip": {"address": "127.0.0.1", "port": 80}}]},
        {"endpoints": [{"ip": {"address": "::1", "port": 80}}]},
        {"endpoints": [{"ip": {"address": "junk", "port": 80}}]},
        {"endpoints": [{"unix": {"path": "/run/x"}}]},
        {"endpoints": [{"ip": {"address": "10.0.0.1", "port": 80}}, *FQDN["endpoints"]]},
        {**FQDN, "tls": {"insecureSkipVerify": True, "clientCertificateRef": {"name": "own", "namespace": "other"}}},
    ],
)
def test_what_the_translator_refuses(spec):
    assert upstream.upstream(spec, namespace="shop").problem


def test_without_the_api_it_leads_nowhere():
    assert "not enabled" in upstream.upstream(FQDN, enabled=False).problem
    assert upstream.upstream(FQDN, enabled=True).problem == ""
    assert any("taken to be enabled" in note for note in upstream.upstream_notes(FQDN))
    assert upstream.upstream_notes(FQDN, enabled=True) == ()


def test_services_by_name_need_no_grant():
    hosts = ("web.shop.svc", "db.shop.svc.cluster.local.", "api.example.com", "a.b.c.svc")
    spec = {"endpoints": [{"fqdn": {"hostname": host, "port": 80}} for host in hosts]}
    assert upstream.services(spec) == (("shop", "db", 80), ("shop", "web", 80))
