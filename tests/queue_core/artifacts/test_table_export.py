"""Every format times every type of column: the same value looks the same everywhere."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from queue_core.artifacts.table_files import TABLE_FORMAT_TITLES, TABLE_FORMATS, export_table
from queue_core.errors import DataError
from queue_core.library.pages import table_block

NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
NOON = datetime(2020, 1, 2, 12, tzinfo=UTC)

# Type, values, their texts in a CSV file, and what Excel holds: the same text where it says "".
COLUMNS: dict[str, tuple[pa.DataType, list[Any], list[str], list[Any]]] = {
    "text": (pa.string(), ["=1+1", "", "a,b\n“c”"], ["=1+1", "", "a,b\n“c”"], []),
    "long text": (pa.large_string(), ["x", None], ["x", ""], ["x", None]),
    "view": (pa.string_view(), ["x", None], ["x", ""], ["x", None]),
    "category": (pa.dictionary(pa.int32(), pa.string()), ["a", "b", "a"], ["a", "b", "a"], []),
    "flag": (pa.bool_(), [True, False, None], ["true", "false", ""], [True, False, None]),
    "small": (pa.int8(), [-7, None], ["-7", ""], [-7.0, None]),
    "big": (
        pa.int64(), [999_999_999_999_999, 2**53 + 1], ["999999999999999", "9007199254740993"],
        [999_999_999_999_999.0, "9007199254740993"],
    ),
    "unsigned": (pa.uint64(), [1, 2**64 - 1], ["1", str(2**64 - 1)], [1.0, str(2**64 - 1)]),
    "half": (pa.float16(), [np.float16(0.5)], ["0.5"], [0.5]),
    "single": (pa.float32(), [0.1, None], ["0.1", ""], [0.1, None]),
    "float": (
        pa.float64(), [0.1, 5.0, float("inf"), float("nan"), None],
        ["0.1", "5", "inf", "nan", ""], [0.1, 5.0, "inf", "nan", None],
    ),
    "decimal": (
        pa.decimal128(30, 3), [Decimal("1.500"), Decimal("12345678901234567.125")],
        ["1.500", "12345678901234567.125"], [1.5, "12345678901234567.125"],
    ),
    "wide decimal": (pa.decimal256(60, 2), [Decimal("2.25")], ["2.25"], [2.25]),
    "day": (
        pa.date32(), [date(2020, 1, 2), date(1899, 12, 31), None],
        ["2020-01-02", "1899-12-31", ""], [43832.0, "1899-12-31", None],
    ),
    "day in ms": (pa.date64(), [date(1900, 3, 1)], ["1900-03-01"], [61.0]),
    "moment": (
        pa.timestamp("us"), [1_577_966_400_000_000, 1_577_944_800_500_000],
        ["2020-01-02 12:00:00", "2020-01-02 06:00:00.5"], [43832.5, 43832.25 + 0.5 / 86_400],
    ),
    "fine moment": (
        pa.timestamp("ns"), [1, None], ["1970-01-01 00:00:00.000000001", ""],
        [25_569.0, None],
    ),
    "far moment": (pa.timestamp("s"), [400_000_000_000], ["14645-06-30 15:06:40"], []),
    "in UTC": (pa.timestamp("us", "UTC"), [NOON], ["2020-01-02 12:00:00Z"], []),
    "in Madrid": (
        pa.timestamp("ns", "Europe/Madrid"), [NOON, None], ["2020-01-02 13:00:00+01:00", ""], [],
    ),
    "off": (pa.timestamp("s", "-03:30"), [NOON], ["2020-01-02 08:30:00-03:30"], []),
    "clock": (
        pa.time64("us"), [time(6), time(0, 0, 1, 250_000)], ["06:00:00", "00:00:01.25"],
        [0.25, 1.25 / 86_400],
    ),
    "coarse clock": (pa.time32("s"), [time(12)], ["12:00:00"], [0.5]),
    "lasts": (
        pa.duration("us"),
        [timedelta(seconds=1), timedelta(hours=30), timedelta(seconds=-1.5), None],
        ["0:00:01", "30:00:00", "-0:00:01.5", ""], [1 / 86_400, 1.25, "-0:00:01.5", None],
    ),
    "lasts in s": (pa.duration("s"), [1], ["0:00:01"], [1 / 86_400]),
    "lasts in ns": (pa.duration("ns"), [1], ["0:00:00.000000001"], [1e-9 / 86_400]),
    "bytes": (pa.binary(), [b"\xff\x00a", None], ["ff0061", ""], ["ff0061", None]),
    "list": (pa.list_(pa.int8()), [[1, 2], None, []], ["[1, 2]", "", "[]"], ["[1, 2]", None, "[]"]),
    "pair": (pa.list_(pa.float64(), 2), [[0.5, float("nan")]], ["[0.5, null]"], []),
    "durations": (pa.list_(pa.duration("s")), [[1, None]], ['["0:00:01", null]'], []),
    "record": (
        pa.struct([("é", pa.date32()), ("ok", pa.bool_())]),
        [{"é": date(2020, 1, 2), "ok": None}, None],
        ['{"é": "2020-01-02", "ok": null}', ""], ['{"é": "2020-01-02", "ok": null}', None],
    ),
    "map": (
        pa.map_(pa.string(), pa.int8()), [[("a", 1)], None], ['{"a": 1}', ""], ['{"a": 1}', None],
    ),
    "nothing": (pa.null(), [None, None], ["", ""], [None, None]),
}  # fmt: skip


def stored(tmp_path: Path, name: str) -> tuple[Path, pa.Table]:
    kind, given, _, _ = COLUMNS[name]
    table = pa.table({name: pa.array(given, kind)})
    pa.parquet.write_table(table, tmp_path / "stored.parquet")
    return tmp_path / "stored.parquet", pa.parquet.read_table(tmp_path / "stored.parquet")


def cells_of(path: Path, rows: int) -> list[Any]:
    """Return the first column of a workbook without its header: bool, float, text or None."""
    with zipfile.ZipFile(path) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    found: dict[str, Any] = {}
    for cell in sheet.iter(f"{NAMESPACE}c"):
        assert cell.find(f"{NAMESPACE}f") is None, "no text becomes a formula"
        kind, value = cell.get("t"), cell.find(f"{NAMESPACE}v")
        if kind == "inlineStr":
            text = "".join(part.text or "" for part in cell.iter(f"{NAMESPACE}t"))
            found[cell.get("r", "")] = text
        elif value is not None:
            number = float(value.text or "")
            found[cell.get("r", "")] = bool(number) if kind == "b" else number
    return [found.get(f"A{row}") for row in range(2, rows + 2)]


def test_every_type_that_a_dataset_can_have_is_tried() -> None:
    from queue_core.components.arrow_types import column_type_of
    from queue_core.components.column_types import ColumnType

    tried = {column_type_of(kind) for kind, *_ in COLUMNS.values()}
    assert tried >= set(ColumnType) - {ColumnType.CATEGORY}
    assert len(TABLE_FORMATS) == len(TABLE_FORMAT_TITLES)


@pytest.mark.parametrize("suffix", TABLE_FORMATS)
@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_in_a_format(tmp_path: Path, suffix: str, name: str) -> None:
    source, table = stored(tmp_path, name)
    _, _, texts, cells = COLUMNS[name]
    target = export_table(source, tmp_path / "out" / f"file.{suffix}")
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    if suffix in ("parquet", "feather"):
        read = pa.parquet.read_table if suffix == "parquet" else pa.feather.read_table
        assert read(target).schema == table.schema
        assert str(read(target)[name]) == str(table[name])
    elif suffix == "csv":
        with target.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
        assert [row[0] if row else "" for row in rows] == texts
    else:
        expected = cells or [text if text or name == "text" else None for text in texts]
        for found, wanted in zip(cells_of(target, len(texts)), expected, strict=True):
            assert type(found) is type(wanted), (found, wanted)
            is_number = isinstance(wanted, float)
            assert found == (pytest.approx(wanted, rel=1e-12) if is_number else wanted)


@pytest.mark.parametrize("name", COLUMNS)
def test_viewers_show_what_is_exported(tmp_path: Path, name: str) -> None:
    source, _ = stored(tmp_path, name)
    shown = [row[0] or "" for row in table_block(str(source), 0, 10, 0, 1)]
    if name == "bytes":
        assert shown == ["3 bytes", ""]
    else:
        assert shown == COLUMNS[name][2]


def test_days_and_lengths_of_time_are_shown_as_such_in_excel(tmp_path: Path) -> None:
    table = pa.table(
        {
            "day": pa.array([date(2020, 1, 2)]),
            "lasts": pa.array([timedelta(hours=30)]),
            "moment": pa.array([0], pa.timestamp("us")),
        }
    )
    pa.parquet.write_table(table, tmp_path / "stored.parquet")
    with zipfile.ZipFile(export_table(tmp_path / "stored.parquet", tmp_path / "x.xlsx")) as book:
        styles = book.read("xl/styles.xml").decode()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert len(set(re.findall(r'<c r="[A-C]2" s="(\d+)"', sheet))) == 3
    for shown in ("yyyy\\-mm\\-dd", "[h]:mm:ss"):
        assert shown.replace("\\", "") in styles.replace("\\", "")


def test_a_text_that_no_cell_holds_is_refused_and_not_cut(tmp_path: Path) -> None:
    pa.parquet.write_table(pa.table({"t": ["", "x" * 32_768]}), tmp_path / "stored.parquet")
    with pytest.raises(DataError, match="row 2 of the column “t” has 32,768"):
        export_table(tmp_path / "stored.parquet", tmp_path / "out.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["stored.parquet"]


def test_batches_of_a_long_table_stand_one_below_the_other(tmp_path: Path) -> None:
    rows = 70_000
    pa.parquet.write_table(pa.table({"n": range(rows)}), tmp_path / "stored.parquet")
    export_table(tmp_path / "stored.parquet", tmp_path / "out.xlsx")
    assert cells_of(tmp_path / "out.xlsx", rows) == [float(n) for n in range(rows)]


def test_several_at_once_and_long_names_end_whole(tmp_path: Path) -> None:
    pa.parquet.write_table(pa.table({"n": range(1000)}), tmp_path / "stored.parquet")
    target = tmp_path / "out" / f"{'n' * 251}.csv"
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(export_table, tmp_path / "stored.parquet", target) for _ in range(8)]
        assert {item.result() for item in done} == {target}
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    assert len(target.read_text().splitlines()) == 1001
