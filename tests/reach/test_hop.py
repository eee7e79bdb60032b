"""The way to a Service as BackendTLSPolicies state it."""

from __future__ import annotations

import pytest

from gatewright.gateways.effect import Ignored
from gatewright.manifest.identity import ObjectId
from gatewright.protection.transport import Authority, BackendTls, Plaintext
from gatewright.protection.unknown import Unknown
from gatewright.reach.hop import Hop, Hops
from gatewright.standard.topology.reading import topology
from tests.reach.small import COMPLETE, world

A = ObjectId("", "Service", "shop", "a")
SERVICE = (
    "apiVersion: v1\nkind: Service\nmetadata: {namespace: shop, name: a}\n"
    "spec: {selector: {app: a}, ports: [{name: web, port: 80}, {name: tls, port: 443}]}\n"
)
CA = "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: shop, name: ca}\ndata: {ca.crt: PEM}\n"
SYSTEM = "hostname: a.example.com, wellKnownCACertificates: System"
BY_CA = "hostname: a.example.com, caCertificateRefs: [{group: '', kind: ConfigMap, name: ca}]"
VERIFIED = BackendTls("a.example.com", Authority())


def policy(
    name: str,
    validation: str = SYSTEM,
    section: str = "",
    created: str = "",
    target: str = "a",
    version: str = "v1",
    namespace: str = "shop",
    kind: str = "Service",
) -> str:
    at = f", sectionName: '{section}'" if section else ""
    age = f", creationTimestamp: '{created}'" if created else ""
    group = "''" if kind == "Service" else "gateway.envoyproxy.io"
    return (f"apiVersion: gateway.networking.k8s.io/{version}\nkind: BackendTLSPolicy\nmetadata: {{namespace: {namespace}, name: {name}{age}}}\n"
            f"spec: {{targetRefs: [{{group: {group}, kind: {kind}, name: {target}{at}}}], validation: {{{validation}}}}}\n")  # fmt: skip


def hops(*texts: str, complete: tuple[str, ...] = COMPLETE) -> Hops:
    return Hops.of(topology(world(*texts, complete=complete)))


def to(*texts: str, port: int = 80, complete: tuple[str, ...] = COMPLETE) -> Hop:
    return hops(*texts, complete=complete).to(A, port)


def test_nothing_states_nothing_but_plaintext() -> None:
    assert to(SERVICE).guard.value == Plaintext()


def test_where_policies_may_be_missing_plaintext_is_not_known() -> None:
    assert isinstance(to(SERVICE, complete=()).guard.value, Unknown)


@pytest.mark.parametrize("version", ["v1", "v1alpha3"])
def test_a_policy_is_who_is_verified_and_where_that_is_said(version: str) -> None:
    hop = to(SERVICE, policy("p", version=version))
    assert (hop.guard.value, hop.guard.state, hop.problem) == (VERIFIED, "enforced", "")
    assert hop.guard.at
    assert str(hop.guard.at.object) == "BackendTLSPolicy shop/p"


def test_a_version_that_no_gateway_reads_is_not_known() -> None:
    assert isinstance(to(SERVICE, policy("p", version="v1alpha2")).guard.value, Unknown)


def test_a_policy_for_one_port_leaves_the_others_alone() -> None:
    assert to(SERVICE, policy("p", section="tls"), port=443).guard.value == VERIFIED
    assert to(SERVICE, policy("p", section="tls"), port=80).guard.value == Plaintext()


def test_a_policy_for_the_port_counts_before_one_for_all_whatever_their_age() -> None:
    texts = (
        SERVICE,
        policy("a-old", BY_CA, created="2026-01-01T00:00:00Z"),
        policy("b-new", section="tls", created="2026-02-01T00:00:00Z"),
    )
    assert to(*texts, port=443).guard.value == VERIFIED
    assert to(*texts, port=80).guard.value == BackendTls("a.example.com", Authority("ca"))
    assert hops(*texts).ignored == ()


def test_a_misspelt_port_leaves_plaintext_and_is_told() -> None:
    found = hops(SERVICE, policy("p", section="https"))
    assert found.to(A, 443).guard.value == Plaintext()
    (one,) = found.ignored
    assert one.reason == "Service shop/a has no port called https: its ports are web (80), tls (443)"
    assert one.path == ("spec", "targetRefs", 0)


def test_the_oldest_of_several_counts_and_the_others_are_told() -> None:
    found = hops(SERVICE, policy("a", BY_CA, created="2026-02-01T00:00:00Z"), policy("b", created="2026-01-01T00:00:00Z"))
    assert found.to(A, 80).guard.value == VERIFIED
    assert found.ignored == (
        Ignored(
            ObjectId("gateway.networking.k8s.io", "BackendTLSPolicy", "shop", "a"),
            f"for {A} BackendTLSPolicy shop/b counts, which is older or the first by name",
        ),
    )


def test_of_the_same_age_the_name_counts() -> None:
    age = "2026-01-01T00:00:00Z"
    assert to(SERVICE, policy("b", BY_CA, created=age), policy("a", created=age)).guard.value == VERIFIED


def test_without_ages_two_that_say_otherwise_are_undecided_and_two_that_say_the_same_are_not() -> None:
    found = hops(SERVICE, policy("a", BY_CA), policy("b"))
    assert isinstance(found.to(A, 80).guard.value, Unknown)
    assert [one.undecided for one in found.ignored] == [True, True]
    assert to(SERVICE, policy("a"), policy("b")).guard.value == VERIFIED


def test_subject_names_take_the_place_of_the_hostname() -> None:
    names = f"{SYSTEM}, subjectAltNames: [{{type: URI, uri: 'spiffe://x'}}, {{type: Hostname, hostname: b.example.com}}]"
    assert to(SERVICE, policy("p", names)).guard.value == BackendTls(
        "b.example.com or spiffe://x (asked for as a.example.com)", Authority()
    )


@pytest.mark.parametrize(
    ("validation", "said"),
    [
        ("hostname: a.example.com", "names no authority"),
        ("wellKnownCACertificates: System", "names no hostname"),
        ("hostname: a.example.com, caCertificateRefs: [{kind: ConfigMap, group: '', name: empty}]", "holds no ca.crt"),
        ("hostname: a.example.com, caCertificateRefs: [{kind: ConfigMap, group: '', name: gone}]", "does not exist"),
        (
            "hostname: a.example.com, caCertificateRefs: [{kind: ConfigMap, group: '', name: ca}, {kind: ConfigMap, group: '', name: gone}]",
            "does not exist",
        ),
    ],
)
def test_what_cannot_be_resolved_lets_no_connection_be_made(validation: str, said: str) -> None:
    empty = "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: shop, name: empty}\n"
    assert said in to(SERVICE, CA, empty, policy("p", validation), complete=(*COMPLETE, "ConfigMap")).problem


def test_an_authority_that_may_be_elsewhere_is_taken_to_be_there() -> None:
    hop = to(SERVICE, policy("p", BY_CA))
    assert (hop.guard.value, hop.problem) == (BackendTls("a.example.com", Authority("ca")), "")


@pytest.mark.parametrize(
    "validation",
    [
        "hostname: a, wellKnownCACertificates: example.com/own",
        "hostname: a, caCertificateRefs: [{kind: Vault, group: example.com, name: x}]",
    ],
)
def test_what_only_some_gateways_understand_is_not_known(validation: str) -> None:
    hop = to(SERVICE, policy("p", validation))
    assert isinstance(hop.guard.value, Unknown)
    assert hop.guard.at


def test_a_certificate_under_another_key_is_not_known() -> None:
    other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: shop, name: ca}\ndata: {tls.crt: PEM}\n"
    assert isinstance(to(SERVICE, other, policy("p", BY_CA)).guard.value, Unknown)


def test_several_authorities_and_other_kinds() -> None:
    refs = "hostname: a, caCertificateRefs: [{kind: Secret, group: '', name: s}, {kind: ConfigMap, group: '', name: ca}]"
    assert to(SERVICE, policy("p", refs)).guard.value == BackendTls("a", Authority("Secret/s, ca"))


def test_a_target_that_is_nothing_is_told_as_far_as_that_is_known() -> None:
    (one,) = hops(SERVICE, policy("p", target="gone")).ignored
    assert (one.reason, one.undecided) == ("Service shop/gone is not among the manifests", True)
    (one,) = hops(SERVICE, policy("p", target="gone"), complete=(*COMPLETE, "Service")).ignored
    assert (one.reason, one.undecided) == ("there is no Service shop/gone", False)


def test_a_policy_of_another_namespace_is_for_that_namespace() -> None:
    assert to(SERVICE, policy("p", namespace="other")).guard.value == Plaintext()


def test_a_service_that_is_not_here_has_the_policy_for_all_its_ports() -> None:
    assert to(policy("p")).guard.value == VERIFIED


def test_of_a_service_that_is_not_here_the_name_of_a_port_says_nothing() -> None:
    assert isinstance(to(policy("p", section="tls")).guard.value, Unknown)


def test_backends_of_other_kinds_have_policies_too() -> None:
    backend = ObjectId("gateway.envoyproxy.io", "Backend", "shop", "a")
    found = hops(policy("p", kind="Backend"), complete=())
    assert found.to(backend, 0).guard.value == VERIFIED
    found = hops(policy("p", BY_CA, kind="Backend"), policy("q", section="443", kind="Backend"), complete=())
    assert found.to(backend, 443).guard.value == VERIFIED
    assert found.to(backend, 80).guard.value == BackendTls("a.example.com", Authority("ca"))


@pytest.mark.parametrize(
    "spec",
    [
        "null",
        "[]",
        "7",
        "{targetRefs: 7}",
        "{targetRefs: [null, 7, {}]}",
        "{targetRefs: [{kind: Service, name: a}]}",
        "{targetRefs: [{kind: Service, name: a}], validation: []}",
        "{targetRefs: [{kind: Service, name: a}], validation: {caCertificateRefs: [7], subjectAltNames: [7]}}",
        "{targetRefs: [{kind: Service, name: 7, sectionName: []}], validation: {hostname: 7}}",
    ],
)
def test_whatever_a_policy_holds_nothing_is_raised(spec: str) -> None:
    found = hops(
        SERVICE, f"apiVersion: gateway.networking.k8s.io/v1\nkind: BackendTLSPolicy\nmetadata: {{namespace: shop, name: p}}\nspec: {spec}\n"
    )
    hop = found.to(A, 80)
    assert found.ignored or hop.problem or isinstance(hop.guard.value, Unknown)


def test_policies_that_were_renamed_say_the_same() -> None:
    for validation in (SYSTEM, BY_CA, "hostname: a", "hostname: a, wellKnownCACertificates: example.com/own"):
        one, other = (
            to(SERVICE, policy(name, validation), policy(f"{name}2", "hostname: b, wellKnownCACertificates: System")) for name in "pq"
        )
        assert (one.guard.value, one.problem) == (other.guard.value, other.problem)


def test_what_a_refused_policy_says_of_the_way_is_unknown() -> None:
    from tests.reach.small import GATEWAY, get, reach, route

    policy = (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: BackendTLSPolicy\nmetadata: {namespace: shop, name: p}\nspec: {targetRefs: "
        "[{group: '', kind: Service, name: a-0}], validation: {hostname: a.example.com, wellKnownCACertificates: WHOSE}}\n"
    )
    taken, refused = (get(reach(GATEWAY, route("a", ""), policy.replace("WHOSE", whose))).guards for whose in ("System", "Everybody"))
    assert [one.state for one in taken if one.kind == "backend-tls"] == ["enforced"]
    assert [one.state for one in refused if one.kind == "backend-tls"] == ["unknown"]
