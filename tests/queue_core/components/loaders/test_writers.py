"""What other programs write of a table loads back equal, or it is said what is not."""

from __future__ import annotations

import csv
import datetime
import io
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from loader_checks import rows_of

from queue_core.components.loaders import load_dataset, preview

ROWS = 8
Table = dict[str, list[Any]]

WORDS = st.sampled_from(
    ["alpha", "beta", "new york", "x-ray", "ünï", "日本", 'say "hi"', "a, b", "a; b", "it's", "c|d",
     "two\nlines", "p\\q", "100%", "#tag", "e\tf"]
)  # fmt: skip
TEXTS = st.lists(WORDS | st.none(), min_size=ROWS, max_size=ROWS)
NUMBERS = st.lists(
    st.floats(-1e9, 1e9).map(lambda x: round(x, 4)) | st.none(), min_size=ROWS, max_size=ROWS
)
COUNTS = st.lists(st.integers(-(10**12), 10**12), min_size=ROWS, max_size=ROWS)
DAYS = st.lists(
    st.dates(datetime.date(1900, 3, 1), datetime.date(2100, 1, 1)), min_size=ROWS, max_size=ROWS
)
FLAGS = st.lists(st.booleans(), min_size=ROWS, max_size=ROWS)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Return columns of each kind; the first holds different whole numbers."""
    table: Table = {"id": list(range(1, ROWS + 1))}
    kinds = {"word": TEXTS, "amount": NUMBERS, "count": COUNTS, "day": DAYS, "flag": FLAGS}
    for name in draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, unique=True)):
        table[name] = draw(kinds[name])
    return table


def require_equal_or_said(table: Table, content: bytes, name: str, **options: Any) -> None:
    """Load a file: each column of the table is in it, or a sentence names it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        shown = preview(path, options)
        assert shown.error is None, (shown.error, content)
        stored = load_dataset(path, options, Path(folder) / "dataset")
        found = rows_of(stored)
        assert [tuple(row.values()) for row in found] == list(shown.rows)
    assert len(found) == ROWS, content
    for column, values in table.items():
        said = any(f"“{column}”" in note for note in stored.warnings)
        if all(value is None for value in values):
            continue
        assert column in found[0] or said, (list(found[0]), content)
        same = [means(value, row.get(column)) for value, row in zip(values, found, strict=True)]
        assert all(same) or said, (column, values, [row.get(column) for row in found], content)


def means(value: Any, stored: Any) -> bool:
    """Return whether a stored value is the one that was written."""
    if value is None or stored is None:
        return value is None and stored is None
    if isinstance(value, bool):
        return str(stored).lower() in (str(value).lower(), str(int(value)))
    if isinstance(value, float):
        return float(stored) == value
    if isinstance(value, datetime.date) and isinstance(stored, datetime.datetime):
        return stored == datetime.datetime.combine(value, datetime.time())
    return bool(stored == value)


@settings(max_examples=20)
@given(
    table=tables(),
    sep=st.sampled_from([",", ";", "\t", "|"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    na_rep=st.sampled_from(["", "NA", "\\N"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    index=st.booleans(),
    date_format=st.sampled_from([None, "%d.%m.%Y", "%Y/%m/%d", "%d-%b-%Y"]),
)
def test_pandas(table: Table, index: bool, **options: Any) -> None:
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in table.items()})
    if "day" in table:
        frame["day"] = pd.to_datetime(frame["day"])
    text = io.BytesIO()
    frame.to_csv(text, index=index, **options)
    require_equal_or_said(table, text.getvalue(), "t.csv", date_order="day_first")


@settings(max_examples=15)
@given(
    table=tables(),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    force=st.booleans(),
    nulls=st.sampled_from(["", "NULL"]),
)
def test_duckdb(table: Table, delimiter: str, force: bool, nulls: str) -> None:
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in table.items()})
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "t.csv"
        connection.register("frame", frame)
        quoted = ", FORCE_QUOTE *" if force else ""
        connection.execute(
            f"COPY frame TO '{path}' (HEADER, DELIMITER '{delimiter}', NULLSTR '{nulls}'{quoted})"
        )
        content = path.read_bytes()
    require_equal_or_said(table, content, "t.csv")


def r_value(value: Any, *, dec: str, quote: bool, qmethod: str) -> str:
    """Return a value as R writes it."""
    if value is None:
        return "NA"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return f"{value:.15g}".replace(".", dec)
    text = str(value)
    if not quote:
        return text
    return '"' + text.replace('"', '""' if qmethod == "double" else '\\"') + '"'


def r_lines(table: Table, *, sep: str, dec: str, quote: bool, qmethod: str, rows: str) -> str:
    """Return a table as R's `write.table` writes it.

    Args:
        table: The columns.
        sep: What separates values.
        dec: The decimal sign.
        quote: Whether texts and names are quoted.
        qmethod: How a quote is written inside: `double` or `escape`.
        rows: Names of rows: `none`, `short` (as write.table, whose header has no name for them) or
            `named` (as write.csv, which gives them an empty name).
    """

    def written(values: Sequence[Any]) -> str:
        cells = [r_value(value, dec=dec, quote=quote, qmethod=qmethod) for value in values]
        return sep.join(cells) + "\n"

    names: list[str] = list(table)
    lines = [written(["", *names] if rows == "named" else names)]
    for number, row in enumerate(zip(*table.values(), strict=True), start=1):
        lines.append(written(row if rows == "none" else [str(number), *row]))
    return "".join(lines)


@settings(max_examples=25)
@given(table=tables(), rows=st.sampled_from(["none", "named"]), semicolon=st.booleans())
def test_write_csv(table: Table, rows: str, semicolon: bool) -> None:
    sep, dec = (";", ",") if semicolon else (",", ".")
    text = r_lines(table, sep=sep, dec=dec, quote=True, qmethod="double", rows=rows)
    options = {"decimal": dec} if semicolon else {}
    require_equal_or_said(table, text.encode(), "t.csv", **options)


@settings(max_examples=25)
@given(
    table=tables(),
    sep=st.sampled_from([" ", "\t", ",", ";"]),
    rows=st.sampled_from(["none", "short"]),
)
def test_write_table(table: Table, sep: str, rows: str) -> None:
    table = {**table, "share": [n + 0.5 for n in range(ROWS)]}
    text = r_lines(table, sep=sep, dec=".", quote=True, qmethod="escape", rows=rows)
    if "\\\\" in text or "p\\q" in text:
        return  # R writes a backslash as it is: no reader can tell it from an escape
    require_equal_or_said(table, text.encode(), "t.txt")


@settings(max_examples=15)
@given(table=tables(), title=st.booleans())
def test_workbooks(table: Table, title: bool) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        begin = 2 if title else 0
        if title:
            sheet.write_string(0, 0, "A title")
        sheet.write_row(begin, 0, list(table))
        for column, values in enumerate(table.values()):
            for row, value in enumerate(values, start=begin + 1):
                write: Callable[..., Any] = sheet.write
                if isinstance(value, str):
                    write = sheet.write_string
                if isinstance(value, datetime.date):
                    sheet.write_datetime(row, column, value, day)
                elif value is not None:
                    write(row, column, value)
    require_equal_or_said(table, content.getvalue(), "t.xlsx")
