"""Files out of reach, that change, that have no end, or that lie about their format."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from loader_checks import Loads, Writes, refused, rows_of

from queue_core.components.loaders import load_dataset, preview
from queue_core.components.loaders.files.line_limit import MAX_LINE_BYTES, limited_lines
from queue_core.components.loaders.files.source import SourceFile
from queue_core.errors import DataError, ParameterError

pytestmark = pytest.mark.sweep


def test_directory_and_vanished_file(load: Loads, tmp_path: Path) -> None:
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    assert refused(load, folder).message == "folder.csv is a folder, not a file."
    missing = tmp_path / "gone.csv"
    assert refused(load, missing).message == f"There is no file {missing}."


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_unreadable_file(load: Loads, write: Writes) -> None:
    path = write("a\n1\n")
    path.chmod(0)
    assert "may not be read" in refused(load, path).message


def test_pipe_and_link_to_itself(load: Loads, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    assert "device, pipe or socket" in refused(load, pipe).message
    assert "device, pipe or socket" in refused(load, Path("/dev/null")).message
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    assert "leads back to itself" in refused(load, loop).message


def test_file_that_changes_while_it_is_loaded(tmp_path: Path, write: Writes) -> None:
    path = write("a,b\n" + "1,2\n" * 200_000)

    class Appends:
        def report(self, fraction: float | None, message: str) -> None:
            with path.open("a") as file:
                file.write("3,4\n")

    with pytest.raises(DataError, match="was changed while it was loaded"):
        load_dataset(path, {}, tmp_path / "datasets" / "1", Appends())
    assert list((tmp_path / "datasets").iterdir()) == []


@pytest.mark.parametrize("name", ["my data.csv", "ünï 日本.csv", "line\nbreak.csv", "it's.csv"])
def test_names_of_every_kind(load: Loads, name: str) -> None:
    stored = load("a,b\n1,2\n", name)
    assert stored.row_count == 1
    assert stored.metadata["source"]["name"] == name


def test_password_protected_workbook(load: Loads) -> None:
    content = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le")
    )
    assert refused(load, content, "book.xlsx").message == "book.xlsx is protected with a password."


def test_unknown_option_names_it(load: Loads) -> None:
    with pytest.raises(ParameterError) as caught:
        load("a\n1\n", delimeter=";")
    assert caught.value.parameter == "delimeter"


def test_preview_gives_errors_as_values(write: Writes) -> None:
    shown = preview(write("a,b\n1,2,3\n"))
    assert shown.error is not None
    assert shown.error.message.startswith("Line 2 of table.csv has 3 values")
    assert shown.loader == "delimited_text"
    missing = preview(Path("/nowhere/at/all.csv"))
    assert missing.error is not None
    assert "There is no file" in missing.error.message


def test_zip_bomb_stops_at_the_disks_end(load: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    from queue_core.components.loaders.files import space

    monkeypatch.setattr(space, "KEPT_FREE_BYTES", 1 << 60)
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * (12 << 20))
    assert "does not fit on the disk" in refused(load, bomb, "bomb.csv.gz").message


def test_header_without_a_name_for_the_row_labels(load: Loads) -> None:
    stored = load('"x","y"\n"ann",1,2\n"bob",3,4\n')
    assert rows_of(stored)[0] == {"column_1": "ann", "x": 1, "y": 2}
    assert "one name less" in stored.warnings[0]
    assert "Line 2" in refused(load, "x,y\n5,1,2\n5,3,4\n").message


@pytest.mark.parametrize("name", ["data[1].csv", "what*.csv", "q?.csv", "a{b,c}.csv"])
def test_names_that_are_patterns_read_their_own_file(load: Loads, write: Writes, name: str) -> None:
    for other in ("data1.csv", "whatever.csv", "qx.csv", "ab.csv"):
        write("a,b\n9,9\n8,8\n", other)
    assert rows_of(load("a,b\n1,2\n", name)) == [{"a": 1, "b": 2}]


@pytest.mark.skipif(sys.platform != "linux", reason="only here a name may be any bytes")
@pytest.mark.parametrize(
    "name", [b"bad\xff.csv", b"\xe9t\xe9.csv.gz", b"t\xe9.parquet", b"a\xff.zip"]
)
def test_name_that_is_no_text(tmp_path: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    table = b"a,b\n1,x\n2,y\n"
    if name.endswith(b".gz"):
        path.write_bytes(gzip.compress(table))
    elif name.endswith(b".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("t.csv", table)
    elif name.endswith(b".parquet"):
        with path.open("wb") as file:
            pq.write_table(pa.table({"a": [1, 2], "b": ["x", "y"]}), file)
    else:
        path.write_bytes(table)
    assert preview(path).error is None
    stored = load_dataset(path, {}, tmp_path / "1")
    assert [tuple(row.values()) for row in rows_of(stored)] == [(1, "x"), (2, "y")]
    told = stored.metadata["source"]["path"]
    assert told == os.fsencode(path).decode("utf-8", "replace")


@pytest.mark.skipif(sys.platform != "linux", reason="only here a name may be any bytes")
def test_name_that_is_no_text_where_nothing_can_be_read(load: Loads, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.csv"))
    assert "There is no file" in refused(load, path).message
    path.touch()
    assert "is empty" in refused(load, path).message
    path.unlink()
    path.mkdir()
    assert "is a folder" in refused(load, path).message


PACKED = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.compress,
}
LONG = b"a" * 70_000_000


ENDLESS = {
    "one.csv": (b"", "The first line of {} is longer than 1 MB"),
    "second.tsv": (b"a\tb\n1\t2\n", "Line 3 of {} is longer than 32 MB"),
    "one.arff": (b"", "Line 1 of {} is longer than 32 MB"),
    "data.arff": (b"@relation x\n@attribute a string\n@data\n", "Line 4 of {} is longer"),
    "text.json": (b'[{"a": 1},\n{"a": "', "Line 2 of {} is not JSON that can be loaded: a text"),
    "none.json": (b"", "Line 1 of {} is not JSON"),
}


@pytest.mark.parametrize(
    ("name", "packing"),
    [
        *((name, packing) for name in ENDLESS for packing in ("", ".gz")),
        *(("second.tsv", packing) for packing in (".bz2", ".xz", ".zst")),
        ("data.arff", ".zst"),
    ],
)
def test_a_line_without_end_is_refused_soon(
    load: Loads, write: Writes, name: str, packing: str
) -> None:
    start, sentence = ENDLESS[name]
    path = write(PACKED[packing](start + LONG), name + packing)
    assert sentence.format(path.name) in refused(load, path).message


def test_a_list_that_grows_and_grows_is_refused(load: Loads, write: Writes) -> None:
    packed = gzip.compress(b'{"a": [' + b"1," * 20_000_000)
    error = refused(load, write(packed, "list.json.gz"))
    assert "one of its values is larger than 32 MB" in error.message


def test_many_records_that_unpack_to_much_are_read(load: Loads, write: Writes) -> None:
    record = b'{"a": 1' + b" " * 800 + b"}\n"
    packed = zstandard.compress(record * 100_000)
    assert load(write(packed, "many.json.zst")).row_count == 100_000


def test_a_piece_of_zstd_that_unpacks_to_gigabytes_comes_in_pieces(write: Writes) -> None:
    path = write(zstandard.compress(bytes(300_000_000)), "zeros.csv.zst")
    source = SourceFile.open(path)
    with source.unpacked() as content:
        assert max(map(len, content)) <= 150_000_000


def test_too_many_columns(load: Loads) -> None:
    assert (
        "more than 100,000 columns" in refused(load, "," * 150_000 + "\n" + "," * 150_000).message
    )


def test_lines_up_to_the_limit_and_lines_of_many_blocks_pass() -> None:
    long = "x" * (MAX_LINE_BYTES - 10)
    blocks = ["a\n" * 100, long, "yyyyyyyyyy\rb\n", "c" * MAX_LINE_BYTES]
    assert list(limited_lines(blocks, "t.csv")) == blocks
    with pytest.raises(DataError, match=r"Line 102 of t\.csv"):
        list(limited_lines([*blocks, "d"], "t.csv"))
    many = b"short\n" * 20_000_000
    assert list(limited_lines([many], "t.csv")) == [many]


FALSE_WORKBOOKS = ["not a workbook", "not, a workbook", "one\ntwo\nthree\n", '{"error": 404}', "\n"]


@pytest.mark.parametrize(
    "name", ["fake.xlsx", "fake.xls", "fake.ods", "fake.parquet", "fake.feather"]
)
@pytest.mark.parametrize("text", FALSE_WORKBOOKS)
def test_a_text_that_is_no_table_is_no_workbook_either(load: Loads, name: str, text: str) -> None:
    error = refused(load, text, name)
    assert error.message.startswith(f"{name} is not a")
    assert error.message.endswith("in spite of its name, and its text is no table.")


@pytest.mark.parametrize("name", ["export.xls", "export.parquet"])
def test_a_table_of_text_named_as_a_workbook_is_loaded_and_told(load: Loads, name: str) -> None:
    stored = load("a;b\n1;x\n2;y\n", name)
    assert rows_of(stored) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert (
        stored.warnings[0] == f"{name} is a text table, in spite of its name; it was read as one."
    )


def test_what_is_packed_in_spite_of_a_workbooks_name(load: Loads, write: Writes) -> None:
    assert "is not a workbook" in refused(load, gzip.compress(b"not a workbook"), "a.xlsx").message
    stored = load(gzip.compress(b"a,b\n1,2\n"), "b.xlsx")
    assert stored.row_count == 1
    assert "in spite of its name" in stored.warnings[0]


def test_a_text_of_one_column_loads_where_its_loader_is_chosen(load: Loads) -> None:
    assert load("name\nAda\n", "list.xlsx", loader="delimited_text").row_count == 1
