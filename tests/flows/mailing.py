"""A real mail server and a real web server on this machine, each of which can be told to misbehave."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from asyncio import Transport
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "jixiao", "Geheim-5309"


class Mailbox:
    """What a mail server took, and how it behaves: "take", "busy", "refuse", "no such user", "vanish", "take and
    vanish" (the mail is kept, and no answer is given)."""

    def __init__(self) -> None:
        self.behaviour = "take"
        self.raw: list[bytes] = []
        self.to: list[str] = []

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.raw]

    async def handle_RCPT(self, server: SMTP, _: Session, envelope: Envelope, address: str, __: Any) -> str:  # noqa: N802
        if self.behaviour == "no such user":
            return f"550 5.1.1 <{address}> unknown"
        if self.behaviour == "vanish":
            cast("Transport", server.transport).abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.behaviour == "busy":
            return "451 4.3.0 try again later"
        if self.behaviour == "refuse":
            return f"554 5.7.1 no mail for {envelope.rcpt_tos[0]}"
        self.raw.append(cast("bytes", envelope.content))
        self.to += envelope.rcpt_tos
        if self.behaviour == "take and vanish":
            cast("Transport", server.transport).abort()
        return "250 OK"


class Port(Controller):
    """aiosmtpd on a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = cast("Any", self.server).sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mail_server(box: Mailbox, *, login: bool = False, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The server's port. login: only USER with PASSWORD may send; tls: it offers STARTTLS, and asks for it."""

    def known(_: Any, __: Any, ___: Any, ____: Any, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and given == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    server = Port(
        box,
        hostname="127.0.0.1",
        port=0,
        authenticator=known if login else None,
        auth_required=login,
        auth_require_tls=tls is not None,
        tls_context=tls,
        require_starttls=tls is not None,
    )
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of 127.0.0.1 that vouches for itself, and a server's context with it."""
    key, pem = folder / "key.pem", folder / "certificate.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout"]
    subprocess.run([*made, str(key), "-out", str(pem), *names], check=True, capture_output=True, timeout=60)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem, key)
    return pem, context


class Hook(ThreadingHTTPServer):
    """A web server that keeps what was posted: (path, headers, body). answer: a status, or "vanish"."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Posted)
        self.answer: int | str = 200
        self.got: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/robot"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class Posted(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        hook = cast("Hook", self.server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        hook.got.append((self.path, dict(self.headers), body))
        if hook.answer == "vanish":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(int(hook.answer))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Not into the test's output."""
