"""`submit dataset`: from a file to a dataset that `show` describes, and every way to go wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

TABLE = "city;size\nArica;1,5\nTalca;2,5\nOsorno;\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "towns.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_a_file_becomes_a_dataset(cli, table: Path) -> None:
    submitted = cli("submit", "dataset", table.name, "--wait", "--name", "Towns", "--json")
    assert submitted.code == 0, submitted.err
    (job,) = submitted.json
    assert (job["task_type"], job["status"]) == ("DatasetJob", "finished")
    assert job["params"]["file_path"] == str(table)
    dataset = cli("show", job["id"], "--json").json["dataset"]
    assert (dataset["name"], dataset["rows"]) == ("Towns", 3)
    assert [column["name"] for column in dataset["columns"]] == ["city", "size"]
    assert dataset["columns"][1]["type"] == "float"
    assert Path(dataset["path"]).is_dir()
    shown = cli("show", job["id"]).out
    assert "Dataset “Towns”: 3 rows, 2 columns" in shown
    assert "size" in shown


def test_options_reach_the_loader(cli, table: Path) -> None:
    submitted = cli("submit", "dataset", table, "-p", "delimiter=|", "--wait", "--json")
    (job,) = submitted.json
    assert job["error_msg"] is None
    assert job["params"]["delimiter"] == "|"
    assert [column["name"] for column in job["result"]["columns"]] == ["city;size"]


def test_parameters_from_a_file(cli, table: Path, tmp_path: Path) -> None:
    params = {"file_path": str(table), "params": {"delimiter": ";"}}
    (tmp_path / "p.json").write_text(json.dumps(params))
    submitted = cli(
        "submit", "dataset", "--params", "p.json", "-p", "name=Mine", "--wait", "--json"
    )
    (job,) = submitted.json
    assert job["error_msg"] is None
    assert job["result"]["name"] == "Mine"


def test_several_files_and_a_folder_become_one_job_each(cli, table: Path, tmp_path: Path) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    for name in ("b.csv", "a.csv"):
        (folder / name).write_text(TABLE)
    (folder / "notes.md").write_text("no data")
    submitted = cli("submit", "dataset", table, "--json", folder)
    assert submitted.code == 0
    paths = [Path(job["params"]["file_path"]).name for job in submitted.json]
    assert paths == ["towns.csv", "a.csv", "b.csv"]
    assert "notes.md" in submitted.err
    assert "No program runs jobs now" in submitted.err
    assert {job["status"] for job in cli("jobs", "--json").json} == {"not_started"}


def test_a_file_that_is_no_table_ends_in_error(cli, tmp_path: Path) -> None:
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    submitted = cli("submit", "dataset", "picture.csv", "--wait")
    assert submitted.code == 1
    assert "picture.csv" in submitted.out
    (job,) = cli("jobs", "--json", "--status", "error").json
    assert "picture.csv" in job["error_msg"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["dataset"], "No file was named."),
        (["dataset", "gone.csv"], "There is no file gone.csv."),
        (["dataset", "empty"], "There is no data file in empty."),
        (["dataset", "towns.csv", "towns2.csv", "--name", "x"], "2 files cannot have one name."),
        (["dataset", "towns.csv", "-p", "oops"], "“oops” is not a parameter."),
        (["dataset", "--params", "gone.json"], "gone.json cannot be read"),
        (["model", "towns.csv"], "A job of the type model takes no files."),
        (["orange"], "no job type “orange”"),
        ([], "TYPE"),
    ],
)
def test_what_cannot_be_submitted_puts_nothing(
    cli, table: Path, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "towns2.csv").write_text(TABLE)
    ended = cli("submit", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert sentence in ended.err
    assert not cli.folder.queue_db.exists()
