"""Files that people really have: each loads as it is meant, or says what is wrong and where."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from loader_checks import Loads, refused, rows_of, types_of

from queue_core.errors import ParameterError

pytestmark = pytest.mark.sweep


def test_empty_file(load: Loads) -> None:
    assert refused(load, "").message == "table.csv is empty (0 bytes)."


@pytest.mark.parametrize("content", ["\n\n\n", "   \n\t\n", "\ufeff", "\ufeff\n"])
def test_only_blank_lines(load: Loads, content: str) -> None:
    assert "blank lines" in refused(load, content).message


def test_header_only_is_a_dataset_of_no_rows(load: Loads) -> None:
    stored = load("name,age\n")
    assert stored.row_count == 0
    assert [column.name for column in stored.columns] == ["name", "age"]
    assert stored.warnings == ("table.csv has a header and no rows.",)
    assert list(stored.to_pandas().columns) == ["name", "age"]


@pytest.mark.parametrize(
    ("magic", "title"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a PNG image"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "a JPEG image"),
        (b"%PDF-1.7\n" + bytes(50), "a PDF document"),
        (b"SQLite format 3\x00" + bytes(50), "an SQLite database"),
        (b"\x7fELF" + bytes(50), "a program"),
        (os.urandom(4096) + bytes(256), "a binary file"),
        (b"<?xml version='1.0'?><a/>", "an XML document"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
    ],
)
def test_something_else_named_csv(load: Loads, magic: bytes, title: str) -> None:
    assert f"table.csv is {title}, not a table." == refused(load, magic).message


def test_parquet_named_csv_loads_as_what_it_is(load: Loads, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    pq.write_table(pa.table({"a": [1, 2]}), path)
    stored = load(path)
    assert rows_of(stored) == [{"a": 1}, {"a": 2}]
    assert stored.warnings == (
        "table.csv is a Parquet file, in spite of its name; it was read as one.",
    )


def test_zip_named_csv_loads_its_only_member(load: Loads) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("inner.csv", "a,b\n1,2\n")
    assert rows_of(load(buffer.getvalue())) == [{"a": 1, "b": 2}]


def test_tar_archive(load: Loads) -> None:
    import tarfile

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"), io.BytesIO(b""))
    assert "is a tar archive" in refused(load, buffer.getvalue()).message


ragged = "a,b,c\n" + "1,2,3\n" * 102 + "1,2,3,4,5,6\n" + "1,2,3\n" * 5


def test_too_many_values_name_the_line(load: Loads) -> None:
    error = refused(load, ragged, "iris.csv")
    assert error.message == "Line 104 of iris.csv has 6 values where the header has 3."


def test_ragged_lines_are_counted(load: Loads) -> None:
    error = refused(load, "a,b,c\n1,2,3\n1,2\n1,2,3\n4\n1,2,3,4\n1,2,3\n")
    assert error.message == (
        "Line 3 of table.csv has 2 values where the header has 3; 2 more lines do not fit either."
    )
    assert "bad_rows" in error.hint


def test_ragged_lines_after_values_of_several_lines(load: Loads) -> None:
    error = refused(load, 'a,b\n1,"x\ny\nz"\n\n2,"p\nq"\n3,4,5\n6,7\n')
    assert error.message.startswith("Line 8 of table.csv has 3 values where the header has 2.")


def test_skipped_rows_are_kept_and_counted(load: Loads) -> None:
    stored = load("a,b\n1,2\n3\n4,5,6\n7,8\n", bad_rows="skip")
    assert rows_of(stored) == [{"a": 1, "b": 2}, {"a": 7, "b": 8}]
    assert stored.warnings == (
        "2 rows of table.csv were left out (lines 3, 4): they do not fit the columns. "
        "They are kept in rejected_rows.csv.",
    )
    assert stored.metadata["made_by"]["rows_rejected"] == 2
    assert stored.rejects_path is not None
    kept = stored.rejects_path.read_text(encoding="utf-8").splitlines()
    assert kept == [
        "line,problem,row",
        "3,missing columns,3",
        '4,too many columns,"4,5,6"',
    ]


def test_short_rows_are_filled_and_long_ones_kept_apart(load: Loads) -> None:
    stored = load('a,b,c\n1,2,3\n4\n"5\n5",6\n7,8,9,10\n', bad_rows="fill")
    assert rows_of(stored) == [
        {"a": "1", "b": 2, "c": 3},
        {"a": "4", "b": None, "c": None},
        {"a": "5\n5", "b": 6, "c": None},
    ]
    assert stored.metadata["made_by"]["rows_rejected"] == 1
    assert any("line 6" in warning for warning in stored.warnings)


def test_unclosed_quote_names_its_line(load: Loads) -> None:
    error = refused(load, 'a,b\n1,x\n2,"open\n3,y\n4,z\n')
    assert error.message == "A quote in the row on line 3 of table.csv is never closed."


def test_unclosed_quote_does_not_swallow_rows_that_may_be_skipped(load: Loads) -> None:
    assert "never closed" in refused(load, 'a,b\n1,x\n2,"open\n3,y\n4,z\n', bad_rows="skip").message


def test_quote_in_the_middle(load: Loads) -> None:
    assert (
        "Line 3 of table.csv has a quote" in refused(load, 'a,b\n1,x\n2,"big" one\n3,y\n').message
    )
    assert rows_of(load('a,b\n1,5" disk\n2,3" disk\n')) == [
        {"a": 1, "b": '5" disk'},
        {"a": 2, "b": '3" disk'},
    ]


def test_nul_characters_load_with_a_warning(load: Loads) -> None:
    stored = load("a,b\n1,x\n2,y\0z\n3,w\n")
    assert rows_of(stored)[1] == {"a": 2, "b": "y\0z"}
    assert stored.warnings == ("Line 3 of table.csv holds a NUL character; it was kept.",)


def test_wrong_encoding_names_line_and_byte(load: Loads) -> None:
    content = "a,b\n1,é\n".encode() + b"2,\xe9t\xe9\n3,x\n"
    error = refused(load, content, encoding="utf-8")
    assert error.message == "Line 3 of table.csv is not UTF-8: byte 12 is 0xE9."


def test_late_western_letters_in_a_file_that_seemed_ascii(load: Loads) -> None:
    content = b"a,b\n" + b"1,x\n" * 400_000 + b"2,caf\xe9\n"
    stored = load(content)
    assert stored.page(400_000, 1).to_pylist() == [{"a": 2, "b": "café"}]
    assert "it was read as cp1252" in stored.warnings[0]
    assert "line 400,002" in stored.warnings[0]


def test_late_bad_byte_in_a_file_that_is_utf8(load: Loads) -> None:
    content = "a,b\n1,é\n".encode() + b"1,x\n" * 400_000 + b"2,caf\xe9\n"
    error = refused(load, content)
    assert error.message.startswith("Line 400,003 of table.csv is not UTF-8")


def test_wrong_encoding_chosen(load: Loads) -> None:
    error = refused(load, "a,b\n1,日本\n".encode("cp932"), encoding="utf-16")
    assert "table.csv" in error.message
    with pytest.raises(ParameterError) as caught:
        load("a,b\n", encoding="klingon")
    assert caught.value.parameter == "encoding"


def test_duplicate_and_empty_names(load: Loads) -> None:
    stored = load("a,a,,A,b\n1,2,3,4,5\n")
    assert [column.name for column in stored.columns] == ["a", "a_2", "column_3", "A_3", "b"]
    assert stored.warnings == (
        "Some columns have the same name: “a” (column 2) is now “a_2”, "
        "“A” (column 4) is now “A_3”.",
        "Some columns have no name: column 3 is now “column_3”.",
    )


def test_late_text_in_a_column_of_numbers(load: Loads) -> None:
    stored = load("a,b\n" + "1,x\n" * 30_000 + "abc,x\n" + "2,x\n" * 10)
    assert types_of(stored)["a"] == "category"
    assert stored.page(30_000, 1).to_pylist() == [{"a": "abc", "b": "x"}]
    assert stored.columns[0].missing == 0
    assert stored.warnings == (
        "Column “a” is kept as text: line 30,002 holds “abc”, which is not a whole number.",
    )


def test_late_fraction_leading_zero_and_long_number(load: Loads) -> None:
    stored = load("a,b,c\n" + "1,1,1\n" * 30_000 + "2.5,007,12345678901234567890\n" + "1,1,1\n")
    assert types_of(stored) == {"a": "float", "b": "category", "c": "category"}
    assert stored.page(30_000, 1).to_pylist() == [
        {"a": 2.5, "b": "007", "c": "12345678901234567890"}
    ]
    assert stored.warnings == (
        "Column “b” is kept as text: line 30,002 holds “007”, whose leading zero a number "
        "would lose.",
        "Column “c” is kept as text: line 30,002 holds “12345678901234567890”, which has more "
        "digits than a number keeps.",
    )


def test_early_text_among_numbers_is_said(load: Loads) -> None:
    stored = load("a\n1\n2\nmany\n4\n")
    assert [row["a"] for row in rows_of(stored)] == ["1", "2", "many", "4"]
    assert "line 4 holds “many”" in stored.warnings[0]


def test_mixed_line_ends(load: Loads) -> None:
    stored = load(b'a,b\r\n1,x\n2,"y\r\nz"\r3,w\r\n')
    assert rows_of(stored) == [
        {"a": 1, "b": "x"},
        {"a": 2, "b": "y\r\nz"},
        {"a": 3, "b": "w"},
    ]
    assert stored.warnings == (
        "table.csv has line ends of several kinds; all are read as line ends.",
    )


def test_late_other_line_end(load: Loads) -> None:
    stored = load(b"a,b\n" + b"1,x\n" * 300_000 + b"2,y\r\n3,z\n")
    assert stored.row_count == 300_002
    assert stored.page(300_000, 5).to_pylist() == [{"a": 2, "b": "y"}, {"a": 3, "b": "z"}]
    assert "line ends of several kinds" in stored.warnings[0]


def test_very_long_field(load: Loads) -> None:
    stored = load("a,b\n1,x\n2," + "y" * (8 << 20) + "\n3,z\n")
    assert [len(row["b"]) for row in rows_of(stored)] == [1, 8 << 20, 1]
    assert len(stored.columns[1].statistics["top"][0]["value"]) < 300


def test_runs_of_spaces(load: Loads) -> None:
    stored = load("  name   size  weight\n  ab      1     2.5\n  cd     22    13.25\n")
    assert rows_of(stored) == [
        {"name": "ab", "size": 1, "weight": 2.5},
        {"name": "cd", "size": 22, "weight": 13.25},
    ]


def test_preamble(load: Loads) -> None:
    stored = load('Report\n# made by "x\n\na;b;c\n1;2;3\n4;5;6\n')
    assert rows_of(stored) == [{"a": 1, "b": 2, "c": 3}, {"a": 4, "b": 5, "c": 6}]
    assert any("first 3 lines were left out" in warning for warning in stored.warnings)


PACKERS = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("suffix", PACKERS)
def test_packed_text(load: Loads, suffix: str) -> None:
    text = "a,b\n" + "".join(f"{i},{i * 7919 % 104729}\n" for i in range(200_000))
    packed = PACKERS[suffix](text.encode())
    assert load(packed, f"ok.csv{suffix}").row_count == 200_000


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("share", [0.01, 0.7, 0.999])
def test_cut_archive(load: Loads, suffix: str, share: float) -> None:
    text = "a,b\n" + "".join(f"{i},{i * 7919 % 104729}\n" for i in range(200_000))
    packed = PACKERS[suffix](text.encode())
    error = refused(load, packed[: int(len(packed) * share)], f"table.csv{suffix}")
    assert "cut off or damaged" in error.message


def test_damaged_zip(load: Loads) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.csv", "a,b\n" + "1,2\n" * 10_000)
    whole = bytearray(buffer.getvalue())
    assert "cut off or damaged" in refused(load, bytes(whole[:-30]), "t.zip").message
    whole[60:70] = b"xxxxxxxxxx"
    assert "cut off or damaged" in refused(load, bytes(whole), "t.zip").message


def test_zip_of_several_members(load: Loads) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("one.csv", "a\n1\n")
        archive.writestr("folder/two.csv", "b\n2\n")
        archive.writestr("__MACOSX/._one.csv", "x")
    error = refused(load, buffer.getvalue(), "both.zip")
    assert error.message == "both.zip holds 2 files: one.csv, folder/two.csv."
    assert "member" in error.hint
    assert rows_of(load(buffer.getvalue(), "both.zip", member="folder/two.csv")) == [{"b": 2}]
    with pytest.raises(ParameterError, match="holds no file “three”"):
        load(buffer.getvalue(), "both.zip", member="three")


def test_archive_in_an_archive(load: Loads) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("one.csv", "a\n1\n")
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    assert "archive inside of an archive" in refused(load, outer.getvalue(), "o.zip").message
    twice = gzip.compress(gzip.compress(b"a\n1\n"))
    assert "is a compressed file" in refused(load, twice, "t.csv.gz").message


def test_name_that_promises_a_compressed_file(load: Loads) -> None:
    assert "not a gzip file" in refused(load, "a,b\n1,2\n", "table.csv.gz").message


def test_truncated_parquet(load: Loads, tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    path.write_bytes(path.read_bytes()[:-50])
    assert "cut off or damaged" in refused(load, path).message
