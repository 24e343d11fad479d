"""How a table is laid out on paper: upright or across, how small, which columns on which page.

A table that is too wide for an upright page stands across; one that is too wide for that is set
smaller and its long texts are cut shorter; what does not fit then goes on on further pages, where
the columns that name a row stand again. Rows come first: the pages of one row follow one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gui.printing.printed_table import PrintedColumn, PrintedTable

SMALLEST = 7 / 9
PADDING_PT = 9.0
# Wider cells are cut; where room is short, texts are cut as narrow as the second number.
WIDEST_PT = 190.0
TIGHT_PT = 100.0
# A heading may be broken into lines, but not into single letters.
HEADING_PT = 64.0
BOLD_TO_USUAL = 1.15
# Letters of another size are not wider in exactly the same measure.
ROUNDING = 1.03
# What a cell can show at most, whatever is in it.
MOST_LETTERS = 200

Measure = Callable[[str], float]


@dataclass(frozen=True)
class Layout:
    """How wide things are.

    Attributes:
        is_across: Whether the pages stand across.
        scale: How large texts are; 1 is the usual size.
        widths: The columns' widths in points, in the order of the columns.
        bands: Which columns stand beside each other on a page.
    """

    is_across: bool
    scale: float
    widths: tuple[float, ...]
    bands: tuple[tuple[int, ...], ...]

    @property
    def padding_pt(self) -> float:
        """How much of a column's width stays free before the next one."""
        return PADDING_PT * self.scale


def lay_out(
    table: PrintedTable, measure: Measure, *, upright_pt: float, across_pt: float
) -> Layout:
    """Return how a table is laid out.

    Args:
        table: The table.
        measure: Returns how wide a text is at the usual size, in points.
        upright_pt: How much room an upright page has.
        across_pt: How much room one has that stands across.
    """
    natural = [_natural_pt(table, place, measure) for place in range(len(table.columns))]
    everything = (tuple(range(len(natural))),)
    if sum(natural) <= upright_pt:
        return Layout(False, 1.0, _filled(natural, table.columns, upright_pt), everything)
    if sum(natural) <= across_pt:
        return Layout(True, 1.0, tuple(natural), everything)
    scale = max(SMALLEST, across_pt / sum(natural))
    scaled = [width * scale for width in natural]
    if sum(scaled) > across_pt:
        scaled = _tightened(scaled, table.columns, across_pt)
    return Layout(True, scale, tuple(scaled), tuple(_bands(scaled, table.columns, across_pt)))


def rows_of_pages(table: PrintedTable, room: Callable[[int], int]) -> Iterator[range]:
    """Return which rows stand on the pages after one another; at least one page.

    Args:
        table: The table; what stands above and below a row takes lines, too, and stays with it.
        room: Returns how many lines the page of this number has, from 0.
    """
    first = page = 0
    count = len(table.rows)
    while True:
        last, used, lines = first, 0, max(3, room(page))
        while last < count and used + (needed := table.lines_of(last)) <= lines:
            used += needed
            last += 1
        is_last = last == count
        if is_last and table.left_out and used == lines and last - first > 1:
            last, is_last = last - 1, False  # what was left out is said below a row
        yield range(first, last)
        if is_last:
            return
        first, page = last, page + 1


def broken(heading: str, width_pt: float, measure: Measure, *, most_lines: int = 3) -> list[str]:
    """Return a heading in lines that are no wider than that, except for the last one."""
    lines: list[str] = []
    rest = heading
    while rest and len(lines) < most_lines - 1 and measure(rest) > width_pt:
        fits = next((n for n in range(len(rest) - 1, 1, -1) if measure(rest[:n]) <= width_pt), 1)
        gap = max(rest.rfind(sign, 0, fits + 1) for sign in " _-./")
        at = gap + 1 if 0 < gap < fits else fits
        lines.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*lines, rest]


def _natural_pt(table: PrintedTable, place: int, measure: Measure) -> float:
    texts = {row[place] for row in table.rows if place < len(row)}
    widest = max(map(measure, texts), default=0.0)
    heading = measure(table.columns[place].heading) * BOLD_TO_USUAL
    # A long heading over short cells is broken into lines.
    wanted = max(widest, min(heading, max(HEADING_PT, heading / 2)))
    return min(WIDEST_PT, wanted * ROUNDING) + PADDING_PT


def _filled(
    widths: Sequence[float], columns: Sequence[PrintedColumn], room_pt: float
) -> tuple[float, ...]:
    """Give long texts the room that is left: a page that stands upright is as wide as it is."""
    left = room_pt - sum(widths)
    cut = [n for n, width in enumerate(widths) if width >= WIDEST_PT and not columns[n].is_number]
    more = left / len(cut) if cut else 0.0
    return tuple(width + (more if n in cut else 0.0) for n, width in enumerate(widths))


def _tightened(
    widths: Sequence[float], columns: Sequence[PrintedColumn], room_pt: float
) -> list[float]:
    """Cut long texts as little as makes the table fit; not at all where nothing would."""

    def limited(most: float) -> list[float]:
        pairs = zip(widths, columns, strict=True)
        return [width if column.is_number else min(width, most) for width, column in pairs]

    if sum(limited(TIGHT_PT)) > room_pt:
        return limited((WIDEST_PT + TIGHT_PT) / 2)
    low, high = TIGHT_PT, WIDEST_PT + PADDING_PT
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(limited(middle)) <= room_pt else (low, middle)
    return limited(low)


def _bands(
    widths: Sequence[float], columns: Sequence[PrintedColumn], room_pt: float
) -> Iterator[tuple[int, ...]]:
    """Return the columns of each page from left to right."""
    leads = [n for n, column in enumerate(columns) if column.names_row]
    if sum(widths[n] for n in leads) > room_pt / 2:
        leads = []
    band: list[int] = []
    for place, width in enumerate(widths):
        if band and sum(widths[n] for n in band) + width > room_pt:
            yield tuple(band)
            band = [lead for lead in leads if lead < place]
        band.append(place)
    if band:
        yield tuple(band)
