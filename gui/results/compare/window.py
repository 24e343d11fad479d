"""Trained models side by side in a window: the table above, the plot or two of them below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QFrame,
    QHeaderView,
    QSplitter,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gui.bridge import Bridge
from gui.i18n import tr, tr_plural
from gui.placing import open_at_size
from gui.plain_text import as_title
from gui.results.compare.parallel import ParallelPlot
from gui.results.compare.side_by_side import SideBySide
from gui.results.compare.table_model import ComparisonModel
from gui.results.comparison import Comparison, compare
from gui.results.export import ask_and_write, values_export
from gui.results.loading import LoadingView
from gui.results.printed_rows import print_view, sorted_text
from gui.theme import COMPACT_ROW_HEIGHT_PX, title_font
from gui.widgets import TextLabel, icon_button, row, set_role
from queue_core.database.status import EntityKind
from queue_core.errors import MonitorError
from queue_core.library.comparing import measured_runs
from queue_core.library.entities import get_entity
from queue_core.paths import LocalFolder

SIZE = QSize(1120, 760)
# Room for the heading and the scroll bar.
ROOM_ROWS = 2.6
SMALLEST = QSize(560, 420)
NAME_PX = 300
WIDEST_PX = 220


class ComparisonWindow(QDialog):
    """A window beside the main one.

    Attributes:
        view: What it shows.
    """

    def __init__(
        self, bridge: Bridge, *, session_id: int | None = None, run_ids: Sequence[int] = (),
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setWindowTitle(tr("Compare models"))
        open_at_size(self, SIZE, smallest=SMALLEST)
        self.view = ComparisonView(bridge, session_id=session_id, run_ids=run_ids)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.view.table.setFocus(Qt.FocusReason.OtherFocusReason)


class ComparisonView(LoadingView):
    """The models of a session, or some runs.

    Attributes:
        model: The table's model.
        table: The table.
        plot: The models over their parameters.
        beside: Two of them in full.
        only_differing: Whether parameters that all have alike are left out.
    """

    def __init__(
        self, bridge: Bridge, *, session_id: int | None, run_ids: Sequence[int],
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(bridge, parent)
        self._session_id = session_id
        self._run_ids = tuple(run_ids)
        self._found = Comparison()
        self.model = ComparisonModel(self)
        self.table = _Table()
        self.table.setModel(self.model)
        self.plot = ParallelPlot()
        self.beside = SideBySide(bridge)
        self.only_differing = QCheckBox(tr("Only what differs"))
        self.only_differing.setChecked(True)
        self.only_differing.toggled.connect(self._on_only_differing)
        self._title = TextLabel(most_lines=1, font=title_font())
        self._about = TextLabel(role="muted", most_lines=2)
        self._build()
        self.table.selectionModel().selectionChanged.connect(lambda _a, _b: self._on_selected())
        self.plot.clicked.connect(self._choose)
        self.plot.brushed.connect(self._select)
        self.load()

    def _build(self) -> None:
        head = QFrame()
        save = icon_button("export", tr("Save table…"), self.save)
        paper = icon_button("print", tr("Print…"), self.print_table)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._about)
        line = row(self.only_differing, paper, save, spacing=8)
        line.insertLayout(0, words, 1)
        line.setContentsMargins(16, 12, 12, 8)
        head.setLayout(line)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.plot, tr("Over parameters"))
        self.tabs.addTab(self.beside, tr("Side by side"))
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(self.tabs)
        self.splitter.setSizes([340, 340])
        self.body.setSpacing(0)
        self.body.addWidget(head)
        self.body.addWidget(self.splitter, 1)

    async def fill(self) -> None:
        """Read the models and show them."""
        title, found = await self.bridge.call(
            _read, self.bridge.folder, self._session_id, self._run_ids
        )
        self._found = found
        self._title.set_text(title or tr("Compare models"))
        self.window().setWindowTitle(as_title(title or tr("Compare models")))
        count = len(found.runs)
        said = self._count_text()
        hint = tr(
            "The best of each column is bold. Select two models for both in full; draw along an "
            "axis below to choose those that pass there."
        )
        self._about.set_text(f"{said} · {hint}" if count > 1 else said)
        self.model.show(found)
        self.table.fit()
        self._share_room(count)
        self.plot.show_comparison(found)
        if count > 1:
            rows = self.table.selectionModel()
            flags = QItemSelectionModel.SelectionFlag
            for number in (0, 1):
                rows.select(self.model.index(number, 0), flags.Select | flags.Rows)
        if not self.plot.has_lines:
            self.tabs.setCurrentWidget(self.beside)

    def _share_room(self, count: int) -> None:
        """Give the table what its rows need, at most half, and the rest to what is below."""
        room = sum(self.splitter.sizes())
        needed = round((count + ROOM_ROWS) * COMPACT_ROW_HEIGHT_PX)
        above = min(room // 2, needed)
        self.splitter.setSizes([above, room - above])

    def save(self) -> None:
        """Ask for a file and write what is shown, in the order in which it is shown."""
        columns: dict[str, list[float | str | None]] = {
            tr("Name"): [self.model.run(n).name for n in range(self.model.rowCount())]
        }
        places = [self.model.place(n) for n in range(self.model.rowCount())]
        for column in self.model.columns:
            title = _free_name(column.title, columns)
            columns[title] = [column.cells[place].value for place in places]
            if any(spread is not None for spread in column.spreads):
                spread = _free_name(f"{column.title} ±", columns)
                columns[spread] = [column.spreads[place] for place in places]
        found = values_export(self.bridge, columns, self._title.text)
        ask_and_write(self, self.bridge, found)

    def print_table(self) -> None:
        """Print what is shown, in the order in which it is shown."""
        head, about = self.table.horizontalHeader(), self._count_text()
        section = head.sortIndicatorSection()
        if 0 <= section < head.count():
            way = head.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder
            heading = self.model.headerData(section, Qt.Orientation.Horizontal)
            about = f"{about} · {sorted_text(heading, descending=way)}"
        print_view(self, self.bridge, self._title.text, self.table, about)

    def _count_text(self) -> str:
        return tr_plural("{count} model", "{count} models", len(self._found.runs))

    def _on_only_differing(self, on: bool) -> None:
        chosen = self._selected()
        self.model.show_only_differing(on)
        self.table.fit()
        self._select(chosen)

    def _selected(self) -> list[int]:
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.place(number) for number in rows]

    def _on_selected(self) -> None:
        chosen = self._selected()
        self.plot.select(chosen)
        pair = (chosen[0], chosen[1]) if len(chosen) == 2 else None
        self.beside.show_pair(self._found, pair)

    def _select(self, places: Sequence[int]) -> None:
        flags = QItemSelectionModel.SelectionFlag
        rows = self.table.selectionModel()
        rows.clearSelection()
        for place in places:
            index = self.model.index(self.model.row_of(place), 0)
            rows.select(index, flags.Select | flags.Rows)

    def _choose(self, place: int) -> None:
        self._select([place])
        self.table.scrollTo(self.model.index(self.model.row_of(place), 0))


class _Table(QTableView):
    """The models; whole rows are selected, a heading sorts."""

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "data")
        self.setAccessibleName(tr("Models"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        # What differs stands at the end of a name.
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(COMPACT_ROW_HEIGHT_PX)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsMovable(True)
        head.setFirstSectionMovable(False)
        head.setSortIndicator(-1, Qt.SortOrder.DescendingOrder)
        head.setSortIndicatorClearable(True)
        head.setResizeContentsPrecision(60)
        self.setSortingEnabled(True)

    def fit(self) -> None:
        """Give each column the width that it needs, within reason."""
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.resizeColumnsToContents()
        for column in range(head.count()):
            widest = NAME_PX if column == 0 else WIDEST_PX
            self.setColumnWidth(column, min(widest, self.columnWidth(column)))


def _free_name(wanted: str, taken: dict[str, list[float | str | None]]) -> str:
    """Return a heading that no other column has: a parameter may be called as a metric is."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted} {number}", number + 1
    return name


def _read(
    folder: LocalFolder, session_id: int | None, run_ids: Sequence[int]
) -> tuple[str, Comparison]:
    found = measured_runs(folder, session_id=session_id, run_ids=run_ids)
    title = ""
    sessions = {run.details.get("session_id") for run in found.runs} | {session_id}
    known = {number for number in sessions if isinstance(number, int)}
    if len(known) == 1:
        try:
            title = get_entity(folder, EntityKind.MODEL_SESSION, known.pop()).name
        except MonitorError:
            title = ""  # deleted meanwhile; the models are still to be seen
    return title, compare(found.runs, found.measured)
