"""How lines become columns: by a separator, by their width, or not at all; and what is said."""

from __future__ import annotations

import datetime

import pytest
from loader_checks import Loads, Writes, rows_of, types_of

from queue_core.components.loaders import preview
from queue_core.components.loaders.tables.header import has_header
from queue_core.components.loaders.tables.text_rows import Row
from queue_core.errors import DataError


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["tags", "a;b", "c;d", "e;f"], "“;” stands in each"),
        (["pair", "A|B", "C|D", "E|F"], "“|” stands in each"),
        (["f", "x^2", "y^2", "z^2"], ""),
        (["tel", "+49 30 123456", "+49 40 654321"], ""),
        (["people", "1 234 567", "2 345 678"], ""),
        (["text", "Hello, how are you?", "Fine, thanks, and you?", "Good."], ""),
    ],
)
def test_a_name_above_values_that_hold_a_separator(
    load: Loads, lines: list[str], said: str
) -> None:
    stored = load("\n".join(lines) + "\n")
    assert [column.name for column in stored.columns] == lines[:1]
    assert stored.row_count == len(lines) - 1
    assert bool(stored.warnings) == bool(said)
    assert said in "".join(stored.warnings)


def test_fractions_below_a_name(load: Loads) -> None:
    stored = load("x\n1,5\n2,5\n3,25\n")
    assert rows_of(stored) == [{"x": 1.5}, {"x": 2.5}, {"x": 3.25}]
    assert "“,” stands in each" in stored.warnings[0]


@pytest.mark.parametrize(
    "line",
    [
        "2024-01-05 10:30:1{n},12{n} INFO main: started, slowly",
        "Jan  5 10:30:1{n} host sshd[12{n}]: Failed password for root",
        '10.0.0.{n} - ann [05/Jan/2024:10:30:1{n} +0000] "GET / HTTP/1.1" 200 1 "-" "M/5 (X11; L)"',
    ],
)
def test_lines_of_logs_are_texts(load: Loads, line: str) -> None:
    stored = load("".join(line.format(n=n) + "\n" for n in range(5)))
    assert types_of(stored) == {"column_1": "text"}
    assert stored.row_count == 5


def test_a_line_in_quotes_as_a_whole_is_said(load: Loads) -> None:
    assert "“,” stands in each" in load('"a,b"\n"1,2"\n"3,4"\n').warnings[0]
    assert not load('"name"\n"Smith, John"\n"Doe, Jane"\n').warnings


FIXED = "Name      Age City\nAnn Lee    30 New York\nBob Roy    41 Oslo\nCid        22 San Jose\n"


def test_columns_of_fixed_width(load: Loads, write: Writes) -> None:
    stored = load(FIXED)
    assert rows_of(stored) == [
        {"Name": "Ann Lee", "Age": 30, "City": "New York"},
        {"Name": "Bob Roy", "Age": 41, "City": "Oslo"},
        {"Name": "Cid", "Age": 22, "City": "San Jose"},
    ]
    assert "cut into columns" in stored.warnings[0]
    assert stored.metadata["made_by"]["options"]["delimiter"] == "fixed width"
    assert preview(write(FIXED)).rows[0] == ("Ann Lee", 30, "New York")
    again = load(FIXED.replace("\n", "\r\n").encode("utf-16"), delimiter="fixed width")
    assert rows_of(again) == rows_of(stored)


def test_a_rule_below_the_names_tells_the_columns(load: Loads) -> None:
    stored = load(
        "id   name      when\n---- --------- ----------\n1    Ann Lee   2024-01-05\n"
        "2              2024-01-06\n3    Cid\n"
    )
    assert [row["name"] for row in rows_of(stored)] == ["Ann Lee", None, "Cid"]
    assert rows_of(stored)[1]["when"] == datetime.date(2024, 1, 6)


def test_fixed_width_values_that_reach_into_a_gap(load: Loads) -> None:
    stored = load(FIXED + "Cid        22 San Jose\n" * 3_000 + "Bob Royce   7 Rome\n")
    assert stored.page(3_003, 1).to_pylist() == [{"Name": "Bob Royce", "Age": 7, "City": "Rome"}]
    with pytest.raises(DataError, match=r"Line 3,005 of .* does not fit columns of fixed width"):
        load(FIXED + "Cid        22 San Jose\n" * 3_000 + "Bartholomew Jr Roy 7 Rome\n")


@pytest.mark.parametrize(
    "text",
    [
        "Hello there.  This is prose.\nIt goes on.  And on.\nUntil it ends.  Here.\nOk.  Bye.\n",
        "20240105ANN  0010\n20240106BOB  0020\n20240107CID  0030\n",
        "; time value\n0 1.5\n1 2.5\n",
    ],
)
def test_what_may_be_columns_is_said(load: Loads, text: str) -> None:
    stored = load(text)
    assert len(stored.columns) == 1
    assert "“fixed width”" in stored.warnings[0]


@pytest.mark.parametrize("last", ["   ", "\t", "\u00a0", "\x1a", "\x0c", "\u200b", " \t "])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_line_that_holds_nothing_is_blank(load: Loads, last: str, newline: str) -> None:
    text = newline.join(["a,b", "1,2", "3,4", last])
    assert rows_of(load(text)) == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    assert rows_of(load(text + newline)) == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    one = newline.join(["a", "1", "3", last])
    assert rows_of(load(one)) == [{"a": 1}, {"a": 3}]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [(["1 ", "2"], "integer"), ([" 1.5", "2\u00a0"], "float"),
     (["2024-01-05 ", "2024-01-06"], "date"), (["true ", "false"], "boolean"),
     (["x ", "y "], "text")],
)  # fmt: skip
def test_spaces_around_values_that_are_no_texts(load: Loads, cells: list[str], kind: str) -> None:
    text = "a,b\n" + "".join(f"{cell},1\n" for cell in cells)
    assert types_of(load(text))["a"] == kind
    late = "a,b\n" + f"{cells[1].strip()},1\n" * 30_000 + "".join(f"{cell},1\n" for cell in cells)
    assert kind == "text" or types_of(load(late))["a"] == kind


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("# sensor log\n# s V\n0 1.5\n1 2.5\n", ["s", "V"]),
        ("#Version: 1.0\n#Fields: date method n\n2024-01-05 GET 1\n2024-01-06 POST 2\n",
         ["date", "method", "n"]),
        ("// time,value\n0,1.5\n1,2.5\n", ["time", "value"]),
        (",0,1,2\n0,1.5,2.5,3.5\n1,4.5,5.5,6.5\n", ["column_1", "0", "1", "2"]),
        ("label,0,1,2\n5,0,0,255\n4,0,3,0\n", ["label", "0", "1", "2"]),
        ("row,1,2,3\nr,10,20,30\ns,11,21,31\n", ["column_1", "column_2", "column_3", "column_4"]),
        ("Prepared by: Jane, Oslo, 2024\nid,name,score\n1,Ann,3.5\n2,Bob,4.5\n",
         ["id", "name", "score"]),
        ("Apex,01/03/2021\n96-well,\n,\nx,y\nA1,34\nA2,36\nA3,35\n", ["x", "y"]),
        ("id,v,\n1,2\n3,4\n", ["id", "v"]),
        ("name,city,\nAnn,Oslo\nBob,Rome\n", ["name", "city"]),
        ("a, b, c\n1,x,2.5\n3,y,4.5\n", ["a", "b", "c"]),
        ('"x"\n"1" 1.5\n"2" 2.5\n', ["column_1", "x"]),
        ('"x"\n"a" "u v"\n"b" "w"\n', ["column_1", "x"]),
        ('"a" "b"\n"r 1" "x ""y""" 1\n"r 2" "z" 2\n', ["column_1", "a", "b"]),
    ],
)  # fmt: skip
def test_names_of_columns(load: Loads, text: str, names: list[str]) -> None:
    assert [column.name for column in load(text).columns] == names


def test_the_header_again_among_runs_of_spaces(load: Loads) -> None:
    stored = load("id  v\n1   2\nid v\n3   4\n")
    assert rows_of(stored) == [{"id": 1, "v": 2}, {"id": 3, "v": 4}]


def test_the_header_again_far_below_or_in_quotes(load: Loads) -> None:
    stored = load("id,v\n" + "1,2\n" * 100_000 + "id,v\n3,4\n")
    assert types_of(stored) == {"id": "integer", "v": "integer"}
    assert "(100,002) left out as the header again" in stored.warnings[0]
    assert load('"id","v"\n1,2\nid,v\n3,4\n').row_count == 2


def test_spaces_behind_separators_are_none_of_the_texts(load: Loads) -> None:
    stored = load("Size, Cost\nS, low\nM,high\n")
    assert [row["Cost"] for row in rows_of(stored)] == ["low", "high"]
    assert "Spaces after the separators" in stored.warnings[0]


def test_texts_that_differ_by_spaces_are_said(load: Loads) -> None:
    stored = load("g,x\nA,1\nA ,2\nB,3\n")
    assert [row["g"] for row in rows_of(stored)] == ["A", "A ", "B"]
    assert "differ by spaces around them alone" in stored.warnings[0]


def test_quotes_that_span_lines_of_tabs_are_plain(load: Loads) -> None:
    stored = load('id\ttext\n1\t"hello\n2\tworld"\n3\tx\n')
    assert [row["text"] for row in rows_of(stored)] == ['"hello', 'world"', "x"]
    assert "Quotes in table.csv were kept" in stored.warnings[0]


def test_a_first_row_may_have_more_values_than_the_table() -> None:
    cells = [("a", "", "b", "", "c"), ("x", "p q"), ("y", "r"), ("z z", "x")]
    rows = [Row(values, number, number) for number, values in enumerate(cells, 1)]
    assert has_header(rows, 2) == (False, "its values are like those below")
