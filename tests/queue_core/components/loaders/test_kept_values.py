"""No value becomes another one without a word: what a type would change is kept as text."""

from __future__ import annotations

import datetime

import pytest
from loader_checks import Loads, Writes, rows_of, types_of

from queue_core.components.loaders import preview
from queue_core.errors import DataError

T = datetime.datetime


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("1e-400", "too large or too small"),
        ("1e400", "too large or too small"),
        ("12345678901234567.89", "more digits than a number keeps"),
        ("1234567890123456.78", "more digits than a number keeps"),
        (" 1.5", "with spaces around it"),
        ("24:00:00", None),
        ("0000-01-01", None),
    ],
)
@pytest.mark.parametrize("columns", [2, 1_200])
def test_value_that_a_type_would_change(
    load: Loads, write: Writes, value: str, reason: str | None, columns: int
) -> None:
    usual = "2024-01-01" if "-01-" in value else "10:00:00" if ":" in value else "2.5"
    more = ",1" * (columns - 1)
    names = ",".join(f"c{number}" for number in range(columns))
    text = f"{names}\n{usual}{more}\n{value}{more}\n{usual}{more}\n"
    stored = load(text)
    assert [row["c0"] for row in rows_of(stored)] == [usual, value, usual]
    assert reason is None or any(reason in warning for warning in stored.warnings)
    assert [row[0] for row in preview(write(text)).rows] == [usual, value, usual]


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
