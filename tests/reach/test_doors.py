"""Side doors: what leads to pods without passing a Gateway."""

from __future__ import annotations

import pytest

from gatewright.manifest.identity import ObjectId
from gatewright.match import Exact, Prefix, Sources, parse_host
from gatewright.protection.dimension import DIMENSIONS
from gatewright.protection.unknown import Unknown
from gatewright.reach.address import Address
from gatewright.reach.doors import doors, unread
from gatewright.reach.entry import Entry
from gatewright.reach.outcome import Answer, Backend, Forwarded
from gatewright.standard.topology.reading import topology
from tests.reach.small import COMPLETE, GATEWAY, world


def service(
    more: str = "",
    kind: str = "LoadBalancer",
    name: str = "a",
    selector: str = "app: a",
    ports: str = "[{port: 80, targetPort: 8080}]",
    annotations: str = "",
) -> str:
    notes = f", annotations: {{{annotations}}}" if annotations else ""
    return (f"apiVersion: v1\nkind: Service\nmetadata: {{namespace: shop, name: {name}{notes}}}\n"
            f"spec: {{type: {kind}, selector: {{{selector}}}, ports: {ports}{more}}}\n")  # fmt: skip


def ingress(spec: str, name: str = "i", annotations: str = "") -> str:
    notes = f", annotations: {{{annotations}}}" if annotations else ""
    return f"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{namespace: shop, name: {name}{notes}}}\nspec: {spec}\n"


def deployment(spec: str, name: str = "d", labels: str = "app: a", owner: str = "") -> str:
    owned = f", ownerReferences: [{{apiVersion: apps/v1, kind: Deployment, name: {owner}}}]" if owner else ""
    return (f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{namespace: shop, name: {name}{owned}}}\n"
            f"spec: {{template: {{metadata: {{labels: {{{labels}}}}}, spec: {spec}}}}}\n")  # fmt: skip


def found(*texts: str, complete: tuple[str, ...] = COMPLETE) -> dict[str, Address]:
    return {one.label: one for one in doors(topology(world(*texts, complete=complete)))}


def entries(address: Address) -> list[Entry]:
    return [row for port in address.ports.values() for chain in port.chains.values() for each in chain.hosts.values() for row in each.rows]


def behind(entry: Entry) -> Backend:
    assert isinstance(entry.outcome, Forwarded)
    (backend,) = entry.outcome.backends
    return backend


def test_a_service_of_the_cluster_alone_is_no_door() -> None:
    assert found(service(kind="ClusterIP"), service(kind="ExternalName", name="b")) == {}


def test_a_load_balancer_lets_everybody_in_and_opens_the_nodes_too() -> None:
    made = found(service())
    assert set(made) == {"load balancer of Service shop/a", "node port for 80 of Service shop/a"}
    address = made["load balancer of Service shop/a"]
    assert list(address.ports) == [("tcp", 80)]
    (entry,) = entries(address)
    assert (entry.guards, entry.listener.via, entry.route, entry.rule, entry.host.name) == ((), "load-balancer", None, None, "*")
    assert (behind(entry).id, behind(entry).address) == (ObjectId("", "Service", "shop", "a"), "shop app=a:8080")
    assert entry.label == "Service shop/a"
    assert entry.matching().witness()


def test_a_load_balancer_without_node_ports() -> None:
    assert set(found(service(", allocateLoadBalancerNodePorts: false"))) == {"load balancer of Service shop/a"}


def test_node_ports_by_their_numbers() -> None:
    made = found(
        service(
            kind="NodePort",
            ports="[{name: x, port: 80, nodePort: 30080}, {name: w, port: 81}, {name: z, port: 53, nodePort: 30053, protocol: UDP}]",
        )
    )
    assert set(made) == {"node port of Service shop/a", "node port for w of Service shop/a"}
    assert set(made["node port of Service shop/a"].ports) == {("tcp", 30080), ("udp", 30053)}
    assert set(made["node port for w of Service shop/a"].ports) == {("tcp", 0)}


def test_source_ranges_admit_whom_they_name_and_nobody_on_the_nodes() -> None:
    made = found(service(", loadBalancerSourceRanges: [10.0.0.0/8, ' 192.168.0.0/16']"))
    (entry,) = entries(made["load balancer of Service shop/a"])
    (guard,) = entry.guards
    assert (guard.kind, guard.value, guard.state) == ("ip", Sources.of("10.0.0.0/8", "192.168.0.0/16"), "enforced")
    (entry,) = entries(made["node port for 80 of Service shop/a"])
    assert entry.guards == ()
    assert "loadBalancerSourceRanges do not count here" in entry.notes


def test_source_ranges_of_the_annotation_count_where_the_field_is_empty() -> None:
    key = "service.beta.kubernetes.io/load-balancer-source-ranges: '10.0.0.0/8, 11.0.0.0/8'"
    (entry,) = entries(found(service(annotations=key))["load balancer of Service shop/a"])
    assert entry.guards[0].value == Sources.of("10.0.0.0/7")
    (entry,) = entries(found(service(", loadBalancerSourceRanges: [12.0.0.0/8]", annotations=key))["load balancer of Service shop/a"])
    assert entry.guards[0].value == Sources.of("12.0.0.0/8")


@pytest.mark.parametrize("ranges", ["['']", "[10.0.0.0/99]", "[x]"])
def test_source_ranges_that_cannot_be_read_are_not_known(ranges: str) -> None:
    (entry,) = entries(found(service(f", loadBalancerSourceRanges: {ranges}"))["load balancer of Service shop/a"])
    assert [one.state for one in entry.guards] == ["unknown"]


@pytest.mark.parametrize("ranges", ["[0.0.0.0/0]", "[10.0.0.0/8, 0.0.0.0/0]", "[]"])
def test_source_ranges_of_everybody_are_no_guard(ranges: str) -> None:
    (entry,) = entries(found(service(f", loadBalancerSourceRanges: {ranges}"))["load balancer of Service shop/a"])
    assert entry.guards == ()


@pytest.mark.parametrize(
    ("key", "value", "internal"),
    [
        ("service.beta.kubernetes.io/aws-load-balancer-scheme", "internal", True),
        ("service.beta.kubernetes.io/aws-load-balancer-scheme", "internet-facing", False),
        ("service.beta.kubernetes.io/aws-load-balancer-internal", "true", True),
        ("service.beta.kubernetes.io/azure-load-balancer-internal", "true", True),
        ("service.beta.kubernetes.io/azure-load-balancer-internal", "false", False),
        ("networking.gke.io/load-balancer-type", "Internal", True),
    ],
)
def test_an_internal_load_balancer_is_reached_from_nobody_knows_where(key: str, value: str, internal: bool) -> None:
    (entry,) = entries(found(service(annotations=f"{key}: '{value}'"))["load balancer of Service shop/a"])
    assert [one.kind for one in entry.guards] == (["ip"] if internal else [])
    assert all(isinstance(one.value, Unknown) for one in entry.guards)


def test_external_ips_are_a_door_of_any_service() -> None:
    made = found(service(", externalIPs: [203.0.113.9]", kind="ClusterIP"))
    (entry,) = entries(made["external IPs of Service shop/a"])
    assert "203.0.113.9" in entry.notes[0]


def test_a_fence_counts_at_the_door_too() -> None:
    fence = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: shop, name: f}\nspec: {podSelector: {}, ingress: []}\n"
    (entry,) = entries(found(service(), fence)["load balancer of Service shop/a"])
    assert [one.kind for one in entry.guards] == ["fence"]


@pytest.mark.parametrize(
    ("labels", "is_door"),
    [
        ("gateway.envoyproxy.io/owning-gateway-name: edge, gateway.envoyproxy.io/owning-gateway-namespace: infra", False),
        ("gateway.envoyproxy.io/owning-gateway-name: gone, gateway.envoyproxy.io/owning-gateway-namespace: infra", True),
        ("gateway.envoyproxy.io/owning-gateway-name: edge", True),
        ("gateway.envoyproxy.io/owning-gatewayclass: eg", False),
        ("gateway.networking.k8s.io/gateway-name: edge", True),
        ("owning-gateway-name: edge, owning-gateway-namespace: infra", True),
    ],
)
def test_the_proxies_of_a_gateway_are_no_side_door_but_who_only_says_so_is(labels: str, is_door: bool) -> None:
    assert bool(found(GATEWAY, service(selector=labels))) is is_door


def test_a_proxy_in_the_gateways_own_namespace() -> None:
    text = service(selector="gateway.networking.k8s.io/gateway-name: edge").replace("namespace: shop", "namespace: infra")
    assert found(GATEWAY, text) == {}


def test_a_host_port_leads_to_the_service_of_its_pods() -> None:
    spec = "{containers: [{name: c, ports: [{containerPort: 8080, hostPort: 9000}, {containerPort: 8081}]}]}"
    made = found(deployment(spec), service(kind="ClusterIP"))
    address = made["host port of Deployment shop/d"]
    assert list(address.ports) == [("tcp", 9000)]
    (entry,) = entries(address)
    assert (entry.listener.via, behind(entry).id.name, behind(entry).address) == ("host-port", "a", "shop app=a:8080")


def test_a_host_port_of_pods_without_a_service() -> None:
    (entry,) = entries(
        found(deployment("{containers: [{name: c, ports: [{containerPort: 8080, hostPort: 9000, protocol: UDP}]}]}"))[
            "host port of Deployment shop/d"
        ]
    )
    assert (str(behind(entry).id), behind(entry).address) == ("Deployment shop/d", "shop app=a:8080")


def test_the_network_of_the_node_opens_every_port_that_is_stated() -> None:
    made = found(
        deployment(
            "{hostNetwork: true, containers: [{name: c, ports: [{containerPort: 8080}]}], initContainers: [{name: s, ports: [{containerPort: 9}]}]}"
        )
    )
    assert list(made["host port of Deployment shop/d"].ports) == [("tcp", 8080), ("tcp", 9)]


def test_a_port_on_the_loopback_of_the_node_is_no_door() -> None:
    assert found(deployment("{containers: [{name: c, ports: [{containerPort: 80, hostPort: 80, hostIP: 127.0.0.1}]}]}")) == {}


def test_what_a_workload_owns_is_no_second_door() -> None:
    spec = "{containers: [{name: c, ports: [{containerPort: 80, hostPort: 80}]}]}"
    assert set(found(deployment(spec), deployment(spec, "e", owner="d"))) == {"host port of Deployment shop/d"}
    assert set(found(deployment(spec, "e", owner="gone"))) == {"host port of Deployment shop/e"}


def path(value: str, kind: str = "Prefix", name: str = "a", port: str = "number: 80") -> str:
    return f"{{path: '{value}', pathType: {kind}, backend: {{service: {{name: {name}, port: {{{port}}}}}}}}}"


def rule(host: str, *paths: str) -> str:
    return f"{{host: '{host}', http: {{paths: [{', '.join(paths)}]}}}}" if host else f"{{http: {{paths: [{', '.join(paths)}]}}}}"


def test_an_ingress_by_host_and_path_behind_what_nobody_knows() -> None:
    text = ingress(f"{{ingressClassName: nginx, rules: [{rule('a.example.com', path('/'), path('/x/'), path('/x', 'Exact'))}]}}")
    address = found(text, service(kind="ClusterIP"))["Ingress shop/i"]
    assert (address.target, address.known, list(address.ports)) == ("Ingress class nginx", False, [("tcp", 80)])
    rows = entries(address)
    assert [row.path for row in rows] == [Exact("/x"), Prefix("/x"), Prefix("/")]
    assert {row.host.name for row in rows} == {"a.example.com"}
    assert {behind(row).address for row in rows} == {"shop app=a:8080"}
    deciding = set(DIMENSIONS) - {"backend-tls", "fence", "mirror"}
    assert {guard.kind for row in rows for guard in row.guards if guard.state == "unknown"} == deciding


def test_an_ingress_with_certificates_serves_tls_as_well() -> None:
    address = found(ingress(f"{{tls: [{{hosts: [a.example.com]}}], rules: [{rule('a.example.com', path('/'))}]}}"))["Ingress shop/i"]
    assert list(address.ports) == [("tcp", 80), ("tcp", 443)]
    (chain,) = address.ports["tcp", 443].chains.values()
    assert (chain.layer, chain.names.name) == ("https", "*")


def test_a_default_backend_takes_what_is_left_of_every_host() -> None:
    spare = "defaultBackend: {service: {name: spare, port: {number: 80}}}"
    (chain,) = (
        found(ingress(f"{{{spare}, rules: [{rule('a.example.com', path('/x'))}]}}"))["Ingress shop/i"].ports["tcp", 80].chains.values()
    )
    assert [behind(row).id.name for row in chain.hosts[parse_host("a.example.com")].rows] == ["a", "spare"]
    assert [behind(row).id.name for row in chain.hosts[parse_host("*")].rows] == ["spare"]


def test_an_ingress_of_a_default_backend_alone() -> None:
    (entry,) = entries(found(ingress("{defaultBackend: {service: {name: a, port: {number: 80}}}}"))["Ingress shop/i"])
    assert (entry.host.name, entry.path) == ("*", Prefix("/"))


def test_whether_a_rule_without_host_takes_what_named_hosts_leave_is_undecided() -> None:
    (chain,) = (
        found(ingress(f"{{rules: [{rule('a.example.com', path('/x'))}, {rule('', path('/y'))}]}}"))["Ingress shop/i"]
        .ports["tcp", 80]
        .chains.values()
    )
    named, anybody = chain.hosts[parse_host("a.example.com")].rows, chain.hosts[parse_host("*")].rows
    assert [(str(row.path.value), bool(row.undecided)) for row in named] == [("/x", False), ("/y", True)]
    assert [(str(row.path.value), bool(row.undecided)) for row in anybody] == [("/y", False)]


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("/x/*", Prefix("/x")),
        ("/*", Prefix("/")),
        ("/x", Prefix("/x")),
        ("/x(/|$)(.*)", Prefix("/")),
        ("/a*/b", Prefix("/")),
        ("", Prefix("/")),
    ],
)
def test_paths_that_only_the_controller_understands_are_undecided(value: str, taken: Prefix) -> None:
    (entry,) = entries(found(ingress(f"{{rules: [{rule('a.example.com', path(value, 'ImplementationSpecific'))}]}}"))["Ingress shop/i"])
    assert entry.path == taken
    assert entry.undecided


def test_ports_by_name() -> None:
    text = ingress(f"{{rules: [{rule('', path('/', port='name: web'))}]}}")
    (entry,) = entries(found(text, service(kind="ClusterIP", ports="[{port: 81, name: first}, {name: web, port: 80}]"))["Ingress shop/i"])
    assert (behind(entry).port, behind(entry).address) == (80, "shop app=a:80")
    (entry,) = entries(found(text)["Ingress shop/i"])
    assert behind(entry).address == "shop/a:web"


def test_a_backend_that_is_not_there_answers_503_where_none_can_be_missing() -> None:
    text = ingress(f"{{rules: [{rule('', path('/'))}]}}")
    (entry,) = entries(found(text, complete=("Service",))["Ingress shop/i"])
    assert isinstance(entry.outcome, Answer)
    assert entry.outcome.status == 503
    (entry,) = entries(found(text, service(kind="ClusterIP", ports="[{port: 81}]"))["Ingress shop/i"])
    assert isinstance(entry.outcome, Answer)


def test_a_backend_of_another_kind_is_undecided() -> None:
    text = ingress("{defaultBackend: {resource: {apiGroup: example.com, kind: Bucket, name: b}}}")
    (entry,) = entries(found(text)["Ingress shop/i"])
    assert behind(entry).undecided


def test_the_class_of_an_old_annotation() -> None:
    text = ingress("{defaultBackend: {service: {name: a, port: {number: 80}}}}", annotations="kubernetes.io/ingress.class: traefik")
    assert found(text)["Ingress shop/i"].target == "Ingress class traefik"


def test_doors_stand_in_the_order_of_their_labels() -> None:
    labels = list(found(service(name="z"), service(name="b"), ingress("{defaultBackend: {service: {name: a}}}")))
    assert labels == sorted(labels)


@pytest.mark.parametrize(
    "spec",
    [
        "null",
        "[]",
        "7",
        "{rules: 7}",
        "{rules: [null, 7, {http: 7}, {http: {paths: [null, 7, {}]}}]}",
        "{rules: [{host: '*.*', http: {paths: [{}]}}]}",
        "{rules: [{host: 7, http: {paths: [{path: 7, pathType: [], backend: []}]}}]}",
        "{tls: 7, defaultBackend: 7}",
        "{defaultBackend: {service: {name: [], port: {number: x, name: 7}}}}",
        "{rules: [{http: {paths: [{path: 'no slash', pathType: Exact}, {path: '//', pathType: Prefix}]}}]}",
    ],
)
def test_whatever_an_ingress_holds_nothing_is_raised(spec: str) -> None:
    for address in found(ingress(spec)).values():
        assert entries(address)


@pytest.mark.parametrize(
    "more", [", loadBalancerSourceRanges: 7", ", externalIPs: 7", ", externalIPs: [7]", ", allocateLoadBalancerNodePorts: x"]
)
@pytest.mark.parametrize(
    "ports", ["7", "[null]", "[{}]", "[{port: 80, nodePort: x}]", "[{port: 80, protocol: SCTP}]", "[{port: 80}, {port: 80}]"]
)
def test_whatever_a_service_holds_nothing_is_raised(more: str, ports: str) -> None:
    for address in found(service(more, ports=ports)).values():
        assert entries(address)


@pytest.mark.parametrize(
    "spec",
    [
        "null",
        "[]",
        "{containers: 7}",
        "{hostNetwork: true, containers: [null, 7, {ports: 7}, {ports: [null, 7, {containerPort: x}]}]}",
        "{containers: [{ports: [{hostPort: 9}, {hostPort: x, containerPort: 1}]}]}",
    ],
)
def test_whatever_a_workload_holds_nothing_is_raised(spec: str) -> None:
    assert found(deployment(spec)) == {}


def test_ways_in_that_nobody_reads_are_told() -> None:
    text = "apiVersion: {}/v1\nkind: {}\nmetadata: {{namespace: shop, name: {}}}\n"
    texts = [
        text.format("traefik.io", "IngressRoute", "a"),
        text.format("traefik.io", "IngressRoute", "b"),
        text.format("route.openshift.io", "Route", "c"),
    ]
    assert unread(world(*texts, service())) == (
        "1 Route (route.openshift.io) opens a way in that is not read",
        "2 IngressRoute (traefik.io) open a way in that is not read",
    )


_CLOSED = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: shop, name: f}\nspec: {podSelector: {}, ingress: []}\n"


def test_a_fence_counts_at_a_host_port_and_not_in_the_network_of_the_node() -> None:
    ports = "containers: [{name: c, ports: [{containerPort: 8080, hostPort: 8080}]}]"
    label = "host port of Deployment shop/d"
    assert [one.kind for one in entries(found(deployment(f"{{{ports}}}"), _CLOSED)[label])[0].guards] == ["fence"]
    assert entries(found(deployment(f"{{hostNetwork: true, {ports}}}"), _CLOSED)[label])[0].guards == ()


def test_source_ranges_are_nothing_to_a_service_without_a_load_balancer() -> None:
    (entry,) = entries(found(service(", loadBalancerSourceRanges: [10.0.0.0/8]", kind="NodePort"))["node port for 80 of Service shop/a"])
    assert entry.notes == ("on every node",)


def test_a_host_port_leads_to_the_service_that_names_its_port() -> None:
    spec = "{containers: [{name: c, ports: [{name: web, containerPort: 8080, hostPort: 9000}]}]}"
    made = found(deployment(spec), service(kind="ClusterIP", ports="[{port: 80, targetPort: web}]"))
    (entry,) = entries(made["host port of Deployment shop/d"])
    assert (str(behind(entry).id), entry.listener.name) == ("Service shop/a", "web")


def test_of_several_services_of_the_pods_a_host_port_leads_to_that_of_its_port() -> None:
    spec = "{containers: [{name: c, ports: [{containerPort: 8080, hostPort: 9000}]}]}"
    other = service(kind="ClusterIP", name="a", ports="[{port: 90, targetPort: 9090}, {port: 80, targetPort: 8080, protocol: UDP}]")
    made = found(deployment(spec), other, service(kind="ClusterIP", name="b"))
    assert str(behind(entries(made["host port of Deployment shop/d"])[0]).id) == "Service shop/b"


def test_a_service_that_asks_for_more_labels_does_not_lead_to_the_pods_of_a_host_port() -> None:
    spec = "{containers: [{name: c, ports: [{containerPort: 80, hostPort: 80}]}]}"
    others = [service(kind="ClusterIP", name=name, selector=f"app: {name}, tier: web", ports="[{port: 80}]") for name in ("a", "b")]
    (entry,) = entries(found(deployment(spec), *others)["host port of Deployment shop/d"])
    assert str(behind(entry).id) == "Deployment shop/d"
