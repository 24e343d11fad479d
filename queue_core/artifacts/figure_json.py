"""Figures to JSON and back: the stored form of the kind `figure`."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from enum import Enum
from typing import Any

from queue_core.artifacts import figure as description
from queue_core.artifacts.figure import FIGURE_VERSION, Axis, Figure, Panel, Tone
from queue_core.errors import DataError

_MARKS: dict[str, type[Any]] = {
    kind.__name__.lower(): kind
    for kind in (
        description.Line, description.Lines, description.Area, description.Bars,
        description.Histogram, description.Points, description.Heatmap, description.Box,
        description.Violin, description.Rule, description.Text,
    )
}  # fmt: skip

_ENUMS = {
    "style": description.LineStyle,
    "scale": description.ColorScale,
}


def figure_to_json(figure: Figure) -> str:
    """Return the stored form of a figure; missing numbers become null."""
    return json.dumps(
        {"version": FIGURE_VERSION, **_plain(figure)},
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )


def figure_from_json(text: str) -> Figure:
    """Return the figure that `figure_to_json` stored.

    Raises:
        DataError: It is not a figure, or one of a newer version of the program.
    """
    try:
        document = json.loads(text)
        version = document.pop("version")
        if version > FIGURE_VERSION:
            raise DataError(
                f"The figure is stored in version {version}; this program reads up to "
                f"version {FIGURE_VERSION}.",
                hint="Update the program.",
            )
        panels = [_panel(panel) for panel in document.pop("panels")]
        return Figure(panels=panels, **document)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"The stored figure cannot be read: {error}.", hint="Run its job again."
        ) from error


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        named = {
            item.name: _plain(getattr(value, item.name))
            for item in fields(value)
            if getattr(value, item.name) != item.default
        }
        kind = type(value).__name__.lower()
        return {"type": kind, **named} if kind in _MARKS else named
    return value


def _panel(document: dict[str, Any]) -> Panel:
    marks = [_mark(mark) for mark in document.pop("marks")]
    x, y = (_axis(document.pop(name, {})) for name in ("x", "y"))
    return Panel(marks=marks, x=x, y=y, **document)


def _axis(document: dict[str, Any]) -> Axis:
    if "scale" in document:
        document["scale"] = description.AxisScale(document["scale"])
    return Axis(**document)


def _mark(document: dict[str, Any]) -> Any:
    kind = _MARKS[document.pop("type")]
    for name, enum in _ENUMS.items():
        if name in document:
            document[name] = enum(document[name])
    if "color" in document:
        document["color"] = _color(document["color"])
    if "colors" in document:
        document["colors"] = [_color(color) for color in document["colors"]]
    return kind(**document)


def _color(stored: int | str) -> description.Color:
    return stored if isinstance(stored, int) else Tone(stored)
