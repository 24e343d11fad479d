"""Figures that the window draws: every mark, zoom and pan, values under the pointer, legend."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from gui.i18n import set_language
from gui.results.figure_words import label
from gui.results.live.live_figure import LiveFigure
from gui.results.live.numbers import local_number
from gui.results.live.panel_plot import PanelPlot
from gui.results.live.readings import reading_at
from gui.results.live.scales import View, measured, text_of, ticks, value_at
from gui.theme import Theme, ThemeMode
from queue_core.artifacts.figure import (
    Area,
    Axis,
    AxisScale,
    Bars,
    Box,
    ColorScale,
    Figure,
    Heatmap,
    Histogram,
    Line,
    Lines,
    Mark,
    Panel,
    Points,
    Rule,
    Text,
    Violin,
)

NAN = float("nan")
PLAIN = Axis()
NAMES = Axis(scale=AxisScale.CATEGORY, categories=("a", "b"))
MARKS: tuple[Mark, ...] = (
    Line(x=(0, 1, 2), y=(0, NAN, 2), is_stepped=True, has_markers=True),
    Lines(x=(0, 1), rows=((0, 1), (1, NAN))),
    Area(x=(0, 1, 2), low=(0, 0, 0), high=(1, 2, NAN)),
    Bars(positions=(0, 1), values=(3, -1), errors=(0.1, 0.1), texts=("3", "−1")),
    Bars(positions=(0, 1), values=(3, NAN), is_horizontal=True),
    Histogram(edges=(0, 1, 2), counts=(3, 1)),
    Points(x=(0, 1, NAN), y=(0, 1, 2), values=(1, NAN, 3), value_label="v"),
    Points(x=np.linspace(0, 1, 9000), y=np.linspace(0, 1, 9000)),
    Points(x=np.linspace(0, 1, 9000), y=np.linspace(0, 1, 9000), values=np.arange(9000)),
    Heatmap(x_edges=(-0.5, 0.5, 1.5), y_edges=(-0.5, 0.5), values=((1, NAN),), text_format=".1f"),
    Heatmap(
        x_edges=(0, 1, 2), y_edges=(0, 1), values=((-1, 2),), scale=ColorScale.DIVERGING, label="r"
    ),
    Box(position=0, low=0, first_quartile=1, median=2, third_quartile=3, high=4, mean=2,
        outliers=(9,)),
    Violin(position=0, values=(0, 1, 2), density=(0, 0.4, 0)),
    Rule(value=1.0),
    Text(x=0.5, y=0.5, text="<b>words</b>", is_relative=True),
)  # fmt: skip


def shown(qtbot: QtBot, *marks: Mark, x: Axis = PLAIN, y: Axis = PLAIN) -> PanelPlot:
    plot = PanelPlot(Panel(marks=marks, x=x, y=y), zooms_by_wheel=False)
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    return plot


def said_at(plot: PanelPlot, x: float, y: float) -> str:
    """Return what is said at a share of the plot's width and, from below, of its height."""
    frame = plot._frame()
    at = QPointF(
        frame.box.left() + x * frame.box.width(), frame.box.bottom() - y * frame.box.height()
    )
    return reading_at(plot._canvas(QPainter(), frame), plot._marks(), at)


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: type(mark).__name__)
def test_every_mark_is_drawn_in_both_themes(qtbot: QtBot, mark: Mark, theme: Theme) -> None:
    plot = shown(qtbot, mark)
    empty = shown(qtbot, x=plot._panel.x)
    for mode in (ThemeMode.LIGHT, ThemeMode.DARK):
        theme.set_mode(mode)
        empty.views = plot.views
        assert plot.grab().toImage() != empty.grab().toImage()


@pytest.mark.parametrize("scale", [AxisScale.LOG, AxisScale.SYMLOG, AxisScale.TIME])
def test_what_has_no_place_on_an_axis_is_left_out(qtbot: QtBot, scale: AxisScale) -> None:
    axis = Axis(scale=scale)
    for mark in MARKS:
        plot = shown(qtbot, mark, x=axis, y=axis)
        plot.zoom(0.01)
        plot.grab()
        said_at(plot, 0.5, 0.5)


def test_keys_zoom_move_and_go_back(qtbot: QtBot) -> None:
    plot = shown(qtbot, Line(x=(0, 10), y=(0, 10)))
    first = plot.views
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    assert plot.views[0].high - plot.views[0].low < first[0].high - first[0].low
    inner = plot.views[0]
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert plot.views[0].low > inner.low
    assert not plot.is_at_home
    for _ in range(200):
        plot.zoom(0.5)  # not into nothing
    assert plot.views[0].high > plot.views[0].low
    QTest.keyClick(plot, Qt.Key.Key_Home)
    assert plot.is_at_home


def test_dragging_moves_what_is_under_the_pointer_along_and_is_no_click(qtbot: QtBot) -> None:
    plot = shown(qtbot, Points(x=(0, 5, 10), y=(0, 5, 10)))
    clicks: list[None] = []
    plot.clicked.connect(lambda: clicks.append(None))
    box = plot._frame().box
    start = box.center().toPoint()
    end = start + QPointF(60, -30).toPoint()
    assert said_at(plot, 0.5, 0.5) == "x: 5\ny: 5"
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=start)
    for share in (0.5, 1.0):
        QTest.mouseMove(plot, start + (end - start) * share)
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=end)
    at = (60 / box.width(), 30 / box.height())
    assert said_at(plot, 0.5 + at[0], 0.5 + at[1]) == "x: 5\ny: 5"
    assert clicks == []
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=start)
    assert clicks == [None]


def test_what_is_under_the_pointer_is_said(qtbot: QtBot) -> None:
    bars = Bars(positions=(0, 1), values=(3, 4), is_horizontal=True)
    plot = shown(qtbot, bars, x=Axis(label="Rows"), y=NAMES)
    assert said_at(plot, 0.1, 0.75) == "b\nRows: 4"
    cells = Heatmap(x_edges=(-0.5, 0.5, 1.5), y_edges=(-0.5, 0.5, 1.5), values=((1, 2), (3, NAN)))
    actual = replace(NAMES, label="Actual", is_inverted=True)
    matrix = shown(qtbot, cells, x=NAMES, y=actual)
    assert said_at(matrix, 0.75, 0.75) == "b\nActual: a\nValue: 2"
    assert said_at(matrix, 0.75, 0.25) == "b\nActual: b\nValue: —"
    counts = shown(qtbot, Histogram(edges=(0, 1, 2), counts=(3, 1)), y=Axis(label="Rows"))
    assert said_at(counts, 0.25, 0.9) == "x: 0 – 1\nRows: 3"


def test_the_legend_switches_parts_of_all_plots(qtbot: QtBot) -> None:
    lines = (Line(x=(0, 1), y=(0, 1), label="one"), Line(x=(0, 1), y=(1, 0), label="two", color=1))
    figure = Figure(title="t", panels=(Panel(marks=lines), Panel(marks=lines)), columns=2)
    view = LiveFigure(figure, "t")
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show()
    chips = view.findChildren(QToolButton)
    assert [chip.text() for chip in chips] == ["one", "two"]
    chips[0].click()
    assert [len(plot._marks()) for plot in view.plots] == [1, 1]
    chips[0].click()
    assert [len(plot._marks()) for plot in view.plots] == [2, 2]
    assert view.height() >= 280


def test_a_cloud_shows_all_points_at_rest_and_is_centred_where_they_are(qtbot: QtBot) -> None:
    random = np.random.default_rng(0)
    x, y = random.normal(size=(2, 300_000))
    plot = shown(qtbot, Points(x=x, y=y, opacity=0.5))
    plot.move_by(0.01, 0)
    assert plot._is_moving
    coarse = plot.grab().toImage()
    qtbot.waitUntil(lambda: not plot._is_moving)
    assert plot.grab().toImage() != coarse
    box: QRectF = plot._frame().box
    picture = plot.grab().toImage()
    surface = picture.pixelColor(2, 2)
    assert picture.pixelColor(box.center().toPoint()) != surface


def test_ticks_stand_at_even_places_and_are_read_as_numbers_dates_and_names() -> None:
    assert [text for _, text in ticks(Axis(), View(0, 1), 5)] == [
        "0.0", "0.2", "0.4", "0.6", "0.8", "1.0",
    ]  # fmt: skip
    assert [text for _, text in ticks(Axis(), View(2006.5, 2009.5), 9)][-1] == "2009.5"
    whole = Axis(has_whole_numbers=True)
    assert [text for _, text in ticks(whole, View(2006.5, 2009.5), 9)] == ["2007", "2008", "2009"]
    log = Axis(scale=AxisScale.LOG)
    assert [text for _, text in ticks(log, View(0, 3), 5)] == ["1", "10", "100", "1,000"]
    start, end = (datetime(2024, month, 1, tzinfo=UTC).timestamp() for month in (1, 12))
    time = Axis(scale=AxisScale.TIME)
    assert [text for _, text in ticks(time, View(start, end), 4)] == [
        "Jan 2024", "Apr 2024", "Jul 2024", "Oct 2024",
    ]  # fmt: skip
    assert [text for _, text in ticks(NAMES, View(-0.5, 1.5), 9)] == ["a", "b"]
    assert ticks(Axis(has_ticks=False), View(0, 1), 5) == []
    assert text_of(Axis(unit="g"), 3.14159) == "3.142 g"


@pytest.mark.parametrize("scale", [AxisScale.LINEAR, AxisScale.LOG, AxisScale.SYMLOG])
def test_a_place_leads_back_to_its_value(scale: AxisScale) -> None:
    axis = Axis(scale=scale)
    for value in (0.001, 3.0, 12_345.0):
        assert value_at(axis, float(measured(axis, [value])[0])) == pytest.approx(value)


def test_names_of_columns_stay_and_numbers_are_as_the_language_has_them() -> None:
    set_language("es")
    assert label("year") == "year"
    assert label("year · 2 missing") == "year · faltan 2"
    assert label("Rows") == "Filas"
    assert local_number("−0.25") == "−0,25"
    assert local_number("44.2 %") == "44,2 %"
    assert local_number("version 1.5") == "version 1.5"
