"""What the references of a rule lead to, and why some of them lead nowhere."""

from __future__ import annotations

import attrs
import pytest

from gatewright.gateways.effect import Guard, Upstream
from gatewright.manifest.identity import ObjectId
from gatewright.protection.fence import Fenced, NotFenced
from gatewright.protection.transport import Authority, BackendTls, Plaintext
from gatewright.protection.unknown import Unknown
from gatewright.reach.backends import Backends
from gatewright.reach.hop import Hops
from gatewright.reach.outcome import Backend
from gatewright.reach.plain import PlainEffects
from gatewright.standard.topology.reading import topology
from gatewright.standard.topology.route import BackendRef, Route
from tests.reach.small import COMPLETE, world

SERVICES = (*COMPLETE, "Service")


def service(name: str, ports: str = "[{port: 80}]", namespace: str = "shop", more: str = ", selector: {app: a}") -> str:
    return f"apiVersion: v1\nkind: Service\nmetadata: {{namespace: {namespace}, name: {name}}}\nspec: {{ports: {ports}{more}}}\n"


def grant(to: str = "Service", namespace: str = "shop") -> str:
    return (f"apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {{namespace: other, name: g}}\n"
            f"spec: {{from: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: {namespace}}}], to: [{{group: '', kind: {to}}}]}}\n")  # fmt: skip


def route(*refs: str, kind: str = "HTTPRoute", filters: str = "") -> str:
    more = f", filters: {filters}" if filters else ""
    return (f"apiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata: {{namespace: shop, name: r}}\n"
            f"spec: {{parentRefs: [{{name: edge}}], rules: [{{backendRefs: [{', '.join(refs)}]{more}}}]}}\n")  # fmt: skip


def made(*texts: str, complete: tuple[str, ...] = COMPLETE, effects: PlainEffects | None = None) -> tuple[Backends, Route]:
    read = topology(world(*texts, complete=complete))
    return Backends(read, effects or PlainEffects(), Hops.of(read)), read.routes[0]


def resolved(*texts: str, complete: tuple[str, ...] = COMPLETE) -> tuple[Backend, ...]:
    backends, read = made(*texts, complete=complete)
    return backends.of(read, read.rules[0])


def test_a_service_with_its_port_and_weight() -> None:
    one, other = resolved(
        service("a"), service("b", more=", selector: {app: b}"), route("{name: a, port: 80, weight: 9}", "{name: b, port: 80}")
    )
    assert (one.id, one.port, one.weight, one.address, one.problem, one.undecided) == (
        ObjectId("", "Service", "shop", "a"),
        80,
        9,
        "shop app=a:80",
        "",
        "",
    )
    assert (other.weight, other.address) == (1, "shop app=b:80")


def test_two_services_of_the_same_pods_are_one_backend() -> None:
    one, other = resolved(service("a"), service("b"), route("{name: a, port: 80}", "{name: b, port: 80}"))
    assert one == other


def test_a_service_that_is_missing_is_a_problem_only_where_none_can_be() -> None:
    (one,) = resolved(route("{name: gone, port: 80}"))
    assert (one.problem, one.undecided, one.address) == ("", "", "shop/gone:80")
    (one,) = resolved(route("{name: gone, port: 80}"), complete=SERVICES)
    assert one.problem == "Service shop/gone does not exist"


def test_what_is_taken_for_granted_is_said() -> None:
    backends, read = made(route("{name: gone, port: 80}"))
    assert backends.notes(backends.of(read, read.rules[0])) == (
        "Service shop/gone is not among the manifests: it is taken to exist with port 80, and who else reaches its pods is not known",
    )


def test_a_port_that_the_service_does_not_have() -> None:
    (one,) = resolved(service("a", "[{port: 81}, {port: 80, protocol: UDP}]"), route("{name: a, port: 80}"))
    assert one.problem == "Service shop/a has no TCP port 80: its ports are 81/TCP, 80/UDP"


def test_udp_routes_lead_to_udp_ports() -> None:
    ports = "[{port: 80}, {port: 53, protocol: UDP}]"
    (one,) = resolved(service("a", ports), route("{name: a, port: 53}", kind="UDPRoute").replace("/v1\n", "/v1alpha2\n"))
    assert one.problem == ""
    (one,) = resolved(service("a", ports), route("{name: a, port: 80}", kind="UDPRoute").replace("/v1\n", "/v1alpha2\n"))
    assert "no UDP port 80" in one.problem


def test_a_reference_without_a_port() -> None:
    (one,) = resolved(service("a"), route("{name: a}"))
    assert "names no port" in one.problem


def test_another_namespace_needs_a_grant() -> None:
    texts = (service("a", namespace="other"), route("{name: a, namespace: other, port: 80}"))
    (one,) = resolved(*texts)
    assert one.problem == "no ReferenceGrant in namespace other lets a HTTPRoute of namespace shop refer to Service other/a"
    (one,) = resolved(*texts, grant())
    assert (one.problem, one.undecided) == ("", "")
    (one,) = resolved(*texts, grant(namespace="third"))
    assert one.problem


def test_a_grant_that_may_be_missing_leaves_it_undecided() -> None:
    (one,) = resolved(service("a", namespace="other"), route("{name: a, namespace: other, port: 80}"), complete=())
    assert one.problem == ""
    assert "there may be others" in one.undecided


def test_a_weight_of_0_stays_a_backend() -> None:
    (one,) = resolved(service("a"), route("{name: a, port: 80, weight: 0}"))
    assert (one.weight, one.problem) == (0, "")


def test_an_external_name_is_the_name_and_that_is_said() -> None:
    texts = (service("a", "[]", more=", type: ExternalName, externalName: db.example.com"), route("{name: a, port: 80}"))
    backends, read = made(*texts)
    (one,) = backends.of(read, read.rules[0])
    assert (one.address, one.problem) == ("db.example.com:80", "")
    assert "db.example.com" in backends.notes([one])[0]


def test_a_service_import_is_not_known() -> None:
    (one,) = resolved(route("{group: multicluster.x-k8s.io, kind: ServiceImport, name: a, port: 80}"))
    assert one.undecided
    assert one.hop
    assert one.hop.state == "unknown"


def test_a_kind_that_the_gateway_does_not_know_leads_nowhere() -> None:
    (one,) = resolved(route("{group: example.com, kind: Bucket, name: a}"))
    assert one.problem == "a Bucket of example.com is no backend that this gateway knows"


def test_behind_an_unknown_class_a_kind_may_lead_anywhere() -> None:
    backends, read = made(route("{group: example.com, kind: Bucket, name: a}"), effects=PlainEffects.unknown("class x"))
    (one,) = backends.of(read, read.rules[0])
    assert one.problem == ""
    assert one.hop
    assert isinstance(one.hop.value, Unknown)


@attrs.frozen
class Vendor(PlainEffects):
    """A gateway with a kind of its own, and with an opinion on ExternalNames."""

    def upstream(self, route: Route, ref: BackendRef) -> Upstream | None:
        if ref.to.kind == "Service":
            return Upstream(ref.to.name, problem="refused")
        return Upstream("bucket.example.com", Guard("backend-tls", Plaintext()))


def test_a_kind_of_the_gateways_own_is_what_it_says() -> None:
    backends, read = made(route("{group: example.com, kind: Bucket, name: a}"), effects=Vendor())
    (one,) = backends.of(read, read.rules[0])
    assert (one.address, one.problem) == ("bucket.example.com", "")


def test_of_two_problems_the_missing_grant_is_said_first() -> None:
    external = service("e", "[]", namespace="other", more=", type: ExternalName, externalName: db.example.com")
    backends, read = made(external, route("{name: e, namespace: other, port: 80}"), effects=Vendor())
    (one,) = backends.of(read, read.rules[0])
    assert "ReferenceGrant" in one.problem


def test_a_name_elsewhere_counts_for_services_of_that_type_alone() -> None:
    (one,) = resolved(service("a", more=", externalName: db.example.com, selector: {app: a}"), route("{name: a, port: 80}"))
    assert one.address == "shop app=a:80"


def test_a_gateway_may_refuse_external_names_and_no_other_service() -> None:
    external = service("e", "[]", more=", type: ExternalName, externalName: db.example.com")
    backends, read = made(external, service("a"), route("{name: e, port: 80}", "{name: a, port: 80}"), effects=Vendor())
    assert [one.problem for one in backends.of(read, read.rules[0])] == ["refused", ""]


TLS = ("apiVersion: gateway.networking.k8s.io/v1\nkind: BackendTLSPolicy\nmetadata: {namespace: shop, name: p}\n"
       "spec: {targetRefs: [{group: '', kind: Service, name: a}], validation: {hostname: a.example.com, VALIDATION}}\n")  # fmt: skip


def test_the_way_to_it_and_the_fence_around_it() -> None:
    fence = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: shop, name: f}\nspec: {podSelector: {}, ingress: []}\n"
    (one,) = resolved(service("a"), route("{name: a, port: 80}"), TLS.replace("VALIDATION", "wellKnownCACertificates: System"), fence)
    assert one.hop
    assert one.fence
    assert (one.hop.value, one.fence.value) == (BackendTls("a.example.com", Authority()), Fenced())


def test_a_policy_that_cannot_be_applied_is_a_problem_of_the_backend() -> None:
    (one,) = resolved(
        service("a"),
        route("{name: a, port: 80}"),
        TLS.replace("VALIDATION", "caCertificateRefs: [{group: '', kind: ConfigMap, name: gone}]"),
        complete=(*COMPLETE, "ConfigMap"),
    )
    assert one.problem == "its BackendTLSPolicy trusts ConfigMap shop/gone, which does not exist"


def test_one_that_is_open_makes_them_all_open() -> None:
    tls = TLS.replace("VALIDATION", "wellKnownCACertificates: System")
    texts = (service("a"), service("b", more=", selector: {app: b}"), tls)
    backends, read = made(
        *texts, route("{name: a, port: 80}", "{name: b, port: 80}"), complete=(*COMPLETE, "NetworkPolicy.networking.k8s.io")
    )
    guards = {one.kind: one.value for one in backends.guards(backends.of(read, read.rules[0]))}
    assert guards["backend-tls"] == Plaintext()
    assert isinstance(guards["fence"], NotFenced)
    backends, read = made(*texts, route("{name: a, port: 80}", "{name: b, port: 80, weight: 0}"))
    assert {one.kind: one.value for one in backends.guards(backends.of(read, read.rules[0]))}["backend-tls"] == BackendTls(
        "a.example.com", Authority()
    )


def test_the_same_reference_is_the_identical_backend_with_identical_guards() -> None:
    backends, read = made(service("a"), route("{name: a, port: 80}"))
    first, second = backends.of(read, read.rules[0]), backends.of(read, read.rules[0])
    assert first[0] is second[0]
    assert backends.guards(first) is backends.guards(second)


def test_mirrors_are_backends_too() -> None:
    filters = "[{type: RequestMirror, requestMirror: {backendRef: {name: m, port: 80}}}]"
    backends, read = made(service("a"), service("m", more=", selector: {app: m}"), route("{name: a, port: 80}", filters=filters))
    assert [one.address for one in backends.mirrors(read, read.rules[0])] == ["shop app=m:80"]


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        ("https", "nobody is verified"),
        ("kubernetes.io/wss", "nobody is verified"),
        ("kubernetes.io/h2c", "HTTP/2 without TLS"),
        ("x", None),
    ],
)
def test_what_a_port_speaks_is_said(protocol: str, said: str | None) -> None:
    backends, read = made(service("a", f"[{{port: 80, appProtocol: {protocol}}}]"), route("{name: a, port: 80}"))
    notes = backends.notes(backends.of(read, read.rules[0]))
    assert len(notes) == (said is not None)
    assert said is None or said in notes[0]


@pytest.mark.parametrize(
    "ref",
    [
        "null",
        "7",
        "{}",
        "{name: 7}",
        "{name: a, port: x}",
        "{name: a, port: 80, weight: x}",
        "{name: a, port: 80, namespace: []}",
        "{kind: [], name: a}",
    ],
)
def test_whatever_a_reference_holds_nothing_is_raised(ref: str) -> None:
    backends, read = made(service("a"), route(ref, "{name: a, port: 80}"))
    for rule in read.rules:
        backends.guards(backends.of(read, rule))
        backends.notes(backends.mirrors(read, rule))
