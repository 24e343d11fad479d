"""Saved views of the jobs: a name, what is shown, and how the table is laid out for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from gui.jobs.filter_state import readable_query
from gui.jobs.table_layout import TableLayout
from gui.window_state import WindowState
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobFilter

MOST_VIEWS: Final = 40
LONGEST_NAME: Final = 60
_KEY: Final = "views"


@dataclass(frozen=True)
class SavedView:
    """One of them.

    Attributes:
        name: What the user calls it.
        where: Which jobs it shows.
        layout: How the table is laid out.
    """

    name: str
    where: JobFilter
    layout: TableLayout = field(default_factory=TableLayout)


class ViewStore:
    """Keeps the views in the window's file, in the order of the user."""

    def __init__(self, state: WindowState) -> None:
        self._state = state
        self.views: tuple[SavedView, ...] = tuple(_read(state.remembered(_KEY)))[:MOST_VIEWS]

    def find(self, name: str) -> SavedView | None:
        """Return a view by its name."""
        return next((view for view in self.views if view.name == name), None)

    def save(self, view: SavedView) -> None:
        """Keep a view, in place of the one that is called the same."""
        if self.find(view.name) is None:
            self._keep((*self.views, view)[-MOST_VIEWS:])
        else:
            self._keep(tuple(view if old.name == view.name else old for old in self.views))

    def rename(self, name: str, to: str) -> None:
        """Call a view otherwise; what is called so already goes."""
        others = (view for view in self.views if view.name != to or name == to)
        self._keep(tuple(replace(v, name=to) if v.name == name else v for v in others))

    def remove(self, name: str) -> None:
        """Forget a view."""
        self._keep(tuple(view for view in self.views if view.name != name))

    def _keep(self, views: tuple[SavedView, ...]) -> None:
        self.views = views
        self._state.remember(_KEY, json.dumps([_to_data(view) for view in views]))


def _to_data(view: SavedView) -> dict[str, Any]:
    return {
        "name": view.name,
        "query": view.where.query,
        "statuses": sorted(view.where.statuses),
        "types": sorted(view.where.task_types),
        "layout": view.layout.to_data(),
    }


def _read(text: str) -> Iterator[SavedView]:
    """Return the views that can be read; the file may be anybody's."""
    try:
        stored = json.loads(text) if text else []
    except ValueError:
        return
    for data in stored if isinstance(stored, list) else []:
        try:
            where = JobFilter(
                statuses=frozenset(map(JobStatus, data["statuses"])),
                task_types=frozenset(map(str, data["types"])),
                query=readable_query(str(data["query"])),
            )
            name = str(data["name"])[:LONGEST_NAME]
            yield SavedView(name, where, TableLayout.from_data(data["layout"]))
        except (TypeError, KeyError, ValueError, AttributeError):
            continue
