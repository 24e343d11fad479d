"""Tables of web pages, as programs save them under the name of a workbook."""

from __future__ import annotations

import datetime

import pytest
from loader_checks import Loads, Writes, rows_of

from queue_core.components.loaders import preview
from queue_core.errors import DataError

PAGE = """<html><head><meta charset="utf-8"><style>td {color: red}</style></head><body>
<table border=1><tr><th>Name<th>Value<th>Day</tr>
<tr><td>Ann &amp; co<br>x</td><td>1 234,5<td>31/01/2024</tr>
<tr><td><b>Bob</b><td>-2,5<td>29/02/2024</table></body></html>"""


@pytest.mark.parametrize("name", ["report.xls", "report.html", "report.xlsx"])
def test_a_table_is_read(load: Loads, write: Writes, name: str) -> None:
    stored = load(PAGE, name)
    assert rows_of(stored) == [
        {"Name": "Ann & co x", "Value": 1234.5, "Day": datetime.date(2024, 1, 31)},
        {"Name": "Bob", "Value": -2.5, "Day": datetime.date(2024, 2, 29)},
    ]
    assert list(preview(write(PAGE, name)).rows) == [tuple(row.values()) for row in rows_of(stored)]
    assert any("in spite of its name" in note for note in stored.warnings) is ("xls" in name)


def test_without_a_page_around_it(load: Loads) -> None:
    stored = load("<table><tr><td>a<td>b<tr><td>1<td>x<tr><td>2<td>y</table>", "t.xls")
    assert rows_of(stored) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


def test_the_largest_table_is_read_and_the_others_are_offered(load: Loads, write: Writes) -> None:
    small = "<table><tr><td>menu<td>help</table>"
    large = "<table><tr><td colspan=2>Title<tr><td>a<td>b<tr><td>1<td>2<tr><td>3<td>4</table>"
    page = f"<html>{small}{large}</html>"
    stored = load(page, "t.html")
    assert rows_of(stored) == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    assert "holds 2 tables; number 2, the largest, was read" in stored.warnings[0]
    found = {item.option: item.alternatives for item in preview(write(page, "t.html")).findings}
    assert found["table"] == (1,)
    assert load(page, "t.html", table=1).row_count == 0
    assert load(page, "t.html", header=False).row_count == 3
    with pytest.raises(DataError, match="has no table 3"):
        load(page, "t.html", table=3)


@pytest.mark.parametrize("name", ["t.xls", "t.html", "t.csv"])
def test_a_page_without_a_table_is_refused(load: Loads, name: str) -> None:
    with pytest.raises(DataError, match="web page"):
        load("<!DOCTYPE html><html><body><p>Please log in</p></body></html>", name)


def test_a_page_of_two_bytes_a_character(load: Loads) -> None:
    page = "<html><table><tr><td>a<td>b</tr><tr><td>1<td>2</tr></table></html>"
    assert rows_of(load(page.encode("utf-16"), "report.xls")) == [{"a": 1, "b": 2}]


def test_an_element_is_no_table(load: Loads) -> None:
    with pytest.raises(DataError, match="is an XML document"):
        load("<r>\n<i><a>1</a></i>\n</r>\n", "t.txt")
