"""A real PostgreSQL for tests: a cluster of our own in a temporary folder, and a fresh database for every test.

Never uses a server that is there already. One cluster a process of pytest, started by the first test that asks for it.
It speaks through a socket in its own folder only. Whatever root starts runs as somebody else: the server refuses root.

Its texts are ordered as ICU orders Chinese, not byte by byte: whoever relies on the order of a database finds out.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import OperationalError

OWNER = "keeper"  # the server's own superuser
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "max_wal_size": "2GB",
    "log_min_messages": "fatal",
}


def find_program(name: str) -> str | None:
    """A program of PostgreSQL: on PATH, or where Debian puts those of its newest version. None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[4]))
    return str(found[-1]) if found else shutil.which(name)


def _servant() -> pwd.struct_passwd | None:
    """As whom the server runs: whoever we are, unless that is root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


@dataclass
class Cluster:
    """A server of our own. `kill` and `start` again is what a power cut does to it."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None
    _number: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str, user: str = OWNER, password: str | None = None) -> URL:
        query = {"host": str(self.folder)}
        return URL.create("postgresql+psycopg", user, password, database=database, query=query)

    def create(self) -> None:
        """Make its files."""
        servant = _servant()
        if servant is not None:
            os.chown(self.folder, servant.pw_uid, servant.pw_gid)
        order = ["initdb", "-D", str(self.data), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-sync"]
        locale = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh-CN"]
        made = subprocess.run(_command([*order, *locale]), capture_output=True, text=True, cwd="/", **_as_servant())
        assert made.returncode == 0, made.stderr

    def start(self) -> None:
        """Start the server and wait until it answers: also after it was killed and has to recover."""
        told = [item for pair in SETTINGS.items() for item in ("-c", "=".join(pair))]
        told += ["-c", f"unix_socket_directories={self.folder}"]
        deadline = time.monotonic() + 60
        while True:
            with (self.folder / "log").open("ab") as log:
                self.process = subprocess.Popen(
                    _command(["postgres", "-D", str(self.data), *told]),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    start_new_session=True,  # an interrupt of the tests is not one of the server
                    **_as_servant(),
                )
            while self.process.poll() is None:
                if self._answers():
                    return
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.05)
            # Of a killed server the last children may still be ending; until then a new one does not start.
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.1)

    def _answers(self) -> bool:
        engine = create_engine(self.url("postgres"))
        try:
            engine.connect().close()
        except OperationalError:
            return False
        finally:
            engine.dispose()
        return True

    def kill(self) -> None:
        """SIGKILL to the postmaster: nothing is written that was not."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)

    @contextmanager
    def fresh(self) -> Iterator[URL]:
        """An empty database, which goes away again."""
        name = f"jixiao_{next(self._number)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, *statements: str) -> None:
        """As the superuser, each statement by itself and outside of any database of ours."""
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


def _command(command: list[str]) -> list[str]:
    program = find_program(command[0])
    assert program is not None, f"{command[0]} is not installed"
    return [program, *command[1:]]


def _as_servant() -> dict[str, Any]:
    servant = _servant()
    if servant is None:
        return {}
    return {"user": servant.pw_uid, "group": servant.pw_gid, "extra_groups": []}


@contextmanager
def running() -> Iterator[Cluster]:
    """A new cluster, until the block ends."""
    # A socket's path may have a hundred characters, which pytest's own folders would use up.
    folder = Path(tempfile.mkdtemp(prefix="jixiao-pg-"))
    cluster = Cluster(folder)
    try:
        cluster.create()
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
