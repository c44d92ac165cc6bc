"""A real mail server on this machine, which can be told to go wrong."""

from __future__ import annotations

import logging
import socket
import ssl
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any, Final, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from planshift.adapters.contract import Fault

logging.getLogger("mail.log").disabled = True  # what the server itself logs is not what an adapter tells

HOST: Final = "127.0.0.1"
USER: Final = "planshift"
PASSWORD: Final = "m4il-s3cret"  # noqa: S105  # of a server that stands in for one


class Received:
    """A mail with its envelope."""

    def __init__(self, envelope: Envelope) -> None:
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw = content
        self.sender = envelope.mail_from
        self.recipients = tuple(envelope.rcpt_tos)
        parsed = message_from_bytes(content, policy=default)
        assert isinstance(parsed, EmailMessage)
        self.mail = parsed


class MailStandIn:
    """Keeps what it received; mails of one id are one mail, as for whoever reads them."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, auth: bool = False) -> None:
        self.fault: Fault | None = None
        self.received: list[Received] = []
        self.unknown: set[str] = set()
        self._server: SMTP | None = None
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port: int = free.getsockname()[1]
        self._controller = Controller(
            self,
            hostname=HOST,
            port=self.port,
            tls_context=tls,
            require_starttls=tls is not None,
            auth_required=auth,
            auth_require_tls=tls is not None,
            authenticator=_authenticated if auth else None,
            enable_SMTPUTF8=True,
        )

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    def reset(self) -> None:
        self.fault = None
        self.received.clear()

    @property
    def read(self) -> dict[str, Received]:
        """The mails by their id."""
        return {each.mail["Message-ID"]: each for each in self.received}

    @property
    def address(self) -> int:
        """The port where it listens; while it is down, one where nobody does."""
        if self.fault == "down":
            self.fault = None
            with socket.socket() as free:
                free.bind((HOST, 0))
                port: int = free.getsockname()[1]
                return port
        return self.port

    async def handle_MAIL(  # noqa: N802  # as the library calls it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.fault == "refusal":
            self.fault = None
            return f"550 5.7.1 <{address}> may not send from here"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # as above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.unknown:
            return f"550 5.1.1 <{address}> is not known here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # as above
        fault, self.fault = self.fault, None
        match fault:
            case "busy":
                return "451 4.3.2 please come again"
            case "call_lost":
                return _gone(server)
            case "garbled":
                return "certainly"
        self.received.append(Received(envelope))
        if fault == "twice":
            self.received.append(Received(envelope))
        return _gone(server) if fault == "answer_lost" else "250 OK"


def _gone(server: SMTP) -> str:
    """Break the connection off, so that no answer comes."""
    assert server.transport is not None
    server.transport.abort()  # type: ignore[attr-defined]  # a transport of a socket has it
    return "250 OK"


def _authenticated(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=known)  # what is not handled here is answered with a no
