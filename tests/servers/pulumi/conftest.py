"""Projects on a real API server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatewright import Cluster, compile_intents
from tests.estate.programs import estate
from tests.servers.apiserver.pool import Pool
from tests.servers.apiserver.server import ApiServer
from tests.servers.conftest import find
from tests.servers.pulumi.project import ROOT, Project

GOLDEN = ROOT / "tests" / "golden"

Manifest = dict[str, Any]


@pytest.fixture(scope="session")
def project(apiserver: Pool, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Project]:
    """``project("azure-clinic")`` is that stack, new, on a server with what its clusters claim."""
    program = find("pulumi", "`make tools` builds it")

    def made(stack: str) -> Project:
        server = apiserver(*definitions(stack))
        for left in there(server, manifests(stack)):  # by other tests, who share the server
            server.delete(left)
        return Project(tmp_path_factory.mktemp(stack), program, server, stack)

    return made


def clusters(stack: str) -> list[Cluster]:
    """Of the account that the stack is called after."""
    return [cluster for _, cluster in estate().clusters() if cluster.account and cluster.account.name == stack]


def manifests(stack: str) -> list[Manifest]:
    """What the clusters of the stack get."""
    return [dict(one) for cluster in clusters(stack) for one in compile_intents(estate().intents(cluster), cluster, estate().baseline).objects]


def there(server: ApiServer, written: list[Manifest]) -> list[Manifest]:
    """Every object of these kinds, in whatever namespace."""
    found = []
    for api_version, kind in sorted({(one["apiVersion"], one["kind"]) for one in written}):
        listed = server.request("GET", f"/apis/{api_version}/{server.resource(api_version, kind).plural}").body["items"]
        found += [{**one, "apiVersion": api_version, "kind": kind} for one in listed]
    return found


def definitions(stack: str) -> list[str]:
    """What the targets of the stack's clusters claim to be there."""
    return sorted({name for cluster in clusters(stack) for exposure in cluster.exposures.values() for name in exposure.target.crds})


@pytest.fixture
def golden(update_golden: bool) -> Callable[[str, str], None]:
    """``golden("up", text)`` compares with ``tests/golden/pulumi-up.txt``."""

    def compare(name: str, text: str) -> None:
        path: Path = GOLDEN / f"pulumi-{name}.txt"
        if update_golden:
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), "run with --update-golden and review the difference"

    return compare
