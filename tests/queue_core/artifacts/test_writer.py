from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from queue_core.artifacts.figure import Figure, Line, Panel
from queue_core.artifacts.kinds import ArtifactKind
from queue_core.artifacts.reader import (
    read_artifacts,
    read_figure,
    read_report,
    read_table,
    read_text,
)
from queue_core.artifacts.writer import ArtifactWriter, remove_artifacts
from queue_core.errors import DataError
from queue_core.library.figures import whole_figure
from queue_core.paths import LocalFolder

FIGURE = Figure(title="A line", panels=[Panel(marks=[Line(x=[0, 1], y=[1, 2])])])


def _write(folder: LocalFolder, text: str = "words") -> ArtifactWriter:
    with ArtifactWriter(folder, "explorer", 7) as writer:
        writer.add_table("numbers", "Numbers", pd.DataFrame({"a": [1, 2], "ñ": ["x", None]}))
        writer.add_figure("line", "A line", FIGURE)
        writer.add_text("words", "Words", text)
        writer.add_report("facts", "Facts", {"rows": 2, "names": ["é"]})
        writer.add_model("model", "Model", b"bytes of a model")
    return writer


def test_what_was_written_is_read_in_order(local_folder: LocalFolder) -> None:
    writer = _write(local_folder)
    found = read_artifacts(local_folder.artifacts / "explorer" / "7")
    assert found == writer.artifacts
    assert [artifact.kind for artifact in found] == [
        ArtifactKind.TABLE, ArtifactKind.FIGURE, ArtifactKind.TEXT, ArtifactKind.REPORT,
        ArtifactKind.MODEL,
    ]  # fmt: skip
    table, figure, text, report, model = found
    assert read_table(table).to_pylist() == [{"a": 1, "ñ": "x"}, {"a": 2, "ñ": None}]
    assert read_figure(figure) == FIGURE
    assert figure.light_svg.read_text() == whole_figure(str(figure.path), "light")
    assert figure.light_svg.read_text() != whole_figure(str(figure.path), "dark")
    assert read_text(text) == "words"
    assert read_report(report) == {"rows": 2, "names": ["é"]}
    assert model.path.read_bytes() == b"bytes of a model"


def test_writing_again_replaces_all(local_folder: LocalFolder) -> None:
    _write(local_folder)
    with ArtifactWriter(local_folder, "explorer", 7) as writer:
        writer.add_text("only", "Only", "this")
    assert [a.name for a in read_artifacts(writer.path)] == ["only"]
    assert sorted(path.name for path in writer.path.iterdir()) == ["index.json", "only.txt"]
    assert list(local_folder.temporary.iterdir()) == []


def test_a_failure_leaves_what_was_there(local_folder: LocalFolder) -> None:
    _write(local_folder, "old")
    with pytest.raises(ZeroDivisionError), ArtifactWriter(local_folder, "explorer", 7) as writer:  # noqa: PT012
        writer.add_text("words", "Words", "new")
        raise ZeroDivisionError
    found = {artifact.name: artifact for artifact in read_artifacts(writer.path)}
    assert read_text(found["words"]) == "old"
    assert list(local_folder.temporary.iterdir()) == []


def test_a_killed_writer_leaves_nothing_at_the_place(local_folder: LocalFolder) -> None:
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from queue_core.artifacts.writer import ArtifactWriter\n"
        "from queue_core.paths import LocalFolder\n"
        "with ArtifactWriter(LocalFolder(Path(sys.argv[1])), 'explorer', 7) as writer:\n"
        "    writer.add_text('words', 'Words', 'half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[3]
    ended = subprocess.run([sys.executable, "-c", code, str(local_folder.root)], cwd=root)
    assert ended.returncode == -9
    assert read_artifacts(local_folder.artifacts / "explorer" / "7") == ()
    assert list(local_folder.temporary.iterdir()) != []
    remove_artifacts(local_folder, "explorer", 7)
    assert list(local_folder.temporary.iterdir()) == []


def test_names_are_made_safe_and_unique(local_folder: LocalFolder) -> None:
    with ArtifactWriter(local_folder, "run", 1) as writer:
        for name in ("../../etc/passwd", "a b", "a b", "長い", ""):
            writer.add_text(name, name, "x")
    assert [a.name for a in writer.artifacts] == [
        "etc-passwd",
        "a-b",
        "a-b-2",
        "artifact",
        "artifact-2",
    ]
    assert all(a.path.parent == writer.path and a.path.exists() for a in writer.artifacts)


def test_a_table_that_cannot_be_stored_says_so(local_folder: LocalFolder) -> None:
    table = pd.DataFrame({"a": [1, "x", object()]})
    with (
        pytest.raises(DataError, match="“Mixed” cannot be stored"),
        ArtifactWriter(local_folder, "run", 1) as writer,
    ):
        writer.add_table("mixed", "Mixed", table)
    assert not writer.path.exists()


def test_arrow_tables_are_taken_as_they_are(local_folder: LocalFolder) -> None:
    table = pa.table({"d": pa.array([1], pa.date32())})
    with ArtifactWriter(local_folder, "run", 1) as writer:
        artifact = writer.add_table("t", "T", table)
    assert read_table(artifact) == table


@pytest.mark.parametrize("text", ["", "[]", '{"version": 1}', '{"version": 1, "artifacts": [{}]}'])
def test_a_damaged_index_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "index.json").write_text(text)
    with pytest.raises(DataError, match="cannot be read"):
        read_artifacts(tmp_path)


def test_an_index_of_a_newer_program_asks_for_an_update(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text('{"version": 99, "artifacts": []}')
    with pytest.raises(DataError, match="newer version"):
        read_artifacts(tmp_path)


def test_no_folder_means_no_artifacts(tmp_path: Path) -> None:
    assert read_artifacts(tmp_path / "nothing") == ()
