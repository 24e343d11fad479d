"""How the values of a column lie, drawn small beside its name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.theme import colours

SHAPE_ROLE = Qt.ItemDataRole.UserRole + 7
WIDTH_PX, HEIGHT_PX = 56, 12
# A list that is narrower has no room for more than the names.
NARROWEST_PX = 220
MOST_BARS = 8
# Between a column's name, its type and the share that is missing.
SEPARATOR = "  ·  "
MARGINS_PX = 6
LEAST_NAME_PX = 60

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Shape:
    """Where the values of a column lie.

    Attributes:
        quartiles: Of numbers: the three quartiles, as shares of the way from least to most.
        shares: Of names: the share of rows that each of the most frequent has.
    """

    quartiles: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()


def shape_of(statistics: Mapping[str, Any], count: int) -> Shape | None:
    """Return the shape that stored statistics tell of; None where they tell of none.

    Args:
        statistics: As `ColumnInfo.statistics` has them.
        count: How many values there are.
    """
    top = statistics.get("top")
    if isinstance(top, list) and top and count > 0:
        counts = [item.get("count", 0) for item in top[:MOST_BARS] if isinstance(item, Mapping)]
        return Shape(shares=tuple(min(1.0, number / count) for number in counts))
    ends = [statistics.get(key) for key in ("min", "q1", "median", "q3", "max")]
    numbers = [float(end) for end in ends if isinstance(end, int | float) and math.isfinite(end)]
    if len(numbers) < len(ends) or numbers[-1] <= numbers[0]:
        return None
    low, high = numbers[0], numbers[-1]
    return Shape(quartiles=tuple((number - low) / (high - low) for number in numbers[1:-1]))


class MiniatureDelegate(QStyledItemDelegate):
    """Draws the shape at the right end of a row; where room is short, the name gives way last."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Leave out the type where all does not fit, and then cut the name alone."""
        super().initStyleOption(option, index)
        style = option.widget.style()
        element = QStyle.SubElement.SE_ItemViewItemText
        room = style.subElementRect(element, option, option.widget).width() - MARGINS_PX
        option.text = _fitted(option.text, room, option.fontMetrics)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the row, and its shape where there is one."""
        shape = index.data(SHAPE_ROLE)
        box = QRectF(option.rect)
        has_room = isinstance(shape, Shape) and box.width() >= NARROWEST_PX
        if has_room:
            # The name ends before the shape begins.
            option.rect = option.rect.adjusted(0, 0, -(WIDTH_PX + 14), 0)
        super().paint(painter, option, index)
        if has_room:
            left = box.right() - WIDTH_PX - 8
            place = QRectF(left, box.center().y() - HEIGHT_PX / 2, WIDTH_PX, HEIGHT_PX)
            painter.save()
            draw_shape(painter, shape, place)
            painter.restore()


def _fitted(text: str, room: int, metrics: QFontMetrics) -> str:
    """Return name, type and share of what is missing as far as they fit."""
    if metrics.horizontalAdvance(text) <= room or SEPARATOR not in text:
        return text
    name, *rest = text.split(SEPARATOR)
    told = rest[1:]  # what is missing matters more than the type
    end = metrics.horizontalAdvance(SEPARATOR.join(("", *told)))
    short = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, max(LEAST_NAME_PX, room - end))
    return SEPARATOR.join((short, *told))


def draw_shape(painter: QPainter, shape: Shape, place: QRectF) -> None:
    """Draw bars for names, a box with its median for numbers."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    if shape.shares:
        most = max(shape.shares) or 1.0
        each = place.width() / MOST_BARS
        for number, share in enumerate(shape.shares):
            high = max(1.0, place.height() * share / most)
            left = place.left() + number * each
            bar = QRectF(left, place.bottom() - high, each - 1.5, high)
            painter.fillRect(bar, colours().role("accent"))
        return
    first, median, third = (place.left() + place.width() * at for at in shape.quartiles)
    middle = place.center().y()
    painter.fillRect(
        QRectF(place.left(), middle - 0.5, place.width(), 1), colours().role("strong_border")
    )
    box = QRectF(first, place.top() + 1, max(1.0, third - first), place.height() - 2)
    painter.fillRect(box, colours().role("accent"))
    painter.fillRect(QRectF(median - 0.75, place.top() + 1, 1.5, place.height() - 2),
                     colours().role("surface"))  # fmt: skip
