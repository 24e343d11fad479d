"""The colours of figures on the window's light and dark surfaces.

Every colour has a contrast of 3 or more on its surface, and the first eight of each palette stay
apart under the common kinds of colour blindness; both are held by tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from queue_core.artifacts.figure import Color, Tone


class Theme(StrEnum):
    """The surface that a figure is drawn for."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class ThemeColors:
    """The colours of one theme, as `#RRGGBB`.

    Attributes:
        surface: Background.
        tones: Colours with a meaning.
        palette: Colours of categories, taken in order and repeated.
        sequential: Stops of the scale from little to much.
        sweep: Stops of the scale for points, each clear on the surface.
        diverging: Stops of the scale from negative over nothing to positive.
        missing: Colour of a cell without a value.
    """

    surface: str
    tones: dict[Tone, str]
    palette: tuple[str, ...]
    sequential: tuple[str, ...]
    sweep: tuple[str, ...]
    diverging: tuple[str, ...]
    missing: str

    def color(self, color: Color) -> str:
        """Return the shade of a palette place or of a meaning."""
        if isinstance(color, Tone):
            return self.tones[color]
        return self.palette[color % len(self.palette)]


_LIGHT = ThemeColors(
    surface="#FFFFFF",
    tones={
        Tone.TEXT: "#1B1F24",
        Tone.MUTED: "#57606A",
        Tone.GRID: "#E6EAEE",
        Tone.ACCENT: "#0B62C4",
        Tone.POSITIVE: "#0B62C4",
        Tone.NEGATIVE: "#C2570C",
    },
    palette=(
        "#0B62C4", "#DD6B0A", "#208C6E", "#BF3B91",
        "#8562FE", "#775A00", "#2E9BD6", "#3B444D", "#B3261E", "#6E8B3D",
    ),
    sequential=("#EEF4FB", "#B9D5F2", "#6CA8E4", "#2A72C8", "#0B4591", "#072A5C"),
    sweep=("#0B62C4", "#5A5FC0", "#9A55AE", "#CC4C7E", "#DD6B0A"),
    diverging=("#8A3B00", "#D9812F", "#F5C99B", "#F4F5F6", "#A9CBEF", "#3F86D6", "#073F86"),
    missing="#E3E6EA",
)  # fmt: skip

_DARK = ThemeColors(
    surface="#1E2227",
    tones={
        Tone.TEXT: "#E6E9ED",
        Tone.MUTED: "#9AA5B1",
        Tone.GRID: "#31373F",
        Tone.ACCENT: "#6CB2FF",
        Tone.POSITIVE: "#6CB2FF",
        Tone.NEGATIVE: "#F4A259",
    },
    palette=(
        "#6CB2FF", "#F7B067", "#57DFAE", "#ED7FBF",
        "#8A83FF", "#D9C337", "#94E1FF", "#CBCFD7", "#FF7F75", "#A9C97A",
    ),
    sequential=("#26303C", "#28486B", "#2B6AA8", "#4C95DE", "#93C6FA", "#E2F1FF"),
    sweep=("#6CB2FF", "#9C9CF5", "#CF8FDC", "#F08BA8", "#F7B067"),
    diverging=("#FFC98F", "#E08A35", "#85501F", "#2E343C", "#2A5585", "#4C95DE", "#B5DAFF"),
    missing="#3A4149",
)  # fmt: skip

_COLORS = {Theme.LIGHT: _LIGHT, Theme.DARK: _DARK}


def theme_colors(theme: Theme) -> ThemeColors:
    """Return the colours of a theme."""
    return _COLORS[theme]
