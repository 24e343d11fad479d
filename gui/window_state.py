"""What the window remembers from one day to the next: places, sizes, columns, filters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QWidget

from gui.jobs.columns import COLUMNS
from gui.jobs.filter_state import FilterState
from gui.jobs.table_layout import ColumnPlace, TableLayout
from gui.jobs.table_view import JobTableView
from queue_core.paths import LocalFolder
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobOrder

# Raised when the meaning of what is stored changes; older files are then forgotten.
VERSION = 1


class WindowState:
    """The remembered state, in `window.ini` of the local folder.

    Attributes:
        layout_to_keep: The layout of the table that is remembered; None: that which it has.
    """

    def __init__(self, folder: LocalFolder) -> None:
        self._file = QSettings(str(state_path(folder)), QSettings.Format.IniFormat)
        self.layout_to_keep: Callable[[], TableLayout | None] = lambda: None
        if self._int("version", 0) != VERSION:
            self._file.clear()
            self._file.setValue("version", VERSION)

    def flush(self) -> None:
        """Write the file."""
        self._file.sync()

    # --- geometry -----------------------------------------------------------------------------

    def save_geometry(self, window: QWidget) -> None:
        """Remember place and size."""
        self._file.setValue("window/geometry", window.saveGeometry())

    def restore_geometry(self, window: QWidget) -> bool:
        """Go to the remembered place; return whether there is one."""
        data = self._file.value("window/geometry")
        return isinstance(data, QByteArray) and window.restoreGeometry(data)

    def save_share(self, name: str, share: float) -> None:
        """Remember which part of a room something takes, 0 to 1."""
        self._file.setValue(f"shares/{name}", f"{share:.3f}")

    def share(self, name: str, *, default: float) -> float:
        """Return which part of a room something takes."""
        try:
            share = float(str(self._file.value(f"shares/{name}", default)))
        except ValueError:
            return default
        return share if 0.0 < share < 1.0 else default

    def save_flag(self, name: str, *, value: bool) -> None:
        """Remember a switch."""
        self._file.setValue(f"flags/{name}", int(value))

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a switch."""
        return bool(self._int(f"flags/{name}", int(default)))

    def remember(self, name: str, text: str) -> None:
        """Remember a text, at once: it is news that must not come twice."""
        self._file.setValue(f"texts/{name}", text)
        self.flush()

    def remembered(self, name: str) -> str:
        """Return a text; nothing where there is none."""
        return str(self._file.value(f"texts/{name}", ""))

    # --- table --------------------------------------------------------------------------------

    def save_table(self, view: JobTableView, order: JobOrder) -> None:
        """Remember columns and order."""
        layout = self.layout_to_keep() or TableLayout.of(view, order)
        for name, column in layout.columns.items():
            self._file.setValue(f"columns/{name}/shown", int(column.is_shown))
            self._file.setValue(f"columns/{name}/place", column.place)
            if column.width_px:
                self._file.setValue(f"columns/{name}/width", column.width_px)
        self._file.setValue("order/column", layout.order.column)
        self._file.setValue("order/descending", int(layout.order.descending))
        self._file.setValue("order/group", layout.group)

    def restore_table(self, view: JobTableView) -> None:
        """Show the remembered columns in their order."""
        columns = {
            column.name: ColumnPlace(
                bool(self._int(f"columns/{column.name}/shown", int(column.is_shown))),
                self._int(f"columns/{column.name}/place", section),
                self._int(f"columns/{column.name}/width", 0),
            )
            for section, column in enumerate(COLUMNS)
        }
        default = JobOrder()
        column = str(self._file.value("order/column", default.column))
        order = JobOrder(column, bool(self._int("order/descending", 1)))
        group = str(self._file.value("order/group", ""))
        TableLayout(columns, order, group).apply(view)

    # --- filters ------------------------------------------------------------------------------

    def save_filter(self, state: FilterState) -> None:
        """Remember statuses and types; not the words: they are of the moment."""
        where = state.where
        self._file.setValue("filter/statuses", " ".join(sorted(where.statuses)))
        self._file.setValue("filter/types", " ".join(sorted(where.task_types)))

    def restore_filter(self, state: FilterState) -> None:
        """Choose the remembered statuses and types."""
        known = {status.value for status in JobStatus}
        words = self._words("filter/statuses")
        state.restore((JobStatus(w) for w in words if w in known), self._words("filter/types"))

    def _words(self, key: str) -> list[str]:
        return str(self._file.value(key, "")).split()

    def _int(self, key: str, default: int) -> int:
        value: Any = self._file.value(key, default)
        try:
            return int(value)
        except (TypeError, ValueError):
            return default


def state_path(folder: LocalFolder) -> Path:
    """Return the file of the window's state."""
    return folder.monitor / "window.ini"
