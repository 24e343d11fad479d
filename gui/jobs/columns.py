"""The columns of the jobs table, as records; addressed by name everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import PurePath

from gui.format import (
    format_bytes,
    format_count,
    format_duration,
    format_fixed,
    format_moment,
    format_relative,
)
from gui.i18n import mark, tr, translate, translate_message
from gui.jobs.presentation import (
    error_line,
    outcome,
    state_word,
    status_word,
)
from gui.jobs.type_looks import TASK_TYPES, type_word
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import WaitReason
from queue_core.queue.worker_name import read_worker_name

# The parameters that name what does the work.
COMPONENT_PARAMETERS = ("model", "explorer", "converter", "explainer", "generator", "loader")


class CellKind(StrEnum):
    """How a cell is painted."""

    TEXT = "text"
    STATUS = "status"
    NAME = "name"
    PROGRESS = "progress"
    NUMBER = "number"
    CODE = "code"


@dataclass(frozen=True)
class Facts:
    """What a cell's text depends on besides the record.

    Attributes:
        now: The time.
        reason: Why the job waits, where it does.
    """

    now: datetime
    reason: WaitReason | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        name: What it is called in code and in the remembered settings.
        title: What the user sees, in English.
        kind: How its cells are painted.
        text: What a cell says.
        order_by: The queue's column to sort by; None: cannot be sorted.
        widest: The longest texts it usually holds: its width at first.
        width_px: Width at first, where no text says it.
        tooltip: What a cell says at length; None: its text where it is cut off.
        on_paper: What it says where no time goes by; None: what a cell says.
        is_shown: Whether it is there at first.
        is_flexible: Whether it takes the room that is left.
        drop_order: When room is short, columns go by this: 1 first; 0 stays.
        ticks: Whether it changes as time goes by while a job runs.
    """

    name: str
    title: str
    kind: CellKind
    text: Callable[[JobRecord, Facts], str]
    order_by: str | None
    width_px: int = 96
    widest: Callable[[], Iterable[str]] | None = None
    tooltip: Callable[[JobRecord], str] | None = None
    on_paper: Callable[[JobRecord], str] | None = None
    is_shown: bool = False
    is_flexible: bool = False
    drop_order: int = 0
    ticks: bool = False

    @property
    def heading(self) -> str:
        """The title in the user's language."""
        return translate(self.title)


def _relative(moment: datetime | None, facts: Facts) -> str:
    return "" if moment is None else format_relative(moment, now=facts.now)


def _exact(moment: datetime | None) -> str:
    return "" if moment is None else format_moment(moment)


def _duration(record: JobRecord, facts: Facts) -> str:
    running = record.status is JobStatus.STARTED
    span = record.duration(now=facts.now if running else None)
    return "" if span is None else format_duration(span)


def _attempt(record: JobRecord, _facts: Facts) -> str:
    if record.max_attempts <= 1:
        return format_count(record.attempt)
    return tr("{number} of {total}", number=record.attempt, total=record.max_attempts)


def _memory(record: JobRecord, _facts: Facts) -> str:
    size = record.memory_bytes if record.status is JobStatus.STARTED else record.peak_memory_bytes
    return "" if size is None else format_bytes(size)


def component_of(record: JobRecord) -> str:
    """Return what does the work, by the name that queries know it by."""
    found = (record.params.get(kind) for kind in COMPONENT_PARAMETERS)
    return next((chosen for chosen in found if isinstance(chosen, str) and chosen), "")


def dataset_of(record: JobRecord) -> str:
    """Return what a job works on: the number of a dataset, or the name of a file."""
    number = record.params.get("dataset_id")
    if isinstance(number, int):
        return tr("No. {number}", number=number)
    path = record.params.get("file_path")
    return PurePath(path).name if isinstance(path, str) else ""


# Metrics of one kind stand below each other: 0.960 and 0.895, 1,234.5 and 987.1.
_METRIC_DECIMALS = ((100, 3), (10_000, 1))


def metric_of(record: JobRecord) -> str:
    """Return what the trained model of a job is judged by, and how good it is: `accuracy 0.960`."""
    value = record.metric_value
    if record.metric is None or value is None:
        return ""
    decimals = next((count for most, count in _METRIC_DECIMALS if abs(value) < most), 0)
    return f"{record.metric} {format_fixed(value, decimals)}"


def worker_of(record: JobRecord) -> str:
    """Return who runs a job or ran it: a worker of this computer, of another, or a place."""
    if record.place is not None:
        return " · ".join(part for part in (record.place, record.node) if part)
    name = read_worker_name(record.worker or "")
    if name is None:
        return ""
    if name.is_of_this_computer:
        return tr("Worker {number}", number=name.number)
    return f"{name.host} · {name.number}"


def worker_in_full(record: JobRecord) -> str:
    """Return the same at length: worker, process and computer."""
    name = read_worker_name(record.worker or "")
    if name is None or record.place is not None:
        return worker_of(record)
    return tr(
        "Worker {number} of process {pid} on {host}", number=name.number, pid=name.pid,
        host=name.host,
    )  # fmt: skip


def _cpu(record: JobRecord, _facts: Facts) -> str:
    return "" if record.cpu_time_s is None else format_duration(record.cpu_time_s)


def _problem(record: JobRecord) -> str:
    said = (record.error_msg or "", record.error_hint or "")
    return "\n".join(translate_message(part) for part in said if part)


def _name_and_problem(record: JobRecord) -> str:
    return "\n".join(part for part in (record.job_name, _problem(record)) if part)


def _relative_samples() -> tuple[str, ...]:
    now = datetime.now(UTC)
    ago = (
        timedelta(0), timedelta(seconds=59), timedelta(minutes=59), timedelta(hours=23),
        timedelta(days=6), timedelta(days=400),
    )  # fmt: skip
    return tuple(format_relative(now - span, now=now) for span in ago)


COLUMNS: tuple[Column, ...] = (
    Column(
        name="status", title=mark("Status"), kind=CellKind.STATUS, order_by="status",
        text=lambda record, _: state_word(record), is_shown=True,
        widest=lambda: map(status_word, JobStatus),
    ),
    Column(
        name="name", title=mark("Job"), kind=CellKind.NAME, order_by="job_name",
        text=lambda record, _: record.job_name, tooltip=_name_and_problem, width_px=320,
        is_shown=True, is_flexible=True, ticks=True,
    ),
    Column(
        name="type", title=mark("Type"), kind=CellKind.TEXT, order_by="task_type",
        text=lambda record, _: type_word(record.task_type), is_shown=True,
        widest=lambda: map(type_word, TASK_TYPES), drop_order=1,
    ),
    Column(
        name="progress", title=mark("Progress"), kind=CellKind.PROGRESS, order_by="progress",
        text=lambda record, facts: outcome(record, facts.reason), tooltip=_problem,
        width_px=180, ticks=True,
    ),
    Column(
        name="created", title=mark("Created"), kind=CellKind.TEXT, order_by="enqueued_at",
        text=lambda record, facts: _relative(record.enqueued_at, facts),
        tooltip=lambda record: _exact(record.enqueued_at),
        on_paper=lambda record: _exact(record.enqueued_at), widest=_relative_samples,
        drop_order=2,
    ),
    Column(
        name="started", title=mark("Started"), kind=CellKind.TEXT, order_by="started_at",
        text=lambda record, facts: _relative(record.started_at, facts),
        tooltip=lambda record: _exact(record.started_at),
        on_paper=lambda record: _exact(record.started_at), is_shown=True,
        widest=_relative_samples, drop_order=4,
    ),
    Column(
        name="finished", title=mark("Ended"), kind=CellKind.TEXT, order_by="finished_at",
        text=lambda record, facts: _relative(record.finished_at, facts),
        tooltip=lambda record: _exact(record.finished_at),
        on_paper=lambda record: _exact(record.finished_at), widest=_relative_samples,
        drop_order=2,
    ),
    Column(
        name="duration", title=mark("Duration"), kind=CellKind.NUMBER, order_by="duration",
        text=_duration, is_shown=True, ticks=True, drop_order=3,
        widest=lambda: (format_duration(3599), format_duration(86_399)),
    ),
    Column(
        name="error", title=mark("Error"), kind=CellKind.TEXT, order_by="error_msg",
        text=lambda record, _: error_line(record.error_msg), tooltip=_problem, width_px=260,
    ),
    Column(
        name="memory", title=mark("Memory"), kind=CellKind.NUMBER, order_by="peak_memory_bytes",
        text=_memory, width_px=88,
    ),
    Column(
        name="attempt", title=mark("Attempt"), kind=CellKind.NUMBER, order_by="attempt",
        text=_attempt, width_px=72,
    ),
    Column(
        name="component", title=mark("Component"), kind=CellKind.TEXT, order_by="component",
        text=lambda record, _: component_of(record), width_px=150,
    ),
    Column(
        name="dataset", title=mark("Dataset"), kind=CellKind.TEXT, order_by="dataset",
        text=lambda record, _: dataset_of(record), width_px=110,
    ),
    Column(
        name="cpu", title=mark("Processor time"), kind=CellKind.NUMBER, order_by="cpu_time_s",
        text=_cpu, widest=lambda: (format_duration(86_399),),
    ),
    Column(
        name="metric", title=mark("Main metric"), kind=CellKind.NUMBER, order_by="metric_value",
        text=lambda record, _: metric_of(record),
        widest=lambda: (f"f1_macro {format_fixed(0.9605, 3)}",),
    ),
    Column(
        name="worker", title=mark("Worker"), kind=CellKind.TEXT, order_by="worker",
        text=lambda record, _: worker_of(record), tooltip=worker_in_full, width_px=110,
    ),
    Column(
        name="process", title=mark("Process"), kind=CellKind.NUMBER, order_by=None,
        text=lambda record, _: "" if record.pid is None else str(record.pid), width_px=76,
    ),
    Column(
        name="origin", title=mark("Made by"), kind=CellKind.TEXT, order_by=None,
        text=lambda record, _: origin_word(record), width_px=112,
    ),
    Column(
        name="id", title=mark("Identifier"), kind=CellKind.CODE, order_by=None,
        text=lambda record, _: record.id, width_px=260,
    ),
)  # fmt: skip


def origin_word(record: JobRecord) -> str:
    """Return which program put a job."""
    return tr("This program") if record.is_ours else (record.origin or "DashAI")
