"""What is printed where: results on standard output, everything else on standard error."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TextIO

from queue_core.cli.output import clean, painted, write, write_json
from queue_core.queue.job_record import JobStatus

COLORS: Final = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "grey": 90, "bold": 1}

STATUS_LOOKS: Final = {
    JobStatus.NOT_STARTED: ("○", "waiting", "grey"),
    JobStatus.STARTED: ("▶", "running", "blue"),
    JobStatus.FINISHED: ("✓", "finished", "green"),
    JobStatus.ERROR: ("✗", "failed", "red"),
    JobStatus.CANCELLED: ("⊘", "cancelled", "yellow"),
    JobStatus.KILLED: ("!", "interrupted", "yellow"),
}

_GAP: Final = "  "


@dataclass(frozen=True)
class Terminal:
    """Where a command speaks.

    Attributes:
        json: Whether standard output belongs to one JSON document alone.
    """

    json: bool = False

    def document(self, data: Any) -> None:
        """Print the one JSON document."""
        write_json(sys.stdout, data)

    def line(self, text: str = "") -> None:
        """Print a line of the result."""
        write(sys.stdout, text)

    def note(self, text: str) -> None:
        """Say something that is not part of the result."""
        write(sys.stderr, text)

    def told(self, text: str) -> None:
        """Say what was done; not a part of a JSON result."""
        (self.note if self.json else self.line)(text)

    def paint(self, text: str, color: str) -> str:
        """Return *text* in a colour where standard output shows it."""
        if not is_interactive(sys.stdout) or "NO_COLOR" in os.environ:
            return text
        return painted(text, COLORS[color])

    def status(self, status: JobStatus, width: int = 0) -> str:
        """Return a status as icon, word and colour together."""
        icon, word, color = STATUS_LOOKS[status]
        return self.paint(f"{icon} {word}".ljust(width), color)

    def table(
        self, header: Sequence[str], rows: Sequence[Sequence[str]], *, colors: Sequence[str] = ()
    ) -> None:
        """Print a table; on a terminal it is cut to the window, and empty columns are left out.

        Args:
            header: The titles.
            rows: The cells.
            colors: For each row the colour of its first cell.
        """
        cells = [[clean(cell) for cell in row] for row in (header, *rows)]
        limit = shutil.get_terminal_size().columns if is_interactive(sys.stdout) else None
        if limit is not None:
            used = [
                place for place, column in enumerate(zip(*cells[1:], strict=True)) if any(column)
            ]
            cells = [[row[place] for place in used] for row in cells]
            cells = [[*(shorten(cell, limit // 3) for cell in row[:-1]), row[-1]] for row in cells]
        widths = [max(map(display_width, column)) for column in zip(*cells, strict=True)]
        for number, row in enumerate(cells):
            padded = [_pad(cell, width) for cell, width in zip(row, widths, strict=True)]
            text = _GAP.join(padded).rstrip()
            if limit is not None:
                text = shorten(text, limit)
            if number == 0:
                text = self.paint(text, "bold")
            elif colors:
                text = self.paint(text[: widths[0]], colors[number - 1]) + text[widths[0] :]
            self.line(text)


def is_interactive(stream: TextIO) -> bool:
    """Return whether a person looks at *stream*."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def display_width(text: str) -> int:
    """Return how many columns *text* takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def shorten(text: str, width: int) -> str:
    """Return *text* in at most *width* columns, with … where something was cut."""
    if display_width(text) <= width:
        return text
    while text and display_width(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


def _pad(text: str, width: int) -> str:
    return text + " " * (width - display_width(text))


def format_bytes(count: float) -> str:
    """Return a size for people, e.g. `1.2 GB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def format_duration(duration: timedelta | None) -> str:
    """Return a duration for people, e.g. `0.4 s`, `3 min 20 s`, `2 h 5 min`."""
    if duration is None:
        return ""
    seconds = duration.total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} d {hours % 24} h"


def format_time(moment: datetime | None) -> str:
    """Return a time in this computer's zone; without the date where it is today's."""
    if moment is None:
        return ""
    local, today = moment.astimezone(), datetime.now(UTC).astimezone().date()
    return f"{local:%H:%M:%S}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"
