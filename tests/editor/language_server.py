"""A small client of a language server: it opens texts and asks, over the server's standard streams."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self


class LanguageServer:
    """A running server that knows some settings; leave the `with` block to end it."""

    def __init__(self, command: Sequence[str], *, settings: dict[str, object]) -> None:
        self._settings = settings
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._count = 0
        self._published: dict[str, list[dict[str, Any]]] = {}
        try:
            self.ask("initialize", processId=None, rootUri=None, capabilities={"workspace": {"configuration": True}})
            self._tell("initialized")
            self._tell("workspace/didChangeConfiguration", settings=settings)
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, method: str, **params: object) -> Any:  # noqa: ANN401  # whatever the protocol answers
        """Return the result of a request."""
        self._count += 1
        self._send({"id": self._count, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == self._count and "method" not in message:
                assert "error" not in message, message
                return message.get("result")

    def mistakes(self, uri: str, text: str) -> list[dict[str, Any]]:
        """Open a text, and return what the server finds wrong with it."""
        return self.all_mistakes({uri: text})[uri]

    def all_mistakes(self, texts: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
        """Open texts all at once, and return what is wrong with each: the server waits a while before it looks."""
        for uri, text in texts.items():
            opened = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
            self._tell("textDocument/didOpen", textDocument=opened)
        while not texts.keys() <= self._published.keys():
            self._next()
        return {uri: self._published.pop(uri) for uri in texts}

    def completions(self, uri: str, line: int, character: int) -> dict[str, dict[str, Any]]:
        """Return what can be written at a place, by its label."""
        place = {"line": line, "character": character}
        found = self.ask("textDocument/completion", textDocument={"uri": uri}, position=place)
        return {item["label"]: item for item in found["items"]}

    def hover(self, uri: str, line: int, character: int) -> str:
        """Return what an editor shows over a place."""
        found = self.ask(
            "textDocument/hover", textDocument={"uri": uri}, position={"line": line, "character": character}
        )
        return "" if found is None else str(found["contents"]["value"])

    def _tell(self, method: str, **params: object) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, object]) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _next(self) -> dict[str, Any]:
        """Return the next message; the server's own questions are answered on the way."""
        assert self._process.stdout is not None
        length = 0
        while (header := self._process.stdout.readline().strip()) or not length:
            assert header or self._process.poll() is None, "the server ended"
            if header.lower().startswith(b"content-length:"):
                length = int(header.partition(b":")[2])
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self._published[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            self._send({"id": message["id"], "result": self._answer(message)})
        return message

    def _answer(self, message: dict[str, Any]) -> object:
        if message["method"] != "workspace/configuration":
            return None
        return [self._settings.get(item.get("section")) for item in message["params"]["items"]]
