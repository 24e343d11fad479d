"""Part of `bench_gui.py`: the same rows in a stock model and a plain table; prints JSON."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, Qt
from PySide6.QtSql import QSqlDatabase, QSqlTableModel
from PySide6.QtWidgets import QApplication, QTableView

COLUMNS = "status, job_name, task_type, started_at, duration, error_msg, peak_memory_bytes"
SELECT = (
    "SELECT status, job_name, task_type, started_at, run_seconds, error_msg, peak_memory_bytes "
    "FROM task_copy ORDER BY rowid DESC"
)
SORTED = (1, 3, 4, 5, 6)


class ListModel(QAbstractTableModel):
    """All rows in a list, as a first version is usually written."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        with closing(sqlite3.connect(path)) as connection:
            self.all = connection.execute(SELECT).fetchall()
        self.shown = self.all

    def rowCount(self, _parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008, N802
        """Return the number of rows."""
        return len(self.shown)

    def columnCount(self, _parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008, N802
        """Return the number of columns."""
        return len(COLUMNS.split(","))

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell."""
        return self.shown[index.row()][index.column()] if role == 0 else None

    def show(self, rows: list[Any]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.shown = rows
        self.endResetModel()


def timed_ms(call: Any) -> float:
    """Return how long a call and the repaint take."""
    began = time.perf_counter()
    call()
    QCoreApplication.processEvents()
    return 1e3 * (time.perf_counter() - began)


def frames_ms(view: QTableView, steps: list[int]) -> float:
    """Return the p99 of frames while scrolling."""
    times = []
    for value in steps:
        began = time.perf_counter()
        view.verticalScrollBar().setValue(value)
        view.viewport().repaint()
        times.append(1e3 * (time.perf_counter() - began))
        QCoreApplication.processEvents()
    return sorted(times)[int(0.99 * (len(times) - 1))]


def measure_list(view: QTableView, path: Path) -> dict[str, float]:
    """Measure the list."""
    found: dict[str, float] = {}
    models: list[ListModel] = []
    found["opening"] = timed_ms(lambda: (models.append(ListModel(path)), view.setModel(models[0])))
    found["opening"] /= 1e3
    (model,) = models
    found["filter_status"] = timed_ms(lambda: model.show([r for r in model.all if r[0] == "error"]))
    found["filter_type"] = timed_ms(
        lambda: model.show([r for r in model.all if r[2] == "ModelJob"])
    )
    found["search_word"] = timed_ms(
        lambda: model.show([r for r in model.all if "iris" in f"{r[1]} {r[5]}".lower()])
    )
    found["sort_worst"] = max(
        timed_ms(lambda c=c: model.show(sorted(model.all, key=lambda r: (r[c] is None, r[c]))))
        for c in SORTED
    )
    return found


def measure_sql(view: QTableView, path: Path) -> dict[str, float]:
    """Measure Qt's own model."""
    database = QSqlDatabase.addDatabase("QSQLITE")
    database.setDatabaseName(str(path))
    assert database.open()
    model = QSqlTableModel(db=database)
    model.setTable("task_copy")
    view.setModel(model)

    def select(where: str) -> None:
        model.setFilter(where)
        model.select()
        while model.canFetchMore():  # else its scroll bar ends at row 256
            model.fetchMore()

    found = {
        "filter_status": timed_ms(lambda: select("status = 'error'")),
        "filter_type": timed_ms(lambda: select("task_type = 'ModelJob'")),
        "search_word": timed_ms(
            lambda: select("job_name LIKE '%iris%' OR error_msg LIKE '%iris%'")
        ),
    }
    model.setFilter("")

    def sort(column: str) -> None:
        model.setSort(model.fieldIndex(column), Qt.SortOrder.AscendingOrder)
        model.select()

    columns = ("job_name", "started_at", "run_seconds", "error_msg", "peak_memory_bytes")
    found["sort_worst"] = max(timed_ms(lambda c=c: sort(c)) for c in columns)
    model.setSort(-1, Qt.SortOrder.AscendingOrder)
    found["opening"] = timed_ms(lambda: select("")) / 1e3
    return found


def main() -> int:
    """Measure one of the two."""
    kind, path = sys.argv[1], Path(sys.argv[2]) / "job_queue.db"
    application = QApplication(sys.argv[:1])
    view = QTableView()
    view.resize(1280, 800)
    view.show()
    found = (measure_list if kind == "list" else measure_sql)(view, path)
    view.verticalScrollBar().setValue(100)
    found["scroll_p99"] = frames_ms(view, list(range(100, 1300, 3)))
    found["memory"] = psutil.Process().memory_info().rss / 1e6
    print(json.dumps(found))
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
