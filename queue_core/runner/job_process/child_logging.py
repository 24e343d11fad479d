"""In the child: sends what a job logs, warns about and streams to its log, as records."""

from __future__ import annotations

import contextlib
import io
import itertools
import logging
import os
import sys
import time
import warnings
from typing import TextIO

from queue_core.plain import plain_repr, plain_text, type_name
from queue_core.runner.log.log_lines import LOGGING, OUTPUT, WARNINGS
from queue_core.runner.log.log_records import TEXT_BYTES, encode_packets
from queue_core.system.choice import system

_TEXT_LIMIT = 2 * TEXT_BYTES
_ARGUMENTS_LIMIT = 1_000
_LOOKS = 5
_OUTPUT_PIECE = TEXT_BYTES // 8


class RecordPipe:
    """The writing end of the pipe for records; never raises into the job.

    Args:
        descriptor: The pipe.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._numbers = itertools.count()
        os.set_inheritable(descriptor, False)
        self._identity = _identity(descriptor)

    def write(self, level: int, source: str, text: str) -> None:
        """Write a record."""
        text_id = (os.getpid() << 32 | next(self._numbers) & 0xFFFFFFFF) & 0xFFFFFFFFFFFFFFFF
        try:
            # A job may have closed what is not its own, and have opened a file in its place.
            if _identity(self._descriptor) == self._identity:
                time_ns, waiting = _moment()
                for packet in encode_packets(
                    level=level, source=source, text=text, text_id=text_id, time_ns=time_ns,
                    waiting=waiting,
                ):  # fmt: skip
                    os.write(self._descriptor, packet)
                return
        except OSError:
            pass  # nobody reads any more
        with contextlib.suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(f"{text}\n")


def _identity(descriptor: int) -> tuple[int, int] | None:
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _moment() -> tuple[int, tuple[int, int]]:
    """Return a time and how many bytes of standard output and error waited to be read just then.

    It is looked before and after: what was read meanwhile would be counted twice, or not at all.
    """
    waiting = (system().unread_bytes(1), system().unread_bytes(2))
    for _ in range(_LOOKS):
        time_ns = time.monotonic_ns()
        before, waiting = waiting, (system().unread_bytes(1), system().unread_bytes(2))
        if before == waiting:
            break
    return time_ns, waiting


_pipe: RecordPipe | None = None


def prepare_streams() -> None:
    """Let printed lines be written at once, whatever is in them.

    The template calls it for all its children: their streams lead elsewhere by then, and Python
    changes no stream whose file was exchanged.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                line_buffering=True, encoding="utf-8", errors="backslashreplace", newline="\n"
            )


def install_logging(record_descriptor: int) -> None:
    """Send what a job logs and warns about to its log; called once in the child.

    Args:
        record_descriptor: The writing end of the pipe for records; see `log_pipes.LogPipes`.
    """
    global _pipe
    _pipe = RecordPipe(record_descriptor)
    root = logging.getLogger()
    root.handlers[:] = [_RecordHandler(_pipe)]
    root.setLevel(logging.INFO)
    warnings.simplefilter("default")
    warnings.simplefilter("ignore", ImportWarning)  # for whoever builds the package
    warnings.showwarning = _show_warning


def write_output(text: object) -> None:
    """Write a piece of the job's output; joined, the pieces are the whole of it."""
    plain = text if isinstance(text, str) else plain_text(text, _TEXT_LIMIT)
    for start in range(0, len(plain), _OUTPUT_PIECE):
        if _pipe is not None:
            _pipe.write(logging.INFO, OUTPUT, plain[start : start + _OUTPUT_PIECE])


class _RecordHandler(logging.Handler):
    """Writes records to the log; a wrong logging call is told there too, and ends nothing."""

    def __init__(self, pipe: RecordPipe) -> None:
        super().__init__()
        self._pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except Exception as error:  # noqa: BLE001 - arguments and texts are anybody's
            text = _unformatted(record, error)
        is_warning = record.name == "py.warnings"
        if not is_warning:
            text = f"{plain_text(record.name, _ARGUMENTS_LIMIT)}: {plain_text(text, _TEXT_LIMIT)}"
        level = record.levelno if type(record.levelno) is int else logging.INFO
        self._pipe.write(level, WARNINGS if is_warning else LOGGING, text)


def _unformatted(record: logging.LogRecord, error: Exception) -> str:
    """Return what can be told of a record whose text cannot be made."""
    said = plain_text(record.msg, _TEXT_LIMIT)
    with_what = plain_repr(record.args, _ARGUMENTS_LIMIT) if record.args else "none"
    why = f"{type_name(error)}: {plain_text(error, _ARGUMENTS_LIMIT)}"
    caller = f"{plain_text(record.pathname, _ARGUMENTS_LIMIT)}:{record.lineno}"
    return f"{said} (this logging call at {caller} is wrong: {why}; its arguments are {with_what})"


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if file is not None:
        # Somebody wants it there, as Python shows it.
        with contextlib.suppress(OSError, ValueError):
            file.write(warnings.formatwarning(message, category, filename, lineno, line))
        return
    name = plain_text(getattr(category, "__name__", category), _ARGUMENTS_LIMIT)
    text = f"{name}: {plain_text(message, _TEXT_LIMIT)} ({filename}:{lineno})"
    if _pipe is not None:
        _pipe.write(logging.WARNING, WARNINGS, text)
