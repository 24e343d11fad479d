"""What holds for every loader: progress, hashes, what is kept, what was dropped."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from loader_checks import Loads, Writes, rows_of

from queue_core.components.loaders import detect, load_dataset, preview
from queue_core.components.loaders.files.expansion import expand_paths
from queue_core.components.loaders.files.sample import sample_dataset_path
from queue_core.components.registry import ComponentKind, components
from queue_core.errors import DataError, ParameterError

LOADERS = {"delimited_text", "excel", "parquet", "arrow", "json", "arff"}


class Recorder:
    """Keeps reports, with the time of each."""

    def __init__(self) -> None:
        self.fractions: list[float] = []
        self.times: list[float] = []
        self.messages: list[str] = []

    def report(self, fraction: float | None, message: str) -> None:
        if fraction is not None:
            self.fractions.append(fraction)
            self.times.append(time.perf_counter())
        self.messages.append(message)


def test_loaders_are_registered() -> None:
    assert set(components(ComponentKind.LOADER)) >= LOADERS
    for component in components(ComponentKind.LOADER).values():
        json.dumps(component.to_json())
        assert hasattr(component.load()(), "preview")


def test_finding_the_loaders_imports_nothing_heavy() -> None:
    script = """
        import sys
        from queue_core.components.registry import ComponentKind, components
        import queue_core.components.loaders, queue_core.jobs.dataset_job
        assert len(components(ComponentKind.LOADER)) >= 6
        heavy = {"duckdb", "pyarrow", "pandas", "numpy", "fastexcel", "arff"} & set(sys.modules)
        assert not heavy, heavy
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True, timeout=60)


def test_hashes_and_metadata(load: Loads, write: Writes) -> None:
    path = write("a,b\n1,x\n2,y\n")
    stored = load(path)
    assert stored.source_hash == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    data = stored.parquet_path.read_bytes()
    assert stored.data_hash == "sha256:" + hashlib.sha256(data).hexdigest()
    assert stored.metadata["source"]["path"] == str(path)
    assert stored.metadata["made_by"]["loader"] == "delimited_text"
    assert stored.metadata["made_by"]["options"]["delimiter"] == ","
    again = load(path)
    assert again.data_hash == stored.data_hash


def test_options_as_used_load_the_same_again(load: Loads, write: Writes) -> None:
    path = write("Title\nx;y;d\n1,5;NA;25/01/2024\n2,5;b;26/01/2024\n".encode("utf-16"))
    stored = load(path)
    used = stored.metadata["made_by"]["options"]
    assert used == {**used, "delimiter": ";", "decimal": ",", "skip_rows": 1}
    assert rows_of(load(path, **used)) == rows_of(stored)
    assert dict(detect(path).options) == used


def test_loader_is_chosen(load: Loads) -> None:
    stored = load('{"a":1}\n{"a":2}\n', loader="delimited_text", header=False, quote="")
    assert stored.row_count == 2
    assert stored.columns[0].name == "column_1"
    with pytest.raises(ParameterError, match="no loader named"):
        load("a\n1\n", loader="csvv")


def test_a_dataset_is_replaced_at_once(tmp_path: Path, write: Writes) -> None:
    target = tmp_path / "datasets" / "1"
    load_dataset(write("a\n1\n"), {}, target)
    stored = load_dataset(write("b\n1\n2\n"), {}, target)
    assert rows_of(stored) == [{"b": 1}, {"b": 2}]
    assert [item.name for item in target.parent.iterdir()] == ["1"]


def test_what_a_killed_load_left_is_swept_by_the_next(tmp_path: Path, write: Writes) -> None:
    left = tmp_path / "datasets" / ".1.partial"
    left.mkdir(parents=True)
    (left / "data.parquet").write_bytes(b"half")
    load_dataset(write("a\n1\n"), {}, tmp_path / "datasets" / "1")
    assert not left.exists()


def test_progress_is_monotonic_and_names_its_phases(tmp_path: Path, write: Writes) -> None:
    path = write("a,b\n" + "123456,some text\n" * 400_000)
    recorder = Recorder()
    load_dataset(path, {}, tmp_path / "1", recorder)
    assert recorder.fractions == sorted(recorder.fractions)
    assert recorder.fractions[0] < 0.5
    assert recorder.fractions[-1] == 1.0
    assert any(message.startswith("reading ") and " MB" in message for message in recorder.messages)
    assert "describing the columns" in recorder.messages


@pytest.mark.parametrize("suffix", [".csv.gz", ".csv", ".json", ".parquet"])
def test_progress_of_other_formats(tmp_path: Path, write: Writes, suffix: str) -> None:
    import gzip

    text = "a,b\n" + "123456,text\n" * 100_000
    if suffix == ".csv.gz":
        path = write(gzip.compress(text.encode()), "t.csv.gz")
    elif suffix == ".csv":
        path = write(text.encode("utf-16"), "t.csv")
    elif suffix == ".json":
        path = write('{"a":123456,"b":"text"}\n' * 100_000, "t.json")
    else:
        path = tmp_path / "t.parquet"
        pq.write_table(pa.table({"a": list(range(300_000))}), path)
    recorder = Recorder()
    load_dataset(path, {}, tmp_path / "1", recorder)
    assert recorder.fractions == sorted(recorder.fractions)
    assert len([f for f in recorder.fractions if 0 < f < 1]) >= 4


@pytest.mark.slow
def test_half_the_progress_is_about_half_the_time(tmp_path: Path, write: Writes) -> None:
    row = "{},some words of text,2024-01-05,3.14159,true\n"
    path = write("i,t,d,f,b\n" + "".join(row.format(i) for i in range(2_000_000)))
    recorder = Recorder()
    begin = time.perf_counter()
    load_dataset(path, {}, tmp_path / "1", recorder)
    total = time.perf_counter() - begin
    half = next(t for f, t in zip(recorder.fractions, recorder.times, strict=True) if f >= 0.5)
    assert 0.25 <= (half - begin) / total <= 0.75


def test_sample_is_a_real_file(load: Loads) -> None:
    stored = load(sample_dataset_path())
    assert stored.row_count == 344
    assert stored.column("species").type.value == "category"
    assert stored.column("sex").missing == 11


def test_preview_reads_a_bounded_head(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n" + b"1,x\n" * 500_000)
        file.truncate(8 << 30)  # sparse: 8 GB that nobody may read
    begin = time.perf_counter()
    shown = preview(path)
    assert shown.error is None
    assert len(shown.rows) == 50
    assert time.perf_counter() - begin < 3
    assert shown.size_bytes == 8 << 30


def test_expand_paths(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for name in ("b.csv", "a.parquet", "sub/c.json.gz", ".hidden.csv", "notes.docx", "x.gz",
                 "sub/.git/d.csv", "d.zip"):  # fmt: skip
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (folder / "loop").symlink_to(folder)
    (folder / "gone.csv").symlink_to(folder / "nothing.csv")
    (tmp_path / "empty").mkdir()
    odd = tmp_path / "odd.docx"
    odd.write_text("x")
    found = expand_paths([folder, tmp_path / "empty", odd, folder / "b.csv"])
    names = [str(path.relative_to(tmp_path)) for path in found]
    assert names == ["data/a.parquet", "data/b.csv", "data/d.zip", "data/sub/c.json.gz", "odd.docx"]
    assert {str(item.path.relative_to(tmp_path)): item.reason for item in found.skipped} == {
        "data/.hidden.csv": "hidden",
        "data/gone.csv": "not a file, or a link to nothing",
        "data/loop": "a link to a folder",
        "data/notes.docx": "its name is not that of a data file",
        "data/sub/.git": "hidden",
        "data/x.gz": "its name is not that of a data file",
        "empty": "holds no data file",
    }
    assert len(found) == 5
    assert found[0] == folder / "a.parquet"


@pytest.mark.faults
@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can mount a small disk")
def test_full_disk(tmp_path: Path, write: Writes) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        text = "a,b\n" + "".join(f"{i},{i * 7919 % 104729}\n" for i in range(1_000_000))
        for path in (write(text), write(text.encode("utf-16"), "other.csv")):
            with pytest.raises(DataError, match=r"disk is full|does not fit") as caught:
                load_dataset(path, {}, disk / "datasets" / "1")
            assert "Make room" in caught.value.hint
            assert list((disk / "datasets").iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)
