"""How stand-ins are served: over HTTP on 127.0.0.1, each request handed to a function that answers or loses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    """A request as it came in; names of headers are in lower case."""

    method: str
    path: str
    query: str
    body: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What goes back: a status, text, and headers."""

    status: int
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)


LOST = Answer(status=0)
"""No answer: the connection is closed."""


def _handler(answered: Callable[[Request], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in one piece: the other side waits for each piece

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_PUT(self) -> None:
            self._answer()

        def do_DELETE(self) -> None:
            self._answer()

        def _answer(self) -> None:
            url, length = urlsplit(self.path), int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            found = answered(Request(self.command, url.path, url.query, body, headers))
            if found is LOST:
                self.close_connection = True
                return
            sent = found.text.encode()
            self.send_response(found.status)
            for name, value in {"Content-Type": "application/json", **found.headers}.items():
                self.send_header(name, value)
            if found.status != 204:
                self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name that the base class gives it
            """Say nothing."""

    return Handler


@contextmanager
def serving(answered: Callable[[Request], Answer]) -> Iterator[str]:
    """The address of a server that is up for a while."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answered))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
