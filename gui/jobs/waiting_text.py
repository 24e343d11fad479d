"""Why a job waits, in a few words of the user's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from gui.format import format_bytes, format_count, format_date
from gui.i18n import tr, tr_plural, translate_message
from gui.jobs.expectations import range_text
from queue_core.queue.estimates import Expected
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import WaitKind, WaitReason


def waiting_text(record: JobRecord, reason: WaitReason | None) -> str:
    """Return why a job waits.

    Args:
        record: The job.
        reason: What the queue says; None where it has not been asked yet, or does not know.
    """
    if reason is None:
        return tr("In the queue") if record.is_ours else tr("Waits in DashAI")
    text = _TEXTS.get(reason.kind)
    return translate_message(reason.text) if text is None else text(reason.values)


def _position(values: Mapping[str, Any]) -> str:
    position = values["position"]
    if position == 1:
        place = tr("Next in the queue")
    else:
        place = tr("No. {position} in the queue", position=format_count(position))
    start = Expected(values.get("start_low_s", 0.0), values.get("start_high_s", 0.0))
    if start.high_s < 1:
        return place
    return f"{place} · " + tr("starts in {time}", time=range_text(start))


def _names(values: Mapping[str, Any]) -> str:
    names = values["names"]
    if not names:
        return tr("another job")
    if len(names) == 1:
        return tr("“{name}”", name=names[0])
    return tr_plural(
        "“{name}” and {count} more job", "“{name}” and {count} more jobs", len(names) - 1,
        name=names[0],
    )  # fmt: skip


def _time(moment: datetime) -> str:
    local = moment.astimezone()
    clock = local.strftime("%H:%M")
    is_today = local.date() == datetime.now(UTC).astimezone().date()
    return clock if is_today else f"{format_date(moment)} {clock}"


def _retry(values: Mapping[str, Any]) -> str:
    return tr(
        "Attempt {attempt} of {total} at {time}, after: {error}",
        attempt=values["attempt"], total=values["of"], time=_time(values["moment"]),
        error=translate_message(values["error"] or ""),
    )  # fmt: skip


def _place(values: Mapping[str, Any]) -> str:
    if "note" in values:
        return translate_message(str(values["note"]))
    position = values["position"]
    if position == 1:
        return tr("Next for {place}", place=values["place"])
    return tr("No. {position} for {place}", position=format_count(position), place=values["place"])


_TEXTS: Mapping[WaitKind, Callable[[Mapping[str, Any]], str]] = {
    WaitKind.POSITION: _position,
    WaitKind.PAUSED: lambda _: tr("The queue is paused"),
    WaitKind.NO_WORKER: lambda _: tr("No program runs jobs now"),
    WaitKind.AFTER: lambda values: tr("After {jobs}", jobs=_names(values)),
    WaitKind.AFTER_INTERRUPTED: lambda values: tr(
        "After {jobs}, which was interrupted: resume or remove it", jobs=_names(values)
    ),
    WaitKind.NOT_BEFORE: lambda values: tr("Not before {time}", time=_time(values["moment"])),
    WaitKind.RETRY: _retry,
    WaitKind.MEMORY: lambda values: tr(
        "Waiting for {size} of free memory", size=format_bytes(values["bytes"])
    ),
    WaitKind.PLACE: _place,
    WaitKind.STARTING: lambda _: tr("Starting"),
}
