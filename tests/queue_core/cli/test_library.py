"""Components, the library, and files made of its entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from queue_core.components.registry import ComponentKind, components
from queue_core.paths import LocalFolder


@pytest.fixture(scope="module")
def _table_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("data") / "towns.csv"
    path.write_text("city,size\nArica,1.5\nTalca,2.5\n=A1,\n", encoding="utf-8")
    return path


@pytest.fixture
def library(cli, run, _table_file):
    """A library with a dataset and an exploration of it, made by real jobs."""
    assert cli("submit", "dataset", _table_file, "--name", "Towns", "--wait").code == 0
    explored = cli(
        "submit", "explorer", "-p", "dataset_id=1", "-p", "explorer=describe", "--wait"
    )  # fmt: skip
    assert explored.code == 0, explored.err
    return run


def test_components_are_listed_and_explained(run) -> None:
    listed = run("components", "explorers", "--json").json
    assert [item["id"] for item in listed] == list(components(ComponentKind.EXPLORER))
    one = run("components", "model", "RandomForestClassifier")
    assert "n_estimators" in one.out
    assert "at least 1" in one.out or "1 to" in one.out
    jobs = run("components", "jobs", "--json").json
    assert {"dataset", "model", "notebook"} <= {item["name"] for item in jobs}
    assert "split.test_size" in run("components", "job", "model").out
    for wrong in (["fruit"], ["model", "Forest"], ["job", "fruit"]):
        ended = run("components", *wrong)
        assert (ended.code, ended.out) == (2, "")
        assert "There is no" in ended.err


def test_an_empty_library(run) -> None:
    assert run("library", "--json").json == []
    assert run("library", "dataset", 1).code == 3
    assert run("library", "fruit").code == 2
    assert run("library", "dataset", "one").code == 2
    assert run("export", "dataset", 1, "x.csv").code == 3


def test_entries_are_shown_exported_renamed_and_deleted(library, cli, tmp_path) -> None:
    run = library
    listed = run("library", "--json").json
    assert [(item["kind"], item["name"]) for item in listed] == [
        ("dataset", "Towns"), ("explorer", "Describe of Towns"),
    ]  # fmt: skip
    shown = run("library", "dataset", 1, "--json").json
    assert [(item["kind"], item["id"]) for item in shown["dependents"]] == [("explorer", 1)]
    results = run("library", "explorer", 1, "--json").json["artifacts"]
    table = next(item["name"] for item in results if item["kind"] == "table")
    _check_files(run, tmp_path, table)
    # A job that is cancelled before it runs leaves nothing that waits for it.
    put = run("submit", "explorer", "-p", "dataset_id=1", "-p", "explorer=outliers", "--json").json
    assert run("library", "explorer", 2, "--json").json["status"] == "DELIVERED"
    assert run("library", "delete", "dataset", 1).code == 2
    assert run("cancel", put[0]["id"]).code == 0
    assert run("library", "explorer", 2, "--json").json["status"] == "ERROR"
    assert run("library", "delete", "explorer", 2).code == 0
    renamed = run("library", "rename", "dataset", 1, "Small", "towns")
    assert renamed.out == "Dataset 1 is called “Small towns”.\n"
    _check_deletion(run, cli.folder)


def _check_files(run, tmp_path: Path, name: str) -> None:
    import pandas as pd

    readers = {
        "csv": pd.read_csv, "xlsx": pd.read_excel, "parquet": pd.read_parquet,
        "feather": pd.read_feather,
    }  # fmt: skip
    for suffix, read in readers.items():
        file = tmp_path / f"out.{suffix}"
        assert run("export", "dataset", 1, file).code == 0
        if suffix == "xlsx":  # no reader of workbooks is installed beside ours
            assert file.read_bytes().startswith(b"PK")
            continue
        frame = read(file)
        assert list(frame["city"]) == ["Arica", "Talca", "=A1"]
        assert list(frame["size"].dropna()) == [1.5, 2.5]
    refused = run("export", "dataset", 1, tmp_path / "out.doc")
    assert (refused.code, refused.out) == (2, "")
    assert not (tmp_path / "out.doc").exists()
    assert "There are: " in run("export", "explorer", 1, "nothing", tmp_path / "x.csv").err
    assert run("export", "explorer", 1, name, tmp_path / "x.odd").code == 2
    written = run("export", "explorer", 1, name, tmp_path / "result.csv", "--json")
    assert written.json["bytes"] == (tmp_path / "result.csv").stat().st_size
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    both = run("export", "dataset", 1, first, "explorer", 1, name, second, "--json")
    assert [item["path"] for item in both.json] == [str(tmp_path / f"{n}.csv") for n in "ab"]
    half = run("export", "dataset", 1, tmp_path / "c.csv", "dataset", 99, tmp_path / "d.csv")
    assert half.code != 0
    assert not (tmp_path / "c.csv").exists()
    assert "not clear" in run("export", "dataset", 1, tmp_path / "c.csv", "explorer", 1).err


def _check_deletion(run, folder: LocalFolder) -> None:
    from queue_core.database.session import open_session
    from queue_core.database.tables import Notebook

    with open_session(folder) as session:
        session.add(Notebook(name="Work", dataset_id=1))
    refused = run("library", "delete", "dataset", 1)
    assert (refused.code, refused.out) == (2, "")
    assert "1 notebook" in refused.err
    assert "--cascade deletes that too" in refused.err
    deleted = run("library", "delete", "dataset", 1, "--cascade", "--json").json
    assert {item["kind"] for item in deleted["along"]} == {"explorer", "notebook"}
    assert run("library", "--json").json == []
