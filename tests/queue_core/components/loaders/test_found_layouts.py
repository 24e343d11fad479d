"""What separates, quotes and heads a text table, found by evidence; what is left out is said."""

from __future__ import annotations

import pytest
from loader_checks import Loads, Writes, rows_of, types_of

from queue_core.components.loaders import preview
from queue_core.errors import DataError


@pytest.mark.parametrize(
    "lines",
    [
        ["time", "05:40", "21:30"],
        ["url", "http://a.example/1", "http://b.example/2"],
        ["room", "Room 12", "Hall 3"],
        ["when", "2024-01-05 10:30:00", "2024-01-06 11:30:00"],
        ["score", "3:2", "1:0"],
        ["mac", "00:1B:44:11:3A:B7", "00:1B:44:11:3A:B8"],
        ["name", "Smith, John", "Doe, Jane"],
        ["address", "12 Main St", "9 Hill Rd"],
        ["servings", "40 430", "13 200"],
        ["full name", "Ann Lee", "Bob Roy"],
    ],
)
def test_one_column_stays_one(load: Loads, lines: list[str]) -> None:
    stored = load("\n".join(lines) + "\n")
    assert [column.name for column in stored.columns] == lines[:1]
    assert stored.row_count == 2


@pytest.mark.parametrize(
    "line",
    [
        '10.0.0.{n} - - [08/Apr/2024:17:39:0{n} -0800] "GET /{n} HTTP/1.0" 200 340{n}',
        "http://a.example/{n}",
        "05:40:1{n}",
        "2024-01-05 10:30:1{n}",
    ],
)
def test_one_column_without_a_name(load: Loads, line: str) -> None:
    stored = load("".join(line.format(n=n) + "\n" for n in range(5)))
    assert [column.name for column in stored.columns] == ["column_1"]
    assert stored.row_count == 5


def test_colons_that_separate(load: Loads) -> None:
    stored = load("root:x:0:/root\nbin:x:1:/bin\nmail:x:8:/mail\n")
    assert (len(stored.columns), stored.row_count) == (4, 3)
    assert len(load("1::10::5\n1::20::3\n2::30::4\n").columns) == 3


@pytest.mark.parametrize(
    ("text", "names", "row_count"),
    [
        ("v1,v2,,,\nham,go,,,\nspam,free,,,\nham,say,,,\n",
         ["v1", "v2", "column_3", "column_4", "column_5"], 3),
        (",name,city\nr1,Ann,Oslo\nr2,Bob,Rome\n", ["column_1", "name", "city"], 2),
        ("name,city,city\nAnn,Oslo,Rome\nBob,Bern,Kyiv\n", ["name", "city", "city_2"], 2),
        (",,\n1,2,3\n4,5,6\n", ["column_1", "column_2", "column_3"], 2),
        (",,\nAnn,Oslo,Red\nBob,Bern,Blue\n", ["column_1", "column_2", "column_3"], 2),
        (",,\nid,v,w\n1,2,3\n4,5,6\n", ["id", "v", "w"], 2),
        ("id,code\n1,A-1\n2,A-2\n", ["id", "code"], 2),
        ("B-7,x\nA-1,y\nA-2,x\n", ["column_1", "column_2"], 3),
        ("ann,,x\nbob,y,z\ncid,q,w\n", ["column_1", "column_2", "column_3"], 3),
        ("# time,value\n0,1.5\n1,2.5\n", ["time", "value"], 2),
        ("# time value\n0 1.5\n1 2.5\n", ["time", "value"], 2),
        ("country,2000,2000\nChile,a,b\nPeru,c,d\n", ["country", "2000", "2000_2"], 2),
    ],
)  # fmt: skip
def test_header(load: Loads, text: str, names: list[str], row_count: int) -> None:
    stored = load(text)
    assert [column.name for column in stored.columns] == names
    assert stored.row_count == row_count


@pytest.mark.parametrize(
    ("above", "left_out"),
    [
        ("Ticket sales,,\n", "Ticket sales"),
        ("Ticket sales\n", "Ticket sales"),
        ("Prepared by, Jane Roe\n", "Prepared by, Jane Roe"),
        ("Report,,\n,,\nof 2024,,\n", "Report of 2024"),
        ("# made by a program, on a day\n", "# made by a program"),
        ("sales,of,\n", "sales,of"),
    ],
)
def test_titles_above_the_table_are_left_out_and_said(
    load: Loads, above: str, left_out: str
) -> None:
    stored = load(f"{above}state,sold,share\nNJ,10,0.5\nNY,7,0.25\n")
    assert types_of(stored) == {"state": "text", "sold": "integer", "share": "float"}
    assert any("left out" in note and left_out in note for note in stored.warnings)


def test_a_header_that_comes_again(load: Loads, write: Writes) -> None:
    text = "id,v\n1,2\n3,4\nid,v\n5,6\n"
    stored = load(text)
    assert rows_of(stored) == [{"id": 1, "v": 2}, {"id": 3, "v": 4}, {"id": 5, "v": 6}]
    assert "the header again" in stored.warnings[0]
    assert preview(write(text)).rows == ((1, 2), (3, 4), (5, 6))
    with pytest.raises(DataError, match="Line 6 of"):
        load(text + "7,8,9\n")


@pytest.mark.parametrize(
    ("text", "row_count"),
    [
        ("apple\npear\napple\nplum\n", 4),
        ("a,b\nc,d\na,b\na,b\na,b\n", 5),
        ("yes,no\nno,no\nyes,no\nyes,yes\n", 4),
    ],
)
def test_values_that_come_again_are_no_header(load: Loads, text: str, row_count: int) -> None:
    assert load(text).row_count == row_count


def test_remarks_amid_the_rows(load: Loads) -> None:
    stored = load("id,v\n1,2\n# station moved\n2,3\n# end of file\n")
    assert rows_of(stored) == [{"id": 1, "v": 2}, {"id": 2, "v": 3}]
    assert "2 lines of table.csv (3, 5) left out as remarks" in stored.warnings[0]
    late = load("id,v\n" + "1,2\n" * 200_000 + "# end of file\n")
    assert late.row_count == 200_000
    assert "(200,002)" in late.warnings[0]
    assert rows_of(load("tag,n\n#a,1\n#b,2\n")) == [{"tag": "#a", "n": 1}, {"tag": "#b", "n": 2}]


def test_lines_of_spaces_are_blank(load: Loads) -> None:
    assert load("a,b,c\n1,2,3\n4,5,6\n ").row_count == 2
    assert load("a,b,c\n  \n1,2,3\n   \n4,5,6\n").row_count == 2
    assert load("a,b,c\n" + "1,2,3\n" * 200_000 + "  \n").row_count == 200_000


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('a, b\n1, "x, y"\n2, "z"\n', [(1, "x, y"), (2, "z")]),
        ('"a", "b"\n1,  "x"\n2, "y, z"\n', [(1, "x"), (2, "y, z")]),
        ('a; b\n1; "x; y"\n2; "z"\n', [(1, "x; y"), (2, "z")]),
        ("a, b\n1, 'x, y'\n2, 'z'\n", [(1, "x, y"), (2, "z")]),
        ('a, b\n1, "x\n y"\n2, "z"\n', [(1, "x\n y"), (2, "z")]),
        ('a, b\n1, "say ""hi"", so"\n2, "z"\n', [(1, 'say "hi", so'), (2, "z")]),
    ],
)
def test_quotes_after_spaces(load: Loads, text: str, rows: list[tuple[int, str]]) -> None:
    assert [tuple(row.values()) for row in rows_of(load(text))] == rows


def test_spaces_after_separators_without_a_header(load: Loads) -> None:
    stored = load("41, State-gov, 9, <=50K\n52, ?, 8, <=50K\n33, Private, 7, >50K\n")
    assert [row["column_2"] for row in rows_of(stored)] == ["State-gov", None, "Private"]
    assert [row["column_4"] for row in rows_of(stored)] == ["<=50K", "<=50K", ">50K"]
    assert "Spaces after the separators were left out." in stored.warnings


def test_plain_quotes_in_files_of_tabs(load: Loads) -> None:
    stored = load('id\ttitle\n1\t"Jump up" teacher\n2\tplain\n3\t"open\n', "t.tsv")
    assert [row["title"] for row in rows_of(stored)] == ['"Jump up" teacher', "plain", '"open']
    assert "Quotes in t.tsv were kept" in stored.warnings[0]
    legit = load('a\tb\n1\t"x\ty"\n2\t"p\nq"\n', "t.tsv")
    assert [row["b"] for row in rows_of(legit)] == ["x\ty", "p\nq"]


@pytest.mark.parametrize(
    "text",
    [
        "# time value\n0 1.5\n1 2.5\n",
        "Title,,\nid,v,w\n1,2,3\n3,4,5\n",
        'a, b\n1, "x, y"\n2, "z"\n',
        'a\tb\n1\t"x" y\n2\tz\n',
        "id,v\n1,-\nid,v\n# remark\n5,x-\n",
        "name\nSmith, John\nDoe, Jane\n",
        "w,n\n-,-\nx,2\ny,3\n",
        "n;d\n1 234,5;12/17/23\n−2,5;12/18/23\n",
        "t\n05:40\n21:30\n",
    ],
)
def test_what_the_preview_found_gives_the_same_rows(load: Loads, write: Writes, text: str) -> None:
    shown = preview(write(text))
    stored = load(text, **shown.options)
    assert [tuple(row.values()) for row in rows_of(stored)] == list(shown.rows)
    assert rows_of(load(text)) == rows_of(stored)


@pytest.mark.parametrize(
    ("lines", "values"),
    [
        (['"a","b"', '"\\","x"', '"y","z"'], ["\\", "y"]),
        (['"a"', '"\\"', '"C:\\"', '"z"'], ["\\", "C:\\", "z"]),
        (['"a","b"', '"he said \\"no\\"","x"', '"","z"'], ['he said "no"', None]),
        (['"a","b"', '"5\\", wide","x"', '"y","z"'], ['5", wide', "y"]),
        (['"a","b"', '"one ""two""","C:\\"', '"y","z"'], ['one "two"', "y"]),
    ],
)
def test_a_backslash_before_a_quote_is_read_as_the_lines_fit(
    load: Loads, lines: list[str], values: list[str | None]
) -> None:
    stored = load("\n".join(lines) + "\n", missing_words=[], header=True)
    assert [row["a"] for row in rows_of(stored)] == values
