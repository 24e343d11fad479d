"""Colours for a traceback: the user's own frames in full, library frames muted."""

from __future__ import annotations

import re

from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from gui.theme import colours, current_theme

_FRAME = re.compile(r'^\s+File "(?P<path>[^"]*)", line \d+')
_LIBRARY = re.compile(
    r"site-packages|dist-packages|[/\\]lib[/\\]python\d|<frozen |queue_core[/\\]runner"
)
_ERROR = re.compile(r"^(?P<type>[\w.]+(?:Error|Exception|Interrupt|Exit|Warning|Iteration))\b")

_OWN, _FOREIGN = 1, 2


class TracebackColours(QSyntaxHighlighter):
    """Lights the lines one should read first."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        current_theme().changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        """Colour one line; the lines of a frame follow the line that names its file."""
        style = QTextCharFormat()
        frame = _FRAME.match(text)
        if frame:
            foreign = _LIBRARY.search(frame["path"]) is not None
            self.setCurrentBlockState(_FOREIGN if foreign else _OWN)
            style.setForeground(colours().role("muted" if foreign else "accent"))
        elif text.startswith(" ") and self.previousBlockState() == _OWN:
            self.setCurrentBlockState(_OWN)
            style.setForeground(colours().role("text"))
        elif _ERROR.match(text):
            self.setCurrentBlockState(0)
            style.setForeground(colours().role("error"))
            style.setFontWeight(QFont.Weight.DemiBold)
        else:
            keeps = text.startswith(" ")
            self.setCurrentBlockState(self.previousBlockState() if keeps else 0)
            style.setForeground(colours().role("muted"))
        self.setFormat(0, len(text), style)
