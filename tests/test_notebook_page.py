"""The cells of docs/notebook.md, run in a kernel, over the folder and over HTTP."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

PAGE = Path(__file__).parents[1] / "docs" / "notebook.md"
IRIS = "length,species\n" + "5.1,setosa\n6.3,virginica\n4.9,setosa\n" * 10


def cells() -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def executed(sources: list[str], folder: Path):
    """Return the notebook of these cells, run."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    client = nbclient.NotebookClient(
        notebook, timeout=100, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return notebook


def shown(cell, kind: str) -> str:
    """Return what a cell shows in a form, all outputs one after another."""
    parts = []
    for output in cell.outputs:
        if output.output_type == "stream" and kind == "text/plain":
            parts.append(output.text)
        elif output.output_type in ("display_data", "execute_result"):
            parts.append(output.data.get(kind, ""))
    return "".join(parts)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("place", ["folder", "http"])
def test_the_page_runs(place, local_folder, tmp_path, request, monkeypatch) -> None:
    (tmp_path / "iris.csv").write_text(IRIS)
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    sources = cells()
    if place == "http":
        queue = request.getfixturevalue("queue")
        queue.start(1)
        url = request.getfixturevalue("api").url
        sources[0] = sources[0].replace("connect()", f"connect({url!r})")
    notebook = executed(sources, tmp_path)
    by_text = {
        source.split("\n")[0]: cell for source, cell in zip(sources, notebook.cells, strict=True)
    }
    waited = by_text['job = client.submit("dataset", "iris.csv")']
    assert "✓ finished" in shown(waited, "text/html")
    assert "Load iris.csv" in shown(waited, "text/html")
    assert "virginica" in shown(by_text["job.frame().head()"], "text/html")
    assert "<svg" in shown(by_text["from IPython.display import SVG"], "image/svg+xml")
    failed = shown(by_text["from pathlib import Path"], "text/plain")
    assert failed.startswith("error - ")
    assert "finished" in shown(by_text["import asyncio"], "text/html")
    assert os.environ["DASHAI_LOCAL_PATH"] == str(local_folder.root)
