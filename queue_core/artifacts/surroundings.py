"""What stands around the panels of a figure: title, notes, legend, and the room that each takes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, Final

from matplotlib.collections import PathCollection
from matplotlib.figure import Figure as NativeFigure
from matplotlib.figure import SubFigure

from queue_core.artifacts.figure import Figure, Tone
from queue_core.artifacts.themes import ThemeColors
from queue_core.artifacts.ticks import shorten

MARGIN_IN: Final = 0.16
TEXT_PT: Final = 9.0
_TITLE_PT, _SUBTITLE_PT, _NOTE_PT = 12.5, 9.0, 8.0
_LEGEND_ROWS = 24
_LONGEST_LABEL = 34
_NARROW_IN = 5.5
_HEAD_GAP_IN, _NOTES_GAP_IN = 0.08, 0.06
_NOTES_MARGIN_IN = MARGIN_IN * 0.8
_LINE = 1.4
_NOTE_LINE = 1.45


def is_narrow(width_in: float) -> bool:
    """Return whether a legend or a colour bar leaves no room for panels beside it."""
    return width_in < _NARROW_IN


def write_head(native: NativeFigure, figure: Figure, colors: ThemeColors) -> float:
    """Write title and subtitle; return how high they are with the margin, in inches."""
    width_in, height_in = native.get_size_inches()
    used = MARGIN_IN
    for line, size_pt, color, weight in _head_lines(figure, width_in):
        native.text(
            MARGIN_IN / width_in,
            1 - used / height_in,
            line,
            size=size_pt,
            color=colors.tones[color],
            weight=weight,
            ha="left",
            va="top",
        )
        used += size_pt * _LINE / 72
    return used + _HEAD_GAP_IN


def write_notes(native: NativeFigure, figure: Figure, colors: ThemeColors) -> float:
    """Write the sentences below; return how high they are with the margin, in inches."""
    width_in, height_in = native.get_size_inches()
    lines = _note_lines(figure, width_in)
    for place, line in enumerate(reversed(lines)):
        native.text(
            MARGIN_IN / width_in,
            (_NOTES_MARGIN_IN + place * _NOTE_PT * _NOTE_LINE / 72) / height_in,
            line,
            size=_NOTE_PT,
            color=colors.tones[Tone.MUTED],
            ha="left",
            va="bottom",
        )
    return _notes_in(lines)


def add_legend(body: SubFigure, figure: Figure, width_in: float) -> None:
    """Draw one legend for the marks of all panels: beside them, or below where it is narrow."""
    handles: dict[str, Any] = {}
    for axes in body.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    if not handles:
        return
    labels = _legend_labels(list(handles))
    below = is_narrow(width_in)
    legend = body.legend(
        list(handles.values())[: len(labels)],
        labels,
        title=shorten(figure.legend_title, _LONGEST_LABEL) or None,
        loc="outside lower left" if below else "outside right upper",
        ncols=_columns_that_fit(width_in, labels) if below else 1,
        alignment="left",
        borderaxespad=0,
        borderpad=0,
        handlelength=1.4,
    )
    for drawn in legend.legend_handles:
        if drawn is not None:
            drawn.set_alpha(1)
        if isinstance(drawn, PathCollection):
            drawn.set_sizes([22.0])


def _head_lines(figure: Figure, width_in: float) -> Iterator[tuple[str, float, Tone, str]]:
    """Yield each line of the head with its size, tone and weight."""
    # Bold letters are wider than others of their size.
    for line in _wrapped(figure.title, width_in, _TITLE_PT * 1.1, 2):
        yield line, _TITLE_PT, Tone.TEXT, "bold"
    for line in _wrapped(figure.subtitle, width_in, _SUBTITLE_PT, 2):
        yield line, _SUBTITLE_PT, Tone.MUTED, "normal"


def _note_lines(figure: Figure, width_in: float) -> list[str]:
    return [line for note in figure.notes for line in _wrapped(note, width_in, _NOTE_PT, 3)]


def _notes_in(lines: Sequence[str]) -> float:
    gap_in = _NOTES_GAP_IN if lines else 0.0
    return _NOTES_MARGIN_IN + len(lines) * _NOTE_PT * _NOTE_LINE / 72 + gap_in


def _legend_labels(names: Sequence[str]) -> list[str]:
    """Return what the legend says: all names that it has rows for, and how many there are more."""
    labels = [shorten(name, _LONGEST_LABEL) for name in names[:_LEGEND_ROWS]]
    if len(names) > _LEGEND_ROWS:
        labels[-1] = f"and {len(names) - _LEGEND_ROWS + 1} more"
    return labels


def _wrapped(text: str, width_in: float, size_pt: float, most: int) -> list[str]:
    room = max(16, int((width_in - 2 * MARGIN_IN) * 72 / (size_pt * 0.58)))
    return textwrap.wrap(text, room, max_lines=most, placeholder=" …") if text else []


def _columns_that_fit(width_in: float, labels: Sequence[str]) -> int:
    # Capitals and digits are some 0.66 of their size wide; the handle and the gap take five.
    column_in = (max(map(len, labels)) + 5) * TEXT_PT * 0.66 / 72
    gap_in = 2 * TEXT_PT / 72
    return max(1, min(3, int((width_in - 2 * MARGIN_IN + gap_in) / column_in)))
