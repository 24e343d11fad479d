"""A heading that opens and closes what stands below it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from gui.plain_text import as_typed, no_mnemonic
from gui.theme import STEP_PX, icon
from gui.widgets import set_role

ARROW_PX = 12


class Fold(QWidget):
    """A line with an arrow; what it opens is made when it is opened first.

    Attributes:
        button: The line.
    """

    def __init__(
        self, title: str, make: Callable[[], QWidget], *, is_open: bool = False, indent: bool = True
    ) -> None:
        super().__init__()
        self._make = make
        self._body: QWidget | None = None
        self.button = QToolButton()
        set_role(self.button, "fold")
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setIconSize(QSize(ARROW_PX, ARROW_PX))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(STEP_PX)
        self._layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self._indent_px = ARROW_PX + STEP_PX if indent else 0
        self.set_title(title)
        self.button.toggled.connect(self._show)
        self._show(False)
        self.set_open(is_open)

    @property
    def is_open(self) -> bool:
        """Whether what it holds is shown."""
        return self.button.isChecked()

    @property
    def body(self) -> QWidget | None:
        """What it holds, once it has been opened."""
        return self._body

    def set_open(self, is_open: bool) -> None:
        """Show or hide what it holds."""
        self.button.setChecked(is_open)

    def set_title(self, title: str) -> None:
        """Say something else."""
        self.button.setText(no_mnemonic(title))
        self.button.setToolTip(as_typed(title))
        self.button.setAccessibleName(title)

    def _show(self, is_open: bool) -> None:
        self.button.setIcon(icon("chevron_down" if is_open else "chevron_right", "muted"))
        if is_open and self._body is None:
            self._body = self._make()
            holder = QWidget()
            inside = QVBoxLayout(holder)
            inside.setContentsMargins(self._indent_px, 0, 0, 0)
            inside.addWidget(self._body)
            self._layout.addWidget(holder)
            self._holder = holder
        if self._body is not None:
            self._holder.setVisible(is_open)
