"""A whole figure that is drawn by the window: its plots in a grid, and a legend to switch parts."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QMargins, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.flow_layout import FlowLayout
from gui.i18n import tr
from gui.plain_text import as_typed, no_mnemonic
from gui.results.live.panel_plot import PanelPlot
from gui.results.live.points import marker
from gui.spoken import Role, speak_as
from gui.theme import STEP_PX, current_theme, small_font
from gui.widgets import muted_label, set_role, show_words
from queue_core.artifacts.figure import Color, Figure, Points, Tone
from queue_core.artifacts.themes import Theme, theme_colors
from queue_core.library.figures import SMALLEST_PX, TALLEST_PX, plot_columns, row_heights

MOST_LABELS = 24
LABEL_LETTERS = 40
SWATCH_PX = 14
FIRST_PX = 520
# Through a matrix of plots nobody goes key by key.
MOST_TAB_STOPS = 6
MARGINS_PX = (4, 4, 4, 6)


class LiveFigure(QFrame):
    """Plots and legend; as high as they need at their width, or as their window is.

    Signals:
        clicked: A plot was clicked.
        changed: One shows another stretch than at first, or all again.

    Attributes:
        plots: The plots, in order.
    """

    clicked = Signal()
    changed = Signal()

    def __init__(
        self, figure: Figure, title: str, *, fills: bool = False, parent: QWidget | None = None
    ) -> None:
        """Make the figure.

        Args:
            figure: Its description.
            title: What it is called, for screen readers.
            fills: Whether it takes all the room of its window, and the wheel zooms.
            parent: The widget it belongs to.
        """
        super().__init__(parent)
        self._figure = figure
        self._fills = fills
        self._hidden: set[str] = set()
        set_role(self, "figure")
        self._columns = 0
        speak_as(self, Role.Grouping, title)
        self.plots = [PanelPlot(panel, zooms_by_wheel=fills) for panel in figure.panels]
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(STEP_PX * 2)
        self._legend = QWidget()
        self._chips = FlowLayout(spacing=STEP_PX, parent=self._legend)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*MARGINS_PX)
        layout.setSpacing(STEP_PX)
        layout.addLayout(self._grid, 1)
        layout.addWidget(self._legend)
        for plot in self.plots[MOST_TAB_STOPS:]:
            plot.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        for plot in self.plots:
            plot.clicked.connect(self.clicked)
            plot.changed.connect(self.changed)
        self._fill_legend()
        vertical = QSizePolicy.Policy.Expanding if fills else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        current_theme().changed.connect(self._colour_legend)
        self._arrange(figure.columns)

    @property
    def is_at_home(self) -> bool:
        """Whether every plot shows all."""
        return all(plot.is_at_home for plot in self.plots)

    def show_all(self) -> None:
        """Let every plot show all again."""
        for plot in self.plots:
            plot.show_all()

    def _arrange(self, columns: int) -> None:
        """Put the plots into so many columns."""
        if columns == self._columns:
            return
        self._columns = columns
        ratios = self._figure.column_ratios if columns == self._figure.columns else ()
        for number, plot in enumerate(self.plots):
            self._grid.removeWidget(plot)
            self._grid.addWidget(plot, number // columns, number % columns)
        for column in range(max(columns, self._grid.columnCount())):
            share = list(ratios)[column] if column < len(ratios) else 1.0
            self._grid.setColumnStretch(column, round(share * 100) if column < columns else 0)

    def _share_heights(self) -> None:
        heights = row_heights(self._figure, max(1, self.width()))
        for line in range(max(len(heights), self._grid.rowCount())):
            self._grid.setRowStretch(line, heights[line] if line < len(heights) else 0)

    # --- legend -------------------------------------------------------------------------------

    def _labels(self) -> Iterator[tuple[str, Color, bool]]:
        seen = set()
        for panel in self._figure.panels:
            for mark in panel.marks:
                label = getattr(mark, "label", "")
                # A heatmap's label is its colour bar's.
                if label and label not in seen and hasattr(mark, "color"):
                    seen.add(label)
                    yield label, mark.color, isinstance(mark, Points)

    def _fill_legend(self) -> None:
        found = list(self._labels())[:MOST_LABELS]
        if self._figure.legend_title and found:
            title = muted_label(self._figure.legend_title)
            title.setFont(small_font())
            self._chips.addWidget(title)
        for label, colour, is_points in found:
            chip = QToolButton()
            set_role(chip, "legend")
            chip.setFont(small_font())
            chip.setCheckable(True)
            chip.setChecked(True)
            text = label
            short = text if len(text) <= LABEL_LETTERS else f"{text[: LABEL_LETTERS - 1]}…"
            chip.setText(no_mnemonic(short))
            chip.setToolTip(as_typed(tr("Show or hide {name}", name=text)))
            chip.setProperty("swatch", (colour.value if isinstance(colour, Tone) else colour))
            chip.setProperty("is_points", is_points)
            show_words(chip)
            chip.setIconSize(QSize(SWATCH_PX + STEP_PX, SWATCH_PX))
            chip.toggled.connect(lambda on, of=label: self._switch(of, on=on))
            self._chips.addWidget(chip)
        self._has_legend = bool(found)
        self._legend.setVisible(self._has_legend)
        self._colour_legend()

    def _switch(self, label: str, *, on: bool) -> None:
        if on:
            self._hidden.discard(label)
        else:
            self._hidden.add(label)
        for plot in self.plots:
            plot.hide_labels(self._hidden)
        self._colour_legend()

    def _colour_legend(self) -> None:
        colours = theme_colors(Theme.DARK if current_theme().is_dark else Theme.LIGHT)
        for chip in self._legend.findChildren(QToolButton):
            stored = chip.property("swatch")
            colour: Color = Tone(stored) if isinstance(stored, str) else int(stored)
            shape = colour % 4 if isinstance(colour, int) and chip.property("is_points") else 1
            shade = QColor(colours.color(colour) if chip.isChecked() else colours.tones[Tone.GRID])
            chip.setIcon(QIcon(self._swatch(shade, shape)))

    def _swatch(self, colour: QColor, shape: int) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(QSize(SWATCH_PX + STEP_PX, SWATCH_PX) * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPath(marker(shape, QPointF(SWATCH_PX / 2, SWATCH_PX / 2), SWATCH_PX - 4))
        painter.end()
        return pixmap

    # Qt

    def sizeHint(self) -> QSize:
        """Return the natural size."""
        return QSize(FIRST_PX, self._height(FIRST_PX))

    def minimumSizeHint(self) -> QSize:
        """Let it become narrow."""
        return QSize(160, 160)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put as many plots side by side as can be read; be as high as they need."""
        if event.size().width() == event.oldSize().width():
            return
        self._arrange(max(1, plot_columns(self._figure, self.width())))
        self._share_heights()
        if not self._fills:
            self.setFixedHeight(self._height(self.width()))

    def _height(self, width: int) -> int:
        margins = self.contentsMargins() + QMargins(*MARGINS_PX)
        inner = max(1, width - margins.left() - margins.right())
        legend = self._chips.heightForWidth(inner) + STEP_PX if self._has_legend else 0
        plots = max(SMALLEST_PX, sum(row_heights(self._figure, inner)))
        plots += self._grid.verticalSpacing() * (self._grid.rowCount() - 1)
        return min(TALLEST_PX, plots + legend + margins.top() + margins.bottom())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the screen's density."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._colour_legend()
