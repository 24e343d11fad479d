"""A figure: its plots drawn for the room they have, in the theme of the moment, and its words.

The title stands once, above; what was sampled or left out is text below, never over the drawing.
The window draws it itself; what is too large for that, another process draws as a picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QSizePolicy, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.i18n import current_language, tr, translate_caption
from gui.placing import open_at_size
from gui.plain_text import as_title
from gui.results.drawn_figures import drawn_figure
from gui.results.export import Export, figure_export
from gui.results.live.reading import read_live
from gui.results.loading import LoadingView
from gui.results.printing import print_figure
from gui.results.save_button import save_button
from gui.results.svg_picture import SvgPicture, without_empty_glyphs
from gui.theme import current_theme, small_font
from gui.widgets import TextLabel, icon_button, row
from queue_core.artifacts.figure import Figure
from queue_core.artifacts.kinds import Artifact
from queue_core.errors import DataError
from queue_core.library.figures import SMALLEST_PX, figure_outline

if TYPE_CHECKING:
    from gui.results.live.live_figure import LiveFigure

# Widths that differ by less share a drawing: a splitter that is dragged must not draw at each step.
WIDTH_STEP_PX = 16
LARGE = QSize(960, 700)


class FigureView(LoadingView):
    """A figure with its words and buttons; a click opens it large."""

    def __init__(self, artifact: Artifact, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._artifact = artifact
        self._drawn_width = 0
        self.live: LiveFigure | None = None
        self._is_too_large = False
        self.picture = SvgPicture(bridge, artifact.title)
        self.picture.setCursor(Qt.CursorShape.PointingHandCursor)
        self.picture.setToolTip(tr("Open in a window"))
        self.picture.clicked.connect(self._enlarge)
        self.picture.settled.connect(self._fit)
        self._words = TextLabel(role="muted", font=small_font())
        save = save_button(tr("Save figure…"), bridge, self._export)
        paper = icon_button("print", tr("Print…"), self._print)
        larger = icon_button("open", tr("Open in a window"), self._enlarge)
        self._whole = icon_button("undo", tr("Show all"), self._show_all)
        self._whole.hide()
        self.body.setSpacing(4)
        self.body.addWidget(self.picture)
        self.picture.hide()
        foot = row(self._words, self._whole, larger, paper, save, spacing=4)
        foot.setStretch(0, 1)
        for button in (self._whole, larger, paper, save):
            foot.setAlignment(button, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        self.body.addLayout(foot)
        # As high as its words need at its width: a maximum would be that of a wider place.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        # What stands below must not jump when the figure comes.
        self.setMinimumHeight(SMALLEST_PX)
        current_theme().changed.connect(self._draw_anew)
        self.load()

    async def fill(self) -> None:
        """Show the figure; one that is too large is drawn elsewhere for the width that it has."""
        if self.live is not None:
            return
        if not self._is_too_large:
            figure = await self.bridge.call(read_live, self._artifact.path)
            self.setMinimumHeight(0)
            if figure is not None:
                self._show_live(figure)
                return
            self._is_too_large = True
            self.picture.show()
            self.picture.resettle()
        if self._drawn_width:
            await self._draw()

    def _show_live(self, figure: Figure) -> None:
        from gui.results.live.live_figure import LiveFigure

        self.live = LiveFigure(figure, self._artifact.title)
        self.live.setToolTip("")
        self.live.clicked.connect(self._enlarge)
        self.live.changed.connect(self._on_moved)
        self.body.insertWidget(self.body.indexOf(self.picture), self.live)
        self._show_words(figure.subtitle, figure.notes)

    def _on_moved(self) -> None:
        self._whole.setVisible(self.live is not None and not self.live.is_at_home)

    def _show_all(self) -> None:
        if self.live is not None:
            self.live.show_all()

    async def _draw(self) -> None:
        """Make room for the plots and show the words; then draw."""
        width, source = self._drawn_width, self._artifact.path
        outline = await self.bridge.call(figure_outline, str(source), width)
        self.picture.setFixedHeight(outline["height_px"])
        self._show_words(outline["subtitle"], outline["notes"])
        theme = _theme()
        if not self.picture.is_drawn and theme == "light" and current_language() == "en":
            # The stored picture is too small to read here, but it is there at once.
            self.picture.set_svg(await self.bridge.call(_read, self._artifact.light_svg))
            self.stop_waiting()
        self.picture.set_svg(await drawn_figure(self.bridge, source, width_px=width, theme=theme))

    def _fit(self, width: int) -> None:
        """Draw the figure for another width."""
        wanted = max(WIDTH_STEP_PX, width // WIDTH_STEP_PX * WIDTH_STEP_PX)
        if wanted != self._drawn_width:
            self._drawn_width = wanted
            self.load()

    def _draw_anew(self) -> None:
        if self._drawn_width:
            self.load()

    def _show_words(self, subtitle: str, notes: Sequence[str]) -> None:
        texts = [translate_caption(text) for text in (subtitle, *notes) if text]
        self._words.set_text("\n".join(texts))

    def _export(self) -> Export:
        artifact, dark = self._artifact, current_theme().is_dark
        return figure_export(self.bridge, artifact.path, artifact.title, dark=dark)

    def _print(self) -> None:
        print_figure(self, self.bridge, self._artifact.path, self._artifact.title)

    def _enlarge(self) -> None:
        dialog = QDialog(self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(as_title(self._artifact.title))
        open_at_size(dialog, LARGE)
        layout = QVBoxLayout(dialog)
        layout.addWidget(LargeFigure(self._artifact, self.bridge))
        dialog.show()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw for the width that it has by now."""
        super().showEvent(event)
        if self._is_too_large and not self._drawn_width:
            self.picture.resettle()


class LargeFigure(LoadingView):
    """A figure as large as its window, with its words; the wheel zooms."""

    def __init__(self, artifact: Artifact, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._artifact = artifact
        self._picture: SvgPicture | None = None
        self._words = TextLabel(role="muted", font=small_font())
        self.live: LiveFigure | None = None
        self.body.addWidget(self._words)
        current_theme().changed.connect(self._draw_anew)
        self.load()

    async def fill(self) -> None:
        """Show the figure; one that is too large as the picture that is exported."""
        figure = await self.bridge.call(read_live, self._artifact.path)
        if figure is None:
            await self._show_picture()
            return
        from gui.results.live.live_figure import LiveFigure

        self.live = LiveFigure(figure, self._artifact.title, fills=True)
        self.body.insertWidget(0, self.live, 1)
        hint = tr("The wheel zooms, dragging moves, a double click shows all.")
        words = [text for text in (figure.subtitle, *figure.notes) if text]
        self._words.set_text("\n".join([*words, hint]))

    async def _show_picture(self) -> None:
        if self._picture is None:
            self._picture = SvgPicture(self.bridge, self._artifact.title)
            self.body.insertWidget(0, self._picture, 1)
        theme, source = _theme(), self._artifact.path
        if theme == "light" and current_language() == "en":
            svg = await self.bridge.call(_read, self._artifact.light_svg)
        else:
            svg = await drawn_figure(self.bridge, source, width_px=None, theme=theme)
        self._picture.set_svg(svg)

    def _draw_anew(self) -> None:
        if self._picture is not None:
            self.run(self._show_picture())


def _theme() -> str:
    return "dark" if current_theme().is_dark else "light"


def _read(path: Path) -> bytes:
    try:
        return without_empty_glyphs(path.read_bytes())
    except OSError as error:
        raise DataError(
            f"The picture {path.name} cannot be read: {error.strerror or error}.",
            hint="Run the job again.",
        ) from error
