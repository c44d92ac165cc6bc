"""Other sides that speak HTTP, on this machine only, which can be told to go wrong."""

from __future__ import annotations

import socket
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from planshift.adapters.contract import Fault

HOST: Final = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Call:
    """What came in; names of headers are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


class StandIn(ABC):
    """A server of its own on a free port, up within `with`."""

    def __init__(self) -> None:
        self.fault: Fault | None = None
        self.calls: list[Call] = []
        self.wrong: list[str] = []

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self))
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """Where calls reach it; while it is down, where nobody listens."""
        if self.fault == "down":
            self.fault = None
            return f"http://{HOST}:{free_port()}"
        return f"http://{HOST}:{self._server.server_address[1]}"

    def reset(self) -> None:
        """Be as new."""
        self.fault = None
        self.calls.clear()
        self.wrong.clear()

    @abstractmethod
    def changes(self, call: Call) -> bool:
        """Whether a call would change something."""

    @abstractmethod
    def act(self, call: Call) -> Reply:
        """Do what a call says."""

    def refused(self, call: Call) -> Reply:  # noqa: ARG002  # some sides name what they refuse
        """How it says no for good."""
        return Reply(status=422, body=b'{"error": "no"}')

    def replied(self, call: Call) -> Reply | bytes | None:
        """What is answered: a reply, bytes that are none, or nothing at all."""
        self.calls.append(call)
        fault: Fault | None = None
        if self.changes(call):
            fault, self.fault = self.fault, None
        match fault:
            case "busy":
                return Reply(status=503, headers={"retry-after": "30"})
            case "call_lost":
                return None
            case "garbled":
                return b"what is this?\r\n\r\n"
            case "refusal":
                return self.refused(call)
            case "answer_lost":
                self.act(call)
                return None
            case "error_after_acting":
                self.act(call)
                return Reply(status=500, body=b"<h1>Internal Server Error</h1>")
            case "twice":
                self.act(call)
        return self.act(call)

    def expect(self, truth: object, what: str) -> None:
        """Note what is wrong with a call, for the end of the test."""
        if not truth:
            self.wrong.append(what)


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        port: int = taken.getsockname()[1]
        return port


def _handler(side: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as the library names it
            """Say nothing."""

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            call = Call(
                method=self.command,
                path=parts.path,
                query=parts.query,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(int(self.headers.get("content-length", "0"))),
            )
            reply = side.replied(call)
            self.close_connection = True
            with suppress(BrokenPipeError, ConnectionResetError):  # who asked has given up waiting, which tests want
                self._write(reply)

        def _write(self, reply: Reply | bytes | None) -> None:
            if isinstance(reply, Reply):
                self.send_response(reply.status)
                for name, value in {"content-length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)
            elif reply is not None:
                self.wfile.write(reply)

    return Handler
