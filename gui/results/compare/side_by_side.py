"""Two models in full beside each other: what was measured, their parameters, their figures."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.format import format_fixed
from gui.i18n import tr, translate_caption
from gui.inputs import ComboBox
from gui.results.comparison import Column, Comparison
from gui.results.facts_table import FactsTable
from gui.results.figure_view import FigureView
from gui.results.loading import LoadingView
from gui.results.scrolled_column import ScrolledColumn
from gui.widgets import TextLabel, muted_label, row
from queue_core.artifacts.kinds import Artifact, ArtifactKind
from queue_core.artifacts.reader import read_artifacts
from queue_core.artifacts.writer import artifact_folder
from queue_core.database.status import EntityKind
from queue_core.paths import LocalFolder

FIRST_FIGURE = "confusion"


class SideBySide(LoadingView):
    """Two models of a comparison; the figures that both have stand side by side."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._found = Comparison()
        self._pair: tuple[int, int] | None = None
        self._kind = ""
        self._common: dict[str, tuple[Artifact, Artifact]] = {}
        self._hint = muted_label(tr("Select two models in the table."))
        self._hint.setContentsMargins(16, 12, 16, 12)
        self._column = ScrolledColumn(tr("Models"), spacing=12)
        self._column.column.setContentsMargins(16, 8, 16, 12)
        self._page: QWidget | None = None
        self._figures: QWidget | None = None
        self.kinds = ComboBox()
        self.kinds.setAccessibleName(tr("Figure"))
        self.kinds.currentIndexChanged.connect(lambda _index: self._show_figures())
        self._chooser = QWidget()
        self._chooser.setLayout(row(muted_label(tr("Figure")), self.kinds, None))
        self._column.column.addWidget(self._chooser)
        self._column.column.addStretch(1)
        self.body.addWidget(self._hint)
        self.body.addWidget(self._column, 1)
        self.show_pair(Comparison(), None)

    def show_pair(self, found: Comparison, pair: tuple[int, int] | None) -> None:
        """Show two models by their places in the comparison; None: say how to choose them."""
        if pair is not None and found is self._found and pair == self._pair:
            return
        self._found, self._pair = found, pair
        self._hint.setVisible(pair is None)
        self._column.setVisible(pair is not None)
        self._chooser.hide()
        self._replace(table=None, figures=None)
        if pair is not None:
            self._replace(table=self._table(pair), figures=None)
            self.load()

    async def fill(self) -> None:
        """Find the figures that both models have."""
        if self._pair is None:
            return
        ids = [self._found.runs[place].id for place in self._pair]
        self._common = await self.bridge.call(_common_figures, self.bridge.folder, *ids)
        chosen = self._kind if self._kind in self._common else FIRST_FIGURE
        self.kinds.blockSignals(True)
        self.kinds.clear()
        for name, (left, _right) in self._common.items():
            self.kinds.addItem(translate_caption(left.title), name)
        self.kinds.setCurrentIndex(max(0, self.kinds.findData(chosen)))
        self.kinds.blockSignals(False)
        self._chooser.setVisible(bool(self._common))
        self._show_figures()

    def _show_figures(self) -> None:
        self._kind = str(self.kinds.currentData() or "")
        pair = self._common.get(self._kind)
        if pair is None or self._pair is None:
            self._replace(table=self._page, figures=None)
            return
        figures = QWidget()
        grid = QGridLayout(figures)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        for side, artifact in enumerate(pair):
            name = self._found.runs[self._pair[side]].name
            grid.addWidget(TextLabel(name, role="muted", most_lines=1), 0, side)
            grid.addWidget(FigureView(artifact, self.bridge), 1, side)
            grid.setColumnStretch(side, 1)
        grid.setRowStretch(2, 1)
        self._replace(table=self._page, figures=figures)

    def _replace(self, *, table: QWidget | None, figures: QWidget | None) -> None:
        column = self._column.column
        if self._page is not table:
            _drop(column, self._page)
            self._page = table
            if table is not None:
                column.insertWidget(0, table)
        _drop(column, self._figures)
        self._figures = figures
        if figures is not None:
            column.insertWidget(column.count() - 1, figures)

    def _table(self, pair: tuple[int, int]) -> FactsTable:
        left, right = (self._found.runs[place].name for place in pair)
        columns = [c for c in self._found.columns if c.is_metric or _differ(c, pair)]
        rows = [
            [c.title, *(c.cells[place].text for place in pair), _difference(c, pair)]
            for c in columns
        ]
        headings = [tr("Value"), left, right, tr("Difference")]
        table = FactsTable(tr("Side by side"), headings, rows)
        for number, column in enumerate(columns):
            better = _better(column, pair)
            item = None if better is None else table.item(number, better + 1)
            if item is not None:
                font = item.font()
                font.setBold(True)
                item.setFont(font)
        return table


def _drop(layout: QVBoxLayout, widget: QWidget | None) -> None:
    if widget is not None:
        layout.removeWidget(widget)
        widget.hide()
        widget.deleteLater()


def _differ(column: Column, pair: tuple[int, int]) -> bool:
    left, right = (column.cells[place] for place in pair)
    return (left.value, left.text) != (right.value, right.text)


def _numbers(column: Column, pair: tuple[int, int]) -> tuple[float, float] | None:
    left, right = (column.cells[place].value for place in pair)
    both = isinstance(left, int | float) and isinstance(right, int | float)
    return (float(left), float(right)) if both else None  # type: ignore[arg-type]


def _better(column: Column, pair: tuple[int, int]) -> int | None:
    """Return which of two is better: 0, 1, or None for neither."""
    numbers = _numbers(column, pair)
    if not column.is_metric or numbers is None or numbers[0] == numbers[1]:
        return None
    return int((numbers[1] > numbers[0]) == column.greater_is_better)


def _difference(column: Column, pair: tuple[int, int]) -> str:
    numbers = _numbers(column, pair)
    if not column.is_metric or numbers is None:
        return ""
    by = numbers[1] - numbers[0]
    return f"{'+' if by > 0 else '−'}{format_fixed(abs(by), 4)}" if by else "0"


def _common_figures(
    folder: LocalFolder, first_id: int, second_id: int
) -> dict[str, tuple[Artifact, Artifact]]:
    sides = []
    for run_id in (first_id, second_id):
        found = read_artifacts(artifact_folder(folder, EntityKind.RUN.value, run_id))
        sides.append({a.name: a for a in found if a.kind is ArtifactKind.FIGURE})
    return {name: (left, sides[1][name]) for name, left in sides[0].items() if name in sides[1]}
