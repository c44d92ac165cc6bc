"""Matching in a process of its own: a fault in native code ends that process, and never the one that asks.

The process is started when it is first needed and lives on. It has a bound on its memory and two seconds for an answer;
one that is too slow, or has died, is replaced when the next event comes.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from threading import Lock
from typing import Final, final

from planshift.execution.reactions.matching import MatcherFaultError, Ruleset

SECONDS: Final = 2
"""How long an answer may take."""

MEMORY: Final = 512 * 2**20
"""How many bytes of address space the process may use."""

_PROGRAM: Final = "planshift.execution.reactions.child_process"
_CHUNK: Final = 65_536


@final
class Child:
    """A process that matches, for any number of books; safe to share between threads."""

    def __init__(self, *, memory: int = MEMORY, seconds: int = SECONDS) -> None:
        self._memory = memory if find_spec("resource") is not None else 0
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._parent = 0
        self._lock = Lock()
        self.started = 0
        """How many processes there have been."""

    @property
    def pid(self) -> int | None:
        """The process that runs; None where none does."""
        return self._process.pid if self._process is not None else None

    def fired(self, book: str, rulesets: Sequence[Ruleset], *, fact: Mapping[str, bool]) -> tuple[int, ...]:
        """The numbers of the reactions of a book that fire for a fact.

        Raises:
            MatcherFaultError: there was no answer, or the process could not be started.
        """
        with self._lock:
            answer = self._ask({"book": book, "fact": fact})
            if "unknown" in answer:
                made = [[each.text, each.properties] for each in rulesets]
                answer = self._ask({"book": book, "fact": fact, "rulesets": made})
        found = answer.get("fired")
        if not isinstance(found, list):
            raise MatcherFaultError(str(answer.get("fault", "the answer cannot be read")))
        return tuple(found)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _ask(self, question: Mapping[str, object]) -> dict[str, object]:
        process = self._running()
        try:
            self._send(process, json.dumps(question).encode() + b"\n")
            answer = json.loads(self._line(process))
        except (OSError, EOFError, ValueError) as error:
            self._end()
            raise MatcherFaultError(str(error)) from error
        assert isinstance(answer, dict)  # as the other end writes it
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        """The process; a copy of this one that was forked off starts another."""
        if self._process is not None and self._parent == os.getpid() and self._process.poll() is None:
            return self._process
        self._end()
        try:
            process = subprocess.Popen(  # noqa: S603  # this interpreter, with a module of this package
                [sys.executable, "-S", "-m", _PROGRAM, str(self._memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        except OSError as error:
            raise MatcherFaultError(f"no process could be started: {error}") from error
        assert process.stdin is not None  # asked for above
        os.set_blocking(process.stdin.fileno(), False)
        self._process, self._parent = process, os.getpid()
        self.started += 1
        return process

    def _send(self, process: subprocess.Popen[bytes], data: bytes) -> None:
        assert process.stdin is not None  # asked for when it was started
        pipe, left = process.stdin.fileno(), memoryview(data)
        while left:
            if not select.select([], [pipe], [], self._seconds)[1]:
                raise TimeoutError(f"it takes nothing in within {self._seconds} seconds")
            left = left[os.write(pipe, left[:_CHUNK]) :]

    def _line(self, process: subprocess.Popen[bytes]) -> bytes:
        assert process.stdout is not None  # asked for when it was started
        pipe, found = process.stdout.fileno(), b""
        while not found.endswith(b"\n"):
            if not select.select([pipe], [], [], self._seconds)[0]:
                raise TimeoutError(f"there is no answer within {self._seconds} seconds")
            data = os.read(pipe, _CHUNK)
            if not data:
                raise EOFError(f"the process has ended with {process.wait()}")
            found += data
        return found

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        if self._parent == os.getpid():
            process.kill()
            process.wait()
        else:
            process.returncode = 0  # it belongs to the process that this one was forked off from


@final
class InChild:
    """Matches the reactions of one book in a child."""

    name = "durable-rules, in a process of its own"

    def __init__(self, child: Child, book: str, *, rulesets: Sequence[Ruleset]) -> None:
        self._child = child
        self._book = book
        self._rulesets = tuple(rulesets)

    def match(self, fact: Mapping[str, bool]) -> tuple[int, ...]:
        """The numbers of the reactions that fire, in the order of the book.

        Raises:
            MatcherFaultError: there was no answer.
        """
        return self._child.fired(self._book, self._rulesets, fact=fact)
