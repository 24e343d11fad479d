"""Finds the stored artifacts of an entity and opens them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from queue_core.artifacts.figure import Figure
from queue_core.artifacts.figure_json import figure_from_json
from queue_core.artifacts.kinds import INDEX_NAME, INDEX_VERSION, Artifact, ArtifactKind
from queue_core.errors import DataError


def read_artifacts(path: Path) -> tuple[Artifact, ...]:
    """Return the artifacts in a folder, in the order they were added; none if there is no folder.

    Raises:
        DataError: The folder's index is damaged, or of a newer version of the program.
    """
    index = path / INDEX_NAME
    if not index.exists():
        return ()
    try:
        document = json.loads(index.read_text(encoding="utf-8"))
        entries = document["artifacts"]
        if document["version"] > INDEX_VERSION:
            raise DataError(
                f"The results in {path} are stored by a newer version of the program.",
                hint="Update the program.",
            )
        return tuple(
            Artifact(
                ArtifactKind(entry["kind"]), entry["name"], entry["title"], path / entry["file"]
            )
            for entry in entries
        )
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"The list of results {index} cannot be read: {error}.", hint="Run the job again."
        ) from error


def read_table(artifact: Artifact) -> Any:
    """Return a table artifact as a pyarrow table."""
    import pyarrow.parquet as parquet

    return parquet.read_table(artifact.path)


def read_figure(artifact: Artifact) -> Figure:
    """Return a figure artifact's description.

    Raises:
        DataError: It cannot be read.
    """
    return figure_from_json(artifact.path.read_text(encoding="utf-8"))


def read_text(artifact: Artifact) -> str:
    """Return a text artifact's words."""
    return artifact.path.read_text(encoding="utf-8")


def read_report(artifact: Artifact) -> dict[str, Any]:
    """Return a report artifact's data."""
    report: dict[str, Any] = json.loads(artifact.path.read_text(encoding="utf-8"))
    return report
