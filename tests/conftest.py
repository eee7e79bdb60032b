"""What holds for every test: how properties are searched, when golden files may be rewritten, and that the repository stays as it was."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
# Written by Python and by test tools themselves; none of it is part of the repository.
CACHES = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".venv", ".git"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGING = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.link", "os.truncate"}

_quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("ci", derandomize=True, max_examples=100, deadline=None, database=None, suppress_health_check=_quiet, print_blob=True)
settings.register_profile("dev", max_examples=100, deadline=None, database=None, suppress_health_check=_quiet, print_blob=True)
settings.register_profile("thorough", max_examples=2000, deadline=None, database=None, suppress_health_check=_quiet, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

written: list[str] = []
_watching = False
_may_write: tuple[Path, ...] = ()


def _watch(event: str, args: tuple[object, ...]) -> None:
    """An audit hook (PEP 578): it sees every file that this process opens, whoever opens it."""
    if not _watching or (event != "open" and event not in CHANGING):
        return
    if event == "open" and not (isinstance(args[2], int) and args[2] & WRITING):
        return
    paths = args[:2] if event in {"os.rename", "os.symlink", "os.link"} else args[:1]
    written.extend(f"{event} {path}" for path in paths if isinstance(path, str | os.PathLike) and _is_of_repository(Path(os.path.abspath(path))))


def _is_of_repository(path: Path) -> bool:
    return path.is_relative_to(ROOT) and not CACHES & set(path.parts) and not any(path.is_relative_to(one) for one in _may_write)


sys.addaudithook(_watch)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files from what is rendered now; never in CI")


def pytest_configure(config: pytest.Config) -> None:
    global _watching, _may_write
    if config.getoption("--update-golden"):
        if os.environ.get("CI"):
            raise pytest.UsageError("--update-golden in CI would accept whatever is rendered: review the files and commit them instead")
        _may_write = (ROOT / "tests" / "golden",)
    _watching = True


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten."""
    return bool(request.config.getoption("--update-golden"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item):
    before = len(written)
    result = yield
    if written[before:]:
        pytest.fail(f"{item.nodeid} wrote into the repository: {', '.join(written[before:])}", pytrace=False)
    return result


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The tables of the suites that ask real servers."""
    if terminalreporter.config.getoption("markexpr", "") != "not servers":
        from tests.servers import summary

        summary.printed(terminalreporter)
