"""A long page with a list of its parts: at the left where there is room, else behind a button."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from gui.flow_layout import FlowLayout
from gui.i18n import tr
from gui.plain_text import no_mnemonic, one_line
from gui.results.contents_list import ContentsList
from gui.results.parted_column import PartedColumn
from gui.tab_order import chain
from gui.theme import STEP_PX

# Fewer parts are seen at a glance.
FEWEST_PARTS = 5
LIST_FROM_PX = 600
LIST_SHARE = 0.24
NARROWEST_PX = 164
WIDEST_PX = 232
MOST_LETTERS = 60


class ContentsPage(QWidget):
    """Buttons that stay, and below them a scrolled column with its contents.

    Attributes:
        parted: The column of the parts.
        contents: Their list.
        go_to: The button in place of the list.
    """

    def __init__(self, name: str, *, spacing: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parted = PartedColumn(name, spacing=spacing)
        self.contents = ContentsList()
        self.go_to = QToolButton()
        self.go_to.setText(tr("Go to…") + " ▾")
        self.go_to.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self.go_to)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.go_to.setMenu(self._menu)
        self._has_tools = False
        self._head = QWidget()
        self._tools = FlowLayout(spacing=STEP_PX * 2, parent=self._head)
        self._tools.addWidget(self.go_to)
        self._build()
        self.contents.chosen.connect(self._go)
        self.parted.parts_changed.connect(self._show_parts)
        self.parted.current_changed.connect(self._mark)
        self._arrange()

    @property
    def column(self) -> QVBoxLayout:
        """The layout of the parts."""
        return self.parted.column

    def add_tool(self, tool: QWidget) -> None:
        """Put a button where it stays while the page is scrolled, before that which leads on."""
        self._tools.removeWidget(self.go_to)
        self._tools.addWidget(tool)
        self._tools.addWidget(self.go_to)
        # First to where it stands among all, then the other behind it.
        chain(self.go_to, tool, self.go_to)
        self._has_tools = True
        self._arrange()

    def _build(self) -> None:
        below = QHBoxLayout()
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(STEP_PX * 4)
        below.addWidget(self.contents)
        below.addWidget(self.parted, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(STEP_PX * 2)
        layout.addWidget(self._head)
        layout.addLayout(below, 1)

    def _arrange(self) -> None:
        is_long = len(self.parted.parts) >= FEWEST_PARTS
        is_wide = self.width() >= LIST_FROM_PX
        width = round(self.width() * LIST_SHARE)
        self.contents.setFixedWidth(min(WIDEST_PX, max(NARROWEST_PX, width)))
        self.contents.setVisible(is_long and is_wide)
        self.go_to.setVisible(is_long and not is_wide)
        self._head.setVisible(self._has_tools or not self.go_to.isHidden())

    def _show_parts(self) -> None:
        self.contents.show_parts(self.parted.parts)
        self._arrange()
        self._mark()

    def _mark(self) -> None:
        self.contents.show_read(self.parted.current)

    def _fill_menu(self) -> None:
        self._menu.clear()
        for place, part in enumerate(self.parted.parts):
            text = one_line(part.text())
            short = text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
            action = self._menu.addAction(no_mnemonic("\u2003" * part.level + short))
            action.setCheckable(True)
            action.setChecked(place == self.parted.current)
            action.triggered.connect(partial(self._go, place, True))

    def _go(self, place: int, by_keys: bool, *_checked: object) -> None:
        """Show a part; the keys go on from its heading: Tab to what follows, arrows scroll."""
        self.parted.go_to(place)
        reasons = Qt.FocusReason
        reason = reasons.ShortcutFocusReason if by_keys else reasons.MouseFocusReason
        self.parted.parts[place].setFocus(reason)

    # Qt

    def minimumSizeHint(self) -> QSize:
        """Let it become narrow: the list steps back by itself."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the list or the button, as the width asks for."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._arrange()
