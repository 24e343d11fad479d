"""The same value is the same, whatever file it comes from, or it is said why it is not."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from loader_checks import Loads, rows_of, types_of

from queue_core.components.stored_dataset import StoredDataset

pytestmark = pytest.mark.sweep

D = datetime.date
T = datetime.datetime
UTC = datetime.UTC
WrittenAs = Callable[[list[str], Path], tuple[str | bytes, str]]


def as_csv(cells: list[str], _folder: Path) -> tuple[str, str]:
    return "c\tn\n" + "".join(f"{cell}\t{n}\n" for n, cell in enumerate(cells)), "t.tsv"


def as_workbook(cells: list[str], folder: Path) -> tuple[bytes, str]:
    path = folder / "source.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([["c", "n"], *([cell, n] for n, cell in enumerate(cells))]):
            for position, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, position, value)
                else:
                    sheet.write_number(number, position, value)
    return path.read_bytes(), "t.xlsx"


def as_json(cells: list[str], _folder: Path) -> tuple[str, str]:
    return json.dumps([{"c": cell, "n": n} for n, cell in enumerate(cells)]), "t.json"


def as_page(cells: list[str], _folder: Path) -> tuple[str, str]:
    rows = "".join(f"<tr><td>{cell}</td><td>{n}</td></tr>" for n, cell in enumerate(cells))
    return f"<html><table><tr><th>c</th><th>n</th></tr>{rows}</table></html>", "t.html"


def as_arff(cells: list[str], _folder: Path) -> tuple[str, str]:
    rows = "".join(f"'{cell}',{n}\n" for n, cell in enumerate(cells))
    return f"@relation r\n@attribute c string\n@attribute n numeric\n@data\n{rows}", "t.arff"


FORMATS = [as_csv, as_workbook, as_json, as_page, as_arff]


@pytest.fixture
def stored(load: Loads, tmp_path: Path) -> Callable[[WrittenAs, list[str]], StoredDataset]:
    """Load cells of one column, written in a format."""

    def loaded(form: WrittenAs, cells: list[str]) -> StoredDataset:
        content, name = form(cells, tmp_path)
        return load(content, name)

    return loaded


MOMENTS = [
    (["2014-7-1", "2014-12-25"], D(2014, 7, 1)),
    (["2000.01.31", "2000.02.29"], D(2000, 1, 31)),
    (["31.01.2024", "29.02.2024"], D(2024, 1, 31)),
    (["12/17/23", "12/14/23"], D(2023, 12, 17)),
    (["31-12-69", "30-12-70"], D(1969, 12, 31)),
    (["1949-01", "1949-03"], D(1949, 1, 1)),
    (["March 2024", "May 2024"], D(2024, 3, 1)),
    (["Jan-1-1995", "Feb-15-1995"], D(1995, 1, 1)),
    (["January 5, 2024", "February 15, 2024"], D(2024, 1, 5)),
    (["5 January 2024", "15 May 2024"], D(2024, 1, 5)),
    (["7/4/2015 1:05 PM", "12/31/2015 11:59 AM"], T(2015, 7, 4, 13, 5)),
    (["07/04/2015 12:05:09 AM", "12/31/2015 12:59:00 PM"], T(2015, 7, 4, 0, 5, 9)),
    (["31.12.2015 13:05:10", "01.01.2016 00:00:00"], T(2015, 12, 31, 13, 5, 10)),
    (["2024-1-5 10:30", "2024-12-5 9:05"], T(2024, 1, 5, 10, 30)),
    (["2024-01-05 10:30:15.1230000", "2024-01-05 10:30:15.5"], T(2024, 1, 5, 10, 30, 15, 123_000)),
    (["2024-01-05 10:30:15 +0200", "2024-01-06 10:30:15 -0800"],
     T(2024, 1, 5, 8, 30, 15, tzinfo=UTC)),
    (["2024-01-05 10:30:15 UTC", "2024-01-06 10:30:15 UTC"], T(2024, 1, 5, 10, 30, 15, tzinfo=UTC)),
    (["2024-01-05T10:30:15.1234560Z", "2024-01-05T10:30:15Z"],
     T(2024, 1, 5, 10, 30, 15, 123_456, tzinfo=UTC)),
    (["5:40 PM", "11:10 AM"], datetime.time(17, 40)),
    (["05:40", "23:10:15"], datetime.time(5, 40)),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("cells", "value"), MOMENTS)
def test_dates_and_times(
    stored: Callable[..., StoredDataset], form: WrittenAs, cells: list[str], value: object
) -> None:
    assert rows_of(stored(form, cells))[0]["c"] == value


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["01/02/24", "03/04/24"], "several orders"),
        (["2024-01-05", "unknown", "2024-01-07"], "holds “unknown”, which is not a date"),
        (["12/17/2023", "12/18/2023", "soon"], "holds “soon”, which is not a date"),
        (["2024-01-05 10:30:15 CET", "2024-01-06 10:30:15 CET"], "a form that is not known"),
        (["2024-01-05", "5.1.2024"], "not of one form"),
        (["2024-02-30", "2024-02-28"], "no calendar has"),
        (["2001-02", "2002-03", "2003-04"], "a season of two years"),
        (["25:61", "10:30"], "look like dates or times"),
    ],
)
def test_what_is_no_date_is_said(
    stored: Callable[..., StoredDataset], form: WrittenAs, cells: list[str], words: str
) -> None:
    found = stored(form, cells)
    assert [row["c"] for row in rows_of(found)] == cells
    notes = [note for note in found.warnings if note.startswith("Column “c” is kept as text")]
    assert any(words in note or "which is not a" in note for note in notes), found.warnings


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "cells",
    [
        ["2024Q1", "2024Q2"], ["Q1 2024", "Q2 2024"], ["2024-W05", "2024-W06"],
        ["1949M01", "1949M02"],
        ["20240105T103015Z", "20240106T103015Z"], ["Tue Feb 24 11:35:52 -0800 2015"] * 2,
        ["Mon Jan 5 10:30:15 2024"] * 2, ["January 5th, 2024"] * 2, ["05JAN2024", "06FEB2024"],
        ["5 de enero de 2024", "6 de marzo de 2024"], ["5. Januar 2024", "6. März 2024"],
        ["2024年1月5日", "2024年1月6日"], ["2024-01-05T10", "2024-01-06T11"], ["05-Jan", "06-Feb"],
        ["2024-01-05 10:30:15 Europe/Berlin"] * 2, ["05-JAN-24 10.30.15.000000 AM"] * 2,
    ],
)  # fmt: skip
def test_moments_in_forms_that_are_not_read_are_said(
    stored: Callable[..., StoredDataset], form: WrittenAs, cells: list[str]
) -> None:
    found = stored(form, cells)
    assert [row["c"] for row in rows_of(found)] == cells
    assert any(note.startswith("Column “c” is kept as text") for note in found.warnings)


@pytest.mark.parametrize("form", [as_csv, as_workbook, as_page])
@pytest.mark.parametrize(
    "cells",
    [
        ["$1,234.50", "$2"], ["1.234,50 €", "2 €"], ["12%", "13.5%"], ["(3)", "(4)"], ["5-", "6-"],
        ["1,23,456", "2,34,567"], ["1_234", "2_345"], ["–5", "–7"], ["1 234", "2 345", "many"],
    ],
)  # fmt: skip
def test_numbers_with_signs_are_said(
    stored: Callable[..., StoredDataset], form: WrittenAs, cells: list[str]
) -> None:
    found = stored(form, cells)
    assert [row["c"] for row in rows_of(found)] == cells
    assert any(note.startswith("Column “c” is kept as text") for note in found.warnings)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "cells", [["1.2.3", "1.2.4"], ["192.168.0.1", "10.0.0.2"], ["A-1", "B-2"], ["555 12", "666 13"],
              ["3 marbles", "5 octopuses"], ["room 5", "room 6"], ["007", "008"]]
)  # fmt: skip
def test_texts_with_digits_are_no_alarm(
    stored: Callable[..., StoredDataset], form: WrittenAs, cells: list[str]
) -> None:
    found = stored(form, cells)
    assert [row["c"] for row in rows_of(found)] == cells
    assert not [note for note in found.warnings if "kept as text" in note]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["1/2/2024", "3/4/2024"], "with the day first"),
        (["12/17/23", "12/18/23"], "Years of two digits"),
        (["1949-01", "1949-03"], "Months in column “c”"),
        (["2024-01-05 10:30:15.1234567", "2024-01-05 10:30:16"], "cut to six digits"),
    ],
)
def test_what_dates_leave_open_is_said_of_every_format(
    stored: Callable[..., StoredDataset], form: WrittenAs, cells: list[str], words: str
) -> None:
    found = stored(form, cells)
    assert any(words in note for note in found.warnings)
    offers = "Choose the order" in " ".join(found.warnings)
    assert offers == (form is as_csv and words == "with the day first")


@pytest.mark.parametrize("form", [as_csv, as_workbook, as_page])
@pytest.mark.parametrize("word", ["#SPILL!", "#DIV/0!", "#GETTING_DATA", "#NAME?"])
def test_errors_of_spreadsheets_are_missing_and_said(
    stored: Callable[..., StoredDataset], form: WrittenAs, word: str
) -> None:
    found = stored(form, ["1.5", word, "2.5"])
    assert found.columns[0].missing == 1
    assert any(word in note for note in found.warnings)


def test_powers_beside_a_decimal_comma(load: Loads) -> None:
    stored = load("x;y\n1,5e3;a\n2,25E-2;b\n")
    assert [row["x"] for row in rows_of(stored)] == [1500.0, 0.0225]


def test_fractions_beyond_six_digits_are_cut_and_said(load: Loads) -> None:
    late = "2024-01-05 10:30:15.5\n" * 40_000 + "2024-01-05 10:30:15.1234567\n"
    stored = load(f"t\n{late}")
    assert stored.page(40_000, 1).to_pylist() == [{"t": T(2024, 1, 5, 10, 30, 15, 123_456)}]
    assert "Fractions of seconds in column “t” were cut" in stored.warnings[0]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["40 430", "13 200", "830"], [40430, 13200, 830]),
        (["1'234", "56'789"], [1234, 56789]),
        (["1’234", "56’789"], [1234, 56789]),
        (["1\u00a0234,5", "12\u00a0345,6"], [1234.5, 12345.6]),
        (["1\u202f234", "830"], [1234, 830]),
        (["−5", "3"], [-5, 3]),
        (["−1 234,5", "-2,5"], [-1234.5, -2.5]),
        (["1 234", "−5"], [1234, -5]),
    ],
)
@pytest.mark.parametrize("form", [as_csv, as_page])
def test_numbers(
    stored: Callable[..., StoredDataset], form: WrittenAs, cells: list[str], values: list[float]
) -> None:
    assert [row["c"] for row in rows_of(stored(form, cells))] == values


def test_late_minus_and_late_date(load: Loads) -> None:
    stored = load("x,d\n" + "1,2024-01-05\n" * 40_000 + "−7,2024-1-6\n")
    assert stored.page(40_000, 1).to_pylist() == [{"x": -7, "d": D(2024, 1, 6)}]


@pytest.mark.parametrize("cells", [["1 234 567 890 123 456,75", "1,5"], ["1.2.3.4", "5.6.7.8"]])
def test_numbers_that_would_change_stay_text(load: Loads, cells: list[str]) -> None:
    assert [
        row["x"] for row in rows_of(load("x;y\n" + "".join(f"{c};z\n" for c in cells)))
    ] == cells


@pytest.mark.parametrize("form", [as_csv, as_workbook, as_page])
@pytest.mark.parametrize("sign", ["-", "?", "NA", "\\N", "–", ".."])
def test_signs_for_missing_values(
    stored: Callable[..., StoredDataset], form: WrittenAs, sign: str
) -> None:
    found = stored(form, ["12.5", sign, "7"])
    assert types_of(found)["c"] == "float"
    assert found.columns[0].missing == 1
    assert any(sign in note for note in found.warnings) or sign in ("NA", "\\N")


@pytest.mark.parametrize("form", [as_csv, as_workbook, as_page])
def test_question_mark_among_words(stored: Callable[..., StoredDataset], form: WrittenAs) -> None:
    found = stored(form, ["State-gov", "?", "Private"])
    assert found.columns[0].missing == 1
    assert any("“?” in column “c”" in note for note in found.warnings)
    assert stored(form, ["?", "!", "word"]).columns[0].missing == 0


def test_names_without_what_cannot_be_seen(load: Loads) -> None:
    for content, name in (
        ("a\u200b,b\u00ad\n1,2\n3,4\n", "t.csv"),
        ('[{"a\u200b":1,"\ufeffb":2}]', "t.json"),
    ):
        stored = load(content, name)
        assert [column.name for column in stored.columns] == ["a", "b"]
        assert "cannot be seen" in stored.warnings[0]
