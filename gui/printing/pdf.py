"""The pages of a table as a PDF file; painted on any thread, the texts as they are.

Nothing of a text is taken for markup, and what is too long for its place is cut with an ellipsis.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import (
    QBuffer,
    QDateTime,
    QIODevice,
    QLocale,
    QMarginsF,
    QPointF,
    QRectF,
    QSizeF,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
)

from gui.format import format_count
from gui.i18n import tr
from gui.plain_text import one_line
from gui.printing.layout import (
    MOST_LETTERS,
    PADDING_PT,
    SMALLEST,
    Layout,
    broken,
    lay_out,
    rows_of_pages,
)
from gui.printing.printed_table import PrintedTable

# A point is ten of the painter's steps: letters stand where they belong.
STEPS = 10
MARGIN_PT = 42.0
BODY_PT = 9.0
TITLE_PT = 15.0
SMALL_PT = 8.0
LINE_PT = 15.0
NOTE_PT = 2.0
HEADING_LINE_PT = 11.5
TITLE_ROOM_PT = 46.0
FOOT_PT = 24.0
INK, MUTED, RULE, FAINT = map(QColor, ("#111111", "#555555", "#777777", "#d4d4d4"))
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
MIDDLE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
CUT_RIGHT, CUT_MIDDLE = Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle


def write_pdf(table: PrintedTable, target: Path, font: QFont) -> int:
    """Write the pages of a table to a file; return how many they are.

    Args:
        table: The table.
        target: The file.
        font: The family of its letters.

    Raises:
        OSError: It cannot be written.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    count = _paint(table, buffer, font)  # what writes into the buffer is gone before it is
    buffer.close()
    target.write_bytes(buffer.data().data())
    return count


def _paint(table: PrintedTable, buffer: QBuffer, font: QFont) -> int:
    writer = QPdfWriter(buffer)
    writer.setResolution(72 * STEPS)
    writer.setTitle(one_line(table.title))
    writer.setCreator("DashAI Monitor")
    size = paper_size()
    short, long = sorted((size.width(), size.height()))
    texts = _Texts(font, writer)
    free = 2 * MARGIN_PT - PADDING_PT * SMALLEST  # nothing stands beside the last column
    layout = lay_out(table, texts.measure, upright_pt=short - free, across_pt=long - free)
    _set_page(writer, QSizeF(short, long), layout)
    room = QSizeF(long, short) if layout.is_across else QSizeF(short, long)
    room = room.shrunkBy(QMarginsF(MARGIN_PT, MARGIN_PT, MARGIN_PT, MARGIN_PT))
    painter = QPainter(writer)
    count = _Pages(table, layout, room, texts, writer, painter).paint()
    painter.end()
    return count


def paper_size() -> QSizeF:
    """Return the size of the paper that is usual where the user is, in points."""
    is_us = QLocale().measurementSystem() is QLocale.MeasurementSystem.ImperialUSSystem
    kind = QPageSize.PageSizeId.Letter if is_us else QPageSize.PageSizeId.A4
    return QPageSize.size(kind, QPageSize.Unit.Point)


def _set_page(writer: QPdfWriter, size: QSizeF, layout: Layout) -> None:
    ways = QPageLayout.Orientation
    writer.setPageLayout(
        QPageLayout(
            QPageSize(size, QPageSize.Unit.Point), ways.Landscape if layout.is_across
            else ways.Portrait, QMarginsF(MARGIN_PT, MARGIN_PT, MARGIN_PT, MARGIN_PT),
            QPageLayout.Unit.Point,
        )
    )  # fmt: skip


class _Texts:
    """The fonts of a page, and how wide texts are in them."""

    def __init__(self, font: QFont, writer: QPdfWriter) -> None:
        self._family = QFont(font)
        self._writer = writer
        self._usual = QFontMetricsF(self.font(BODY_PT), writer)

    def font(self, size_pt: float, *, bold: bool = False) -> QFont:
        """Return the font in this size."""
        font = QFont(self._family)
        font.setPointSizeF(size_pt)
        font.setBold(bold)
        return font

    def measure(self, text: str) -> float:
        """Return how wide a text is at the usual size, in points."""
        return self._usual.horizontalAdvance(_shown(text)) / STEPS

    def metrics(self, font: QFont) -> QFontMetricsF:
        """Return what tells how wide texts are in a font, in the painter's steps."""
        return QFontMetricsF(font, self._writer)


@dataclass(frozen=True)
class _Style:
    """A font as it is painted."""

    font: QFont
    metrics: QFontMetricsF
    colour: QColor


class _Pages:
    """Paints page after page."""

    def __init__(
        self, table: PrintedTable, layout: Layout, room: QSizeF, texts: _Texts,
        writer: QPdfWriter, painter: QPainter,
    ) -> None:  # fmt: skip
        self._table = table
        self._layout = layout
        self._room = room
        self._writer = writer
        self._painter = painter
        body = BODY_PT * layout.scale

        def style(size_pt: float, colour: QColor, *, bold: bool = False) -> _Style:
            font = texts.font(size_pt, bold=bold)
            return _Style(font, texts.metrics(font), colour)

        self._title = style(TITLE_PT, INK, bold=True)
        self._small = style(SMALL_PT, MUTED)
        self._body = style(body, INK)
        self._bold = style(body, INK, bold=True)
        self._note = style(SMALL_PT * layout.scale, MUTED)
        measure = self._bold.metrics.horizontalAdvance
        self._headings = [
            broken(
                _shown(column.heading), layout.widths[place] - layout.padding_pt,
                lambda text: measure(text) / STEPS,
            )
            for place, column in enumerate(table.columns)
        ]  # fmt: skip
        self._line_pt = LINE_PT * layout.scale
        self._head_pt = (
            HEADING_LINE_PT * layout.scale * max(map(len, self._headings), default=1) + 6
        )
        locale, now = QLocale(), QDateTime.currentDateTime()
        date = locale.toString(now.date(), QLocale.FormatType.LongFormat)
        self._date = f"{date}, {now.toString('HH:mm')}"

    def paint(self) -> int:
        """Paint all pages; return how many they are."""
        pieces = list(rows_of_pages(self._table, self._lines_of))
        bands = self._layout.bands or ((),)
        pages = [(rows, band) for rows in pieces for band in bands]
        for number, (rows, band) in enumerate(pages):
            if number:
                self._writer.newPage()
            is_first = number < len(bands)  # all of these begin with the title: rows go on aligned
            top = self._paint_title() if is_first else 0.0
            self._paint_heading(top, band)
            bottom = self._paint_rows(top + self._head_pt, rows, band)
            if number == len(pages) - 1 and self._table.left_out:
                self._write(self._table.left_out, 0, bottom + 3, self._room.width(), self._small)
            self._paint_foot(number + 1, len(pages), band)
        return len(pages)

    def _lines_of(self, piece: int) -> int:
        """Return how many rows the pages of a piece of the rows have room for."""
        taken = self._head_pt + FOOT_PT + (0 if piece else TITLE_ROOM_PT)
        return int((self._room.height() - taken) / self._line_pt)

    def _paint_title(self) -> float:
        self._write(self._table.title, 0, 0, self._room.width(), self._title, height=22)
        self._write(self._table.about, 0, 21, self._room.width(), self._small, height=13)
        return TITLE_ROOM_PT

    def _paint_heading(self, top: float, band: tuple[int, ...]) -> None:
        x, height = 0.0, HEADING_LINE_PT * self._layout.scale
        for place in band:
            width, lines = self._layout.widths[place], self._headings[place]
            way = RIGHT if self._table.columns[place].is_number else LEFT
            y = top + self._head_pt - 4 - height * len(lines)
            for number, text in enumerate(lines):
                self._write(
                    text, x, y + number * height, width - self._layout.padding_pt, self._bold, way,
                    height=height,
                )  # fmt: skip
            x += width
        self._rule(top + self._head_pt - 1, RULE, x)

    def _paint_rows(self, top: float, rows: range, band: tuple[int, ...]) -> float:
        """Paint rows; return where the last one ends."""
        y, table = top, self._table
        right = sum(self._layout.widths[place] for place in band)
        for number in rows:
            if number in table.groups:
                self._write(table.groups[number], 0, y, right, self._bold)
                y += self._line_pt
                self._rule(y, RULE, right)
            self._paint_row(number, y, band)
            y += self._line_pt
            if number in table.notes:
                self._paint_note(table.notes[number], y - NOTE_PT, right, band)
                y += self._line_pt
            self._rule(y, FAINT, right)
        return y

    def _paint_row(self, number: int, y: float, band: tuple[int, ...]) -> None:
        x, cells = 0.0, self._table.rows[number]
        for place in band:
            width, column = self._layout.widths[place], self._table.columns[place]
            style = self._bold if (number, place) in self._table.bold else self._body
            way = RIGHT if column.is_number else LEFT
            cut = CUT_MIDDLE if column.cuts_middle else CUT_RIGHT
            text = cells[place] if place < len(cells) else ""
            self._write(text, x, y, width - self._layout.padding_pt, style, way, cut=cut)
            x += width

    def _paint_note(self, text: str, y: float, right: float, band: tuple[int, ...]) -> None:
        """Say something of a row below its name; once, however many pages it goes on on."""
        if band != self._layout.bands[0]:
            return
        x = 0.0
        for place in band:
            if self._table.columns[place].names_row:
                break
            x += self._layout.widths[place]
        self._write(text, x, y, right - x - self._layout.padding_pt, self._note)

    def _paint_foot(self, number: int, count: int, band: tuple[int, ...]) -> None:
        top, width = self._room.height() - 12, self._room.width()
        page = tr("{number} of {total}", number=format_count(number), total=format_count(count))
        said = self._date
        if len(self._layout.bands) > 1:
            said = f"{said} · {self._columns_text(band)}"
        third = width * 0.28
        self._write(self._table.title, 0, top, third, self._small, height=12)
        self._write(said, third, top, width - 2 * third, self._small, MIDDLE, height=12)
        self._write(page, width - third, top, third, self._small, RIGHT, height=12)

    def _columns_text(self, band: tuple[int, ...]) -> str:
        """Return which columns stand on a page; the numbers of the rows are none."""
        bands = self._layout.bands
        earlier = {place for other in bands[: bands.index(band)] for place in other}
        columns = enumerate(self._table.columns)
        named = [n for n, column in columns if column.heading or not column.names_row]
        own = [named.index(n) + 1 for n in band if n in named and n not in earlier] or [0]
        return tr(
            "Columns {first}–{last} of {total}", first=format_count(own[0]),
            last=format_count(own[-1]), total=format_count(len(named)),
        )  # fmt: skip

    def _write(
        self, text: str, x: float, y: float, width: float, style: _Style,
        way: Qt.AlignmentFlag = LEFT, *, height: float = 0.0, cut: Qt.TextElideMode = CUT_RIGHT,
    ) -> None:  # fmt: skip
        if not text:
            return
        box = QRectF(
            x * STEPS, y * STEPS, max(0.0, width) * STEPS, (height or self._line_pt) * STEPS
        )
        # What was measured to fit must not be cut for a rounding.
        shown = style.metrics.elidedText(_shown(text), cut, box.width() + STEPS)
        self._painter.setFont(style.font)
        self._painter.setPen(style.colour)
        self._painter.drawText(box, way | Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextDontClip,
                               shown)  # fmt: skip

    def _rule(self, y: float, colour: QColor, right: float) -> None:
        self._painter.setPen(QPen(colour, 0.4 * STEPS))
        end = max(0.0, right - self._layout.padding_pt)
        self._painter.drawLine(QPointF(0, y * STEPS), QPointF(end * STEPS, y * STEPS))


def _shown(text: str) -> str:
    """Return what can be drawn of a text on a line."""
    return one_line(text[:MOST_LETTERS])
