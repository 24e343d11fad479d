"""Figures as frozen descriptions: panels with two axes and marks, no pixels and no library.

Explorers and jobs build them, `figure_json` stores them, `renderer` draws them at any size in
light and dark. Numbers are plain floats (NaN where one is missing), times are seconds since
1970-01-01, positions on a category axis are 0, 1, 2, … in the order of its categories.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

FIGURE_VERSION = 1


class Tone(StrEnum):
    """Colours with a meaning; every theme has its own shade of each."""

    TEXT = "text"
    MUTED = "muted"
    GRID = "grid"
    ACCENT = "accent"
    POSITIVE = "positive"
    NEGATIVE = "negative"


# A place in the theme's palette of categories, or a meaning.
Color = int | Tone


class AxisScale(StrEnum):
    """How positions on an axis become places."""

    LINEAR = "linear"
    LOG = "log"
    SYMLOG = "symlog"
    CATEGORY = "category"
    TIME = "time"


class LineStyle(StrEnum):
    """How a line is stroked."""

    SOLID = "solid"
    DASHED = "dashed"
    DOTTED = "dotted"


class ColorScale(StrEnum):
    """How values become colours: from pale to full, around 0, or from one colour to another."""

    SEQUENTIAL = "sequential"
    SWEEP = "sweep"
    DIVERGING = "diverging"


class NumberArray(Protocol):
    """A NumPy array or what behaves like one; kept as a tuple of floats."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...

    def tolist(self) -> Any:
        """Return the numbers as a list."""


Numbers = Sequence[float] | NumberArray


def _floats(values: Iterable[Any]) -> tuple[float, ...]:
    listed = values.tolist() if hasattr(values, "tolist") else values
    return tuple(float("nan") if value is None else float(value) for value in listed)


class _Frozen:
    """Turns the number fields of a mark into tuples of floats (arrays and lists are welcome)."""

    _NUMBERS: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self._NUMBERS:
            object.__setattr__(self, name, _floats(getattr(self, name)))


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One axis of a panel.

    Attributes:
        label: What is measured.
        unit: Unit of measurement, shown in brackets behind the label.
        scale: How positions become places.
        categories: Names of the positions 0, 1, 2, … of a category axis.
        minimum: Lower end; None: what the marks need.
        maximum: Upper end; None: what the marks need.
        has_whole_numbers: Whether ticks stand at whole numbers only.
        is_inverted: Whether it runs downwards or leftwards.
        has_grid: Whether grid lines are drawn across the panel.
        has_ticks: Whether ticks and their labels are drawn.
    """

    label: str = ""
    unit: str = ""
    scale: AxisScale = AxisScale.LINEAR
    categories: Sequence[str] = ()
    minimum: float | None = None
    maximum: float | None = None
    has_whole_numbers: bool = False
    is_inverted: bool = False
    has_grid: bool = True
    has_ticks: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "categories", tuple(str(name) for name in self.categories))


@dataclass(frozen=True, kw_only=True)
class Line(_Frozen):
    """A line through points; a NaN interrupts it."""

    _NUMBERS = ("x", "y")

    x: Numbers
    y: Numbers
    label: str = ""
    color: Color = 0
    style: LineStyle = LineStyle.SOLID
    width: float = 1.8
    is_stepped: bool = False
    has_markers: bool = False
    opacity: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Many thin lines over the same positions, e.g. one per row of the data.

    Attributes:
        x: Positions, one per column of `rows`.
        rows: One sequence of values per line.
        colors: One colour per line; empty: all the first.
    """

    x: Numbers
    rows: Sequence[Numbers] | NumberArray
    colors: Sequence[Color] = ()
    width: float = 0.9
    opacity: float = 0.35

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", _floats(self.x))
        object.__setattr__(self, "rows", tuple(_floats(row) for row in self.rows))
        object.__setattr__(self, "colors", tuple(self.colors))


@dataclass(frozen=True, kw_only=True)
class Area(_Frozen):
    """The band between two lines."""

    _NUMBERS = ("x", "low", "high")

    x: Numbers
    low: Numbers
    high: Numbers
    label: str = ""
    color: Color = 0
    opacity: float = 0.25


@dataclass(frozen=True, kw_only=True)
class Bars(_Frozen):
    """Bars at positions; with `bases` they float, as in a waterfall.

    Attributes:
        positions: Places on the axis that the bars stand on.
        values: Their lengths.
        bases: Where they begin; empty: at 0.
        errors: Half-lengths of error bars; empty: none.
        texts: What is written at their ends; empty: nothing.
        colors: One colour per bar; empty: all `color`.
    """

    _NUMBERS = ("positions", "values", "bases", "errors")

    positions: Numbers
    values: Numbers
    bases: Numbers = ()
    errors: Numbers = ()
    texts: Sequence[str] = ()
    colors: Sequence[Color] = ()
    label: str = ""
    color: Color = 0
    width: float = 0.72
    is_horizontal: bool = False
    opacity: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "texts", tuple(self.texts))
        object.__setattr__(self, "colors", tuple(self.colors))


@dataclass(frozen=True, kw_only=True)
class Histogram(_Frozen):
    """Counts between edges; there is one more edge than counts."""

    _NUMBERS = ("edges", "counts")

    edges: Numbers
    counts: Numbers
    label: str = ""
    color: Color = 0
    opacity: float = 0.85


@dataclass(frozen=True, kw_only=True)
class Points(_Frozen):
    """A scatter of points, in one colour or coloured by `values`.

    Attributes:
        values: One number per point that becomes its colour; empty: all `color`.
        value_label: Title of the colour bar for `values`.
        size: Diameter in points (1/72 inch).
    """

    _NUMBERS = ("x", "y", "values")

    x: Numbers
    y: Numbers
    values: Numbers = ()
    value_label: str = ""
    scale: ColorScale = ColorScale.SWEEP
    label: str = ""
    color: Color = 0
    size: float = 4.5
    opacity: float = 0.75


@dataclass(frozen=True, kw_only=True)
class Heatmap:
    """Cells coloured by value.

    Attributes:
        x_edges: Borders of the columns; on a category axis -0.5, 0.5, 1.5, …
        y_edges: Borders of the rows.
        values: Rows of values, the first row lies between the first two `y_edges`.
        label: Title of the colour bar; empty: no colour bar.
        scale: How values become colours; a diverging scale is centred on 0.
        minimum: Value of the first colour; None: the smallest.
        maximum: Value of the last colour; None: the largest.
        text_format: Format of the number written into each cell, e.g. `.2f`; empty: none.
    """

    x_edges: Numbers
    y_edges: Numbers
    values: Sequence[Numbers] | NumberArray
    label: str = ""
    scale: ColorScale = ColorScale.SEQUENTIAL
    minimum: float | None = None
    maximum: float | None = None
    is_logarithmic: bool = False
    text_format: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "x_edges", _floats(self.x_edges))
        object.__setattr__(self, "y_edges", _floats(self.y_edges))
        object.__setattr__(self, "values", tuple(_floats(row) for row in self.values))


@dataclass(frozen=True, kw_only=True)
class Box(_Frozen):
    """A box with whiskers and the points beyond them.

    Attributes:
        position: Place on the axis that it stands on.
        low: End of the lower whisker.
        high: End of the upper whisker.
        outliers: Values beyond the whiskers (a sample of them where there are many).
    """

    _NUMBERS = ("outliers",)

    position: float
    low: float
    first_quartile: float
    median: float
    third_quartile: float
    high: float
    mean: float | None = None
    outliers: Numbers = ()
    color: Color = 0
    width: float = 0.5
    is_horizontal: bool = False


@dataclass(frozen=True, kw_only=True)
class Violin(_Frozen):
    """A mirrored density; `density` is scaled so that its maximum is `width` / 2."""

    _NUMBERS = ("values", "density")

    position: float
    values: Numbers
    density: Numbers
    color: Color = 0
    width: float = 0.85
    is_horizontal: bool = False


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A straight line across the panel at one value."""

    value: float
    label: str = ""
    color: Color = Tone.MUTED
    style: LineStyle = LineStyle.DASHED
    is_horizontal: bool = False


@dataclass(frozen=True, kw_only=True)
class Text:
    """Words at a place of the panel.

    Attributes:
        align: `left`, `center` or `right` of the words is at `x`.
        is_relative: Whether x and y are fractions of the panel instead of data.
    """

    x: float
    y: float
    text: str
    align: str = "center"
    color: Color = Tone.TEXT
    size_pt: float = 8.5
    is_relative: bool = False


Mark = (
    Line | Lines | Area | Bars | Histogram | Points | Heatmap | Box | Violin | Rule | Text
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One plot: two axes and what is drawn between them, first mark at the back."""

    marks: Sequence[Mark]
    title: str = ""
    x: Axis = Axis()
    y: Axis = Axis()
    is_square: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "marks", tuple(self.marks))


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A whole figure.

    Attributes:
        title: One line over everything.
        subtitle: A second, muted line: which data.
        panels: The plots, filled row by row.
        columns: How many plots stand side by side.
        row_ratios: Relative heights of the rows; empty: all equal.
        column_ratios: Relative widths of the columns; empty: all equal.
        legend_title: Over the legend; the legend collects the labels of all marks.
        notes: Sentences below: what was sampled, binned or left out.
        width_in: Natural width in inches.
        height_in: Natural height in inches.
    """

    title: str
    panels: Sequence[Panel]
    subtitle: str = ""
    columns: int = 1
    row_ratios: Numbers = ()
    column_ratios: Numbers = ()
    legend_title: str = ""
    notes: Sequence[str] = ()
    width_in: float = 8.0
    height_in: float = 5.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "panels", tuple(self.panels))
        object.__setattr__(self, "row_ratios", _floats(self.row_ratios))
        object.__setattr__(self, "column_ratios", _floats(self.column_ratios))
        object.__setattr__(self, "notes", tuple(note for note in self.notes if note))
