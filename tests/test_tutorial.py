"""The commands of docs/tutorial.md, as a reader types them: all of them work."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from model_server import model_server

from queue_core.paths import LocalFolder

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OLLAMA = "http://127.0.0.1:11434/v1"


def _checkout(folder: Path) -> None:
    """Make *folder* look like the project after `make run`."""
    program = folder / ".venv" / "bin" / "dashai-monitor"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m queue_core "$@"\n')
    program.chmod(0o755)
    shutil.copytree(ROOT / "resources" / "samples", folder / "resources" / "samples")


def _entities(folder: LocalFolder) -> list[tuple[str, str]]:
    from queue_core.cli.library import KINDS
    from queue_core.library.entities import list_entities

    return [
        (kind.value, item.status.value) for kind in KINDS for item in list_entities(folder, kind)
    ]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("sh") is None, reason="the page is written for a POSIX shell")
def test_every_command_of_the_tutorial_works(tmp_path: Path) -> None:
    _checkout(tmp_path)
    with model_server() as server:
        blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
        script = "\n".join(blocks).replace(OLLAMA, server.address)
        assert server.address in script
        (tmp_path / "page.sh").write_text(script, encoding="utf-8")
        ended = subprocess.run(
            ["sh", "-eu", "page.sh"], cwd=tmp_path, capture_output=True, encoding="utf-8",
            timeout=580,
        )  # fmt: skip
    assert ended.returncode == 0, f"{ended.stdout[-2000:]}\n{ended.stderr[-2000:]}"
    assert "failed" not in ended.stdout

    made = tmp_path / "tutorial"
    with (made / "answers.csv").open(encoding="utf-8", newline="") as file:
        assert [row["predicted species"] for row in csv.DictReader(file)] == ["Gentoo", "Adelie"]
    for name, beginning in (
        ("histogram.png", b"\x89PNG"), ("confusion.svg", b"<?xml"), ("model.skops", b"PK"),
    ):  # fmt: skip
        assert (made / name).read_bytes().startswith(beginning), name
    with (made / "penguins-complete.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 344
    assert all(row["sex"] and float(row["body_mass_kg"]) for row in rows)
    entities = _entities(LocalFolder(made))
    # The exploration that was put off and cancelled is the only thing that has not come about.
    unfinished = [entity for entity in entities if entity[1] != "FINISHED"]
    assert [kind for kind, _ in unfinished] == ["explorer"]
    assert {"dataset", "notebook", "run", "prediction", "explainer", "generative_process"} <= {
        kind for kind, _ in entities
    }
