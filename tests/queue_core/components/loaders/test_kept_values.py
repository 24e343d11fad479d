"""No value becomes another one without a word: what a type would change is kept as text."""

from __future__ import annotations

import datetime
from pathlib import Path

import pyarrow as pa
import pytest
import xlsxwriter
from loader_checks import Loads, Writes, rows_of, types_of

from queue_core.components.loaders import preview
from queue_core.components.loaders.delimited import wide
from queue_core.errors import DataError, ParameterError

pytestmark = pytest.mark.sweep

T = datetime.datetime


CHANGED_VALUES = [
    ("2.5", "1e-400", "too large or too small"),
    ("2.5", "1e400", "too large or too small"),
    ("2.5", "12345678901234567.89", "more digits than a number keeps"),
    ("2.5", "1234567890123456.78", "more digits than a number keeps"),
    ("2", "+1", "whose plus sign a number would lose"),
    ("2024-01-01", "2023-02-29", "a day that no calendar has"),
    ("2024-01-01", "0000-01-01", ""),
    ("10:00:00", "24:00:00", "which is not a time of day"),
]


@pytest.mark.parametrize(("usual", "value", "reason"), CHANGED_VALUES)
def test_value_that_a_type_would_change(
    load: Loads, write: Writes, usual: str, value: str, reason: str
) -> None:
    text = f"c0,c1\n{usual},1\n{value},1\n{usual},1\n"
    stored = load(text)
    assert [row["c0"] for row in rows_of(stored)] == [usual, value, usual]
    assert reason in "".join(stored.warnings)
    assert [row[0] for row in preview(write(text)).rows] == [usual, value, usual]


@pytest.mark.parametrize("count", [6, 7], ids=["arrow", "engine"])  # only the engine reads times
def test_values_of_a_wide_table_that_types_would_change(
    load: Loads, write: Writes, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wide, "WIDE_COLUMNS", 300)
    usual, changed, reasons = zip(*CHANGED_VALUES[:count], strict=True)
    names = ",".join(f"c{number}" for number in range(320))
    rows = [",".join((*row, *["1"] * (320 - count))) for row in (usual, changed, usual)]
    text = "\n".join((names, *rows, ""))
    stored = load(text)
    expected = [list(usual), list(changed), list(usual)]
    assert [list(row.values())[:count] for row in rows_of(stored)] == expected
    assert all(reason in "".join(stored.warnings) for reason in reasons)
    assert [list(row[:count]) for row in preview(write(text)).rows] == expected


def test_numbers_that_programs_write_of_floats_stay_numbers(load: Loads) -> None:
    texts = ["1234567890123456.8", "1.2345678901234567e+16", "5e-324", "0.1", "0e5", "-0.0"]
    stored = load("v,w\n" + "".join(f"{text},1\n" for text in texts))
    assert [row["v"] for row in rows_of(stored)] == [float(text) for text in texts]


def test_word_for_missing_of_another_column_stays_in_late_text(load: Loads) -> None:
    stored = load("n,country\nNA,DE\n" + "1,DE\n" * 30_000 + "2,NA\n")
    assert stored.page(30_001, 1).to_pylist() == [{"n": 2, "country": "NA"}]
    assert stored.columns[0].missing == 1


def test_missing_word_is_said_of_a_column_that_becomes_text(load: Loads) -> None:
    stored = load("n,m\nNA,1\n" + "1,1\n" * 30_000 + "x,1\n")
    assert types_of(stored)["n"] != "integer"
    assert stored.columns[0].missing == 1
    assert "“NA” in column “n” was read as a missing value." in stored.warnings[0]


def test_preview_keeps_line_ends_within_quotes(load: Loads, write: Writes) -> None:
    text = 'a,b\n1,"x\r\ny\rz"\n2,w\n'
    assert rows_of(load(text))[0]["b"] == "x\r\ny\rz"
    assert preview(write(text)).rows[0] == (1, "x\r\ny\rz")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('[{"a": 1e400}, {"a": 2.5}]', ["1e400", "2.5"]),
        ('[{"a": 1e-400}, {"a": 2.5}]', ["1e-400", "2.5"]),
        ('[{"a": 12345678901234567.89}]', ["12345678901234567.89"]),
        ('[{"a": "0000-01-01"}]', ["0000-01-01"]),
        ('[{"a": "9999-12-31T23:59:59-05:00"}]', ["9999-12-31T23:59:59-05:00"]),
    ],
)
def test_json_values(load: Loads, write: Writes, text: str, values: list[str]) -> None:
    stored = load(text, "table.json")
    assert [row["a"] for row in rows_of(stored)] == values
    assert [row[0] for row in preview(write(text, "table.json")).rows] == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[null, {"a": 1}]', "Record 1 .* is null"),
        ('{"a": 1}\nnull\n', "Record 2 .* is null"),
        ('[{"a": ' + "9" * 5_000 + "}]", "too many digits"),
        ('[{"a": 1}, {"b": "\\ud800"}]', r"Record 2 .* holds “\\ud800” in “b”"),
        ('[{"\\ud800": 1}]', "Record 1 .* half of a character"),
    ],
)
def test_json_that_cannot_be_kept(load: Loads, write: Writes, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load(text, "table.json")
    error = preview(write(text, "table.json")).error
    assert error is not None
    assert error.message.endswith(".")


def test_json_says_what_is_beside_the_records(load: Loads) -> None:
    stored = load('{"count": 2, "rows": [{"a": 1}], "next": null}', "table.json")
    assert rows_of(stored) == [{"a": 1}]
    assert "“count”, “next”" in stored.warnings[0]
    stored = load('{"columns": ["a", "a"], "data": [[1, 2]]}', "table.json")
    assert rows_of(stored) == [{"a": 1, "a_2": 2}]
    assert "same name" in stored.warnings[0]


def test_guessed_encoding_is_said_for_every_text(load: Loads) -> None:
    for content, name in (
        ('[{"a": "ä"}]', "t.json"), ("@relation r\n@attribute a string\n@data\nä\n", "t.arff"),
    ):  # fmt: skip
        stored = load(content.encode("latin-1"), name)
        assert rows_of(stored) == [{"a": "ä"}]
        assert "which is a guess" in stored.warnings[0]


def arff(*lines: str) -> str:
    """Return an ARFF text of these attributes and rows."""
    attributes = [line for line in lines if line.startswith("@")]
    return "\n".join(("@relation r", *attributes, "@data", *lines[len(attributes) :], ""))


@pytest.mark.parametrize(
    "value", ["1e400", "1e-400", "12345678901234567890", "12345678901234567.89"]
)
def test_arff_numbers(load: Loads, value: str) -> None:
    stored = load(arff("@attribute a numeric", "1", value), "t.arff")
    assert [row["a"] for row in rows_of(stored)] == ["1", value]
    assert "row 2 holds" in stored.warnings[0]


@pytest.mark.parametrize(
    ("declared", "value", "expected"),
    [
        ("dd/MM/yyyy", "02/01/2020", T(2020, 1, 2)),
        ("dd-MMM-yyyy", "01-Feb-2020", T(2020, 2, 1)),
        ("yyyy-MM-dd HH:mm:ss.SSS", "2020-01-01 10:00:00.123",
         T(2020, 1, 1, 10, 0, 0, 123_000)),
        ("HH:mm", "10:30", datetime.time(10, 30)),
    ],
)  # fmt: skip
def test_arff_dates(load: Loads, declared: str, value: str, expected: object) -> None:
    stored = load(arff(f'@attribute d date "{declared}"', f'"{value}"'), "t.arff")
    assert rows_of(stored) == [{"d": expected}]


def test_arff_dates_that_are_none(load: Loads) -> None:
    with pytest.raises(DataError, match="“2020-02-31” in row 2"):
        load(arff('@attribute d date "yyyy-MM-dd"', "2020-01-01", "2020-02-31"), "t.arff")
    with pytest.raises(DataError, match=r"Line 2 of t\.arff declares dates as “dd/MM/yy”"):
        load(arff('@attribute d date "dd/MM/yy"', "01/02/20"), "t.arff")


def test_arff_texts_that_sparse_rows_leave_out(load: Loads) -> None:
    stored = load(arff("@attribute n numeric", "@attribute s string", "{1 x}", "{0 5}"), "t.arff")
    assert rows_of(stored) == [{"n": 0, "s": "x"}, {"n": 5, "s": None}]
    assert "“s”" in stored.warnings[0]


@pytest.mark.parametrize("blank", ["\n", "\n\n\n", "\r\n\r\n"])
def test_blank_lines_before_the_header(load: Loads, write: Writes, blank: str) -> None:
    newline = "\r\n" if "\r" in blank else "\n"
    text = f"{blank}a,b{newline}1,2{newline}3,4{newline}"
    expected = [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    assert rows_of(load(text)) == expected
    assert rows_of(load(f"Title{newline}{text}", skip_rows=1)) == expected
    assert preview(write(text)).rows == ((1, 2), (3, 4))


def test_rows_that_are_filled_are_named(load: Loads) -> None:
    stored = load("a,b\n1,2\n3\n5,6\n7\n", bad_rows="fill")
    assert [row["b"] for row in rows_of(stored)] == [2, None, 6, None]
    assert "2 rows of table.csv are short (lines 3, 5)" in stored.warnings[-1]
    assert not load("a,b\n1,2\n3,\n", bad_rows="fill").warnings


def test_quote_that_the_end_of_the_file_leaves_open(load: Loads) -> None:
    with pytest.raises(DataError, match=r"quote in the row on line 3 .* is never closed"):
        load('a,b\n1,2\n3,"4')


def test_chosen_encoding_counts_before_bytes_look_binary(load: Loads, write: Writes) -> None:
    content = "番号,名前\n1,日本語\n2,テスト\n".encode("utf-16-le")
    stored = load(content, encoding="utf-16-le")
    assert rows_of(stored) == [{"番号": 1, "名前": "日本語"}, {"番号": 2, "名前": "テスト"}]
    assert preview(write(content), {"encoding": "utf-16-le"}).rows[0] == (1, "日本語")
    assert preview(write(content), {"encoding": "utf-16"}).rows[0] == (1, "日本語")
    with pytest.raises(DataError, match="does not begin with the mark of UTF-16"):
        load("a,b\n1,2\n" * 300_000, encoding="utf-16")
    with pytest.raises(ParameterError, match="not an encoding of text"):
        load("a,b\n1,2\n", encoding="undefined")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pa.array([10**15], pa.timestamp("s")), "before the year 1 or after the year 9999"),
        (pa.array([-(10**7)], pa.date32()), "before the year 1 or after the year 9999"),
        (
            pa.StructArray.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"]),
            "nested values that JSON cannot",
        ),
        (
            pa.StringArray.from_buffers(
                1, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")
            ),
            "bytes that are no UTF-8 text",
        ),
    ],
)
def test_arrow_values_that_cannot_be_kept(
    load: Loads, tmp_path: Path, column: pa.Array, message: str
) -> None:
    path = tmp_path / "t.arrow"
    table = pa.table({"a": column})
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(DataError, match=f"Column “a” .*{message}"):
        load(path)
    error = preview(path).error
    assert error is not None
    assert message in error.message


def test_run_length_column_with_not_a_number(load: Loads, tmp_path: Path) -> None:
    path = tmp_path / "t.arrow"
    table = pa.table({"a": pa.RunEndEncodedArray.from_arrays([2, 3], [1.5, float("nan")])})
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)
    assert [row["a"] for row in rows_of(load(path))] == [1.5, 1.5, None]


def test_hidden_sheet_is_not_read_unasked(load: Loads, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    workbook = xlsxwriter.Workbook(path)
    for name, value in (("secret", 1), ("shown", 2)):
        workbook.add_worksheet(name).write_column(0, 0, ["v", value])
    workbook.get_worksheet_by_name("secret").hide()
    workbook.get_worksheet_by_name("shown").activate()
    workbook.close()
    stored = load(path)
    assert rows_of(stored) == [{"v": 2}]
    assert "“shown” was read" in stored.warnings[0]
    assert rows_of(load(path, sheet="secret")) == [{"v": 1}]


@pytest.mark.parametrize("from_1904", [False, True])
def test_clocks_and_durations_of_a_workbook(load: Loads, tmp_path: Path, from_1904: bool) -> None:
    path = tmp_path / "t.xlsx"
    workbook = xlsxwriter.Workbook(path, {"date_1904": from_1904})
    clock = workbook.add_format({"num_format": "hh:mm"})
    sheet = workbook.add_worksheet()
    sheet.write_column(0, 0, ["clock", 0.0, 0.5], clock)
    sheet.write_column(0, 1, ["long", 0.5, 1.5], clock)
    workbook.close()
    rows = rows_of(load(path))
    assert [row["clock"] for row in rows] == [datetime.time(0), datetime.time(12)]
    assert rows[0]["long"] != rows[1]["long"], "36 hours are not 12"


@pytest.mark.parametrize("usual", ["5", "1.234.567,5"])
@pytest.mark.parametrize(("columns", "rows"), [(2, 1), (2, 30_000), (1_200, 1)])
def test_a_negative_zero_keeps_its_sign(load: Loads, usual: str, columns: int, rows: int) -> None:
    names = [f"c{number}" for number in range(columns)]
    lines = [names, *[[usual] * columns] * rows, ["-0"] * columns]
    stored = load("".join(";".join(line) + "\n" for line in lines))
    assert str(stored.page(rows, 1).to_pylist()[0]["c0"]) == "-0.0"
