"""Small widgets that every page uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QItemSelectionModel, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.i18n import translate_message
from gui.plain_text import PlainLabel, as_typed, no_mnemonic, one_line
from gui.spoken import Role, speak_as
from gui.theme import ICON_BESIDE_TEXT_PX, ICON_PX, STEP_PX, body_font, colours, icon, icon_pixmap

# How headings of texts and names stand; Qt centres them.
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

# More would not be read here, and laying out a hundred thousand letters takes seconds.
MOST_LETTERS = 4000
MOST_LINES = 100

Button = TypeVar("Button", bound=QAbstractButton)


class TextLabel(QWidget):
    """A text that wraps anywhere it must, so that no long name pushes its neighbours out.

    Attributes:
        most_lines: How many lines it takes at most (0: a hundred); the last one is cut off with an
            ellipsis.
    """

    def __init__(
        self,
        text: str = "",
        *,
        role: str = "text",
        font: QFont | None = None,
        most_lines: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        speak_as(self, Role.StaticText)
        self.most_lines = most_lines
        self._text = ""
        self._shown = ""
        self._role = role
        self.setFont(font or body_font())
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_text(text)

    @property
    def text(self) -> str:
        """What it says; of a very long text only the beginning is shown."""
        return self._text

    def set_text(self, text: str, *, role: str | None = None) -> None:
        """Say something else, perhaps in another colour."""
        if text == self._text and role in (None, self._role):
            return
        self._text = text
        self._shown = text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
        self._role = role or self._role
        self.setAccessibleName(self._shown)
        self.setToolTip(as_typed(text) if self.most_lines else "")
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """Say that a narrow label is a tall one."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the wrapped text."""
        shown = min(self._layout(width).lineCount(), self._limit)
        return max(1, shown) * self.fontMetrics().lineSpacing()

    def sizeHint(self) -> QSize:
        """Return the size of the text on few lines."""
        width = min(400, self.fontMetrics().horizontalAdvance(self._shown) + 2)
        return QSize(width, self.heightForWidth(max(width, self.width())))

    def minimumSizeHint(self) -> QSize:
        """Let it become narrow."""
        return QSize(40, self.fontMetrics().lineSpacing())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines, the last one cut off where there are too many."""
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(colours().role(self._role if self.isEnabled() else "disabled"))
        layout = self._layout(self.width())
        spacing = self.fontMetrics().lineSpacing()
        cut = layout.lineCount() > self._limit
        count = self._limit if cut else layout.lineCount()
        painter.translate(0, max(0, (self.height() - count * spacing) // 2))
        for number in range(count):
            line = layout.lineAt(number)
            if cut and number == count - 1:
                rest = one_line(self._shown[line.textStart() :])
                mode = Qt.TextElideMode.ElideRight
                rest = self.fontMetrics().elidedText(rest, mode, self.width())
                box = QRectF(0, number * spacing, self.width(), spacing)
                painter.drawText(box, Qt.AlignmentFlag.AlignLeft, rest)
            else:
                line.draw(painter, QPointF(0, number * spacing))
        painter.end()

    @property
    def _limit(self) -> int:
        return self.most_lines or MOST_LINES

    def _layout(self, width: int) -> QTextLayout:
        """Return the lines that are shown, and one more where there is more."""
        layout = QTextLayout(self._shown.replace("\n", "\u2028"), self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        while layout.lineCount() <= self._limit and (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, width))
        layout.endLayout()
        return layout


class IconLabel(QWidget):
    """An icon of ours in a fixed place."""

    def __init__(self, name: str, role: str = "text", *, size: int = ICON_PX) -> None:
        super().__init__()
        self._name = name
        self._role = role
        self._size = size
        self.setFixedSize(size, size)

    def set_icon(self, name: str, role: str) -> None:
        """Show another icon."""
        if (name, role) != (self._name, self._role):
            self._name, self._role = name, role
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it in the colour of the moment."""
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(0, 0, icon_pixmap(self._name, self._role, size=self._size, ratio=ratio))
        painter.end()


class Note(QFrame):
    """A box with a sentence that matters and, below it, what to do next.

    The kinds are `errorBox`, `warningBox` and `note`; the style sheet knows them.
    """

    def __init__(self, kind: str) -> None:
        super().__init__()
        set_role(self, kind)
        speak_as(self, Role.Note)
        self._sentence = TextLabel()
        self._hint = TextLabel(role="muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 3, STEP_PX * 2, STEP_PX * 3, STEP_PX * 2)
        layout.setSpacing(STEP_PX)
        layout.addWidget(self._sentence)
        layout.addWidget(self._hint)
        self.hide()

    def show_text(self, sentence: str, hint: str = "") -> None:
        """Say it, or hide where there is nothing to say; what the core said is translated."""
        self._sentence.set_text(translate_message(sentence))
        self._hint.set_text(translate_message(hint))
        self.setAccessibleName(self._sentence.text)
        self.setAccessibleDescription(self._hint.text)
        self._hint.setVisible(bool(hint))
        self.setVisible(bool(sentence))


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget a look of the style sheet."""
    widget.setProperty("role", role)


def muted_label(text: str = "") -> QLabel:
    """Return a label in the muted colour."""
    label = PlainLabel(text)
    set_role(label, "muted")
    return label


def heading_label(text: str) -> QLabel:
    """Return a small heading above a group."""
    label = PlainLabel(text)
    set_role(label, "heading")
    return label


def line() -> QFrame:
    """Return a thin horizontal line."""
    frame = QFrame()
    set_role(frame, "line")
    return frame


def icon_button(
    name: str, text: str, clicked: Callable[[], object] | None = None, *, checkable: bool = False
) -> QToolButton:
    """Return a flat button that shows only an icon; *text* is its tooltip and accessible name."""
    button = QToolButton()
    set_role(button, "flat")
    button.setIcon(icon(name))
    button.setCheckable(checkable)
    return _finish(button, text, clicked)


def text_button(
    text: str,
    clicked: Callable[[], object] | None = None,
    *,
    role: str = "",
    icon_name: str = "",
) -> QPushButton:
    """Return a button with a verb on it."""
    button = QPushButton(no_mnemonic(text))
    if role:
        set_role(button, role)
    if icon_name:
        button.setIcon(icon(icon_name, "on_accent" if role == "primary" else "text"))
        button.setIconSize(QSize(*ICON_BESIDE_TEXT_PX))
    button.setAutoDefault(False)
    return _finish(button, "", clicked)


def show_words(button: QToolButton, beside: bool = True) -> None:
    """Show the text of a button beside its icon, or the icon alone."""
    styles = Qt.ToolButtonStyle
    button.setToolButtonStyle(
        styles.ToolButtonTextBesideIcon if beside else styles.ToolButtonIconOnly
    )
    button.setIconSize(QSize(*ICON_BESIDE_TEXT_PX) if beside else QSize(ICON_PX, ICON_PX))
    button.style().polish(button)  # the style sheet looks at the button's style


def row(*widgets: QWidget | None, spacing: int = STEP_PX * 2) -> QHBoxLayout:
    """Return widgets side by side; None is the place that stretches."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for widget in widgets:
        if widget is None:
            layout.addStretch(1)
        else:
            layout.addWidget(widget)
    return layout


def _finish(button: Button, text: str, clicked: Callable[[], object] | None) -> Button:
    if text:
        button.setToolTip(as_typed(text))
        button.setAccessibleName(text)
    if clicked is not None:
        # Not the slot itself: it would be given the button's state.
        button.clicked.connect(lambda: clicked())
    return button


def select_row(view: QAbstractItemView, row: int) -> None:
    """Select one row and no other, whatever keys are held down.

    Qt's own `selectRow` takes Shift and Ctrl for the user's wish to extend, also when a shortcut
    of these keys has led here.
    """
    flags = QItemSelectionModel.SelectionFlag
    index = view.model().index(row, 0)
    view.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
