from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from loader_checks import Loads, rows_of, types_of

from queue_core.components.loaders import detect, preview
from queue_core.errors import DataError, ParameterError

FILES = Path(__file__).parent / "files"

xlsxwriter = pytest.importorskip("xlsxwriter")

Sheets = Mapping[str, list[list[Any]]]
Makes = Callable[[Sheets], Path]


@pytest.fixture
def workbook(tmp_path: Path) -> Makes:
    """Write a workbook of these sheets; a text that begins with = is a formula."""

    def made(sheets: Sheets) -> Path:
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path) as book:
            formats = {
                datetime.datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
                datetime.date: book.add_format({"num_format": "yyyy-mm-dd"}),
                datetime.time: book.add_format({"num_format": "hh:mm:ss"}),
            }
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for i, row in enumerate(rows):
                    for j, value in enumerate(row):
                        if type(value) in formats:
                            sheet.write_datetime(i, j, value, formats[type(value)])
                        elif value == "=1/0":
                            sheet.write_formula(i, j, value, None, "#DIV/0!")
                        elif isinstance(value, str):
                            sheet.write_string(i, j, value)
                        else:
                            sheet.write(i, j, value)
        return path

    return made


def test_types(load: Loads, workbook: Makes) -> None:
    day = datetime.date(2024, 1, 5)
    moment = datetime.datetime.fromisoformat("2024-01-05 10:30")
    rows = [
        ["id", "share", "day", "moment", "clock", "flag", "code", "gap"],
        [1, 0.5, day, moment, datetime.time(10, 30), True, "007", 1],
        [2, 1.5, day, moment, datetime.time(11, 30), False, "008", None],
    ]
    stored = load(workbook({"One": rows}))
    assert types_of(stored) == {
        "id": "integer", "share": "float", "day": "date", "moment": "datetime", "clock": "time",
        "flag": "boolean", "code": "text", "gap": "integer",
    }  # fmt: skip
    assert rows_of(stored)[1] == dict(zip(rows[0], rows[2], strict=True))
    assert stored.warnings == ()
    assert stored.columns[7].missing == 1


def test_preview_shows_what_the_load_stores(load: Loads, workbook: Makes) -> None:
    path = workbook({"One": [["a", "b"], *([i, f"x{i}"] for i in range(200))]})
    shown = preview(path, rows=20)
    assert (shown.estimated_rows, shown.is_complete, len(shown.rows)) == (200, False, 20)
    assert [tuple(row.values()) for row in rows_of(load(path))[:20]] == list(shown.rows)


def test_title_and_empty_rows_above_the_table(load: Loads, workbook: Makes) -> None:
    path = workbook({"One": [["Report"], [], ["a", "b", "c"], [1, 2, 3], [4, 5, 6]]})
    stored = load(path)
    assert rows_of(stored) == [{"a": 1, "b": 2, "c": 3}, {"a": 4, "b": 5, "c": 6}]
    assert "first 2 rows were left out" in stored.warnings[0]
    assert load(path, header_row=0).row_count == 5
    assert rows_of(load(path, header_row=4)) == [{"1": 4, "2": 5, "3": 6}]


def test_sheets(load: Loads, workbook: Makes) -> None:
    path = workbook({"Empty": [], "One": [["a"], [1]], "Two": [["b"], [2]]})
    stored = load(path)
    assert rows_of(stored) == [{"a": 1}]
    assert "“One” was read" in stored.warnings[0]
    assert rows_of(load(path, sheet="Two")) == [{"b": 2}]
    assert rows_of(load(path, sheet=3)) == [{"b": 2}]
    finding = next(item for item in detect(path).findings if item.option == "sheet")
    assert finding.alternatives == ("Empty", "Two")
    with pytest.raises(DataError, match="The sheet “Empty” of book"):
        load(path, sheet="Empty")
    with pytest.raises(ParameterError) as caught:
        load(path, sheet="Three")
    assert caught.value.parameter == "sheet"


def test_workbook_of_empty_sheets(load: Loads, workbook: Makes) -> None:
    with pytest.raises(DataError, match="has no sheet with anything in it"):
        load(workbook({"One": [], "Two": []}))


def test_mixed_column_is_text_with_a_warning(load: Loads, workbook: Makes) -> None:
    stored = load(workbook({"One": [["v", "w"], [1, 1], [2.5, 2], ["many", 3], [4, 4]]}))
    assert [row["v"] for row in rows_of(stored)] == ["1", "2.5", "many", "4"]
    assert stored.warnings == (
        "Column “v” is kept as text: row 4 holds “many”, which is not a number.",
    )


def test_errors_and_missing_words_are_said(load: Loads, workbook: Makes) -> None:
    stored = load(workbook({"One": [["v", "w"], [1, 1], ["=1/0", "NA"], [3, 3]]}))
    assert rows_of(stored)[1] == {"v": None, "w": None}
    assert sorted(stored.warnings) == [
        "Cells that hold an error were read as missing: A3.",
        "“NA” in column “w” was read as a missing value.",
    ]


def test_names(load: Loads, workbook: Makes) -> None:
    stored = load(workbook({"One": [["a", "a", None, "b"], [1, 2, 3, 4], [5, 6, 7, 8]]}))
    assert [column.name for column in stored.columns] == ["a", "a_2", "column_3", "b"]


def test_empty_columns_without_a_name_are_no_columns(load: Loads, workbook: Makes) -> None:
    stored = load(workbook({"One": [["a", "b", None], [1, 2, None], [3, 4, " "], [5, 6, None]]}))
    assert [column.name for column in stored.columns][:2] == ["a", "b"]
    stored = load(workbook({"One": [["a", None, "c"], [1, None, 2], [3, None, 4]]}))
    assert [column.name for column in stored.columns] == ["a", "c"]


@pytest.mark.parametrize("name", ["simple.xls", "simple.ods"])
def test_other_kinds_of_workbook(load: Loads, name: str) -> None:
    assert rows_of(load(FILES / name)) == [
        {"id": 1, "name": "ann", "share": 0.0},
        {"id": 2, "name": "bob", "share": 0.25},
        {"id": 3, "name": "zoë", "share": 0.5},
    ]


def test_encrypted_workbook(load: Loads) -> None:
    with pytest.raises(DataError, match="is protected with a password"):
        load(FILES / "protected.xlsx")


def test_damaged_workbook(load: Loads, workbook: Makes, tmp_path: Path) -> None:
    whole = workbook({"One": [["a"], [1]]}).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="cut off or damaged"):
        load(tmp_path / "cut.xlsx")
    with zipfile.ZipFile(tmp_path / "odd.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(DataError, match="cannot be read as a workbook"):
        load(tmp_path / "odd.xlsx")


def test_workbook_in_a_zip(load: Loads, workbook: Makes, tmp_path: Path) -> None:
    path = workbook({"One": [["a"], [1]]})
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.write(path, "book.xlsx")
    assert rows_of(load(tmp_path / "packed.zip")) == [{"a": 1}]
    assert preview(tmp_path / "packed.zip").rows == ((1,),)


def test_workbook_named_csv(load: Loads, workbook: Makes, tmp_path: Path) -> None:
    path = workbook({"One": [["a"], [1]]}).rename(tmp_path / "book.csv")
    stored = load(path)
    assert rows_of(stored) == [{"a": 1}]
    assert stored.warnings == ("book.csv is a workbook, in spite of its name; it was read as one.",)
