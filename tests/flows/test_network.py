"""The main job speaks to this host only: the kernel is asked, not the code.

strace sees every connection and every datagram of the run and of whatever it starts, look-ups of names included.
"""

from __future__ import annotations

import ipaddress
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.flows import small_pack

STRACE = ("strace", "-f", "--seccomp-bpf", "--decode-pids=comm", "-s", "32")
CALLS = "trace=connect,sendto,sendmsg,sendmmsg,execve"
# A call that names an Internet address: process, its name, the call, port, address. The address of an interface of this
# host is not let through: nothing of ours should listen there.
SPOKEN = re.compile(
    r"^(?P<process>\d+)<(?P<name>[^>]*)> (?P<call>\w+)\(.*?"
    r"sin6?_port=htons\((?P<port>\d+)\).*?(?:inet_addr\(|inet_pton\(AF_INET6, )\"(?P<address>[^\"]+)\""
)
STARTED = re.compile(r"^(?P<process>\d+)<[^>]*> execve\(.*?, \[(?P<command>.*?)\].* = 0$")
DNS = 53
# What would silence a dependency, or hide a connection behind a proxy of this host: the run must not need it.
SILENCING = ("DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED", "GX_ANALYTICS_ENABLED", "CI", "PREFECT_HOME")


@dataclass(frozen=True)
class Spoken:
    """Somebody spoke to somewhere."""

    who: str
    call: str
    address: str
    port: int

    @property
    def outside(self) -> bool:
        address = ipaddress.ip_address(self.address)
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        # A resolver on this host asks others for us.
        return not address.is_loopback or self.port == DNS


def watch(command: Sequence[str | Path], trace: Path, environment: Mapping[str, str], cwd: Path) -> list[Spoken]:
    """Run `command` to its end on a terminal, under strace; every Internet address it or a descendant spoke to.

    On a terminal, because Prefect and others report only about people, not about scripts.
    """
    ours, its = pty.openpty()
    watched = [*STRACE, "-e", CALLS, "-o", trace, *command]
    with subprocess.Popen(
        watched, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=its, stderr=its, start_new_session=True
    ) as process:
        os.close(its)
        try:
            told = read_terminal(ours, 200)
            assert process.wait(10) == 0, told
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            os.close(ours)
    return read_trace(trace)


def read_terminal(terminal: int, seconds: float) -> str:
    """What was written until nobody has the terminal open any more."""
    end, told = time.monotonic() + seconds, b""
    with suppress(OSError):  # EIO: the other side is closed
        while select.select([terminal], [], [], max(0.0, end - time.monotonic()))[0]:
            told += os.read(terminal, 65536)
        pytest.fail(f"not over after {seconds} s:\n{told.decode(errors='replace')}")
    return told.decode(errors="replace")


def read_trace(trace: Path) -> list[Spoken]:
    commands: dict[str, str] = {}
    spoken = []
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        if started := STARTED.match(line):
            commands[started["process"]] = started["command"]
        elif found := SPOKEN.match(line):
            who = f"{found['name']} {found['process']} {commands.get(found['process'], '')}".strip()
            spoken.append(Spoken(who, found["call"], found["address"], int(found["port"])))
        else:
            # What we cannot read we must not take for silence.
            assert "AF_INET" not in line or "sa_family=AF_UNSPEC" in line, line
    return spoken


def bare_environment(root: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in SILENCING and not k.lower().endswith("_proxy")}
    return kept | {"PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"}


CONTROL = """
import socket
for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"), (socket.AF_INET, "127.0.0.1")):
    try:
        with socket.socket(family) as one:
            one.setblocking(False)
            one.connect_ex((address, 9))
    except OSError:
        pass
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    one.setblocking(False)
    for address in (("192.0.2.2", 9), ("127.0.0.1", 53)):
        try:
            one.sendto(b"?", address)
        except OSError:
            pass
        try:
            one.sendmsg([b"?"], [], 0, address)
        except OSError:
            pass
"""


def control(trace: Path, cwd: Path) -> None:
    """Prove that the detector sees what it is there for, on this machine, now."""
    command = ("sh", "-c", '"$0" -c "$1"; exit 0', sys.executable, CONTROL)
    seen = watch(command, trace, dict(os.environ), cwd)
    outside = {(s.call, s.address) for s in seen if s.outside}
    # A kernel without IPv6 gives no socket for it.
    assert outside - {("connect", "2001:db8::1")} == {
        ("connect", "192.0.2.1"),
        ("sendto", "192.0.2.2"),
        ("sendmsg", "192.0.2.2"),
        ("sendto", "127.0.0.1"),
        ("sendmsg", "127.0.0.1"),
    }
    assert ("connect", "127.0.0.1") in {(s.call, s.address) for s in seen if not s.outside}
    assert all(Path(sys.executable).name in s.who for s in seen)


@pytest.mark.parametrize(
    ("call", "address"),
    [
        ('connect(5, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("1.2.3.4")}, 16 <unfinished ...>',
         "1.2.3.4"),
        ('sendto(9, "x"..., 40, 0, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), '
         'inet_pton(AF_INET6, "2001:db8::9", &sin6_addr), sin6_scope_id=0}, 28) = 40', "2001:db8::9"),
        ('sendmmsg(5, [{msg_hdr={msg_name={sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("9.9.9.9")}, '
         'msg_namelen=16, msg_iov=[{iov_base="a"..., iov_len=28}]', "9.9.9.9"),
    ],
)  # fmt: skip
def test_an_address_is_read_however_strace_writes_it(call: str, address: str) -> None:
    found = SPOKEN.match(f"12<python> {call}")
    assert found is not None
    assert found["address"] == address


@pytest.mark.parametrize(
    ("address", "port", "outside"),
    [
        ("127.0.0.1", 4200, False),
        ("127.8.9.1", 80, False),
        ("::1", 80, False),
        ("::ffff:127.0.0.1", 80, False),
        ("127.0.0.53", 53, True),
        ("10.0.0.1", 80, True),
        ("::ffff:8.8.8.8", 80, True),
        ("2001:db8::1", 80, True),
        ("0.0.0.0", 80, True),
    ],
)
def test_what_is_outside(address: str, port: int, outside: bool) -> None:
    assert Spoken("python", "connect", address, port).outside is outside


@pytest.mark.needs("strace")
@pytest.mark.parametrize("which", ["small pack", "make run"])
def test_nothing_beyond_this_host_is_spoken_to(root: Path, tmp_path: Path, which: str) -> None:
    control(tmp_path / "control", tmp_path)
    pack = small_pack.write_pack(tmp_path / "pack") if which == "small pack" else Path(made_by_make(root))
    environment = bare_environment(root) | {"JIXIAO_VAR": str(tmp_path / "var")}
    command = [sys.executable, "-m", "flows.cli", "run", str(pack)]
    seen = watch(command, tmp_path / "trace", environment, root)
    (home,) = (tmp_path / "var").iterdir()
    assert (home / "published" / "validation" / "index.html").is_file()
    # Prefect's own server on this host: where nothing at all was seen, nothing was watched.
    assert seen
    assert sorted({f"{s.who}: {s.call} {s.address} port {s.port}" for s in seen if s.outside}) == []


def made_by_make(root: Path) -> str:
    """The pack that `make run` runs when nothing else is said."""
    text = (root / "Makefile").read_text(encoding="utf-8")
    assert "jixiao run $(PACK)" in text
    found = re.search(r"^PACK \?= (\S+)$", text, re.M)
    assert found
    return found[1]
