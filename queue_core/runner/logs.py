"""The log of a job: captured as it comes, kept with head and tail, split into lines when read.

The supervisor never touches single lines, so that a job that floods its output costs the window
nothing. A log file is a row of chunks, each with a header line

    first line number, line count, seconds since the epoch, attempt, source, length in bytes

and then that many bytes of whole lines. What the child logs through `logging` or `warnings` comes
on its standard error too, in the order in which it happened, as lines that begin with
`RECORD_MARK`. Beyond half its limit a log goes on in two tail files that take turns; the gap in
the line numbers then tells what was cut.
"""

from __future__ import annotations

import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO

from queue_core.runner.protocol import FIELD_MARK, NEWLINE_MARK, RECORD_MARK

STDOUT, STDERR, LOGGING, WARNINGS, OUTPUT, MONITOR = (
    "stdout", "stderr", "logging", "warnings", "output", "monitor",
)  # fmt: skip
_PARTIAL_LIMIT = 256 * 1024


@dataclass(frozen=True)
class RawLine:
    """One line of a log as stored; the queue gives it out as its own record."""

    number: int
    time_s: float
    level: int
    source: str
    text: str
    attempt: int


def log_path(folder: Path, job_id: str) -> Path:
    """Return where the log of a job lies; sharded, for folders with very many jobs."""
    return folder.joinpath("jobs", job_id[-2:], f"{job_id}.log")


def log_files(path: Path) -> tuple[Path, Path, Path]:
    """Return the files of a log, whether they exist or not: the head and the two tails."""
    return path, path.with_suffix(".tail0"), path.with_suffix(".tail1")


def delete_log(path: Path) -> None:
    """Delete a log with its tails."""
    for file in log_files(path):
        file.unlink(missing_ok=True)


class LogWriter:
    """Appends what a job writes; made at its first output, so that silent jobs cost no file.

    Args:
        path: The log file.
        attempt: Which attempt writes, from 1.
        limit_bytes: How much is kept: half of it from the start, the rest from the end.
    """

    def __init__(self, path: Path, *, attempt: int, limit_bytes: int) -> None:
        self.path = path
        self.attempt = attempt
        self._head_limit = limit_bytes // 2
        self._tail_limit = limit_bytes // 4
        self._file: IO[bytes] | None = None
        self._size = 0
        self._number = 0
        self._tail: int | None = None
        self._partial: dict[str, bytes] = {}

    def feed(self, source: str, data: bytes) -> None:
        """Append raw output; an unfinished line waits for its end."""
        held = self._partial.pop(source, b"")
        cut = data.rfind(b"\n") + 1
        if cut == 0:
            held += data
            if len(held) < _PARTIAL_LIMIT:
                self._partial[source] = held
            else:
                self._write(source, held + b"\n")
            return
        if cut < len(data):
            self._partial[source] = data[cut:]
        self._write(source, held + data[:cut])

    def note(self, text: str) -> None:
        """Append a line of the monitor itself."""
        self._write(MONITOR, text.replace("\n", " ").encode() + b"\n")

    def close(self) -> None:
        """Write unfinished lines and close the file."""
        for source, data in list(self._partial.items()):
            self._write(source, data + b"\n")
        self._partial.clear()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, source: str, data: bytes) -> None:
        try:
            file = self._open(len(data))
            count = data.count(b"\n")
            header = (
                f"{self._number + 1}\t{count}\t{time.time():.3f}\t{self.attempt}\t{source}\t"
                f"{len(data)}\n"
            ).encode()
            file.write(header + data)
            self._number += count
            self._size += len(header) + len(data)
        except OSError as error:
            # A full disk must not end the job that fills its log; what was written stays.
            logging.getLogger(__name__).warning("log %s: %s", self.path.name, error)

    def _open(self, coming: int) -> IO[bytes]:
        if self._file is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._continue_existing()
            self._file = self._current().open("ab", buffering=0)
            self._size = self._file.tell()
        limit = self._head_limit if self._tail is None else self._tail_limit
        if self._size and self._size + coming > limit:
            self._file.close()
            self._tail = 0 if self._tail is None else 1 - self._tail
            self._file = self._current().open("wb", buffering=0)
            self._size = 0
        return self._file

    def _current(self) -> Path:
        return self.path if self._tail is None else log_files(self.path)[1 + self._tail]

    def _continue_existing(self) -> None:
        """Number on where an earlier attempt ended."""
        for place, file in enumerate(log_files(self.path)):
            for header in chunk_headers(file, 0):
                last = header.number + header.count - 1
                if last > self._number:
                    self._number = last
                    self._tail = place - 1 if place else None


@dataclass(frozen=True)
class ChunkHeader:
    """What stands before a chunk of whole lines.

    Attributes:
        number: Number of its first line.
        count: How many lines it has.
        time_s: When they were written, in seconds since the epoch.
        attempt: The attempt that wrote them, from 1.
        source: Where they came from.
        length: How many bytes they take.
        data_at: Where in the file they begin.
    """

    number: int
    count: int
    time_s: float
    attempt: int
    source: str
    length: int
    data_at: int


def chunk_headers(path: Path, offset: int) -> Iterator[ChunkHeader]:
    """Yield the headers of a file from *offset* on; a chunk that is still being written ends it."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        size = os.fstat(file.fileno()).st_size
        while offset < size:
            file.seek(offset)
            line = file.readline(200)
            fields = line.decode("ascii", "replace").rstrip("\n").split("\t")
            if len(fields) != 6 or not line.endswith(b"\n"):
                return
            number, count, when, attempt, source, length = fields
            data_at = offset + len(line)
            if data_at + int(length) > size:
                return
            yield ChunkHeader(
                int(number), int(count), float(when), int(attempt), source, int(length), data_at
            )
            offset = data_at + int(length)


def read_log(path: Path, *, after: int = 0, limit: int | None = None) -> list[RawLine]:
    """Return the lines whose number is above *after*, at most the last *limit* of them."""
    chunks: list[tuple[Path, ChunkHeader]] = []
    for file in log_files(path):
        chunks.extend((file, h) for h in chunk_headers(file, 0) if h.number + h.count - 1 > after)
    chunks.sort(key=lambda item: item[1].number)
    if limit is not None:
        chunks = _last(chunks, limit)
    lines: list[RawLine] = []
    expected = after + 1
    for file, header in chunks:
        if header.number > expected and (after > 0 or lines):
            cut = header.number - expected
            lines.append(
                RawLine(expected, header.time_s, logging.WARNING, MONITOR,
                        f"… {cut:,} lines cut: the log reached its limit …", header.attempt)
            )  # fmt: skip
        lines.extend(line for line in read_chunk(file, header) if line.number > after)
        expected = header.number + header.count
    return lines[-limit:] if limit is not None else lines


def _last(chunks: list[tuple[Path, ChunkHeader]], limit: int) -> list[tuple[Path, ChunkHeader]]:
    total = 0
    for place in range(len(chunks) - 1, -1, -1):
        total += chunks[place][1].count
        if total >= limit:
            return chunks[place:]
    return chunks


def read_chunk(file: Path, header: ChunkHeader) -> Iterator[RawLine]:
    """Yield the lines of a chunk; none where the file is gone."""
    try:
        with file.open("rb") as opened:
            opened.seek(header.data_at)
            data = opened.read(header.length)
    except FileNotFoundError:
        return
    level = logging.WARNING if header.source in (STDERR, MONITOR) else logging.INFO
    for place, raw in enumerate(data[:-1].split(b"\n")):
        text = raw.decode("utf-8", "backslashreplace")
        number = header.number + place
        if text.startswith(RECORD_MARK) and text.count(FIELD_MARK) >= 2:
            record_level, source, rest = text[1:].split(FIELD_MARK, 2)
            rest = rest.replace(NEWLINE_MARK, "\n")
            record = int(record_level) if record_level.isdigit() else level
            yield RawLine(number, header.time_s, record, source, rest, header.attempt)
        else:
            # A progress bar redraws its line: what counts is what it shows in the end.
            text = text.rstrip("\r").rpartition("\r")[2]
            yield RawLine(number, header.time_s, level, header.source, text, header.attempt)


def mark(level: int, source: str, text: str) -> str:
    """Return a line that carries a logging record through standard error."""
    clean = text.replace("\n", NEWLINE_MARK)
    return f"{RECORD_MARK}{level}{FIELD_MARK}{source}{FIELD_MARK}{clean}\n"


class _RecordHandler(logging.Handler):
    """Writes records to standard error as marked lines; never raises into the job."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            source = WARNINGS if record.name == "py.warnings" else LOGGING
            text = self.format(record)
            if source == LOGGING:
                text = f"{record.name}: {text}"
            sys.stderr.write(mark(record.levelno, source, text))
            sys.stderr.flush()
        except (OSError, ValueError, RecursionError):
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Drop the record: the job may have closed its streams."""


def install_logging() -> None:
    """Send what a job logs and warns about to its log; called once in the child."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(line_buffering=True, encoding="utf-8", errors="backslashreplace")
    root = logging.getLogger()
    root.handlers[:] = [_RecordHandler()]
    root.setLevel(logging.INFO)
    warnings.simplefilter("default")
    warnings.simplefilter("ignore", ImportWarning)  # for whoever builds the package
    warnings.showwarning = _show_warning


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,  # noqa: ARG001 - the signature of warnings.showwarning
) -> None:
    text = f"{category.__name__}: {message} ({filename}:{lineno})"
    (file or sys.stderr).write(mark(logging.WARNING, WARNINGS, text))
