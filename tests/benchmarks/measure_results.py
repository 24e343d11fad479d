"""Part of `bench_gui.py`: opens a long table and a large scatter in the window; prints JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from gui.app import Program, make_application
from gui.results.live.live_figure import LiveFigure
from gui.results.live.panel_plot import PanelPlot
from gui.results.table_view import TableView
from gui.single_instance import SingleInstance
from queue_core.artifacts.figure import Axis, Figure, Panel, Points
from queue_core.paths import LocalFolder
from queue_core.settings import Settings

TABLE_ROWS = 5_000_000
POINTS = 1_000_000
PAN_S = 4.0
# Faster than any mouse says that it moved: the window draws as often as it can.
MOVE_EVERY_S = 0.004
CALM_S = 5.0


class PaintCount(QObject):
    """Counts how often a widget was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.painted = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Look at an event, and let it go on."""
        self.painted += event.type() == QEvent.Type.Paint
        return False


def make_table(path: Path, rows: int) -> None:
    """Write a table of numbers, times and texts."""
    random = np.random.default_rng(7)
    names = np.array([f"station {number}" for number in range(400)])
    first = np.datetime64("2020-01-01T00:00:00", "us")
    pq.write_table(
        pa.table(
            {
                "row": np.arange(rows),
                "time": first + np.arange(rows).astype("timedelta64[s]"),
                "station": pa.array(names[random.integers(0, 400, rows)]).dictionary_encode(),
                **{f"sensor {n}": random.normal(size=rows) for n in range(5)},
            }
        ),
        path,
    )


async def table_opened_s(path: Path, program: Program) -> float:
    """Return the seconds until the rows of a stored table are on the screen."""
    began = time.perf_counter()
    view = TableView(path, "Readings", program.bridge)
    view.resize(900, 600)
    view.show()
    await _until(lambda: view.model.rowCount() == TABLE_ROWS and _has_words(view))
    view.repaint()
    seconds = time.perf_counter() - began
    view.close()
    view.deleteLater()
    return seconds


def _has_words(view: TableView) -> bool:
    last = view.model.index(10, view.model.columnCount() - 1)
    return bool(view.model.data(last, Qt.ItemDataRole.DisplayRole))


async def pan_frames_per_s() -> float:
    """Return how often a scatter is drawn in a second while the mouse drags it."""
    random = np.random.default_rng(7)
    x, y = random.normal(size=POINTS), random.normal(size=POINTS)
    marks = (Points(x=x, y=y, label="readings"),)
    view = LiveFigure(
        Figure(title="", panels=(Panel(marks=marks, x=Axis(label="x"), y=Axis(label="y")),)),
        "scatter", fills=True,
    )  # fmt: skip
    view.resize(1000, 700)
    view.show()
    plot = view.plots[0]
    counter = PaintCount()
    plot.installEventFilter(counter)
    await _until(lambda: counter.painted > 0)
    middle = plot.rect().center()
    _send(plot, QEvent.Type.MouseButtonPress, middle)
    began = time.perf_counter()
    counter.painted = moves = 0
    while time.perf_counter() - began < PAN_S:
        moves += 1
        _send(plot, QEvent.Type.MouseMove, middle + QPoint(moves % 240 - 120, moves % 160 - 80))
        await asyncio.sleep(MOVE_EVERY_S)
    seconds = time.perf_counter() - began
    _send(plot, QEvent.Type.MouseButtonRelease, middle)
    assert not view.is_at_home  # it was really dragged
    view.close()
    view.deleteLater()
    return counter.painted / seconds


def _send(plot: PanelPlot, kind: QEvent.Type, place: QPoint) -> None:
    button = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        kind, QPointF(place), QPointF(plot.mapToGlobal(place)), button, button,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(plot, event)


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.002)


async def measure(program: Program, table: Path) -> dict[str, float]:
    """Measure all, then close the window."""
    try:
        await _until(lambda: program._window is not None)
        await asyncio.sleep(CALM_S)  # somebody looks at the list first
        first = await table_opened_s(table, program)
        again = [await table_opened_s(table, program) for _ in range(5)]
        return {
            "table_first": first,
            "table": sorted(again)[len(again) // 2],
            "pan_ms": 1e3 / await pan_frames_per_s(),
        }
    finally:
        program.quit()


def main() -> int:
    """Measure in the window of a folder of its own."""
    application = make_application()
    with tempfile.TemporaryDirectory() as name:
        table = Path(name) / "readings.parquet"
        make_table(table, TABLE_ROWS)
        folder = LocalFolder(Path(name) / "local").create()
        instance = SingleInstance(folder)
        instance.claim([])
        with QEventLoop(application) as loop:
            settings = Settings.load(folder.settings)
            program = Program(application, folder, settings, instance, loop, [])

            async def run() -> dict[str, float]:
                task = asyncio.ensure_future(measure(program, table))
                await program.run()
                return await task

            found = loop.run_until_complete(run())
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
