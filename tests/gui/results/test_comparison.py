"""Models side by side: the best first and marked, parameters only where they differ."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.results.comparison import compare
from gui.results.facts_table import FactsTable
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.library.entities import EntityRecord, MetricRecord


def run_of(number: int, name: str, **params: Any) -> EntityRecord:
    return EntityRecord(
        kind=EntityKind.RUN, id=number, name=name, status=EntityStatus.FINISHED, error=None,
        job_id=None, created_at=datetime.now(UTC), started_at=None, finished_at=None,
        provenance=None, details={"session_id": 1, "params": params},
    )  # fmt: skip


def measure(name: str, value: float) -> MetricRecord:
    return MetricRecord(id=1, name=name, split="test", value=value, fold=None, step=None)


RUNS = [run_of(1, "tree", max_depth=3, seed=0), run_of(2, "forest", max_depth=10, seed=0)]
MEASURED = {
    1: [measure("accuracy", 0.9), measure("log_loss", 0.2)],
    2: [measure("accuracy", 0.95), measure("log_loss", 0.4)],
}


def test_the_best_stands_first_and_is_marked() -> None:
    found = compare(RUNS, MEASURED)
    assert found.headings == ("Accuracy", "Log loss", "max_depth")
    assert [name for name, _ in found.rows] == ["forest", "tree"]
    marks = {name: [cell.is_best for cell in cells] for name, cells in found.rows}
    assert marks == {"forest": [True, False, False], "tree": [False, True, False]}


def test_one_model_is_not_the_best_of_one() -> None:
    found = compare(RUNS[:1], MEASURED)
    assert not any(cell.is_best for _, cells in found.rows for cell in cells)
    assert found.headings == ("Accuracy", "Log loss")


def test_a_click_sorts_numbers_as_numbers(qtbot: QtBot) -> None:
    found = compare(RUNS, MEASURED)
    table = FactsTable("Models", ["Model", *found.headings], [[name] for name, _ in found.rows])
    qtbot.addWidget(table)
    table.show_cells([cells for _, cells in found.rows], after=1)
    table.sortItems(3, Qt.SortOrder.AscendingOrder)
    assert [table.item(row, 3).text() for row in range(2)] == ["3", "10"]
    assert table.item(0, 0).text() == "tree"
    assert table.item(0, 2).font().bold()
