"""The pages of printed tables, as they stand in the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pdf_text import pages_of, size_of
from PySide6.QtWidgets import QApplication

from gui import i18n
from gui.printing.layout import broken, rows_of_pages
from gui.printing.pdf import write_pdf
from gui.printing.printed_table import PrintedColumn, PrintedTable, left_out_text
from gui.theme import body_font

NUMBER = PrintedColumn("", is_number=True, names_row=True)
HOSTILE = "<img src='file:///etc/passwd'> &amp; <b>x</b>\nand more"


def printed(table: PrintedTable, folder: Path) -> list[list[str]]:
    count = write_pdf(table, folder / "pages.pdf", body_font())
    pages = pages_of(folder / "pages.pdf")
    assert len(pages) == count
    return pages


def test_headings_and_numbers_of_pages_stand_on_each_page(
    qapp: QApplication, tmp_path: Path
) -> None:
    columns = (NUMBER, PrintedColumn("Name"), PrintedColumn("Size", is_number=True))
    rows = [(str(n), f"row {n}", f"{n}.5") for n in range(1, 101)]
    table = PrintedTable(HOSTILE, columns, rows, "100 rows", "The rest is left out.")
    pages = printed(table, tmp_path)
    width, height = size_of(tmp_path / "pages.pdf")
    assert width < height
    assert pages[0][0] == HOSTILE.replace("\n", " ")
    assert "100 rows" in pages[0]
    assert "100 rows" not in pages[1]
    for number, page in enumerate(pages, 1):
        assert {"Name", "Size"} <= set(page)
        assert page[-1] == f"{number} of {len(pages)}"
        assert ("The rest is left out." in page) == (number == len(pages))
    names = [text for page in pages for text in page if text.startswith("row ")]
    assert names == [row[1] for row in rows]


def test_a_wide_table_stands_across_and_goes_on_on_further_pages(
    qapp: QApplication, tmp_path: Path
) -> None:
    names = [f"m {n}" for n in range(30)]
    columns = (NUMBER, *(PrintedColumn(name, is_number=True) for name in names))
    rows = [(str(n), *(f"{n}{place}.12345" for place in range(30))) for n in range(1, 4)]
    pages = printed(PrintedTable("Wide", columns, rows), tmp_path)
    width, height = size_of(tmp_path / "pages.pdf")
    assert width > height
    assert len(pages) > 1
    assert [text for page in pages for text in page if text in names] == names
    for page in pages:  # the rows are named again, and no number is cut
        assert {"1", "2", "3"} <= set(page)
        assert not any("…" in text for text in page)
    assert " · Columns 1–" in pages[0][-2]
    assert pages[-1][-2].endswith("–30 of 30")


def test_long_cells_are_cut_and_nothing_of_them_is_markup(
    qapp: QApplication, tmp_path: Path
) -> None:
    columns = (PrintedColumn("Name", cuts_middle=True), PrintedColumn("Error"))
    long = "the end of a name tells it apart " * 4 + "from others: 7"
    table = PrintedTable("Jobs", columns, [(long, HOSTILE), ("\x00\u202e\ud800", "a" * 10**6)])
    (page,) = printed(table, tmp_path)
    assert any(
        text.startswith("<img src='file:///etc/passwd'> &amp; <b>x</b> and") for text in page
    )
    assert any("…" in text and text.endswith("others: 7") for text in page)
    assert any(text.startswith("aaaa") and text.endswith("…") for text in page)


@pytest.mark.parametrize("count", [0, 1, 27, 28, 29, 60])
@pytest.mark.parametrize("groups", [{}, {0: "A", 1: "B", 27: "C", 28: "D"}])
@pytest.mark.parametrize("left_out", ["", "More."])
def test_each_row_stands_on_one_page(count: int, groups: dict[int, str], left_out: str) -> None:
    kept = {number: text for number, text in groups.items() if number < count}
    rows = [("",)] * count
    notes = dict.fromkeys(range(0, count, 9), "why")
    table = PrintedTable("", (NUMBER,), rows, "", left_out, kept, notes)
    pages = list(rows_of_pages(table, lambda _page: 28))
    assert [row for page in pages for row in page] == list(range(count))
    for page in pages:
        assert sum(map(table.lines_of, page)) + bool(left_out and page is pages[-1]) <= 28


def test_a_long_heading_is_broken_where_words_end() -> None:
    def measure(text: str) -> float:
        return float(len(text))

    assert broken("mean absolute error", 9, measure) == ["mean", "absolute", "error"]
    assert broken("species", 12, measure) == ["species"]
    assert "".join(broken("a" * 40, 12, measure)) == "a" * 40


def test_what_is_left_out_is_said_in_the_users_language() -> None:
    assert left_out_text(1_000, 60) == ""
    assert left_out_text(1_234_567, 3) == (
        "The first 1,000 of 1,234,567 rows are printed; save the table for all."
    )
    i18n.set_language("es")
    assert "60 de 61 columnas" in left_out_text(1, 61)
