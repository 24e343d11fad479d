"""What the user wants to see of the jobs: statuses, types and a query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from queue_core.queue.finding.language import QueryError, parse
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobFilter

T = TypeVar("T")


class FilterState(QObject):
    """The filter that sidebar, search field and table share.

    Signals:
        changed: The new `JobFilter`.
        mistaken: The `QueryError` of what was typed last; None where it can be understood.
    """

    changed = Signal(object)
    mistaken = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.where = JobFilter()

    @property
    def is_active(self) -> bool:
        """Whether it may hide any job."""
        return self.where != JobFilter()

    def choose_status(self, status: JobStatus | None, *, add: bool) -> None:
        """Show jobs of one status, or of one more or less; None shows all."""
        chosen = _chosen(self.where.statuses, status, add=add)
        self._set(replace(self.where, statuses=chosen))

    def choose_type(self, task_type: str, *, add: bool) -> None:
        """Show jobs of one type, or of one more or less."""
        chosen = _chosen(self.where.task_types, task_type, add=add)
        self._set(replace(self.where, task_types=chosen))

    def set_search(self, text: str) -> None:
        """Show jobs that meet a query; one that cannot be understood changes nothing."""
        try:
            parse(text)
        except QueryError as error:
            self.mistaken.emit(error)
            return
        self.mistaken.emit(None)
        self._set(replace(self.where, query=text.strip()))

    def show(self, where: JobFilter) -> None:
        """Show the jobs that match."""
        self.mistaken.emit(None)
        self._set(where)

    def restore(self, statuses: Iterable[JobStatus], task_types: Iterable[str]) -> None:
        """Take up what was chosen in an earlier session."""
        where = replace(self.where, statuses=frozenset(statuses), task_types=frozenset(task_types))
        self._set(where)

    def clear(self) -> None:
        """Show all jobs."""
        self.show(JobFilter())

    def _set(self, where: JobFilter) -> None:
        if where != self.where:
            self.where = where
            self.changed.emit(where)


def readable_query(text: str) -> str:
    """Return a query that was stored, or nothing where it cannot be understood any more."""
    try:
        parse(text)
    except QueryError:
        return ""
    return text


def _chosen(before: frozenset[T], one: T | None, *, add: bool) -> frozenset[T]:
    if one is None:
        return frozenset()
    if add:
        return before ^ {one}
    return frozenset() if before == {one} else frozenset({one})
