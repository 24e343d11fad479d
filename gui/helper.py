"""The window's side of the helper process: asks, waits without blocking, gives up when told to.

DuckDB, Arrow and the renderer of figures hold the interpreter for longer than a frame; in a
process of their own they cannot make the window stutter, and a preview that takes too long can be
ended.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer

from gui.bridge import Bridge
from gui.i18n import tr
from queue_core.errors import MonitorError

logger = logging.getLogger(__name__)

HIDDEN_ARGUMENT = "--run-helper"
ROOT = Path(__file__).parents[1]
IDLE_MS = 5 * 60_000
# A table is looked at every now and then, and must be there at once.
READING_IDLE_MS = 30 * 60_000
END_MS = 2000


class HelperError(MonitorError):
    """The helper process ended, or what it was asked for failed unexpectedly.

    Attributes:
        details: Its traceback or last words.
    """

    details: str = ""


@dataclass
class _Request:
    number: int
    line: bytes
    future: asyncio.Future[Any]


class Helper(QObject):
    """One helper process, started when it is first asked and ended when nobody asks for long.

    Requests are answered one after another. Cancelling the one that is being worked on ends the
    process; the next request starts another.
    """

    def __init__(self, parent: QObject | None = None, *, idle_ms: int = IDLE_MS) -> None:
        """Make the window's side; no process is started yet.

        Args:
            parent: What it ends with.
            idle_ms: How long nobody must have asked before the process ends.
        """
        super().__init__(parent)
        self._numbers = count(1)
        self._waiting: deque[_Request] = deque()
        self._current: _Request | None = None
        self._process: QProcess | None = None
        self._buffer = b""
        self._last_words = b""
        self._idle = QTimer(self, singleShot=True, interval=idle_ms)
        self._idle.timeout.connect(self.close)

    async def call(self, function: Callable[..., Any], /, **arguments: Any) -> Any:
        """Run *function*, a module's own, in the helper with JSON *arguments*; return its result.

        Raises:
            MonitorError: What the function raised, or that the helper itself failed.
        """
        number = next(self._numbers)
        name = f"{function.__module__}:{function.__qualname__}"
        line = json.dumps({"number": number, "function": name, "arguments": arguments})
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        request = _Request(number, line.encode() + b"\n", future)
        self._waiting.append(request)
        self._next()
        try:
            return await future
        except asyncio.CancelledError:
            self._give_up(request)
            raise

    def warm_up(self) -> None:
        """Start the process now, for the question that is about to come."""
        if self._process is None:
            self._start()

    def close(self) -> None:
        """End the process; what was asked is cancelled."""
        self._idle.stop()
        requests = [*self._waiting, *([self._current] if self._current else [])]
        self._waiting.clear()
        self._current = None
        for request in requests:
            request.future.cancel()
        self._end_process()

    @property
    def is_running(self) -> bool:
        """Whether there is a process now."""
        return self._process is not None

    def _next(self) -> None:
        if self._current is not None or not self._waiting:
            return
        self._idle.stop()
        self._current = request = self._waiting.popleft()
        if self._process is None:
            self._start()
        # A process that cannot be started says so before `start` returns: others may be next now.
        if self._process is not None and self._current is request:
            self._process.write(request.line)

    def _start(self) -> None:
        process = QProcess(self)
        program, *arguments = helper_command()
        process.setProgram(program)
        process.setArguments(arguments)
        process.setProcessEnvironment(_environment())
        process.readyReadStandardOutput.connect(self._on_output)
        process.readyReadStandardError.connect(self._on_words)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_process_error)
        self._buffer = self._last_words = b""
        self._process = process
        process.start()

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.blockSignals(True)
        if process.processId():  # one that could not be started would be waited for in vain
            process.closeWriteChannel()
            process.kill()
            process.waitForFinished(END_MS)
        process.deleteLater()

    def _give_up(self, request: _Request) -> None:
        if request in self._waiting:
            self._waiting.remove(request)
        elif request is self._current:
            self._current = None
            self._end_process()
            self._next()

    def _on_output(self) -> None:
        if self._process is None:
            return
        self._buffer += bytes(self._process.readAllStandardOutput().data())
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            answer = _answer_of(line, self._current)
            if answer is None:  # whatever it says next would be taken for an answer to another
                self._fail(tr("The process that reads files ended unexpectedly."))
                return
            self._on_answer(answer)

    def _on_answer(self, answer: dict[str, Any]) -> None:
        request, self._current = self._current, None
        if request is not None and not request.future.done():
            if "error" in answer:
                request.future.set_exception(_error_of(answer))
            else:
                request.future.set_result(answer["result"])
        self._next()
        if self._current is None:
            self._idle.start()

    def _on_words(self) -> None:
        if self._process is not None:
            words = self._last_words + bytes(self._process.readAllStandardError().data())
            self._last_words = words[-4000:]

    def _on_finished(self, code: int, _status: QProcess.ExitStatus) -> None:
        self._fail(tr("The process that reads files ended with code {code}.", code=code))

    def _on_process_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._fail(tr("The process that reads files could not be started."))

    def _fail(self, sentence: str) -> None:
        request, self._current = self._current, None
        words = self._last_words.decode(errors="replace")
        self._end_process()
        logger.warning("%s %s", sentence, words)
        if request is not None and not request.future.done():
            error = HelperError(sentence, hint=tr("Try again with another file or other options."))
            error.details = words
            request.future.set_exception(error)
        self._next()


def helper_command() -> list[str]:
    """Return how a helper is started; a frozen program starts itself with a hidden argument."""
    if getattr(sys, "frozen", False):
        return [sys.executable, HIDDEN_ARGUMENT]
    return [sys.executable, "-P", "-m", "gui.helper_worker"]


class Helpers(QObject):
    """The helpers of one window: previews may take long and must not hold up reading.

    Attributes:
        previews: Looks into files that are not loaded yet.
        reading: Reads pages of stored data, and writes a result that is shown to a file.
        drawing: Draws figures for the room they have.
        arranging: Sorts and filters tables, which may take long.
        saving: Writes lists of jobs to files, which may take long, too.
    """

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self.previews = Helper(self)
        self.reading = Helper(self, idle_ms=READING_IDLE_MS)
        self.drawing = Helper(self)
        self.arranging = Helper(self)
        self.saving = Helper(self)
        bridge.closing.connect(self.close)

    def close(self) -> None:
        """End them."""
        for helper in (self.previews, self.reading, self.drawing, self.arranging, self.saving):
            helper.close()


def helpers_of(bridge: Bridge) -> Helpers:
    """Return the helpers that belong to *bridge*, made at the first call."""
    found = bridge.findChild(Helpers)
    return found if isinstance(found, Helpers) else Helpers(bridge)


def _answer_of(line: bytes, request: _Request | None) -> dict[str, Any] | None:
    """Return what *line* says to *request*; None where it is no answer to it."""
    try:
        answer = json.loads(line)
    except ValueError:
        return None
    is_answer = isinstance(answer, dict) and ("error" in answer or "result" in answer)
    fits = is_answer and request is not None and answer.get("number") == request.number
    return answer if fits else None


def _error_of(answer: dict[str, Any]) -> MonitorError:
    if answer.get("known"):
        return MonitorError(answer["error"], hint=answer["hint"])
    error = HelperError(answer["error"])
    error.details = answer.get("details", "")
    return error


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("PYTHONPATH", str(ROOT))
    environment.insert("PYTHONUTF8", "1")
    return environment
