"""Ticks and their labels: numbers with separators, dates, and names cut to what fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from queue_core.artifacts.figure import Axis, AxisScale
from queue_core.artifacts.local_forms import local_date, local_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SECONDS_PER_DAY = 86_400.0
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_TICK_SIZE_PT = 8.0
# Mean width of a letter relative to the font size; a little wide, so that labels never touch.
_LETTER_WIDTH = 0.62
_LETTER_PT = _TICK_SIZE_PT * 0.56
_NAME_SHARE = 0.34
_SLANTED, _UPRIGHT = 40, 90
_LONGEST_NAME, _SHORTEST_NAME, _LONGEST_SLANTED = 40, 10, 22


def shorten(text: str, length: int) -> str:
    """Return *text* in one line of at most *length* characters, cut in the middle."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    head = (length - 1) * 2 // 3
    return f"{line[:head].rstrip()}…{line[-(length - 1 - head) :].lstrip()}"


def shorten_apart(names: Sequence[str], length: int) -> list[str]:
    """Return *names* cut to *length* characters, so that those that differ still do.

    Names that begin and end alike keep what is between; where that is not enough, they are
    numbered.
    """
    cut = [shorten(name, length) for name in names]
    alike = _repeated(cut, names)
    for place in alike:
        cut[place] = _told_apart([names[other] for other in alike], names[place], length)
    for place in _repeated(cut, names):
        mark = f" ({place + 1})"
        cut[place] = shorten(names[place], max(length - len(mark), 2)) + mark
    return cut


def _told_apart(names: Sequence[str], name: str, length: int) -> str:
    """Return a name without the words that all *names* begin and end with; they fit no longer."""
    parted = [other.split() for other in names]
    start = _alike(parted)
    end = _alike([words[start:][::-1] for words in parted])
    words = name.split()
    own = " ".join(words[start : len(words) - end])
    marks = ("…" if start else "", "…" if end else "")
    return f"{marks[0]}{shorten(own, max(length - 2, 2))}{marks[1]}"


def _alike(parted: Sequence[Sequence[str]]) -> int:
    """Return how many words all begin with."""
    count = 0
    for words in zip(*parted, strict=False):
        if len(set(words)) > 1:
            break
        count += 1
    return count


def _repeated(cut: Sequence[str], names: Sequence[str]) -> list[int]:
    """Return the places of names that look like another name now, but are not."""
    meant: dict[str, set[str]] = {}
    for short, name in zip(cut, names, strict=True):
        meant.setdefault(short, set()).add(name)
    return [place for place, short in enumerate(cut) if len(meant[short]) > 1]


def apply_scale(axes: Axes, axis: Axis, *, which: str) -> None:
    """Choose the scale of the x or y axis; call it before marks are drawn."""
    if axis.scale in {AxisScale.LOG, AxisScale.SYMLOG}:
        getattr(axes, f"set_{which}scale")(axis.scale.value)


def apply_axis(axes: Axes, axis: Axis, *, which: str, extent_in: float, columns: int = 1) -> None:
    """Set up labels, ticks and limits of the x or y axis; call it after marks are drawn.

    Args:
        axes: The panel as matplotlib knows it.
        axis: Its description.
        which: `x` or `y`.
        extent_in: Length of the axis in inches, to know how many labels fit.
        columns: How many panels stand side by side.
    """
    from matplotlib.ticker import FuncFormatter

    native = getattr(axes, f"{which}axis")
    label = f"{axis.label} ({axis.unit})" if axis.label and axis.unit else axis.label
    room = int(extent_in * 72 / (9.0 * _LETTER_WIDTH))
    getattr(axes, f"set_{which}label")(shorten(label, max(room, 12)))
    # The whole label, for when the panel's size is known.
    native.label.set_label(label)
    if axis.scale in {AxisScale.LOG, AxisScale.SYMLOG}:
        native.set_major_formatter(FuncFormatter(lambda value, _: local_number(_power(value))))
    elif axis.scale is AxisScale.CATEGORY:
        _apply_categories(axes, axis, which, extent_in, columns)
    elif axis.scale is AxisScale.TIME:
        _apply_time(native, extent_in if which == "x" else extent_in * 1.5)
    else:
        _apply_numbers(native, axis, which, extent_in)
    _apply_limits(axes, axis, which)
    if not axis.has_ticks:
        native.set_ticks([])
    native.grid(visible=axis.has_grid and axis.scale is not AxisScale.CATEGORY)


def to_place(axis: Axis, values: Sequence[float]) -> Any:
    """Return positions in matplotlib's unit: days for times, else as they are."""
    import numpy as np

    places = np.asarray(values, dtype=float)
    return places / SECONDS_PER_DAY if axis.scale is AxisScale.TIME else places


def _apply_limits(axes: Axes, axis: Axis, which: str) -> None:
    scale = SECONDS_PER_DAY if axis.scale is AxisScale.TIME else 1.0
    limits = {
        side: value / scale
        for side, value in (("min", axis.minimum), ("max", axis.maximum))
        if value is not None
    }
    if limits:
        named = {f"{which}{side}": value for side, value in limits.items()}
        getattr(axes, f"set_{which}lim")(**named)
    if axis.is_inverted:
        getattr(axes, f"{which}axis").set_inverted(True)


def _apply_numbers(native: Any, axis: Axis, which: str, extent_in: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    most = max(2, int(extent_in / (0.62 if which == "x" else 0.42)))
    steps = [1, 2, 5, 10] if axis.has_whole_numbers else [1, 2, 2.5, 5, 10]
    native.set_major_locator(
        MaxNLocator(nbins=min(most, 8), steps=steps, integer=axis.has_whole_numbers)
    )
    native.set_major_formatter(FuncFormatter(lambda value, _: local_number(_number(value, native))))


def _number(value: float, native: Any) -> str:
    low, high = sorted(native.get_view_interval())
    largest = max(abs(low), abs(high))
    if largest == 0 or abs(value) < (high - low) * 1e-9:
        return "0"
    if largest >= 1e7 or largest < 1e-3:
        return f"{value:.3g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e−")
    # Four digits need no separator, and years must not have one.
    separator = "," if largest >= 10_000 else ""
    text = f"{value:{separator}.{max(0, _decimals(high - low))}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def format_bar(bar: Any) -> None:
    """Write the numbers of a colour bar as those of the axes; a logarithmic one in powers."""
    from matplotlib.colors import LogNorm
    from matplotlib.ticker import FuncFormatter

    if isinstance(bar.norm, LogNorm):
        bar.formatter = FuncFormatter(lambda value, _: local_number(_power(value)))
        bar.minorticks_off()
    else:
        native = bar.long_axis
        bar.formatter = FuncFormatter(lambda value, _: local_number(_number(value, native)))
    bar.update_ticks()


def _power(value: float) -> str:
    """Return a tick of a logarithmic axis: plain up to 10,000, else a power of ten."""
    import math

    if value == 0 or 1e-3 <= abs(value) <= 1e4:
        return f"{value:,g}".replace("-", "−")
    exponent = math.floor(math.log10(abs(value)) + 1e-9)
    factor = round(value / 10.0**exponent, 2)
    sign = {1.0: "", -1.0: "−"}.get(factor, f"{factor:g}·")
    return f"{sign}10{str(exponent).translate(_SUPERSCRIPTS)}"


def _decimals(span: float) -> int:
    import math

    return 2 - math.floor(math.log10(span)) if span > 0 else 2


def _apply_time(native: Any, extent_in: float) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=2, maxticks=max(3, int(extent_in / 0.8)))
    native.set_major_locator(locator)
    formatter = ConciseDateFormatter(locator)
    ticks, offset = formatter.format_ticks, formatter.get_offset
    formatter.format_ticks = lambda values: [local_date(text) for text in ticks(values)]
    formatter.get_offset = lambda: local_date(offset())
    native.set_major_formatter(formatter)


def _apply_categories(axes: Axes, axis: Axis, which: str, extent_in: float, columns: int) -> None:
    count = len(axis.categories)
    getattr(axes, f"set_{which}lim")(-0.5, max(count, 1) - 0.5)
    places = list(range(0, count, _step(count, extent_in)))
    names = [axis.categories[place] for place in places]
    if which == "y":
        # They may take a third of the picture; the panel needs the rest.
        room_pt = axes.figure.bbox.width / axes.figure.dpi * 72 * _NAME_SHARE / columns
        length = int(min(_LONGEST_NAME, max(_SHORTEST_NAME, room_pt / _LETTER_PT)))
        axes.set_yticks(places, shorten_apart(names, length))
        axes.tick_params(axis="y", length=0)
        return
    turn = names_turn(axis.categories, extent_in)
    axes.set_xticks(places, shorten_apart(names, _LONGEST_SLANTED) if turn else names)
    axes.tick_params(axis="x", length=0)
    if turn:
        for tick_label in axes.get_xticklabels():
            tick_label.set(
                rotation=turn,
                rotation_mode="anchor",
                horizontalalignment="right",
                verticalalignment="top" if turn == _SLANTED else "center",
            )


def names_turn(names: Sequence[str], extent_in: float) -> int:
    """Return by how many degrees names below an axis of this length are turned to fit."""
    slot_pt = extent_in * 72 / max(len(names), 1) * _step(len(names), extent_in)
    longest = max((len(name) for name in names), default=0)
    if longest * _TICK_SIZE_PT * _LETTER_WIDTH <= slot_pt:
        return 0
    return _SLANTED if slot_pt >= _TICK_SIZE_PT * 2 else _UPRIGHT


def _step(count: int, extent_in: float) -> int:
    """Return that every n-th name is written: all, unless not even one line fits into a slot."""
    slot_pt = extent_in * 72 / max(count, 1)
    return max(1, -(-int(_TICK_SIZE_PT * 1.25) // max(int(slot_pt), 1)))
