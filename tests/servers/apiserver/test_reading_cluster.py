"""A running cluster is read whole: every object that the server gives for itself, page by page, without what is secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gatewright.world.cluster import read_cluster
from gatewright.world.reading import Coverage, Read
from gatewright.world.source import read_all
from gatewright.world.world import World
from tests.servers.apiserver.pool import Pool
from tests.servers.apiserver.server import ApiServer

pytestmark = pytest.mark.servers

HERE = "reading-cluster"
ROUTE, SECRET = ("gateway.networking.k8s.io", "HTTPRoute"), ("", "Secret")


def route(number: int) -> dict[str, Any]:
    metadata = {"name": f"r{number}", "namespace": HERE}
    return {"apiVersion": f"{ROUTE[0]}/v1", "kind": ROUTE[1], "metadata": metadata, "spec": {"hostnames": [f"h{number}.example.com"]}}


APPLIED = {"kubectl.kubernetes.io/last-applied-configuration": '{"stringData": {"password": "hunter2"}}'}
OBJECTS = [*map(route, range(7)), {
    "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": HERE, "annotations": APPLIED}, "stringData": {"password": "hunter2"},
}]  # fmt: skip


@pytest.fixture(scope="module")
def server(apiserver: Pool) -> Iterator[ApiServer]:
    pytest.importorskip("kubernetes")
    server = apiserver("gateway-api-1.6-standard")
    server.namespaces(HERE)
    for one in OBJECTS:
        assert server.create(one, dry_run=False).ok
    try:
        yield server
    finally:
        for one in OBJECTS:
            server.delete(one)


@pytest.fixture(autouse=True)
def its_kubeconfig(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


def routes(read: Read) -> list[dict[str, Any]]:
    return [one.manifest for one in read.objects if one.id.kind == "HTTPRoute" and one.id.namespace == HERE]


@pytest.mark.parametrize("page", [1, 3, 7, 500])
def test_pages_of_any_size_make_the_same_list(server: ApiServer, page: int) -> None:
    read = read_cluster("test", [ROUTE], page)
    expected = [server.get(one).body for one in OBJECTS[:7]]
    for one in expected:
        del one["metadata"]["managedFields"]
    assert routes(read) == expected
    assert (read.errors, read.skipped, read.complete) == ((), (), {Coverage(*ROUTE)})


def test_everything_that_can_be_listed_is_read(server: ApiServer) -> None:
    read = read_all(["cluster:"])
    assert (read.errors, read.skipped) == ((), ())
    assert {"Service", "Secret", "Namespace", "HTTPRoute.gateway.networking.k8s.io", "NetworkPolicy.networking.k8s.io"} <= read.complete_for
    assert "Event" not in read.complete_for
    world = World.of(read.objects, read.complete_for)
    assert len(routes(read)) == 7
    assert world.duplicates == ()


def test_no_secret_is_kept(server: ApiServer) -> None:
    read = read_all(["cluster:test"], kinds=[SECRET])
    (secret,) = [one for one in read.objects if one.id.namespace == HERE]
    assert secret.manifest["data"] == {"password": ""}
    assert "hunter2" not in repr(read.objects[0].manifest)
    assert "aHVudGVyMg" not in repr(read.objects)
    assert secret.id.name == "s"


def test_a_kind_that_is_not_installed_has_no_objects(server: ApiServer) -> None:
    read = read_all(["cluster:"], kinds=[("gateway.envoyproxy.io", "SecurityPolicy")])
    assert (read.objects, read.complete_for) == ((), {"SecurityPolicy.gateway.envoyproxy.io"})
