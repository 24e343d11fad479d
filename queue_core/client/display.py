"""A job as people see it: a line with a bar for terminals, a small card for notebooks."""

from __future__ import annotations

import html
import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from queue_core.cli.output import clean, redraw, write
from queue_core.queue.job_record import JobRecord, JobStatus

BAR_WIDTH: Final = 24
# Icon, word and colour together; the colours are read on light and dark pages.
LOOKS: Final = {
    JobStatus.NOT_STARTED: ("○", "waiting", "#808080"),
    JobStatus.STARTED: ("▶", "running", "#3b82d0"),
    JobStatus.FINISHED: ("✓", "finished", "#2e9d4f"),
    JobStatus.ERROR: ("✗", "failed", "#d0453b"),
    JobStatus.CANCELLED: ("⊘", "cancelled", "#b08020"),
    JobStatus.KILLED: ("!", "interrupted", "#b08020"),
}
_LONGEST_NAME: Final = 60


def one_line(job: JobRecord) -> str:
    """Return a job as one line of plain signs: names and phases are texts of others."""
    share = 1.0 if job.status is JobStatus.FINISHED else (job.progress or 0.0) / 100
    filled = round(share * BAR_WIDTH)
    icon, word, _ = LOOKS[job.status]
    phase = clean(job.progress_message or "") if job.status is JobStatus.STARTED else ""
    percent = "" if job.progress is None or job.status.is_final else f"{job.progress:.0f} %"
    parts = (
        f"[{'█' * filled}{'░' * (BAR_WIDTH - filled)}]", f"{icon} {word}",
        clean(job.job_name)[:_LONGEST_NAME], percent, phase, _duration(job),
    )  # fmt: skip
    return "  ".join(part for part in parts if part)


def card(job: JobRecord) -> str:
    """Return a job as HTML that a notebook shows; every text of others is escaped."""
    icon, word, color = LOOKS[job.status]
    share = 100.0 if job.status is JobStatus.FINISHED else job.progress
    rows = [
        f'<b>{_safe(job.job_name)}</b> <span style="color:{color}">{icon} {word}</span> '
        f'<span style="opacity:.7">{_safe(_duration(job))}</span>'
    ]
    if not job.status.is_final or job.status is JobStatus.FINISHED:
        rows.append(_bar(share, color))
    if job.status is JobStatus.STARTED and job.progress_message:
        rows.append(_safe(job.progress_message))
    if job.error_msg:
        rows.append(f'<span style="color:{color}">{_safe(job.error_msg)}</span>')
        rows.append(_safe(job.error_hint or ""))
    rows += [f"⚠ {_safe(warning)}" for warning in job.warnings]
    rows.append(f'<code style="opacity:.7">{_safe(job.task_type)} {_safe(job.id)}</code>')
    inner = "".join(f"<div>{row}</div>" for row in rows if row)
    return (
        f'<div style="border-left:4px solid {color};padding:.2em .8em;margin:.3em 0" '
        f'role="status">{inner}</div>'
    )


def _bar(share: float | None, color: str) -> str:
    value = "" if share is None else f' value="{share:.1f}"'
    text = "unknown" if share is None else f"{share:.0f} %"
    return (
        f'<progress max="100"{value} style="width:16em;accent-color:{color}" '
        f'aria-label="progress">{text}</progress>'
    )


def _safe(text: str) -> str:
    return html.escape(clean(text))


def _duration(job: JobRecord) -> str:
    duration = job.duration(now=datetime.now(UTC))
    if duration is None:
        return ""
    seconds = duration.total_seconds()
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


class Progress:
    """Shows a job while somebody waits for it: as a card in a notebook, a bar in a terminal."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._is_drawn = False
        self._last = ""
        self._show = self._shower()

    def show(self, job: JobRecord) -> None:
        """Show how it stands now."""
        self._show(job)

    def close(self) -> None:
        """Leave the line to others."""
        if self._is_drawn:
            redraw(sys.stderr, "")
            self._is_drawn = False

    def _shower(self) -> Callable[[JobRecord], None]:
        if in_notebook():
            return self._show_card
        return self._draw if _is_terminal() else self._print

    def _show_card(self, job: JobRecord) -> None:
        from IPython.display import HTML, display

        if self._handle is None:
            self._handle = display(HTML(card(job)), display_id=True)
        else:
            self._handle.update(HTML(card(job)))

    def _draw(self, job: JobRecord) -> None:
        width = shutil.get_terminal_size().columns - 1
        redraw(sys.stderr, one_line(job)[:width])
        self._is_drawn = True

    def _print(self, job: JobRecord) -> None:
        """Print a line where nobody looks at a terminal, for each state and phase."""
        seen = f"{job.status} {job.progress_message}"
        if seen != self._last:
            self._last = seen
            write(sys.stderr, one_line(job))


class NoProgress(Progress):
    """Shows nothing."""

    def show(self, job: JobRecord) -> None:
        """Show nothing."""


def in_notebook() -> bool:
    """Return whether what is shown goes to a page of a notebook."""
    interactive = sys.modules.get("IPython")
    shell = None if interactive is None else interactive.get_ipython()
    return getattr(shell, "kernel", None) is not None


def tell(sentence: str) -> None:
    """Say something beside the results."""
    write(sys.stderr, sentence)


def _is_terminal() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
