"""Notification blocks of Prefect through which reminders leave: by mail, or to a webhook. Credentials live only here.

Each tells for certain what became of a message: taken over, not taken over, or uncertain because no answer came after
it had been handed over. What a server answers is told by its number alone: its text may hold an address, and that of
an HTTP client the URL, which is as good as a password.
"""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from typing import Any, Final, Literal, Self

import httpx
from prefect.blocks.abstract import NotificationBlock, NotificationError
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from pydantic import Field, SecretStr, model_validator

from contracts.kinds.contact_list import MAIL
from contracts.reminding_words import one_line
from warehouse.reminders import Result, Sending

THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")
# What a webhook's own settings cause while the request is made up, before anything is sent.
_UNUSABLE: Final = (
    *(httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL),
    *(ValueError, TypeError, LookupError, ImportError, OSError),
)
_ENHANCED: Final = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True)
class Letter:
    """A message on its way. message_id: hexadecimal, the same for a repeat; at: when it was first meant."""

    to: str = field(repr=False)
    name: str
    subject: str
    body: str
    message_id: str
    at: datetime


class MailNotice(NotificationBlock):
    """A mail server and the sender it knows us as. The password is kept by Prefect as a secret."""

    _block_type_name = "jixiao mail notice"
    _block_type_slug = "jixiao-mail-notice"

    host: str = Field(description="邮件服务器 / mail server")
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="加密方式 / encryption")
    user: str = Field(default="", description="登录名；空则不登录 / log in as; nobody where empty")
    password: SecretStr = Field(default=SecretStr(""), description="登录密码 / password")
    sender: str = Field(description="发件邮箱 / the sender's address", pattern=MAIL)
    sender_name: str = Field(default="", description="发件人名称 / the sender's name")
    to: str = Field(default="", description="`notify` 的收件邮箱 / whom `notify` writes to")
    timeout_seconds: float = Field(default=20, gt=0, le=600)

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.user and self.security == "none" and self.host not in THIS_MACHINE:
            raise ValueError("不加密时不得登录到另一台机器 / no password goes to another machine without TLS")
        return self

    def notify(self, body: str, subject: str | None = None) -> None:  # type: ignore[override]  # Prefect's is async
        """Write to the block's own `to`, as Prefect's automations do. Raises NotificationError unless it was taken."""
        title, now = subject or "jixiao", datetime.now(UTC)
        identity = sha256(f"{now.isoformat()} {title} {body}".encode()).hexdigest()[:32]
        result = self.deliver(Letter(self.to, "", title, body, identity, now))
        if result.state is not Sending.SENT:
            raise NotificationError(result.said)

    def deliver(self, letter: Letter) -> Result:
        """Hand the letter to the server and tell what became of it. Never raises for what a server does."""
        if not re.fullmatch(MAIL, letter.to):
            return Result(Sending.FAILED, "收件地址不可用 / the recipient's address cannot be used")
        try:
            message = self._composed(letter).as_bytes()
            with self._opened() as server:
                refused = self._announced(server, letter.to)
                return refused or hand_over(server, message)
        except smtplib.SMTPAuthenticationError as error:
            return _refused("登录被拒", "the server refused the user or the password", error.smtp_code, b"")
        except smtplib.SMTPResponseException as error:
            return _refused("服务器拒绝连接", "the server refused", error.smtp_code, error.smtp_error)
        except ssl.SSLError:
            return Result(Sending.DEFERRED, "加密连接未能建立，未发送 / no encrypted connection; nothing was sent")
        except (smtplib.SMTPException, OSError) as error:
            why = type(error).__name__  # its text may name the server's own addresses
            said = f"邮件服务器未能使用（{why}），未发送 / the mail server could not be used ({why}); nothing was sent"
            return Result(Sending.DEFERRED, said)
        except Exception as error:  # before the hand-over, which raises nothing: one contact must not stop the others
            return unsent(error)

    @contextmanager
    def _opened(self) -> Iterator[smtplib.SMTP]:
        """A connection on which we are known, encrypted as the block says; closed whatever happens."""
        # Which authorities are trusted: those of the system, or of SSL_CERT_FILE.
        encrypted = ssl.create_default_context()
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout_seconds, context=encrypted
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds)
        try:
            if self.security == "starttls":
                server.starttls(context=encrypted)
            if self.user:
                server.login(self.user, self.password.get_secret_value())
            yield server
            with suppress(smtplib.SMTPException, OSError, ValueError):
                server.quit()
        finally:
            with suppress(OSError):  # what was taken over stays so, however the connection ends
                server.close()

    def _announced(self, server: smtplib.SMTP, to: str) -> Result | None:
        """Sender and recipient named; None where the server agrees."""
        server.ehlo_or_helo_if_needed()
        code, said = server.mail(self.sender)
        if code // 100 != 2:
            return _refused("发件人被拒", "the sender was refused", code, said)
        code, said = server.rcpt(to)
        return None if code // 100 == 2 else _refused("收件人被拒", "the recipient was refused", code, said)

    def _composed(self, letter: Letter) -> EmailMessage:
        """The whole mail; the same letter gives the same bytes."""
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(one_line(self.sender_name), addr_spec=self.sender)
        message["To"] = Address(one_line(letter.name), addr_spec=letter.to)
        message["Subject"] = one_line(letter.subject)
        message["Date"] = format_datetime(letter.at)
        message["Message-ID"] = f"<{letter.message_id}@{self.sender.partition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body, cte="base64")
        page = f'<pre style="white-space: pre-wrap; font: inherit">{escape(letter.body)}</pre>\n'
        message.add_alternative(page, subtype="html", cte="base64")
        message.set_boundary(f"={letter.message_id}")
        return message


class WebhookNotice(CustomWebhookNotificationBlock):
    """Prefect's own webhook with the header Idempotency-Key, by which a receiver knows a repeat."""

    _block_type_name = "jixiao webhook notice"
    _block_type_slug = "jixiao-webhook-notice"

    json_data: dict[str, Any] | None = Field(
        default_factory=lambda: {"subject": "{{subject}}", "text": "{{body}}"}, title="JSON Data"
    )

    def deliver(self, letter: Letter) -> Result:
        """Call the webhook and tell what became of it. Never raises for what a server does."""
        headers = {**(self.headers or {}), "Idempotency-Key": letter.message_id}
        marked = self.model_copy(update={"headers": headers})
        # Prefect fills its templates one after the other: a text must not look like a place for a secret.
        subject, body = (text.replace("{{", "{ {") for text in (one_line(letter.subject), letter.body))
        try:
            with _unlogged():
                CustomWebhookNotificationBlock.notify(marked, body, subject)
        except httpx.HTTPStatusError as error:
            return _answered(error.response.status_code)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError):
            return Result(Sending.DEFERRED, "未能连上网络回调，未发送 / no connection; nothing was sent")
        except _UNUSABLE:
            return Result(Sending.FAILED, "网络回调的设置不可用 / the webhook's block cannot be used")
        except httpx.HTTPError:
            return Result(Sending.UNCERTAIN, "已发出请求，未得到回答 / the request was sent and no answer came")
        except Exception as error:
            return unknown(error)
        return Result(Sending.SENT)


def hand_over(server: smtplib.SMTP, message: bytes) -> Result:
    """The text itself, and what became of it: once it is sent, only an answer says whether it was taken over."""
    code, said = server.docmd("DATA")
    if code != 354:
        return _refused("正文未被接收", "the text was not asked for", code, said)
    try:
        server.send(re.sub(rb"(?m)^\.", b"..", message) + b".\r\n")
        code, said = server.getreply()
    except (smtplib.SMTPException, OSError):
        return Result(Sending.UNCERTAIN, "正文已发出，未得到回答 / the text was sent and no answer came")
    except Exception as error:
        return unknown(error)
    if code // 100 == 2:
        return Result(Sending.SENT)
    if code // 100 in (4, 5):
        return _refused("邮件被拒", "the mail was refused", code, said)
    zh, en = f"正文已发出，回答无法理解（{code}）", f"the text was sent and the answer makes no sense ({code})"
    return Result(Sending.UNCERTAIN, f"{zh} / {en}")


def unsent(error: Exception) -> Result:
    """An error before anything was handed over. Its type is told and not its text, which may hold a secret."""
    why = type(error).__name__
    zh, en = f"发送前出错（{why}），未发送", f"an error before it was sent ({why}); nothing was sent"
    return Result(Sending.FAILED, f"{zh} / {en}")


def unknown(error: Exception) -> Result:
    """An error of which nobody knows whether it came before or after the hand-over; its type is told, not its text."""
    why = type(error).__name__
    zh, en = f"发送中出错（{why}），可能已发出", f"an error while it was sent ({why}); it may have arrived"
    return Result(Sending.UNCERTAIN, f"{zh} / {en}")


def _refused(zh: str, en: str, code: int, said: bytes | str) -> Result:
    """Refused with a reply: for good from 500 on, for now below."""
    found = _ENHANCED.match(said.encode() if isinstance(said, str) else said)
    number = f"{code} {found[0].decode()}" if found else str(code)
    state = Sending.FAILED if code >= 500 else Sending.DEFERRED
    return Result(state, f"{zh}（{number}） / {en} ({number})")


def _answered(code: int) -> Result:
    """What an answer that is no success says: asked to wait, refused, or a server that broke down half way."""
    if code in (408, 425, 429, 503):
        return Result(Sending.DEFERRED, f"网络回调暂不接收（{code}） / the webhook asks to wait ({code})")
    if code >= 500:
        return Result(Sending.UNCERTAIN, f"网络回调出错（{code}），可能已处理 / it failed ({code}), perhaps half way")
    return Result(Sending.FAILED, f"网络回调拒收（{code}） / the webhook refused ({code})")


@contextmanager
def _unlogged() -> Iterator[None]:
    """The HTTP client would log the URL, and with it what it holds."""
    loggers = [logging.getLogger(name) for name in ("httpx", "httpcore")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
