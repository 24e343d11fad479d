"""The tables of a web page as rows of texts."""

from __future__ import annotations

from html.parser import HTMLParser

MAX_SPAN = 1_000
_SKIPPED = frozenset(("script", "style"))

Table = list[list[str]]


class PageTables(HTMLParser):
    """Collects the tables of a page; one inside of another is a table of its own.

    Attributes:
        tables: The rows of each, in order of their beginnings.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self._open: list[Table] = []
        self._cell: list[str] | None = None
        self._span = 1
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        if tag in _SKIPPED:
            self._skipping += 1
        elif tag == "table":
            self._end_cell()
            self._open.append([])
            self.tables.append(self._open[-1])
        elif not self._open:
            return
        elif tag == "tr":
            self._end_cell()
            self._open[-1].append([])
        elif tag in ("td", "th"):
            self._end_cell()
            if not self._open[-1]:
                self._open[-1].append([])
            self._cell = []
            self._span = _span(dict(attrs).get("colspan"))
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End what was begun."""
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Take the text of a cell."""
        if self._cell is not None and not self._skipping:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is None or not self._open:
            return
        text = " ".join("".join(self._cell).split())
        self._open[-1][-1] += [text, *[""] * (self._span - 1)]
        self._cell = None


def _span(text: str | None) -> int:
    return min(MAX_SPAN, max(1, int(text))) if text and text.isdecimal() else 1


def even_rows(table: Table) -> Table:
    """Return the rows that hold something, made of one length."""
    rows = [row for row in table if any(row)]
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def has_table(text: str) -> bool:
    """Return whether the beginning of a page holds a table of more than one row and column."""
    parser = PageTables()
    parser.feed(text)
    tables = [even_rows(table) for table in parser.tables]
    return any(len(rows) > 1 and len(rows[0]) > 1 for rows in tables)
