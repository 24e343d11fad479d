"""Texts of others, shown as they were typed: names, cells and errors are no markup.

Qt guesses in many places whether a text is rich, and what it takes for rich may name files, which
are then opened in the window's thread. Tooltips, labels, boxes and notices get their texts through
here; a test looks at every call that shows one.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

MOST_LETTERS = 4000
MOST_LETTERS_OF_A_LINE = 1000
# Joins what stands beside it and shows nothing: behind a sign that begins markup it ends the guess.
_JOINER = "\u2060"
_BEGINNINGS = {ord("<"): f"<{_JOINER}", ord("&"): f"&{_JOINER}"}


def as_typed(text: str) -> str:
    """Return *text* so that no place that knows markup finds any in it; a very long one is cut.

    For tooltips and notices of the desktop, which cannot be told that a text is plain.
    """
    if len(text) > MOST_LETTERS:
        text = f"{text[: MOST_LETTERS - 1]}…"
    return text.translate(_BEGINNINGS) if "<" in text or _names_a_sign(text) else text


def one_line(text: str) -> str:
    """Return the beginning of *text* without line breaks, to draw on a line where it is cut."""
    return " ".join(text[:MOST_LETTERS_OF_A_LINE].splitlines())


def no_mnemonic(text: str) -> str:
    """Return *text* for a button, a tab or a menu, where a single & would underline a letter."""
    return text.replace("&", "&&")


def as_title(text: str) -> str:
    """Return *text* for the title of a window, where [*] would mark what is not saved."""
    return " ".join(text.replace("[*]", "[*][*]").split())


class PlainLabel(QLabel):
    """A label that never takes its text for markup."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        alignment: Qt.AlignmentFlag | None = None,
        wraps: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setWordWrap(wraps)
        if alignment is not None:
            self.setAlignment(alignment)


class PlainMessageBox(QMessageBox):
    """A message box that never takes its texts for markup."""

    def __init__(
        self,
        icon: QMessageBox.Icon,
        title: str,
        text: str,
        *,
        more: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setIcon(icon)
        self.setWindowTitle(as_title(title))
        self.setText(text)
        self.setInformativeText(more)


def _names_a_sign(text: str) -> bool:
    """Return whether an & may be read as the beginning of a named sign, such as &lt;."""
    return "&" in text and ";" in text
