"""The blocks against real servers: what is sent, what is told of it, and what must never get out."""

from __future__ import annotations

import json
import logging
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from prefect.blocks.abstract import NotificationError
from pydantic import SecretStr, ValidationError

from contracts.obligations import ZONE
from flows.notice_blocks import Letter, MailNotice, WebhookNotice, hand_over
from tests.flows.mailing import PASSWORD, USER, Hook, Mailbox, certificate, mail_server
from tests.flows.processes import free_port
from warehouse.reminders import Sending

NUMBER = "0123456789abcdef0123456789abcdef"
LETTER = Letter(
    "baosong@jia.example.org",
    "网络部报送岗",
    "【示例局】报送提醒",
    "第一行\n.单独一点\n<script>alert(1)</script>\n",
    NUMBER,
    datetime(2019, 6, 11, 8, 30, tzinfo=ZONE),
)
SENDER: dict[str, Any] = {
    "host": "127.0.0.1", "security": "none", "sender": "jixiao@ca.example.org", "sender_name": "示例局",
    "timeout_seconds": 5,
}  # fmt: skip


@pytest.fixture
def box() -> Mailbox:
    return Mailbox()


@pytest.fixture
def notice(box: Mailbox) -> Iterator[MailNotice]:
    with mail_server(box) as port:
        yield MailNotice(port=port, **SENDER)


def parts(mail: EmailMessage) -> dict[str, str]:
    return {part.get_content_type(): part.get_content() for part in mail.iter_parts()}


def test_a_mail_arrives_as_it_was_meant(notice: MailNotice, box: Mailbox) -> None:
    result = notice.deliver(LETTER)
    assert (result.state, result.said) == (Sending.SENT, "")
    (mail,) = box.mails
    assert box.to == ["baosong@jia.example.org"]
    assert mail["Message-ID"] == f"<{NUMBER}@ca.example.org>"
    assert mail["Date"] == "Tue, 11 Jun 2019 08:30:00 +0800"
    assert (mail["From"], mail["To"]) == ("示例局 <jixiao@ca.example.org>", "网络部报送岗 <baosong@jia.example.org>")
    assert mail["Subject"] == "【示例局】报送提醒"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"
    told = parts(mail)
    assert told["text/plain"].splitlines() == LETTER.body.splitlines()
    assert "<script>" not in told["text/html"]
    assert "&lt;script&gt;" in told["text/html"]


def test_a_repeat_is_the_same_byte_for_byte(notice: MailNotice, box: Mailbox) -> None:
    assert [notice.deliver(LETTER).state for _ in range(2)] == [Sending.SENT] * 2
    assert box.raw[0] == box.raw[1]


def test_a_line_of_one_dot_does_not_end_a_mail(box: Mailbox) -> None:
    raw = b"Subject: .\r\n\r\n.\r\n..\r\nend\r\n"
    with mail_server(box) as port, smtplib.SMTP("127.0.0.1", port) as server:
        server.ehlo()
        server.mail("jixiao@ca.example.org")
        server.rcpt(LETTER.to)
        assert hand_over(server, raw).state is Sending.SENT
    assert box.raw[0].endswith(raw)


@pytest.mark.parametrize("line", ["\r\n", "\n", "\r", "\u2028", "\x85", "\x0b"])
def test_no_text_of_a_filer_becomes_a_header(notice: MailNotice, box: Mailbox, line: str) -> None:
    evil = f"甲{line}Bcc: evil@example.org{line}{line}<b>"
    letter = Letter(LETTER.to, evil, evil, evil, NUMBER, LETTER.at)
    assert notice.deliver(letter).state is Sending.SENT
    (mail,) = box.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "甲 Bcc: evil@example.org <b>"
    assert set(mail.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"),
    } | ({"X-Peer"} & set(mail.keys()))
    assert box.to == [LETTER.to]


@pytest.mark.parametrize(
    "to",
    [
        *("a@example.org\nBcc: b@example.org", "a@example.org, b@example.org", "", "报送岗"),
        *("a..b@example.org", ".a@example.org", "a.@example.org", "@example.org", "a@example..org"),
    ],
)
def test_what_is_no_address_is_not_written_to(notice: MailNotice, box: Mailbox, to: str) -> None:
    letter = Letter(to, "", "题", "文", NUMBER, LETTER.at)
    assert notice.deliver(letter).state is Sending.FAILED
    assert box.raw == []


@pytest.mark.parametrize(
    ("behaviour", "state", "number"),
    [
        ("busy", Sending.DEFERRED, "451 4.3.0"),
        ("refuse", Sending.FAILED, "554 5.7.1"),
        ("no such user", Sending.FAILED, "550 5.1.1"),
        ("vanish", Sending.DEFERRED, ""),
        ("take and vanish", Sending.UNCERTAIN, ""),
    ],
)
def test_what_became_of_it(notice: MailNotice, box: Mailbox, behaviour: str, state: Sending, number: str) -> None:
    box.behaviour = behaviour
    result = notice.deliver(LETTER)
    assert result.state is state
    assert number in result.said
    assert " / " in result.said
    assert "example.org" not in result.said
    assert len(box.raw) == (behaviour == "take and vanish")


def test_what_cannot_be_written_as_a_mail_is_failed_and_its_text_is_not_told(notice: MailNotice, box: Mailbox) -> None:
    result = notice.deliver(Letter(LETTER.to, "岗", "题", "Geheim \udc80", NUMBER, LETTER.at))
    assert result.state is Sending.FAILED
    assert "UnicodeEncodeError" in result.said
    assert " / " in result.said
    assert "Geheim" not in result.said
    assert box.raw == []


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (b"250 2.0.0 taken", Sending.SENT),
        (b"251 not local, forwarded", Sending.SENT),
        (b"252 taken, I think", Sending.SENT),
        (b"451 4.3.0 later", Sending.DEFERRED),
        (b"554 5.7.1 no", Sending.FAILED),
        (b"354 what", Sending.UNCERTAIN),
        (b"650 what", Sending.UNCERTAIN),
        (b"HTTP/1.1 200 OK", Sending.UNCERTAIN),
        (b"2x0 taken", Sending.UNCERTAIN),
        (b"250 " + b"a" * 9000, Sending.UNCERTAIN),
    ],
)
def test_once_the_text_is_sent_only_an_answer_that_says_so_means_not_taken(answer: bytes, state: Sending) -> None:
    with answering(answer) as port:
        result = MailNotice(port=port, **SENDER).deliver(LETTER)
    assert result.state is state
    assert result.said == "" if state is Sending.SENT else " / " in result.said


@contextmanager
def answering(last: bytes) -> Iterator[int]:
    """The port of a mail server that gives `last` as its answer to the text of a mail."""

    def serve() -> None:
        with listening.accept()[0] as talk, talk.makefile("rwb") as lines:
            told = b"220 here"
            while told:
                lines.write(told + b"\r\n")
                lines.flush()
                asked = lines.readline()[:4].upper()
                told = {b"DATA": b"354 go on", b"": b"", b"QUIT": b""}.get(asked.strip(), b"250 yes")
                if asked.startswith(b"DATA"):
                    lines.write(told + b"\r\n")
                    lines.flush()
                    while lines.readline() not in (b".\r\n", b""):
                        pass
                    told = last

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)


def test_nobody_at_the_port_is_no_loss() -> None:
    result = MailNotice(port=free_port(), **SENDER).deliver(LETTER)
    assert result.state is Sending.DEFERRED
    assert "ConnectionRefusedError" in result.said


def test_the_right_password_is_let_in_and_a_wrong_one_is_told(box: Mailbox) -> None:
    with mail_server(box, login=True) as port:
        right = MailNotice(port=port, user=USER, password=SecretStr(PASSWORD), **SENDER)
        wrong = MailNotice(port=port, user=USER, password=SecretStr("Falsch-77"), **SENDER)
        nobody = MailNotice(port=port, **SENDER)
        results = [one.deliver(LETTER) for one in (right, wrong, nobody)]
    assert [r.state for r in results] == [Sending.SENT, Sending.FAILED, Sending.FAILED]
    assert "登录被拒（535）" in results[1].said
    assert len(box.raw) == 1
    assert PASSWORD not in repr(right) + str(results)
    assert "Falsch-77" not in repr(wrong) + str(results)


@pytest.mark.needs("openssl")
def test_starttls_with_a_certificate_that_is_trusted_and_with_one_that_is_not(
    box: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted, tls = certificate(tmp_path)
    encrypted = SENDER | {"security": "starttls"}
    with mail_server(box, login=True, tls=tls) as port:
        notice = MailNotice(port=port, user=USER, password=SecretStr(PASSWORD), **encrypted)
        assert notice.deliver(LETTER).state is Sending.DEFERRED  # nobody vouches for it
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        assert notice.deliver(LETTER).state is Sending.SENT
    with mail_server(box) as port:  # a server that offers no encryption gets nothing in the clear
        assert MailNotice(port=port, **encrypted).deliver(LETTER).state is Sending.DEFERRED
    assert len(box.raw) == 1


@pytest.mark.needs("openssl")
def test_tls_from_the_first_byte(box: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted, tls = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with mail_server(box) as plain, Tunnel(plain, tls) as tunnel:
        notice = MailNotice(port=tunnel.port, **SENDER | {"security": "tls"})
        assert notice.deliver(LETTER).state is Sending.SENT
    assert len(box.raw) == 1


class Tunnel:
    """Takes one TLS connection and passes it on in the clear."""

    def __init__(self, to: int, tls: ssl.SSLContext) -> None:
        self.to, self.tls = to, tls
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]

    def __enter__(self) -> Tunnel:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listening.close()

    def _serve(self) -> None:
        inside = self.tls.wrap_socket(self.listening.accept()[0], server_side=True)
        outside = socket.create_connection(("127.0.0.1", self.to))
        threading.Thread(target=pump, args=(outside, inside), daemon=True).start()
        pump(inside, outside)


def pump(source: Any, target: Any) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        return  # the other side has hung up


def test_no_password_goes_to_another_machine_in_the_clear() -> None:
    with pytest.raises(ValidationError, match="TLS"):
        MailNotice(user=USER, **SENDER | {"host": "mail.example.org"})
    assert MailNotice(user=USER, **SENDER | {"host": "mail.example.org", "security": "starttls"}).port == 587


def test_it_serves_prefects_own_automations_too(notice: MailNotice, box: Mailbox) -> None:
    with pytest.raises(NotificationError):
        notice.notify("文", "题")
    told = notice.model_copy(update={"to": "duty@ca.example.org"})
    told.notify("文", "题")
    told.notify("文", None)
    assert [mail["Subject"] for mail in box.mails] == ["题", "jixiao"]
    assert len({mail["Message-ID"] for mail in box.mails}) == 2


# --- the webhook


def webhook(**given: Any) -> WebhookNotice:
    return WebhookNotice(**{"timeout": 5, **given})


def hook_notice(hook: Hook, **more: Any) -> WebhookNotice:
    return webhook(name="robot", url=hook.url + "?key={{key}}", secrets={"key": PASSWORD}, **more)


def test_a_webhook_is_called_with_the_key_of_the_message() -> None:
    with Hook() as hook:
        assert hook_notice(hook, headers={"X-From": "jixiao"}).deliver(LETTER).state is Sending.SENT
        assert hook_notice(hook).deliver(LETTER).state is Sending.SENT
    (path, headers, body), (_, again, same) = hook.got
    assert path == f"/robot?key={PASSWORD}"
    assert (headers["Idempotency-Key"], headers["X-From"]) == (NUMBER, "jixiao")
    assert again["Idempotency-Key"] == NUMBER
    assert json.loads(body) == {"subject": LETTER.subject, "text": LETTER.body}
    assert same == body


def test_the_message_fits_into_any_form_a_robot_wants() -> None:
    with Hook() as hook:
        wanted = {"msgtype": "text", "text": {"content": "{{subject}}\n{{body}}"}}
        assert hook_notice(hook, json_data=wanted).deliver(LETTER).state is Sending.SENT
    said = json.loads(hook.got[0][2])
    assert said == {"msgtype": "text", "text": {"content": f"{LETTER.subject}\n{LETTER.body}"}}


def test_a_text_cannot_ask_for_a_secret() -> None:
    letter = Letter("robot", "", "{{key}}", "{{key}} {{ body }}", NUMBER, LETTER.at)
    with Hook() as hook:
        for template in ("{{body}} {{subject}} {{key}}", "{{key}} {{subject}} {{body}}"):
            hook_notice(hook, json_data={"text": template}).deliver(letter)
    assert [json.loads(body)["text"].count(PASSWORD) for _, _, body in hook.got] == [1, 1]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (204, Sending.SENT),
        (302, Sending.FAILED),
        (401, Sending.FAILED),
        (429, Sending.DEFERRED),
        (500, Sending.UNCERTAIN),
        (503, Sending.DEFERRED),
        ("vanish", Sending.UNCERTAIN),
    ],
)
def test_what_became_of_a_call(answer: int | str, state: Sending, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Hook() as hook:
        hook.answer = answer
        result = hook_notice(hook).deliver(LETTER)
    assert result.state is state
    assert len(hook.got) == 1
    assert PASSWORD not in result.said + caplog.text


def test_no_web_server_is_no_loss_and_no_url_no_use() -> None:
    with Hook() as hook:
        gone = hook_notice(hook)
    assert gone.deliver(LETTER).state is Sending.DEFERRED
    assert webhook(name="robot", url="gopher://127.0.0.1/").deliver(LETTER).state is Sending.FAILED


def test_what_goes_wrong_before_a_call_is_failed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    with Hook() as hook:
        result = hook_notice(hook).deliver(LETTER)
    assert (result.state, hook.got) == (Sending.FAILED, [])


def test_the_url_is_no_longer_hidden_from_the_log_afterwards() -> None:
    before = logging.getLogger("httpx").level
    with Hook() as hook:
        hook_notice(hook).deliver(LETTER)
    assert logging.getLogger("httpx").level == before
