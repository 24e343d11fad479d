"""Any small table, written in any dialect, loads back equal."""

from __future__ import annotations

import csv
import datetime
import io
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loader_checks import rows_of

from queue_core.components.loaders import load_dataset, preview
from queue_core.components.stored_dataset import StoredDataset

pytestmark = pytest.mark.sweep

CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t\",;|' ")
TEXTS = st.one_of(
    st.text(CHARACTERS, max_size=12),
    st.sampled_from(["007", "1e5", "NA", "-", "+5", "1_000", "0x10", "inf", "nan", " 1", "1 ",
                     "true", "2024-02-30", "12:61", "1.5", "-0", "1,5", "12345678901234567890",
                     "2024-01-05", "10/11/2024", "''", '"', "#x", "\\", "\\N"]),
)  # fmt: skip
WORDS = st.sampled_from(["alpha", "beta", "gamma", "new york", "x-ray", "ünï", "日本"])
COLUMNS = st.one_of(
    st.lists(TEXTS, min_size=12, max_size=12),
    st.lists(WORDS, min_size=12, max_size=12),
    st.lists(st.integers(-(2**65), 2**65).map(str), min_size=12, max_size=12),
    st.lists(st.integers(-999, 999).map(str) | st.just(""), min_size=12, max_size=12),
    st.lists(st.floats(allow_nan=False).map(repr) | st.just(""), min_size=12, max_size=12),
    st.lists(st.sampled_from(["true", "False", "TRUE", ""]), min_size=12, max_size=12),
    st.lists(st.dates(datetime.date(1000, 1, 1)).map(str) | st.just(""), min_size=12, max_size=12),
    st.lists(
        st.datetimes(datetime.datetime.fromisoformat("1700-01-01")).map(
            lambda value: value.isoformat(" ")
        ),
        min_size=12,
        max_size=12,
    ),
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Return rows of cells, the names first."""
    rows = draw(st.integers(0, 12))
    columns = draw(st.lists(COLUMNS, min_size=1, max_size=5))
    names = [f"name {number}" for number in range(len(columns))]
    return [names, *(list(row) for row in zip(*(c[:rows] for c in columns), strict=True))]


def means_the_same(cell: str, value: Any) -> bool:
    """Return whether a stored value is what the cell says, whichever type it became."""
    if cell == "" or value is None:
        return cell == "" and value is None
    if isinstance(value, bool):
        return cell.lower() == str(value).lower()
    if isinstance(value, int):
        return cell.strip() == str(value)
    if isinstance(value, float):
        return float(cell) == value
    if isinstance(value, datetime.datetime):
        return datetime.datetime.fromisoformat(cell) == value
    if isinstance(value, (datetime.date, datetime.time)):
        return type(value).fromisoformat(cell) == value
    return bool(cell == value)


def written(table: list[list[str]], encoding: str, **dialect: Any) -> bytes:
    """Return the table as a file's content."""
    text = io.StringIO(newline="")
    csv.writer(text, **dialect).writerows(table)
    return text.getvalue().encode(encoding)


def loaded(content: bytes, folder: str, **options: Any) -> StoredDataset:
    """Load the content; the preview must show the same."""
    path = Path(folder) / "table.csv"
    path.write_bytes(content)
    stored = load_dataset(path, options, Path(folder) / "1")
    shown = preview(path, options)
    assert shown.error is None
    assert [column.name for column in shown.columns] == [c.name for c in stored.columns]
    assert [tuple(row.values()) for row in rows_of(stored)] == list(shown.rows)
    return stored


@settings(max_examples=25)
@given(
    table=tables(),
    delimiter=st.sampled_from([",", ";", "\t", "|", "~"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    newline=st.sampled_from(["\n", "\r\n"]),
    encoding=ENCODINGS,
)
def test_any_table_in_a_known_dialect(
    table: list[list[str]], delimiter: str, quoting: int, newline: str, encoding: str
) -> None:
    content = written(table, encoding, delimiter=delimiter, quoting=quoting, lineterminator=newline)
    known = {"delimiter": delimiter, "header": True, "skip_rows": 0, "quote": '"'}
    with tempfile.TemporaryDirectory() as folder:
        stored = loaded(content, folder, **known, missing_words=[], date_order="day_first")
        found = [list(row.values()) for row in rows_of(stored)]
    assert len(found) == len(table) - 1
    for cells, values in zip(table[1:], found, strict=True):
        for cell, value in zip(cells, values, strict=True):
            if isinstance(value, datetime.date) and "/" in cell:
                day, month, year = cell.split("/")
                assert (value.day, value.month, value.year) == (int(day), int(month), int(year))
            else:
                assert means_the_same(cell, value), (cell, value)


@settings(max_examples=15)
@given(
    words=st.lists(WORDS, min_size=3, max_size=30),
    numbers=st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=30, max_size=30),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=ENCODINGS,
)
def test_ordinary_tables_are_found_out(
    words: list[str],
    numbers: list[float],
    delimiter: str,
    quoting: int,
    newline: str,
    encoding: str,
) -> None:
    table = [["word", "number", "count"]]
    table += [[w, repr(n), str(i)] for i, (w, n) in enumerate(zip(words, numbers, strict=False))]
    content = written(table, encoding, delimiter=delimiter, quoting=quoting, lineterminator=newline)
    with tempfile.TemporaryDirectory() as folder:
        stored = loaded(content, folder)
        found = [list(row.values()) for row in rows_of(stored)]
    assert [column.name for column in stored.columns] == table[0]
    assert found == [[w, n, i] for i, (w, n) in enumerate(zip(words, numbers, strict=False))]
