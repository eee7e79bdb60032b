"""Structural judgement of manifests against the facts of a release."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from gatewright.admission import schema as schemas
from gatewright.admission.defaulting import complete
from gatewright.admission.finding import Finding, NotJudged
from gatewright.admission.formats import has_format, is_address
from gatewright.admission.metadata import ANNOTATIONS_LIMIT
from gatewright.admission.scalars import is_integer, matches
from gatewright.admission.structure import check
from gatewright.errors import InputError

STANDARD = schemas.load("gateway-api-1.7-standard", "envoy-gateway-1.9", "cert-manager-1.21", "networking-v1")

ROUTE: dict[str, Any] = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "HTTPRoute",
    "metadata": {"name": "orders", "namespace": "shop", "labels": {"app.kubernetes.io/name": "orders"}},
    "spec": {
        "parentRefs": [{"name": "edge", "namespace": "infra", "sectionName": "shop"}],
        "hostnames": ["shop.example.com"],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/orders"}, "method": "GET"}],
                "backendRefs": [{"name": "orders", "port": 8443}],
            }
        ],
    },
}
GATEWAY: dict[str, Any] = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "Gateway",
    "metadata": {"name": "edge", "namespace": "infra"},
    "spec": {
        "gatewayClassName": "eg",
        "listeners": [
            {"name": "shop", "port": 443, "protocol": "HTTPS", "tls": {"certificateRefs": [{"name": "shop-tls"}]}},
            {"name": "http", "port": 80, "protocol": "HTTP"},
        ],
        "addresses": [{"value": "10.0.0.1"}],
    },
}
POLICY: dict[str, Any] = {
    "apiVersion": "gateway.envoyproxy.io/v1alpha1",
    "kind": "SecurityPolicy",
    "metadata": {"name": "orders", "namespace": "shop"},
    "spec": {
        "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "orders"}],
        "jwt": {"providers": [{"name": "id", "issuer": "https://id.example.com", "remoteJWKS": {"uri": "https://id.example.com/jwks"}}]},
        "authorization": {"defaultAction": "Deny", "rules": [{"action": "Allow", "principal": {"clientCIDRs": ["10.0.0.0/8"]}}]},
    },
}
CERTIFICATE: dict[str, Any] = {
    "apiVersion": "cert-manager.io/v1",
    "kind": "Certificate",
    "metadata": {"name": "shop", "namespace": "infra"},
    "spec": {"secretName": "shop-tls", "issuerRef": {"name": "letsencrypt", "kind": "ClusterIssuer"}, "dnsNames": ["shop.example.com"]},
}
FENCE: dict[str, Any] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "orders", "namespace": "shop"},
    "spec": {
        "podSelector": {"matchLabels": {"app": "orders"}},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 8443}, {"port": "metrics"}]}],
    },
}


def put(manifest: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy with one value set; a path is dotted, list positions are numbers; ``...`` deletes."""
    changed = copy.deepcopy(manifest)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    inner: Any = changed
    for part in parents:
        inner = inner[part]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return changed


def found(manifest: dict[str, Any], facts: schemas.Facts = STANDARD) -> list[tuple[str, str]]:
    """(path, rule) of every finding; fails where the object was not judged."""
    judged = check(manifest, facts)
    assert isinstance(judged, list)
    return [(finding.path, finding.rule) for finding in judged]


@pytest.mark.parametrize("manifest", [ROUTE, GATEWAY, POLICY, CERTIFICATE, FENCE], ids=lambda manifest: manifest["kind"])
def test_good_objects_have_no_findings(manifest: dict[str, Any]) -> None:
    assert check(manifest, STANDARD) == []


@pytest.mark.parametrize(
    ("manifest", "path", "value", "expected"),
    [
        (ROUTE, "specs", {}, ("specs", "unknown")),
        (ROUTE, "metadata.nmae", "x", ("metadata.nmae", "unknown")),
        (ROUTE, "spec.hostname", None, ("spec.hostname", "unknown")),
        (ROUTE, "status", {"parent": []}, ("status.parent", "unknown")),
        (ROUTE, "spec.rules.0.matches.0.path.typ", "Exact", ("spec.rules[0].matches[0].path.typ", "unknown")),
        (POLICY, "spec.Jwt", {}, ("spec.Jwt", "unknown")),
        (ROUTE, "spec.hostnames", "shop.example.com", ("spec.hostnames", "type")),
        (ROUTE, "spec.hostnames", [None], ("spec.hostnames[0]", "type")),
        (ROUTE, "spec.rules.0.backendRefs.0.port", "8443", ("spec.rules[0].backendRefs[0].port", "type")),
        (ROUTE, "spec.rules.0.backendRefs.0.port", True, ("spec.rules[0].backendRefs[0].port", "type")),
        (ROUTE, "spec.rules.0.backendRefs.0.port", 80.5, ("spec.rules[0].backendRefs[0].port", "type")),
        (ROUTE, "spec.rules.0.backendRefs.0.port", 0, ("spec.rules[0].backendRefs[0].port", "minimum")),
        (ROUTE, "spec.rules.0.backendRefs.0.port", 65536, ("spec.rules[0].backendRefs[0].port", "maximum")),
        (ROUTE, "spec.rules.0.backendRefs.0.name", ..., ("spec.rules[0].backendRefs[0].name", "required")),
        (ROUTE, "spec.rules.0.backendRefs.0.name", None, ("spec.rules[0].backendRefs[0].name", "required")),
        (ROUTE, "spec.rules.0.backendRefs.0.name", "", ("spec.rules[0].backendRefs[0].name", "minLength")),
        (ROUTE, "spec.rules.0.matches.0.method", "get", ("spec.rules[0].matches[0].method", "enum")),
        (ROUTE, "spec.hostnames", ["Shop.example.com"], ("spec.hostnames[0]", "pattern")),
        (ROUTE, "spec.hostnames", ["a." + "b" * 260], ("spec.hostnames[0]", "maxLength")),
        (ROUTE, "spec.hostnames", ["a.example"] * 17, ("spec.hostnames", "maxItems")),
        (ROUTE, "spec", ..., ("spec", "required")),
        (GATEWAY, "spec.listeners.1.name", "shop", ("spec.listeners[1]", "duplicate")),
        (GATEWAY, "spec.listeners", [], ("spec.listeners", "minItems")),
        (GATEWAY, "spec.addresses.0.value", "edge.example.com", ("spec.addresses[0]", "oneOf")),
        (FENCE, "spec.ingress.0.ports.0.port", 0.5, ("spec.ingress[0].ports[0].port", "type")),
        (FENCE, "spec.ingress.0.ports.0.port", 5.0, ("spec.ingress[0].ports[0].port", "type")),
        (FENCE, "spec.ingress.0.ports.0.port", 65536, ("spec.ingress[0].ports[0].port", "port")),
        (FENCE, "spec.ingress.0.ports.0.endPort", 80, ("spec.ingress[0].ports[0].endPort", "minimum")),
        (FENCE, "spec.ingress.0.from.0.ipBlock.cidr", "10.0.0.1/8", ("spec.ingress[0].from[0].ipBlock.cidr", "cidr")),
        (FENCE, "spec.podSelector.matchLabels", {"a b": "c"}, ('spec.podSelector.matchLabels["a b"]', "key")),
        (FENCE, "spec.ingress.0.from.0.ipBlock.cidr", ..., ("spec.ingress[0].from[0].ipBlock.cidr", "required")),
        (FENCE, "spec.ingress.0.from.0", {}, ("spec.ingress[0].from[0]", "minProperties")),
        (CERTIFICATE, "spec.revisionHistoryLimit", 2**31, ("spec.revisionHistoryLimit", "range")),
        (ROUTE, "metadata.name", "Orders", ("metadata.name", "name")),
        (ROUTE, "metadata.name", ..., ("metadata.name", "required")),
        (ROUTE, "metadata", ..., ("metadata.name", "required")),
        (ROUTE, "metadata.labels", {"-x": "y"}, ('metadata.labels["-x"]', "key")),
        (ROUTE, "metadata.labels", {"Example.com/x": "y"}, ('metadata.labels["Example.com/x"]', "key")),
        (ROUTE, "metadata.annotations", {"note": 1}, ("metadata.annotations.note", "type")),
        (ROUTE, "metadata.annotations", {"note": "x" * ANNOTATIONS_LIMIT}, ("metadata.annotations", "maxLength")),
        (ROUTE, "apiVersion", "gateway.networking.k8s.io/v1alpha2", ("apiVersion", "version")),
        (ROUTE, "kind", ..., ("kind", "required")),
    ],
)  # fmt: skip
def test_one_fault_is_one_finding(manifest: dict[str, Any], path: str, value: object, expected: tuple[str, str]) -> None:
    assert found(put(manifest, path, value)) == [expected]


@pytest.mark.parametrize(
    ("manifest", "path", "value"),
    [
        (ROUTE, "spec.rules.0.matches", None),
        (ROUTE, "spec.rules.0.backendRefs.0.port", 80.0),
        (ROUTE, "status", {"parents": "never validated on create"}),
        (ROUTE, "metadata.creationTimestamp", None),
        (ROUTE, "metadata.labels", {"app": None}),
        (ROUTE, "metadata.annotations", {"Example.com/Note": ""}),
        (GATEWAY, "spec.addresses.0", {"type": "Hostname", "value": "edge.example.com"}),
        (GATEWAY, "spec.addresses.0.value", "::ffff:1.2.3.4"),
        (FENCE, "spec.podSelector", {}),
    ],
)
def test_what_the_api_server_accepts_is_accepted(manifest: dict[str, Any], path: str, value: object) -> None:
    assert found(put(manifest, path, value)) == []


def test_every_fault_is_found_at_once_and_says_what_is_allowed() -> None:
    manifest = put(put(ROUTE, "spec.rules.0.matches.0.method", "GTE"), "spec.hostnmaes", [])
    judged = check(manifest, STANDARD)
    assert isinstance(judged, list)
    assert [finding.path for finding in judged] == ["spec.hostnmaes", "spec.rules[0].matches[0].method"]
    assert 'did you mean "hostnames"?' in judged[0].allowed
    assert 'did you mean "GET"?' in judged[1].allowed


def test_an_unknown_kind_is_not_judged_and_never_passes_for_good() -> None:
    judged = check({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRotue", "metadata": {"name": "x"}}, STANDARD)
    assert isinstance(judged, NotJudged)
    assert 'did you mean "HTTPRoute"?' in judged.reason
    assert judged


def test_channel_and_release_decide_what_is_known() -> None:
    sticky = put(ROUTE, "spec.rules.0.sessionPersistence", {"type": "Cookie"})
    assert found(sticky) == [("spec.rules[0].sessionPersistence", "unknown")]
    assert found(sticky, schemas.load("gateway-api-1.7-experimental")) == []
    tcp = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "TCPRoute"}
    assert isinstance(check(tcp, schemas.load("gateway-api-1.5-standard")), NotJudged)


def test_carriers_name_the_releases_of_a_field() -> None:
    experimental = tuple(f"gateway-api-1.{minor}-experimental" for minor in (4, 5, 6, 7))
    assert schemas.carriers("gateway.networking.k8s.io", "HTTPRoute", "spec.rules.sessionPersistence.type") == experimental
    assert schemas.carriers("gateway.networking.k8s.io", "HTTPRoute", "spec.rules.retry") == (*experimental, "gateway-api-1.7-standard")
    assert schemas.carriers("gateway.networking.k8s.io", "HTTPRoute", "spec.rules.retyr") == ()
    assert len(schemas.carriers("gateway.networking.k8s.io", "HTTPRoute", "spec.hostnames")) == 8


def test_loading_refuses_unknown_releases_and_two_channels() -> None:
    with pytest.raises(InputError, match=r'did you mean "gateway-api-1\.7-standard"'):
        schemas.load("gateway-api-1.7-standrad")
    with pytest.raises(InputError, match="more than one defines"):
        schemas.load("gateway-api-1.7-standard", "gateway-api-1.6-standard")


def test_completion_prunes_nulls_and_fills_defaults_as_the_server_does() -> None:
    schema = STANDARD.schema("gateway.networking.k8s.io", "HTTPRoute", "v1")
    assert schema is not None
    rules = [{"matches": None, "backendRefs": [{"name": "orders", "kind": None}]}, {"matches": []}]
    whole: Any = complete(put(ROUTE, "spec.rules", rules), schema)
    assert whole["spec"]["rules"][0]["matches"] == [{"path": {"type": "PathPrefix", "value": "/"}}]
    assert whole["spec"]["rules"][0]["backendRefs"] == [{"name": "orders", "kind": "Service", "group": "", "weight": 1}]
    assert whole["spec"]["rules"][1]["matches"] == []


def test_completion_shares_nothing_with_the_facts() -> None:
    schema = STANDARD.schema("gateway.networking.k8s.io", "HTTPRoute", "v1")
    assert schema is not None
    first: Any = complete(put(ROUTE, "spec.rules", [{}]), schema)
    first["spec"]["rules"][0]["matches"].append("changed")
    again: Any = complete(put(ROUTE, "spec.rules", [{}]), schema)
    assert again["spec"]["rules"][0]["matches"] == [{"path": {"type": "PathPrefix", "value": "/"}}]


def test_checking_changes_nothing() -> None:
    before = copy.deepcopy(GATEWAY)
    check(GATEWAY, STANDARD)
    assert before == GATEWAY


def test_patterns_are_re2_and_linear() -> None:
    assert not matches("a\n", "^a$")
    origin = STANDARD.schema("gateway.envoyproxy.io", "SecurityPolicy", "v1alpha1")
    pattern = getattr(origin and origin.at("spec.cors.allowOrigins"), "items", None)
    assert pattern is not None
    assert pattern.pattern is not None
    assert not matches("https://" + "a" * 240 + "!", pattern.pattern)  # Python's own engine would not come back


@pytest.mark.parametrize(
    ("text", "expected"),
    [("10.0.0.1", True), ("01.2.3.4", True), ("::1", True), ("fe80::1%eth0", False), ("10.0.0.0/8", False), ("1..2.3", False)],
)
def test_addresses_are_read_as_leniently_as_the_server_does(text: str, expected: bool) -> None:
    assert is_address(text) is expected


def test_scalars() -> None:
    assert [is_integer(value) for value in (1, 1.0, 2**63 - 1)] == [True] * 3
    assert [is_integer(value) for value in (True, 0.5, 2**63, float("inf"), float("nan"), "1")] == [False] * 6
    assert has_format("2026-01-02T03:04:05Z", "date-time")
    assert not has_format("2026-01-02", "date-time")
    assert not has_format("a", "byte")


def test_findings_sort_and_read_well() -> None:
    finding = Finding("spec.rules[0].name", "required", "nothing", "string")
    assert str(finding) == "spec.rules[0].name: required: got nothing, allowed string"
    assert {finding, finding} == {finding}
