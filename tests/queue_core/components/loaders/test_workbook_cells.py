"""Cells of workbooks: one that cannot be read does not block a sheet, and none changes unsaid."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from loader_checks import Loads, rows_of, types_of
from xlsxwriter.worksheet import Worksheet

from queue_core.errors import DataError

FILES = Path(__file__).parent / "files"

Fills = Callable[[Worksheet, xlsxwriter.Workbook], None]
Makes = Callable[..., Path]


@pytest.fixture
def book(tmp_path: Path) -> Makes:
    """Write a workbook of one sheet that a function fills."""

    def made(fill: Fills, **options: bool) -> Path:
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path, options) as found:
            fill(found.add_worksheet(), found)
        return path

    return made


def rows(*values: tuple[object, ...]) -> Fills:
    """Return what fills a sheet with rows."""

    def fill(sheet: Worksheet, _book: xlsxwriter.Workbook) -> None:
        for number, row in enumerate(values):
            sheet.write_row(number, 0, row)

    return fill


def edited(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """Return a copy of a workbook with one of its parts changed."""
    copy = path.with_name("edited.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            target.writestr(name, change(text.decode()) if name == part else text)
    return copy


def test_days_counted_from_1904(load: Loads, book: Makes) -> None:
    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ("day", "x"))
        sheet.write_datetime(1, 0, datetime.date(2024, 1, 31), day)
        sheet.write_row(1, 1, (1,))

    path = book(fill, date_1904=True)
    assert rows_of(load(path))[0]["day"] == datetime.date(2024, 1, 31)
    extension = '<extLst><ext><x15:workbookPr chartTrackingRefBase="1"/></ext></extLst></workbook>'
    edit = edited(path, "xl/workbook.xml", lambda text: text.replace("</workbook>", extension))
    assert rows_of(load(edit))[0]["day"] == datetime.date(2024, 1, 31)


@pytest.mark.parametrize("error", ["#NAME?", "#N/A", "#REF!"])
def test_any_error_is_a_missing_value(load: Loads, book: Makes, error: str) -> None:
    def fill(sheet: Worksheet, _made: xlsxwriter.Workbook) -> None:
        rows(("a", "b"), (4, 5), (0, 6), (3, 7))(sheet, _made)
        sheet.write_formula(2, 0, "=X", None, error)

    stored = load(book(fill))
    assert types_of(stored) == {"a": "integer", "b": "integer"}
    assert [row["a"] for row in rows_of(stored)] == [4, None, 3]
    assert "A3" in " ".join(stored.warnings)


def test_durations_beside_dates(load: Loads, book: Makes) -> None:
    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        rows(("t", "x"), (0.25, 1), (45322, 2))(sheet, made)
        sheet.write_number(1, 0, 0.25, made.add_format({"num_format": "[h]:mm:ss"}))
        sheet.write_number(2, 0, 45322, made.add_format({"num_format": "yyyy-mm-dd"}))

    stored = load(book(fill))
    assert types_of(stored) == {"t": "text", "x": "integer"}
    assert "Column “t” is kept as text" in stored.warnings[0]


def test_formulas_without_a_stored_value_are_said(load: Loads, book: Makes) -> None:
    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        rows(("a", "b"), (1, 0), (3, 0))(sheet, made)
        for row in (1, 2):
            sheet.write_formula(row, 1, "=A2*2", None, 7)

    path = book(fill)
    assert [row["b"] for row in rows_of(load(path))] == [7, 7]
    part = "xl/worksheets/sheet1.xml"
    stored = load(edited(path, part, lambda text: re.sub("(</f>)<v>7</v>", r"\1<v/>", text)))
    assert stored.columns[1].missing == 2
    assert "Column “b” holds 2 formulas without a stored value (B2, B3)" in stored.warnings[-1]


def test_rows_of_formulas_without_a_value_do_not_vanish_unsaid(load: Loads, book: Makes) -> None:
    path = book(rows(("a", "b"), (1, 2), ("=SUM(A2)", "=SUM(B2)")))

    def without_values(text: str) -> str:
        return re.sub(r"(</f>)<v>0</v>", r"\1", text)

    stored = load(edited(path, "xl/worksheets/sheet1.xml", without_values))
    assert stored.row_count == 1
    assert stored.warnings[-1] == (
        "1 row that holds nothing but formulas without a value left out: from 3 on."
    )


def test_times_among_dates_are_said(load: Loads, book: Makes) -> None:
    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        sheet.write_row(0, 0, ["t", "x"])
        sheet.write_datetime(1, 0, datetime.time(10, 30), made.add_format({"num_format": "hh:mm"}))
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_datetime(2, 0, datetime.date(2024, 1, 5), day)
        sheet.write_column(1, 1, [1, 2])

    assert "times without a day among dates" in load(book(fill)).warnings[0]


def test_days_are_names_without_their_hour(load: Loads, book: Makes) -> None:
    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_string(0, 0, "geo")
        sheet.write_datetime(0, 1, datetime.date(2024, 1, 5), day)
        sheet.write_row(1, 0, ["DE", 1])
        sheet.write_row(2, 0, ["FR", 2])

    assert [column.name for column in load(book(fill)).columns] == ["geo", "2024-01-05"]


def test_empty_texts_are_missing(load: Loads, book: Makes) -> None:
    path = book(rows(("name", "v"), ("Ann", 1), ("@@", 2), ("Bob", 3)))
    stored = load(edited(path, "xl/sharedStrings.xml", lambda text: text.replace("@@", "")))
    assert [row["name"] for row in rows_of(stored)] == ["Ann", None, "Bob"]
    assert stored.columns[0].missing == 1


def test_numbers_as_texts_stay_so_and_it_is_said(load: Loads, book: Makes) -> None:
    def fill(sheet: Worksheet, _made: xlsxwriter.Workbook) -> None:
        for row, texts in enumerate((("id", "x"), ("12", "a"), ("34", "b"))):
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text)

    stored = load(book(fill))
    assert [row["id"] for row in rows_of(stored)] == ["12", "34"]
    assert "holds its numbers as texts" in stored.warnings[0]


@pytest.mark.parametrize(
    ("values", "names", "row_count", "is_said"),
    [
        ([("Sales 2024",), ("name", "score"), ("Ann", 3.5), ("Bob", 4.5)],
         ["name", "score"], 2, True),
        ([("Notes",), ("made", "in"), ("Name", "Age", "Born"), ("Ann", 3, 5), ("Bob", 4, 6)],
         ["Name", "Age", "Born"], 2, True),
        ([(1,), (2, 20, 200), (3, 30, 300)], ["column_1", "column_2", "column_3"], 3, False),
        ([("Towns",), ("city", "land"), ("Oslo", "Norway"), ("Bern", "Swiss")],
         ["city", "land"], 2, True),
        ([("name", None, "x"), ("Ann", "a", 3.5), ("Bob", "b", 4.5)],
         ["name", "column_2", "x"], 2, False),
    ],
)  # fmt: skip
def test_where_the_table_begins(
    load: Loads,
    book: Makes,
    values: list[tuple[object, ...]],
    names: list[str],
    row_count: int,
    is_said: bool,
) -> None:
    stored = load(book(rows(*values)))
    assert [column.name for column in stored.columns] == names
    assert stored.row_count == row_count
    assert any("left out" in note for note in stored.warnings) is is_said


def test_nul_after_each_letter(load: Loads, book: Makes) -> None:
    from queue_core.components.loaders.excel.excel_cells import decoded_text

    assert decoded_text("m\0p\0g\0") == "mpg"
    assert decoded_text("a\0b") is None
    assert decoded_text("plain") == "plain"


def test_a_broken_part_is_refused_with_a_sentence(load: Loads, book: Makes) -> None:
    path = book(rows(("a", "b"), (1, 2)))
    broken = edited(path, "xl/worksheets/sheet1.xml", lambda text: text[: len(text) // 2])
    with pytest.raises(DataError, match="The sheet “Sheet1” cannot be read") as caught:
        load(broken)
    assert caught.value.hint


def test_a_cell_far_away_is_named(load: Loads, book: Makes) -> None:
    def fill(sheet: Worksheet, made: xlsxwriter.Workbook) -> None:
        rows(("a", "b"), (1, 2))(sheet, made)
        sheet.write_number(1_048_575, 16_383, 5)

    with pytest.raises(DataError, match="reaches to the cell XFD1048576"):
        load(book(fill))


def test_sectors_in_a_circle_are_refused(load: Loads) -> None:
    content = bytearray((FILES / "simple.xls").read_bytes())
    table = (int.from_bytes(content[76:80], "little") + 1) * 512
    first = int.from_bytes(content[48:52], "little")
    content[table + 4 * first : table + 4 * first + 4] = first.to_bytes(4, "little")
    with pytest.raises(DataError, match="lead nowhere, or in a circle"):
        load(bytes(content), "damaged.xls")
    with pytest.raises(DataError, match="cannot be read as a workbook"):
        load(bytes(content[:1000]), "cut.xls")
