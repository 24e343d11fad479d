from __future__ import annotations

import re
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

import gui
from gui.actions import ACTIONS
from gui.jobs.presentation import STATUS_LOOKS
from gui.jobs.type_looks import LOOKS
from gui.theme import DARK, LIGHT, Colours, Theme, ThemeMode, icon
from queue_core.queue.job_record import JobStatus

TEXT_ROLES = ("text", "muted", "accent", *(status.value for status in JobStatus))
SURFACES = ("window", "surface", "selection", "hover", "raised", "error_surface")


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_every_surface(colours: Colours) -> None:
    poor = {
        (role, surface): round(ratio, 2)
        for role in TEXT_ROLES
        for surface in SURFACES
        if (ratio := contrast(colours.role(role), colours.role(surface))) < 4.5
    }
    assert not poor
    assert contrast(colours.role("on_accent"), colours.role("accent")) >= 4.5


def test_the_style_sheets_name_only_colours_that_exist() -> None:
    known = {field.name for field in fields(Colours)} | {"marks", "theme"}
    for sheet in (files("resources") / "styles").iterdir():
        if sheet.name.endswith(".qss"):
            named = set(re.findall(r"@(\w+?)(?=_@|\b)", sheet.read_text(encoding="utf-8")))
            assert {name.rstrip("_") for name in named} <= known, sheet.name


def test_the_chosen_theme_is_shown_and_told(theme: Theme, qapp: QApplication) -> None:
    told: list[bool] = []
    theme.changed.connect(lambda: told.append(theme.is_dark))
    theme.set_mode(ThemeMode.DARK)
    assert qapp.palette().base().color().name().upper() == DARK.surface
    theme.set_mode(ThemeMode.LIGHT)
    assert qapp.palette().base().color().name().upper() == LIGHT.surface
    assert told == [True, False]


def test_icons_take_the_colour_of_the_theme(theme: Theme) -> None:
    symbol = icon("started", "accent")
    for mode, wanted in ((ThemeMode.LIGHT, LIGHT), (ThemeMode.DARK, DARK)):
        theme.set_mode(mode)
        middle = symbol.pixmap(QSize(32, 32)).toImage().pixelColor(15, 15)
        assert middle.name().upper() == wanted.accent.upper()


def test_every_icon_that_is_named_exists() -> None:
    folder = files("resources") / "icons"
    named = {look.icon for look in (*STATUS_LOOKS.values(), *LOOKS.values())}
    named |= {action.icon for action in ACTIONS if action.icon}
    for path in Path(gui.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'\bicon(?:_button|_pixmap)?\(\s*"(\w+)"', text))
        named |= set(re.findall(r'\bIconLabel\(\s*"(\w+)"', text))
        named |= set(re.findall(r'\bicon(?:_name)?="(\w+)"', text))
    missing = sorted(name for name in named if not (folder / f"{name}.svg").is_file())
    assert not missing


class Emitter(QObject):
    fired = Signal(bool)


def test_signals_can_be_emitted_without_end(qapp: QApplication) -> None:
    """PySide6 6.12.0 on Python 3.11 drops a reference to True at each emission and aborts."""
    emitter = Emitter()
    count = 0

    def on_fired(_value: bool) -> None:
        nonlocal count
        count += 1

    emitter.fired.connect(on_fired)
    for _ in range(10_000):
        emitter.fired.emit(True)
    assert count == 10_000
