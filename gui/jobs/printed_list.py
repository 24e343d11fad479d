"""The list of jobs on paper: all that match, in order, with the columns that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from gui.bridge import Bridge
from gui.format import format_count
from gui.i18n import tr, tr_plural
from gui.jobs.columns import COLUMNS, CellKind, Column, Facts
from gui.jobs.grouping import GroupKind
from gui.jobs.presentation import status_word
from gui.jobs.second_line import second_line
from gui.jobs.table_model import JobTableModel
from gui.jobs.table_view import JobTableView
from gui.jobs.type_looks import type_word
from gui.jobs.waiting_text import waiting_text
from gui.printing.opening import print_table
from gui.printing.printed_table import MOST_ROWS, PrintedColumn, PrintedTable
from gui.results.printed_rows import sorted_text
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import JobFilter, JobOrder, WaitReason

# So many records are read at once: others get their turn.
PART = 200


async def print_list(bridge: Bridge, table: JobTableView, model: JobTableModel) -> None:
    """Print the jobs that match, as the table shows them.

    Args:
        bridge: The way to the queue.
        table: Says which columns are shown, and by what the jobs stand together.
        model: Says which jobs match, and their order.
    """
    where, order, group = model.where, model.order, table.grouping.kind
    columns = [COLUMNS[n] for n in table.shown_columns()]
    page = await bridge.page(where, order, start=0, size=MOST_ROWS, hidden=model.hidden)
    left_out = _left_out(page.total)
    about = _about(page.total, where, order)

    async def read() -> PrintedTable:
        records: dict[str, JobRecord] = {}
        for start in range(0, len(page.ids), PART):
            records |= await bridge.records(page.ids[start : start + PART])
        jobs = [records[job_id] for job_id in page.ids if job_id in records]
        waiting = [j.id for j in jobs if j.is_ours and j.status is JobStatus.NOT_STARTED]
        says_why = any(column.kind in (CellKind.NAME, CellKind.PROGRESS) for column in columns)
        reasons = await bridge.why_many(waiting) if waiting and says_why else {}
        make = partial(_table, jobs, columns, group, reasons)
        return await bridge.call(make, about=about, left_out=left_out)

    await print_table(table, bridge, tr("Jobs"), read, left_out=left_out)


def _left_out(total: int) -> str:
    if total <= MOST_ROWS:
        return ""
    return tr(
        "The first {count} of {total} jobs are printed; save the list for all.",
        count=format_count(MOST_ROWS), total=format_count(total),
    )  # fmt: skip


def _about(total: int, where: JobFilter, order: JobOrder) -> str:
    """Return how many jobs match, what they match, and their order."""
    said = [tr_plural("{count} job", "{count} jobs", total)]
    said.append(", ".join(status_word(s) for s in JobStatus if s in where.statuses))
    said.append(", ".join(map(type_word, sorted(where.task_types))))
    said += [where.search, where.query]
    heading = next((c.heading for c in COLUMNS if c.order_by == order.column), "")
    if heading:
        said.append(sorted_text(heading, descending=order.descending))
    return " · ".join(filter(None, said))


def _table(
    jobs: Sequence[JobRecord], columns: Sequence[Column], group: GroupKind | None,
    reasons: dict[str, WaitReason], *, about: str, left_out: str,
) -> PrintedTable:  # fmt: skip
    """Make the texts of all cells; not on the window's thread, there may be many."""
    now = datetime.now(UTC)
    rows = [[_text(c, job, Facts(now, reasons.get(job.id))) for c in columns] for job in jobs]
    groups: dict[int, str] = {}
    above = None
    for number, job in enumerate(jobs if group else ()):
        heading = group.heading(job) if group else ""
        if heading != above:
            groups[number] = above = heading
    has_names = any(column.kind is CellKind.NAME for column in columns)
    said = [_note(job, now, reasons.get(job.id)) for job in jobs] if has_names else []
    notes = {number: text for number, text in enumerate(said) if text}
    shown = tuple(
        PrintedColumn(
            column.heading, is_number=column.kind is CellKind.NUMBER,
            names_row=column.kind is CellKind.NAME,
        )
        for column in columns
    )  # fmt: skip
    return PrintedTable(tr("Jobs"), shown, rows, about, left_out, groups, notes)


def _text(column: Column, job: JobRecord, facts: Facts) -> str:
    return column.text(job, facts) if column.on_paper is None else column.on_paper(job)


def _note(job: JobRecord, now: datetime, reason: WaitReason | None) -> str:
    """Return what the table says beside or below a job's name: why it failed, waits, stopped."""
    if job.status is JobStatus.NOT_STARTED:
        return waiting_text(job, reason)
    said = second_line(job, now)
    return said.text if said else ""
