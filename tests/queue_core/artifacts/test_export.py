"""Stored results as files of other programs."""

from __future__ import annotations

import csv
import json
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from queue_core.artifacts.export import export_artifact, export_formats
from queue_core.artifacts.kinds import Artifact, ArtifactKind
from queue_core.artifacts.table_files import TABLE_FORMATS, export_table
from queue_core.errors import DataError, ParameterError

TABLE = pa.table(
    {
        "text": ["=1+1", "", None],
        "number": [1.5, float("inf"), None],
        "flag": [True, False, None],
        "day": [date(2020, 1, 2), None, date(1999, 12, 31)],
        "moment": pa.array([datetime(2020, 1, 2, 3, tzinfo=UTC)] * 3, pa.timestamp("us", "UTC")),
        "clock": pa.array([time(1, 2)] * 3, pa.time64("us")),
        "lasts": pa.array([timedelta(hours=30)] * 3, pa.duration("us")),
        "several": [[1, 2], None, []],
    }
)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "stored.parquet"
    pa.parquet.write_table(TABLE, path)
    return path


@pytest.mark.parametrize("suffix", TABLE_FORMATS)
def test_every_type_goes_into_every_format(stored: Path, tmp_path: Path, suffix: str) -> None:
    target = export_table(stored, tmp_path / "new" / f"out.{suffix}")
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    if suffix == "parquet":
        assert pa.parquet.read_table(target).equals(TABLE)
    elif suffix == "feather":
        assert pa.feather.read_table(target).equals(TABLE)
    elif suffix == "csv":
        with target.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["text"] for row in rows] == ["=1+1", "", ""]
        assert (rows[0]["several"], rows[0]["lasts"]) == ("[1, 2]", "30:00:00")
        assert rows[0]["day"] == "2020-01-02"
    else:
        with zipfile.ZipFile(target) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>=" not in sheet
        assert "<f>1+1" not in sheet  # a text that looks like a formula stays a text
        assert sheet.count("<row ") == 4


def test_a_table_without_rows_keeps_its_header(tmp_path: Path) -> None:
    pa.parquet.write_table(TABLE.slice(0, 0), tmp_path / "empty.parquet")
    target = export_table(tmp_path / "empty.parquet", tmp_path / "empty.csv")
    assert target.read_text().splitlines() == [",".join(f'"{name}"' for name in TABLE.column_names)]


def test_what_cannot_be_written_leaves_the_older_file(stored: Path, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="cannot be written as “doc”"):
        export_table(stored, tmp_path / "out.doc")
    taken = tmp_path / "taken.csv"
    taken.mkdir()
    with pytest.raises(DataError, match=r"taken\.csv cannot be written"):
        export_table(stored, taken)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stored.parquet", "taken.csv"]


def test_each_kind_has_its_forms(stored: Path, tmp_path: Path) -> None:
    report = tmp_path / "r.report.json"
    report.write_text(json.dumps({"a": 1}))
    artifact = Artifact(ArtifactKind.REPORT, "r", "Report", report)
    assert json.loads(export_artifact(artifact, tmp_path / "out.json").read_text()) == {"a": 1}
    with pytest.raises(ParameterError, match="report “Report” cannot be written as “png”") as said:
        export_artifact(artifact, tmp_path / "out.png")
    assert said.value.hint == "Let the file's name end in .json."
    table = Artifact(ArtifactKind.TABLE, "t", "Table", stored)
    assert export_artifact(table, tmp_path / "t.CSV").read_bytes().startswith(b'"text"')


def test_a_model_is_exported_as_onnx_where_its_job_made_one(tmp_path: Path) -> None:
    (tmp_path / "model.skops").write_bytes(b"stored")
    model = Artifact(ArtifactKind.MODEL, "model", "Model", tmp_path / "model.skops")
    assert export_formats(model) == ("skops",)
    assert export_artifact(model, tmp_path / "out.skops").read_bytes() == b"stored"
    (tmp_path / "model.onnx").write_bytes(b"other")
    assert export_artifact(model, tmp_path / "out.onnx").read_bytes() == b"other"
