"""DashAI's datasets come into the library, and its database stays as it is."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from queue_core.paths import LocalFolder

# As DashAI 0.10.0 makes it, without the keys to its other tables.
TABLE = """
CREATE TABLE dataset (id INTEGER NOT NULL, name VARCHAR NOT NULL, huey_id VARCHAR,
    created DATETIME NOT NULL, last_modified DATETIME NOT NULL, file_path VARCHAR NOT NULL,
    total_rows INTEGER, total_columns INTEGER, folder_id INTEGER,
    status VARCHAR(11) NOT NULL, PRIMARY KEY (id), UNIQUE (name));
"""
TYPES = {
    "word": {"type": "Text", "encoding": "utf-8", "dtype": "string"},
    "label": {"type": "Categorical", "dtype": "string", "categories": ["a", "b"]},
    "size": {"type": "Integer", "dtype": "int64"},
}


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A folder of DashAI that was moved: two datasets, one of them lost, and one in the making."""
    root = tmp_path / "their folder"
    data = root / "datasets" / "a1" / "dataset"
    data.mkdir(parents=True)
    table = pa.table(
        {"word": ["x", "x", "y", "y"], "label": ["a", "b", None, "c"], "size": [1, 2, 3, 4]}
    ).replace_schema_metadata({"dashai_types": json.dumps(TYPES)})
    with (
        pa.OSFile(str(data / "data.arrow"), "wb") as sink,
        pa.ipc.new_file(sink, table.schema) as writer,
    ):
        writer.write_table(table)
    (data / "splits.json").write_text(json.dumps({"total_rows": 4}))
    with closing(sqlite3.connect(root / "db.sqlite")) as connection, connection:
        connection.executescript(TABLE)
        connection.executemany(
            "INSERT INTO dataset (name, created, last_modified, file_path, total_rows, "
            "total_columns, status) VALUES (?, 0, 0, ?, 4, 3, ?)",
            [
                ("Words", "/gone/datasets/a1", "FINISHED"),
                ("Lost", "/gone/datasets/b2", "FINISHED"),
                ("Half", "/gone/datasets/c3", "STARTED"),
            ],
        )
    return root


def test_datasets_of_dashai_are_imported_once_and_its_files_stay_as_they_are(
    theirs: Path, run, cli, local_folder: LocalFolder
) -> None:
    database = theirs / "db.sqlite"
    before = {path: path.read_bytes() for path in theirs.rglob("*") if path.is_file()}
    database.chmod(0o400)
    ended = cli("import-dashai", theirs, "--wait")
    assert "Lost is left out. Its file is not there." in ended.err
    assert "Half is left out. DashAI has not loaded it completely." in ended.err
    assert ended.code == 1  # not all of them came
    (dataset,) = run("library", "dataset", "--json").json
    assert (dataset["name"], dataset["row_count"], dataset["status"]) == ("Words", 4, "FINISHED")
    types = {column["name"]: column["type"] for column in dataset["schema"]}
    assert types == {"word": "text", "label": "category", "size": "integer"}

    again = run("import-dashai", theirs, "--only", "Words")
    assert "Words is in the library already." in again.err
    assert again.code == 0
    listed = {item["name"]: item for item in run("import-dashai", theirs, "--list", "--json").json}
    assert listed["Words"]["is_here"]
    assert not listed["Lost"]["is_here"]
    assert len(run("library", "dataset", "--json").json) == 1
    assert {path: path.read_bytes() for path in theirs.rglob("*") if path.is_file()} == before


def test_a_folder_without_dashai_is_named(tmp_path: Path, run) -> None:
    ended = run("import-dashai", tmp_path)
    assert ended.code == 4
    assert f"There is no database of DashAI in {tmp_path}." in ended.err
    (tmp_path / "db.sqlite").write_text("no database")
    assert "cannot be read" in run("import-dashai", tmp_path).err
    (tmp_path / "db.sqlite").unlink()
    with closing(sqlite3.connect(tmp_path / "db.sqlite")) as connection:
        connection.executescript(TABLE)
    assert run("import-dashai", tmp_path, "--only", "Fruit").code == 2
