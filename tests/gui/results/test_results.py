from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pdf_text import pages_of
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.helper import helpers_of
from gui.printing import opening
from gui.results.artifact_view import artifact_view
from gui.results.dataset_view import DatasetView
from gui.results.decimals import decimals_of, with_decimals
from gui.results.figure_view import FigureView
from gui.results.loading import LoadingView
from gui.results.paged_table import BLOCK_ROWS, LOADING, PagedTableModel, ParquetSource
from gui.results.svg_picture import without_empty_glyphs
from gui.results.table_view import TableView, share_text
from gui.results.text_views import ModelView, ReportView, TextView
from gui.theme import Theme, ThemeMode
from gui.widgets import TextLabel
from queue_core.artifacts.figure import Figure
from queue_core.artifacts.kinds import Artifact
from queue_core.artifacts.writer import ArtifactWriter
from queue_core.components.dataset_writer import write_dataset
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError, ParameterError
from queue_core.library.export import save_figure, save_table
from queue_core.paths import LocalFolder

Run = Callable[[Any], Any]
ROWS = 1000


def table() -> Any:
    import pyarrow as pa

    return pa.table(
        {
            "id": pa.array(range(ROWS), pa.int64()),
            "x": [None if n % 10 == 0 else n / 7 for n in range(ROWS)],
            "word": [f"wörd {n % 3}" for n in range(ROWS)],
        }
    )


def figure() -> Figure:
    from queue_core.artifacts.figure import Line, Panel

    return Figure(
        title="Plot", panels=(Panel(marks=(Line(x=(1.0, 2.0, 3.0), y=(3.0, 1.0, 2.0)),)),)
    )


@pytest.fixture
def artifacts(local_folder: LocalFolder) -> tuple[Artifact, ...]:
    with ArtifactWriter(local_folder, "explorer", 1) as writer:
        writer.add_table("rows", "The rows", table())
        writer.add_figure("plot", "The plot", figure())
        writer.add_text("words", "The words", "first\nsecond")
        writer.add_report("facts", "The facts", {"rows": 1000, "nested": {"a": [1, 2]}})
        writer.add_model("model", "The model", b"x" * 2048)
    return writer.artifacts


@pytest.fixture
def dataset(local_folder: LocalFolder) -> StoredDataset:
    return write_dataset(local_folder.datasets / "1", table(), warnings=["Line 7 was left out."])


async def loaded(view: LoadingView) -> None:
    while view.is_loading:
        await asyncio.sleep(0.005)


def test_a_dataset_shows_rows_columns_and_warnings(
    bridge: Bridge, run: Run, qtbot: QtBot, dataset: StoredDataset
) -> None:
    view = DatasetView(dataset.path, "numbers", bridge)
    qtbot.addWidget(view)
    run(loaded(view))
    rows = view.tabs.widget(0)
    assert isinstance(rows, TableView)
    run(loaded(rows))
    assert [view.tabs.tabText(n) for n in range(view.tabs.count())] == ["Rows", "Columns"]
    texts = [label.text for label in view.findChildren(TextLabel)]
    assert any(text.startswith("1,000 rows × 3 columns") for text in texts)
    assert view._warnings._sentence.text == "Line 7 was left out."
    model = rows.model
    assert [model.headerData(n, Qt.Orientation.Horizontal) for n in range(3)] == [
        "id", "x", "word",
    ]  # fmt: skip
    assert model.cell(0, 1) is None
    assert model.cell(7, 1) == "1"
    assert model.index(0, 1).data() == "—"


def test_columns_tell_type_missing_and_statistics(
    bridge: Bridge, run: Run, qtbot: QtBot, dataset: StoredDataset
) -> None:
    view = DatasetView(dataset.path, "numbers", bridge)
    qtbot.addWidget(view)
    run(loaded(view))
    model = view.tabs.widget(1).model()  # type: ignore[attr-defined]
    lines = [[model.index(r, c).data() for c in range(5)] for r in range(3)]
    assert lines[0][:3] == ["id", "integer", "0"]
    assert lines[1][:3] == ["x", "float", "100 (10 %)"]
    assert "mean" in lines[1][4]
    assert "wörd 0" in lines[2][4]
    run(loaded(view.tabs.widget(0)))  # type: ignore[arg-type]


def test_far_rows_are_read_when_they_are_looked_at(
    bridge: Bridge, run: Run, qtbot: QtBot, dataset: StoredDataset
) -> None:
    model = PagedTableModel(ParquetSource(dataset.parquet_path, bridge), bridge)
    run(model.load())
    assert model.cell(ROWS - 1, 0) == LOADING

    async def arrived() -> None:
        while model.cell(ROWS - 1, 0) == LOADING:
            await asyncio.sleep(0.005)

    run(arrived())
    assert model.cell(ROWS - 1, 0) == str(ROWS - 1)
    assert model.cell(BLOCK_ROWS - 1, 2) == f"wörd {(BLOCK_ROWS - 1) % 3}"


def test_the_model_of_pages_is_a_proper_model(
    bridge: Bridge, run: Run, qtmodeltester: ModelTester, dataset: StoredDataset
) -> None:
    model = PagedTableModel(ParquetSource(dataset.parquet_path, bridge), bridge)
    qtmodeltester.check(model)
    run(model.load())
    qtmodeltester.check(model)

    async def settled() -> None:
        while model._is_reading:
            await asyncio.sleep(0.005)

    run(settled())


def test_a_heading_sorts_and_a_condition_chooses_rows(
    bridge: Bridge, run: Run, tmp_path: Path
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    path = tmp_path / "table.parquet"
    values = [number / 8 for number in range(100)]
    parquet.write_table(pa.table({"n": list(range(100)), "x": values}), path)
    view = TableView(path, "table", bridge)
    view.show()
    run(loaded(view))

    def first() -> list[str]:
        return [str(view.model.index(0, column).data()) for column in range(2)]

    assert first() == ["0", "0.00"]
    assert view.model.cell(1, 1) == "0.125"
    for shown in (["0", "0.00"], ["99", "12.38"], ["0", "0.00"]):  # up, down, as it was
        view.table.header.sectionClicked.emit(1)
        run(loaded(view))
        assert first() == shown
    view.table.header.sectionClicked.emit(1)
    view.filter.setText("n > 97")
    QTest.keyClick(view.filter, Qt.Key.Key_Return)
    run(loaded(view))
    assert first() == ["98", "12.25"]
    assert view._found.text() == "2 of 100"
    view.filter.setText("m > 97")
    QTest.keyClick(view.filter, Qt.Key.Key_Return)
    run(loaded(view))
    assert "no column" in view._problem._sentence.text
    assert first() == ["98", "12.25"]
    view.filter.clear()
    run(loaded(view))
    assert view.model.rowCount() == 100
    place = view._files._place
    assert place is not None
    assert place.exists()
    view.deleteLater()
    run(asyncio.sleep(0.05))
    assert not place.exists()


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["39.1", "15", "40.25"], ["39.10", "15.00", "40.25"]),
        (["0.3077365495", "0.1", "-0.00001"], ["0.3077", "0.1000", "-1.00e-05"]),
        (["12345.678", "1"], ["12346", "1"]),
        (["9007199254740993", "1"], ["9007199254740993", "1"]),
        (["1e-10", "nan"], ["1e-10", "nan"]),
    ],
)
def test_numbers_of_a_column_have_the_same_decimals(texts: list[str], shown: list[str]) -> None:
    decimals = decimals_of(texts)
    assert [with_decimals(text, decimals) for text in texts] == shown


def test_every_kind_of_artifact_has_a_viewer(
    bridge: Bridge, run: Run, qtbot: QtBot, artifacts: tuple[Artifact, ...]
) -> None:
    views = [artifact_view(artifact, bridge) for artifact in artifacts]
    for view in views:
        qtbot.addWidget(view)
        assert isinstance(view, LoadingView)
        run(loaded(view))
    assert [type(view) for view in views] == [
        TableView, FigureView, TextView, ReportView, ModelView,
    ]  # fmt: skip
    assert views[2].text.toPlainText() == "first\nsecond"  # type: ignore[attr-defined]
    assert views[3].tree.topLevelItemCount() == 2  # type: ignore[attr-defined]
    assert "2.0 kB" in views[4]._size.text  # type: ignore[attr-defined]


@pytest.mark.parametrize("is_large", [False, True])
def test_a_figure_follows_the_theme(
    bridge: Bridge, run: Run, qtbot: QtBot, artifacts: tuple[Artifact, ...], theme: Theme,
    is_large: bool, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if is_large:  # another process draws it
        monkeypatch.setattr("gui.results.live.reading.MOST_BYTES", 0)
    view = FigureView(artifacts[1], bridge)
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()

    def lightness() -> int:
        shown = view.picture._image if view.live is None else view.live.plots[0].grab().toImage()
        return -1 if shown is None else shown.pixelColor(1, 1).lightness()

    async def shows(fits: Callable[[int], bool]) -> None:
        while not fits(lightness()):
            await asyncio.sleep(0.005)

    run(shows(lambda light: light > 200))
    theme.set_mode(ThemeMode.DARK)
    run(shows(lambda light: 0 <= light < 60))
    assert (view.live is None) == is_large


@pytest.mark.expects_log
def test_a_damaged_picture_says_so(
    bridge: Bridge, run: Run, qtbot: QtBot, artifacts: tuple[Artifact, ...], until: Any
) -> None:
    artifacts[1].path.unlink()
    view = FigureView(artifacts[1], bridge)
    qtbot.addWidget(view)
    view.show()
    run(until(lambda: view._problem.isVisible()))
    assert "cannot be read" in view._problem._sentence.text


def test_a_view_that_is_closed_while_it_reads_leaves_no_trace(
    bridge: Bridge, run: Run, dataset: StoredDataset
) -> None:
    view = DatasetView(dataset.path, "numbers", bridge)
    view.deleteLater()
    run(asyncio.sleep(0.05))
    assert not helpers_of(bridge).previews.is_running


def test_the_page_of_a_dataset_that_is_in_sight_is_printed(
    bridge: Bridge, run: Run, qtbot: QtBot, dataset: StoredDataset, until: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    opened: list[Path] = []

    def open_file(path: Path) -> bool:
        opened.append(path)
        return True

    monkeypatch.setattr(opening, "open_file", open_file)
    view = DatasetView(dataset.path, "numbers", bridge)
    qtbot.addWidget(view)
    run(loaded(view))
    view.tabs.setCurrentIndex(1)
    view.paper.click()
    run(until(lambda: opened))
    page = pages_of(opened[0])[0]
    assert page[:4] == ["numbers", "Columns", "Column", "Type"]
    assert {"id", "x", "word"} <= set(page)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_tables_are_exported_whole(dataset: StoredDataset, tmp_path: Path, suffix: str) -> None:
    import pyarrow.csv
    import pyarrow.parquet

    target = tmp_path / f"out{suffix}"
    assert save_table(str(dataset.parquet_path), str(target)) == ROWS
    read = pyarrow.csv.read_csv if suffix == ".csv" else pyarrow.parquet.read_table
    assert read(target).num_rows == ROWS
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".part"] == []


def test_exports_that_cannot_be_written_say_why(dataset: StoredDataset, tmp_path: Path) -> None:
    taken = tmp_path / "taken.csv"
    taken.mkdir()
    with pytest.raises(DataError, match="cannot be written"):
        save_table(str(dataset.parquet_path), str(taken))
    with pytest.raises(ParameterError, match="cannot be written as “doc”"):
        save_table(str(dataset.parquet_path), str(tmp_path / "out.doc"))


@pytest.mark.parametrize(("suffix", "magic"), [(".png", b"\x89PNG"), (".pdf", b"%PDF")])
def test_figures_are_exported(
    artifacts: tuple[Artifact, ...], tmp_path: Path, suffix: str, magic: bytes
) -> None:
    target = tmp_path / f"plot{suffix}"
    save_figure(str(artifacts[1].path), str(target), "light")
    assert target.read_bytes().startswith(magic)
    assert json.loads(artifacts[1].path.read_text())


def test_shares() -> None:
    assert share_text(0, 10) == "0"
    assert share_text(1, 1000) == "1 (<1 %)"
    assert share_text(5, 10) == "5 (50 %)"


def test_a_narrow_figure_is_drawn_anew_with_fewer_plots_side_by_side(
    local_folder: LocalFolder, bridge: Bridge, run: Run, qtbot: QtBot
) -> None:
    from queue_core.artifacts.figure import Line, Panel

    panel = Panel(marks=(Line(x=(1.0, 2.0), y=(3.0, 1.0)),))
    wide = Figure(title="Six", panels=(panel,) * 6, columns=3, width_in=9, height_in=4)
    with ArtifactWriter(local_folder, "explorer", 2) as writer:
        artifact = writer.add_figure("six", "Six", wide)
    view = FigureView(artifact, bridge)
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()

    async def is_tall() -> None:
        while view.live is None or not view.live.height() > 0.8 * view.live.width():
            await asyncio.sleep(0.01)

    run(is_tall())
    run(loaded(view))


def test_glyphs_that_draw_nothing_are_left_out() -> None:
    svg = b'<path id="A-3" transform="scale(1)"/><use xlink:href="#A-3"/><use xlink:href="#A-4"/>'
    assert without_empty_glyphs(svg) == b'<use xlink:href="#A-4"/>'
