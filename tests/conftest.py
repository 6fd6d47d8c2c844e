"""The ground under every test: nothing is reported to anyone, nothing of this user is touched, no skip goes unseen.

A test that needs a program of the system says so with ``@pytest.mark.needs("strace")``. Where it is missing the test is
skipped, and the end of the run names the test and the command that enables it; for root in CI, who could have
installed it, any skipped test fails the run.

`make test` runs as many tests side by side as there are cores. One that measures seconds is marked ``alone``: it waits
until the others have ended, and they wait for it.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import URL

from tests.postgres import Cluster, find_program, running

# Before anything imports Prefect or Great Expectations: both read these once, at import.
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["GX_ANALYTICS_ENABLED"] = "false"
# Nor may a wish for colours reach the commands whose output tests read.
_wishes = ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_PROFILE", "FORCE_COLOR", "PY_COLORS", "JIXIAO_DATABASE_URL")
for _inherited in _wishes:
    os.environ.pop(_inherited, None)

# Two slow cores are no reason for a law to fail; what CI tries is the same on every machine.
settings.register_profile("house", deadline=None, print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("house"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "house")

_own_folder = pytest.StashKey[tempfile.TemporaryDirectory[str]]()
_TURNS = "TESTS_TAKING_TURNS"  # the folder that the processes of one run share, for them to take turns


def skips_fail(environ: Mapping[str, str], user_id: int) -> bool:
    """True where nothing may be skipped: root in CI can install whatever is missing."""
    return environ.get("CI") == "true" and user_id == 0


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*programs): programs of the system without which the test is skipped")
    config.addinivalue_line("markers", "alone: measures seconds; nothing else of this run goes on meanwhile")
    folder = tempfile.TemporaryDirectory(prefix="jixiao-tests-", ignore_cleanup_errors=True)
    config.stash[_own_folder] = folder
    # One Prefect each: two processes on one embedded database of Prefect's would wait for each other.
    os.environ["PREFECT_HOME"] = f"{folder.name}/prefect"
    if "PYTEST_CURRENT_TEST" in os.environ:
        # Started by a test, which waits for us and has its turn: to wait for another would be to wait for ever.
        os.environ[_TURNS] = folder.name
    os.environ.setdefault(_TURNS, folder.name)


def pytest_unconfigure(config: pytest.Config) -> None:
    if folder := config.stash.get(_own_folder, None):
        for name in ("PREFECT_HOME", _TURNS):
            if os.environ.get(name, "").startswith(folder.name):
                del os.environ[name]
        folder.cleanup()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Take turns, outside of what pytest-timeout counts. Who waits to be alone holds the gate: no one overtakes."""
    turns = os.environ[_TURNS]
    with open(f"{turns}/gate", "w") as gate, open(f"{turns}/floor", "w") as floor:
        alone = item.get_closest_marker("alone") is not None
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(floor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(gate, fcntl.LOCK_UN)
        return (yield)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for program in marker.args:
            skip_without(program)


def skip_without(program: str) -> None:
    if find_program(program) is None:
        pytest.skip(f"{program} is not installed; as root on Debian .ci/system-packages installs it")


def skipped(config: pytest.Config) -> list[pytest.TestReport | pytest.CollectReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return list(reporter.stats.get("skipped", [])) if reporter else []


def pytest_sessionfinish(session: pytest.Session) -> None:
    if skipped(session.config) and skips_fail(os.environ, os.geteuid()) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not (reports := skipped(config)):
        return
    fails = skips_fail(os.environ, os.geteuid())
    terminalreporter.section(
        "skipped tests" + (": root in CI may skip none, the run fails" if fails else ""), red=fails
    )
    for report in reports:
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        terminalreporter.write_line(f"{report.nodeid}: {why.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of this process of tests, started by the first that asks. Who kills it starts it again."""
    skip_without("initdb")
    with running() as started:
        yield started


@pytest.fixture
def database(cluster: Cluster) -> Iterator[URL]:
    """A fresh PostgreSQL database, for its superuser."""
    with cluster.fresh() as url:
        yield url


@pytest.fixture(scope="session")
def root() -> Path:
    """The clone's top folder."""
    return Path(__file__).resolve().parents[1]
