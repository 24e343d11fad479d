"""Models side by side: the best first and marked, parameters only where they differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QPersistentModelIndex, QPointF, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from gui.results.compare.axes import axes_of
from gui.results.compare.parallel import ParallelPlot
from gui.results.compare.table_model import ComparisonModel
from gui.results.comparison import compare, short_names
from gui.theme import Theme
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
    assert [run.name for run in found.runs] == ["forest", "tree"]
    marks = {c.key: [cell.is_best for cell in c.cells] for c in found.differing}
    assert marks == {
        "accuracy": [True, False], "log_loss": [False, True], "max_depth": [False, False]
    }  # fmt: skip
    assert "seed" in {column.key for column in found.columns}


def test_one_model_is_not_the_best_of_one() -> None:
    found = compare(RUNS[:1], MEASURED)
    assert not any(cell.is_best for column in found.columns for cell in column.cells)
    assert [column.key for column in found.differing] == ["accuracy", "log_loss"]


def test_a_column_has_the_same_decimals_and_a_spread() -> None:
    folds = [
        MetricRecord(id=n, name="accuracy", split="test", value=value, fold=n, step=None)
        for n, value in enumerate((0.5, 0.7))
    ]
    found = compare(RUNS, {1: folds, 2: [measure("accuracy", 0.0874)]})
    assert [cell.text for cell in found.columns[0].cells] == ["0.6000 ± 0.1414", "0.0874"]


def test_the_table_sorts_numbers_as_numbers_and_keeps_what_is_selected(qtbot: QtBot) -> None:
    runs = [*RUNS, run_of(3, "line")]
    model = ComparisonModel()
    model.show(compare(runs, {**MEASURED, 3: [measure("accuracy", 0.5)]}))
    keys = [column.key for column in model.columns]
    assert keys[:2] == ["accuracy", "max_depth"]
    kept = QPersistentModelIndex(model.index(2, 0))
    assert kept.data() == "line"
    for order, names in (
        (Qt.SortOrder.AscendingOrder, ["tree", "forest", "line"]),
        (Qt.SortOrder.DescendingOrder, ["forest", "tree", "line"]),  # what is missing stays last
    ):
        model.sort(2, order)
        assert [model.run(row).name for row in range(3)] == names
    assert kept.data() == "line"
    assert kept.row() == 2
    QAbstractItemModelTester(model)


def test_what_a_model_does_not_have_stands_below_all_values() -> None:
    runs = [*RUNS, run_of(3, "line")]
    found = compare(runs, {**MEASURED, 3: [measure("accuracy", 0.5)]})
    axis = next(axis for axis in axes_of(found) if axis.column.key == "max_depth")
    assert axis.places[2] == 0
    assert axis.ticks[0] == (0.0, "—")
    assert axis.places[0] == 1  # the forest is the deeper one
    assert axis.places[1] > 0


def test_what_was_varied_stands_before_what_one_kind_of_model_has() -> None:
    other = run_of(3, "ridge", **{f"only_{n}": n for n in range(12)})
    found = compare([other, *RUNS], {**MEASURED, 3: [measure("accuracy", 0.99)]})
    parameters = [c.key for c in found.differing if c.key == "max_depth" or "only" in c.key]
    assert parameters[0] == "max_depth"
    assert "max_depth" in {axis.column.key for axis in axes_of(found)}


def test_drawing_along_axes_chooses_the_models_that_pass_there(qtbot: QtBot, theme: Theme) -> None:
    runs = [run_of(n, f"tree {n}", max_depth=n, leaves=n % 3) for n in range(1, 7)]
    measured = {run.id: [measure("accuracy", run.id / 10)] for run in runs}
    found = compare(runs, measured)
    plot = ParallelPlot()
    qtbot.addWidget(plot)
    plot.resize(700, 300)
    plot.show_comparison(found)
    plot.show()
    chosen: list[list[int]] = []
    plot.brushed.connect(chosen.append)
    axes = axes_of(found)
    keys = [axis.column.key for axis in axes]

    def draw(key: str, low: float, high: float) -> None:
        x = plot._x(keys.index(key))
        start, end = (QPointF(x, plot._y(place)).toPoint() for place in (low, high))
        qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=start)
        qtbot.mouseMove(plot, end)
        qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=end)

    def names() -> set[str]:
        return {found.runs[place].name for place in chosen[-1]}

    draw("max_depth", 0.5, 1.0)
    assert names() == {"tree 4", "tree 5", "tree 6"}
    draw("leaves", 0.9, 1.0)
    assert names() == {"tree 5"}
    draw("leaves", 0.5, 0.5)  # a click takes that axis away
    assert names() == {"tree 4", "tree 5", "tree 6"}
    qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton)
    assert chosen[-1] == []


def test_what_was_measured_of_several_kinds_stands_before_what_they_do_not_share() -> None:
    kinds = ("RandomForestClassifier", "LogisticRegression")
    runs = [
        replace(run, name=f"{kind} on iris", details={**run.details, "component": kind})
        for run, kind in zip(RUNS, kinds, strict=True)
    ]
    keys = [column.key for column in compare(runs, MEASURED).columns]
    assert keys[:3] == ["accuracy", "component", "log_loss"]
    assert short_names(runs) == list(kinds)
    assert short_names(runs[:1]) == [runs[0].name]
    twice = [replace(run, name="Random forest on iris") for run in runs]
    assert short_names(twice) == ["Random forest on iris"] * 2
    assert short_names([*twice, runs[1]]) == ["Random forest", "Random forest", kinds[1]]
