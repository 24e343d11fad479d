"""Colours, fonts, style sheet and icons of the window, in light and in dark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from importlib.resources import files

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QStyle

from gui.icons import IconEngine, render_icon
from queue_core.queue.job_record import JobStatus

STEP_PX = 4
ROW_HEIGHT_PX = 32
COMPACT_ROW_HEIGHT_PX = 26
SECOND_LINE_PX = 16
RADIUS_PX = 6
ICON_PX = 16
ICON_BESIDE_TEXT_PX = (ICON_PX + STEP_PX, ICON_PX)

BODY_PT = 10.0
TITLE_PT = 13.0
SMALL_PT = 9.0

STYLE_SHEETS = ("window.qss", "pages.qss")


class ThemeMode(StrEnum):
    """What the user chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, kw_only=True)
class Colours:
    """The colours of one theme; text on any of its surfaces has a contrast of 4.5 or more."""

    window: str
    surface: str
    raised: str
    hover: str
    selection: str
    border: str
    strong_border: str
    text: str
    muted: str
    disabled: str
    accent: str
    accent_hover: str
    on_accent: str
    error_surface: str
    warning_surface: str
    match: str
    not_started: str
    started: str
    finished: str
    error: str
    cancelled: str
    killed: str

    def role(self, name: str) -> QColor:
        """Return the colour that *name* stands for: a field of this class."""
        return QColor(getattr(self, name))

    def status(self, status: JobStatus) -> QColor:
        """Return the colour of a job's status."""
        return self.role(status.value)


LIGHT = Colours(
    window="#F6F7F9", surface="#FFFFFF", raised="#FFFFFF", hover="#F0F3F6", selection="#E8F1FC",
    border="#D9DEE4", strong_border="#B4BCC6", text="#1B1F24", muted="#57606A", disabled="#98A1AB",
    accent="#0B62C4", accent_hover="#0A55AA", on_accent="#FFFFFF", error_surface="#FDF1F0",
    warning_surface="#FDF6E7", match="#FFE58A", not_started="#57606A", started="#0B62C4",
    finished="#1E7B34", error="#B3261E", cancelled="#6B6B6B", killed="#8A5A00",
)  # fmt: skip
DARK = Colours(
    window="#16191D", surface="#1E2227", raised="#262B31", hover="#262B31", selection="#24364B",
    border="#333A42", strong_border="#4A535E", text="#E6E9ED", muted="#9AA5B1", disabled="#626C77",
    accent="#6CB2FF", accent_hover="#8CC3FF", on_accent="#10161D", error_surface="#2E2223",
    warning_surface="#2D2820", match="#6B5A14", not_started="#9AA5B1", started="#6CB2FF",
    finished="#5FCB7A", error="#FF8A80", cancelled="#A6A6A6", killed="#F2B84B",
)  # fmt: skip


class Theme(QObject):
    """The theme that is shown now.

    Signals:
        changed: Colours are different; paint again what was painted by hand.
    """

    changed = Signal()

    def __init__(self, application: QApplication, mode: ThemeMode = ThemeMode.SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self._mode = mode
        self.colours = LIGHT
        application.setStyle("Fusion")
        application.setFont(body_font())
        application.styleHints().colorSchemeChanged.connect(self._apply)
        self._apply()

    @property
    def is_dark(self) -> bool:
        """Whether the dark colours are shown."""
        return self.colours is DARK

    @property
    def mode(self) -> ThemeMode:
        """What the user chose."""
        return self._mode

    def set_mode(self, mode: ThemeMode) -> None:
        """Follow the system, or stay light or dark."""
        self._mode = mode
        self._apply()

    def _apply(self) -> None:
        scheme = self._application.styleHints().colorScheme()
        follows = self._mode is ThemeMode.SYSTEM
        dark = scheme == Qt.ColorScheme.Dark if follows else self._mode is ThemeMode.DARK
        self.colours = DARK if dark else LIGHT
        self._application.setPalette(_palette(self.colours))
        self._application.setStyleSheet(_style_sheet(self.colours))
        self.changed.emit()


_theme: Theme | None = None


def install_theme(application: QApplication, mode: ThemeMode = ThemeMode.SYSTEM) -> Theme:
    """Give *application* our look; called once at start."""
    global _theme
    _theme = Theme(application, mode)
    return _theme


def current_theme() -> Theme:
    """Return the installed theme."""
    if _theme is None:
        raise RuntimeError("install_theme() has not been called.")
    return _theme


def colours() -> Colours:
    """Return the colours that are shown now."""
    return current_theme().colours


def icon(name: str, role: str = "text") -> QIcon:
    """Return an icon of ours in the colour of *role*; it follows the theme by itself."""
    return QIcon(IconEngine(name, lambda disabled: _icon_colour(role, disabled=disabled)))


def icon_pixmap(
    name: str, role: str = "text", *, size: int = ICON_PX, ratio: float = 1.0
) -> QPixmap:
    """Return an icon as a picture of *size* logical pixels, for painting by hand."""
    return render_icon(name, colours().role(role).name(), size, ratio)


def body_font(size_pt: float = BODY_PT, *, semibold: bool = False) -> QFont:
    """Return the interface font of the platform."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPointSizeF(size_pt)
    if semibold:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def small_font() -> QFont:
    """Return the font of muted second lines."""
    return body_font(SMALL_PT)


def title_font() -> QFont:
    """Return the font of titles."""
    return body_font(TITLE_PT, semibold=True)


def monospace_font(size_pt: float = SMALL_PT) -> QFont:
    """Return the font of logs, tracebacks and identifiers."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPointSizeF(size_pt)
    return font


def wants_less_motion() -> bool:
    """Whether the desktop asks for no animations."""
    return QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0


def _icon_colour(role: str, *, disabled: bool) -> str:
    return colours().role("disabled" if disabled else role).name()


def _style_sheet(shown: Colours) -> str:
    folder = files("resources") / "styles"
    text = "".join((folder / name).read_text(encoding="utf-8") for name in STYLE_SHEETS)
    text = text.replace("@marks", f"{folder}/marks")
    text = text.replace("@theme", "dark" if shown is DARK else "light")
    # Longest names first: @text must not eat the beginning of @text_muted.
    names = sorted((field.name for field in fields(shown)), key=len, reverse=True)
    values: Mapping[str, str] = {name: getattr(shown, name) for name in names}
    for name, value in values.items():
        text = text.replace(f"@{name}", value)
    return text


def _palette(shown: Colours) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, name in {
        roles.Window: "window", roles.WindowText: "text", roles.Base: "surface",
        roles.AlternateBase: "window", roles.Text: "text", roles.Button: "raised",
        roles.ButtonText: "text", roles.ToolTipBase: "raised", roles.ToolTipText: "text",
        roles.PlaceholderText: "muted", roles.Highlight: "selection",
        roles.HighlightedText: "text", roles.Link: "accent", roles.LinkVisited: "accent",
        roles.BrightText: "error", roles.Mid: "border", roles.Dark: "strong_border",
        roles.Light: "surface", roles.Midlight: "hover", roles.Shadow: "strong_border",
        roles.Accent: "accent",
    }.items():  # fmt: skip
        palette.setColor(role, shown.role(name))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, shown.role("disabled"))
    return palette
