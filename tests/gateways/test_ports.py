"""Ports that meet inside Envoy Gateway's proxies, which add 10000 to those below 1024: one listener would serve the other's routes, in plaintext."""

import pytest

from gatewright import L4, Certificate, Cluster, Direct, EnvoyGateway, Exposure, Listener, SecureGateway, compile_intents


def refused(*ports, plaintext="closed"):
    listeners = [
        Listener(f"l{port}", host=f"h{port}.example.com", port=port, routes_from=["shop"], certificate=Certificate.from_secret("tls"), plaintext=plaintext)
        for port in ports
    ]
    gateway = SecureGateway("edge", namespace="infra", exposure="public", listeners=listeners)
    cluster = Cluster("c", exposures={"public": Exposure(EnvoyGateway("1.9"), edge=L4(keeps_address=True), client_ip=Direct())})
    return [one.reason for one in compile_intents([gateway], cluster).refusals]


@pytest.mark.parametrize(("ports", "plaintext", "reason"), [
    ((443, 10_443), "closed", "ports 443 and 10443 are both 10443 inside the proxies, which add 10000 to ports below 1024"),
    ((10_080,), "redirect", "ports 80 and 10080 are both 10080 inside the proxies, which add 10000 to ports below 1024"),
    ((19_003,), "closed", "port 19003 is the proxies' own, for administration, metrics or readiness"),
])  # fmt: skip
def test_ports_that_meet_are_refused(ports, plaintext, reason):
    assert refused(*ports, plaintext=plaintext) == [reason]


@pytest.mark.parametrize(("ports", "plaintext"), [((443, 8443), "redirect"), ((10_080,), "closed"), ((443, 1024, 11_024), "closed")])
def test_ports_that_do_not_meet_pass(ports, plaintext):
    assert refused(*ports, plaintext=plaintext) == []
