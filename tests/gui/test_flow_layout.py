"""Buttons that do not fit in a row begin the next one; none is cut off."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.flow_layout import FlowLayout

TEXTS = ("Reintentar con otros cambios…", "Reintentar ya", "Quitar de la lista")


@pytest.mark.parametrize(("missing_px", "rows"), [(-100, 1), (0, 1), (1, 2), (None, 3)])
def test_no_button_is_cut_off(qtbot: QtBot, missing_px: int | None, rows: int) -> None:
    bar = QWidget()
    qtbot.addWidget(bar)
    layout = FlowLayout(spacing=8, parent=bar)
    buttons = [QPushButton(text) for text in TEXTS]
    for button in (*buttons, hidden := QPushButton("hidden")):
        layout.addWidget(button)
    hidden.hide()
    widths = [button.sizeHint().width() for button in buttons]
    all_px = sum(widths) + 16
    width = max(widths) if missing_px is None else all_px - missing_px
    bar.resize(width, layout.heightForWidth(width))
    bar.show()
    assert all(button.width() >= button.sizeHint().width() for button in buttons)
    assert all(bar.rect().contains(button.geometry()) for button in buttons)
    assert len({button.y() for button in buttons}) == rows
    places = [button.geometry() for button in buttons]
    assert not any(a.intersects(b) for a in places for b in places if a is not b)
    assert layout.sizeHint().width() == all_px
    assert layout.minimumSize().width() == max(widths)
