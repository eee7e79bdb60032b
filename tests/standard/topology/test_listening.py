"""What Gateways and ListenerSets serve: defaults, what is wrong with one listener, and who may add listeners."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.manifest.identity import ObjectId
from gatewright.match import Host
from gatewright.standard.topology.grants import Grants
from gatewright.standard.topology.listener import Admits, Listener, Served
from gatewright.standard.topology.listening import frontend, gateways
from gatewright.standard.topology.namespaces import Namespaces
from tests.standard.topology.manifests import ALL, GROUP, gateway, grant, https, listener, listener_set, namespace, open_to, thing, world

EDGE = ObjectId(GROUP, "Gateway", "infra", "edge")
CERT = {"certificateRefs": [{"name": "cert"}]}


def served(*objects: dict[str, Any], complete: tuple[str, ...] = (ALL,)) -> Served:
    whole = world(*objects, complete=complete)
    return gateways(whole, Grants.of(whole), Namespaces.of(whole))[EDGE]


def only(item: Any, *objects: dict[str, Any], complete: tuple[str, ...] = (ALL,)) -> Listener:
    (found,) = served(gateway(item), *objects, complete=complete).listeners
    return found


def kinds(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((GROUP, f"{name}Route") for name in names)


@pytest.mark.parametrize("version", [f"{GROUP}/v1", f"{GROUP}/v1beta1"])
def test_a_listener_with_what_the_crd_fills_in(version: str) -> None:
    found = served(gateway(https("https", "*.example.com"), version=version))
    assert (found.id, found.class_name, found.address, found.notes) == (EDGE, "eg", "infra/edge", ())
    (one,) = found.listeners
    assert (one.gateway, one.owner, one.index, one.name, one.port, one.protocol) == (EDGE, EDGE, 0, "https", 443, "HTTPS")
    assert (one.host, one.mode, one.kinds, one.admits) == (Host("*.example.com"), "Terminate", kinds("HTTP", "GRPC"), Admits("Same"))
    assert one.certificates == (ObjectId("", "Secret", "infra", "cert"),)
    assert (one.problem, one.undecided, one.hidden, one.via, one.filters) == ("", False, (), "gateway", ())
    assert one.path == ("spec", "listeners", 0)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (listener("a", 80, "HTTP"), kinds("HTTP", "GRPC")),
        (https("a"), kinds("HTTP", "GRPC")),
        (listener("a", 443, "TLS", tls={"mode": "Passthrough"}), kinds("TLS")),
        (listener("a", 443, "TLS", tls=CERT | {"mode": "Terminate"}), kinds("TCP", "TLS")),
        (listener("a", 5432, "TCP"), kinds("TCP")),
        (listener("a", 53, "UDP"), kinds("UDP")),
        (listener("a", allowedRoutes={"kinds": [{"kind": "GRPCRoute"}]}), kinds("GRPC")),
        (listener("a", allowedRoutes={"kinds": [{"group": GROUP, "kind": "HTTPRoute"}, {"kind": "TCPRoute"}]}), kinds("HTTP")),
        (listener("a", allowedRoutes={"kinds": []}), kinds("HTTP", "GRPC")),
    ],
)
def test_the_kinds_of_routes_it_takes(item: Any, expected: Any) -> None:
    found = only(item)
    assert (found.kinds, found.problem) == (expected, "")


@pytest.mark.parametrize(
    ("allowed", "admits"),
    [
        (None, Admits("Same")),
        ({}, Admits("Same")),
        ({"namespaces": {}}, Admits("Same")),
        (open_to("All"), Admits("All")),
        ({"namespaces": {"from": "Selector", "selector": {}}}, Admits("Selector", ())),
        (open_to("Selector", matchLabels={"b": "2", "a": "1"}), Admits("Selector", (("a", "In", ("1",)), ("b", "In", ("2",))))),
    ],
)
def test_whose_routes_it_takes(allowed: Any, admits: Admits) -> None:
    found = only(listener(allowedRoutes=allowed))
    assert (found.admits, found.problem) == (admits, "")


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("http", "a listener is an object"),
        (listener(name=""), "no name"),
        (listener(port=0), "1 to 65535"),
        (listener(port=True), "1 to 65535"),
        (listener(port="80"), "got '80'"),  # type: ignore[arg-type]
        (listener(protocol="HTPS"), 'did you mean "HTTPS"'),
        (listener(protocol="https"), "HTTPS"),
        (listener(hostname="https://example.com"), "its hostname is a lower-case DNS name"),
        (listener(hostname="*"), "its hostname"),
        (listener(hostname="a.*.com"), "its hostname"),
        (listener(protocol="TCP", hostname="example.com"), "has no hostname"),
        (listener(protocol="HTTP", tls=CERT), "has no tls"),
        (listener(protocol="UDP", tls={}), "has no tls"),
        (https("a", tls=None), "needs tls"),
        (https("a", tls="yes"), "an object; got 'yes'"),
        (https("a", tls={}), "no certificate"),
        (https("a", tls={"certificateRefs": []}), "no certificate"),
        (https("a", tls={"certificateRefs": [{"kind": "Secret"}]}), "names a Secret"),
        (https("a", tls={"mode": "Passthrough"}), "needs protocol TLS"),
        (https("a", tls=CERT | {"mode": "terminate"}), "Terminate or Passthrough"),
        (listener("a", 443, "TLS", tls=None), "needs tls"),
        (listener("a", 443, "TLS", tls={"mode": "Terminate"}), "no certificate"),
        (listener(allowedRoutes={"kinds": [{"kind": "TCPRoute"}]}), "HTTPRoute, GRPCRoute"),
        (listener(allowedRoutes={"kinds": [{"group": "example.com", "kind": "HTTPRoute"}]}), "allowedRoutes.kinds"),
        (listener(allowedRoutes={"namespaces": {"from": "Selector"}}), "selector"),
        (listener(allowedRoutes={"namespaces": {"from": "Any"}}), "All, Same or Selector"),
        (listener(allowedRoutes={"namespaces": "All"}), "got 'All'"),
    ],
)
def test_what_serves_nothing(item: Any, says: str) -> None:
    found = only(item)
    assert says in found.problem
    assert not found.undecided


@pytest.mark.parametrize(
    ("item", "says"),
    [
        (listener(protocol="example.com/quic"), "its implementation only"),
        (https("a", tls={"options": {"example.com/cert": "x"}}), "tls.options"),
        (https("a", tls={"certificateRefs": [{"group": "example.com", "kind": "Vault", "name": "x"}]}), "its implementation only"),
    ],
)
def test_what_only_its_implementation_knows(item: Any, says: str) -> None:
    found = only(item)
    assert says in found.problem
    assert found.undecided


def far(*, kind: str = "Gateway", name: str | None = None) -> dict[str, Any]:
    to = {"group": "", "kind": "Secret", **({"name": name} if name else {})}
    return grant({"group": GROUP, "kind": kind, "namespace": "infra"}, to, namespace="certs")


AWAY = {"certificateRefs": [{"name": "cert", "namespace": "certs"}]}


def test_a_certificate_of_another_namespace_needs_a_grant() -> None:
    assert "no ReferenceGrant in namespace certs" in only(https("a", tls=AWAY)).problem
    assert only(https("a", tls=AWAY), far()).problem == ""
    assert "no ReferenceGrant" in only(https("a", tls=AWAY), far(name="other")).problem
    assert "no ReferenceGrant" in only(https("a", tls=AWAY), far(kind="HTTPRoute")).problem
    unsure = only(https("a", tls=AWAY), complete=())
    assert unsure.undecided
    assert "not among the manifests" in unsure.problem


def test_one_certificate_that_can_be_used_is_enough() -> None:
    both = {"certificateRefs": [*AWAY["certificateRefs"], {"name": "own"}]}
    found = only(https("a", tls=both))
    assert (found.problem, found.certificates) == ("", (ObjectId("", "Secret", "infra", "own"),))


@pytest.mark.parametrize(
    ("secret", "complete", "problem"),
    [
        (None, (ALL,), ""),  # assumed to exist
        (None, (ALL, "Secret"), "does not exist"),
        ({"data": {"tls.crt": "", "tls.key": ""}}, (ALL, "Secret"), ""),
        ({"data": {"ca.crt": ""}}, (ALL,), "holds no tls.crt"),
        ({"data": {"tls.crt": ""}, "stringData": {"tls.key": ""}}, (ALL,), ""),
        ({}, (ALL,), ""),  # taken out before it was shown
    ],
)
def test_the_secret_of_a_certificate(secret: Any, complete: tuple[str, ...], problem: str) -> None:
    objects = (
        [] if secret is None else [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "cert", "namespace": "infra"}, **secret}]
    )
    found = only(https("a"), *objects, complete=complete).problem
    assert problem in found
    assert bool(found) == bool(problem)


def test_what_is_passed_through_needs_no_certificate() -> None:
    tls = AWAY | {"mode": "Passthrough"}  # ignored there
    found = only(listener("a", 443, "TLS", "a.example.com", tls=tls))
    assert (found.problem, found.mode, found.certificates, found.encrypted) == ("", "Passthrough", (), True)


def test_filters_before_routing_are_named() -> None:
    found = only(listener(filters={"requests": [{"type": "ExternalAuth", "externalAuth": {}}, {"type": "ExtensionRef"}]}))
    assert found.filters == ("ExternalAuth", "ExtensionRef")


def test_a_name_stands_once() -> None:
    found = served(gateway(listener("a", 80), listener("a", 81), listener("b", 82)))
    assert ["named a" in one.problem for one in found.listeners] == [True, True, False]


@pytest.mark.parametrize(
    ("spec", "note"),
    [
        ({"listeners": []}, "gatewayClassName is missing"),
        ({"gatewayClassName": "eg", "listeners": "http"}, "spec.listeners is no list"),
        ({"gatewayClassName": "eg", "listeners": [{}]}, "none of its listeners"),
        (None, "gatewayClassName is missing"),
        ([], "gatewayClassName is missing"),
    ],
)
def test_what_is_wrong_with_the_gateway_as_a_whole(spec: Any, note: str) -> None:
    assert any(note in one for one in served(thing("Gateway", "edge") | {"spec": spec}).notes)


def test_a_gateway_that_is_stated_twice_is_one() -> None:
    assert [one.name for one in served(gateway(listener("first")), gateway(listener("second"))).listeners] == ["first"]


# Who may add listeners to a Gateway (``allowedListeners``, GEP-1713).


@pytest.mark.parametrize(
    ("allowed", "where", "problem", "undecided"),
    [
        (None, "infra", "None unless something else is stated", False),
        ({}, "infra", "takes no ListenerSets", False),
        (open_to("None"), "infra", "takes no ListenerSets", False),
        (open_to("Same"), "infra", "", False),
        (open_to("Same"), "shop", "takes no ListenerSets of namespace shop", False),
        (open_to("All"), "shop", "", False),
        (open_to("Selector", matchLabels={"team": "a"}), "shop", "", False),
        (open_to("Selector", matchLabels={"team": "b"}), "shop", "takes no ListenerSets", False),
        (open_to("Selector", matchLabels={"team": "a"}), "far", "by labels of their namespace", True),
        ({"namespaces": {"from": "Selector"}}, "shop", "cannot be read", False),
        ({"namespaces": {"from": "Some"}}, "shop", "All, Same, Selector and None", False),
    ],
)
def test_who_may(allowed: Any, where: str, problem: str, undecided: bool) -> None:
    more = {} if allowed is None else {"allowedListeners": allowed}
    found = served(gateway(**more), listener_set(listener(), namespace=where), namespace("shop", team="a")).listeners[0]
    assert problem in found.problem
    assert bool(found.problem) == bool(problem)
    assert found.undecided is undecided


@pytest.mark.parametrize(("group", "kind"), [(GROUP, "ListenerSet"), ("gateway.networking.x-k8s.io", "XListenerSet")])
def test_its_listeners_are_the_gateways(group: str, kind: str) -> None:
    added = listener_set(https("a", "a.example.com"), apiVersion=f"{group}/v1", kind=kind, namespace="shop")
    found = served(gateway(listener(), allowedListeners=open_to("All")), added).listeners
    assert [(one.owner.kind, one.gateway, one.index) for one in found] == [("Gateway", EDGE, 0), (kind, EDGE, 0)]
    assert found[1].certificates == (ObjectId("", "Secret", "shop", "cert"),)  # its own namespace, not the Gateway's


def test_names_need_not_differ_between_objects() -> None:
    found = served(gateway(listener("a", 80), allowedListeners=open_to("Same")), listener_set(listener("a", 81))).listeners
    assert [one.problem for one in found] == ["", ""]


def test_grants_are_not_inherited() -> None:
    edge = gateway(https("own", "a.example.com", tls=AWAY), allowedListeners=open_to("Same"))
    added = listener_set(https("more", "b.example.com", tls=AWAY))
    assert [one.problem == "" for one in served(edge, added, far()).listeners] == [True, False]
    assert [one.problem == "" for one in served(edge, added, far(kind="ListenerSet")).listeners] == [False, True]


@pytest.mark.parametrize("spec", [None, {}, {"parentRef": "edge"}, {"parentRef": {"name": 3}}, {"parentRef": {"name": "edge", "group": 1}}])
def test_one_without_a_parent_adds_nothing(spec: Any) -> None:
    assert served(gateway(listener()), thing("ListenerSet", "x") | {"spec": spec}).listeners[0].owner == EDGE


CA = {"caCertificateRefs": [{"kind": "ConfigMap", "name": "ca"}]}
FRONTEND = {
    "default": {"validation": CA},
    "perPort": [{"port": 8443, "tls": {"validation": {"mode": "AllowInsecureFallback"}}}, {"port": 9443, "tls": {}}],
}


@pytest.mark.parametrize(
    ("stated", "port", "found"),
    [
        (FRONTEND, 443, (CA, ("spec", "tls", "frontend", "default", "validation"))),
        (FRONTEND, 8443, ({"mode": "AllowInsecureFallback"}, ("spec", "tls", "frontend", "perPort", 0, "tls", "validation"))),
        (FRONTEND, 9443, None),  # a port of its own stands in place of the default, also with nothing
        ({"default": {}}, 443, None),
        ({}, 443, None),
        ("x", 443, None),
        ({"default": {"validation": "x"}}, 443, ({}, ("spec", "tls", "frontend", "default", "validation"))),
    ],
)
def test_client_certificates_hold_by_port(stated: Any, port: int, found: Any) -> None:
    assert frontend(gateway(tls={"frontend": stated}), port) == found
