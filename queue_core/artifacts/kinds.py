"""What an artifact is: one stored result of a job, of one of five kinds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

INDEX_NAME = "index.json"
INDEX_VERSION = 1


class ArtifactKind(StrEnum):
    """The closed set of kinds; each has exactly one stored form."""

    TABLE = "table"
    FIGURE = "figure"
    TEXT = "text"
    MODEL = "model"
    REPORT = "report"

    @property
    def suffix(self) -> str:
        """The ending of the kind's file."""
        return _SUFFIXES[self]


_SUFFIXES = {
    ArtifactKind.TABLE: ".parquet",
    ArtifactKind.FIGURE: ".figure.json",
    ArtifactKind.TEXT: ".txt",
    ArtifactKind.MODEL: ".skops",
    ArtifactKind.REPORT: ".report.json",
}


@dataclass(frozen=True)
class Artifact:
    """One stored result.

    Attributes:
        kind: What it is, and so how it is stored.
        name: Short identifier, unique within its entity; also the stem of its file.
        title: What the user sees.
        path: The file; for a figure the JSON description, with a picture beside it.
    """

    kind: ArtifactKind
    name: str
    title: str
    path: Path

    @property
    def light_svg(self) -> Path:
        """The picture of a figure for light surfaces; one for dark ones is drawn when asked for."""
        return self.path.with_name(f"{self.name}.light.svg")

    def to_json(self) -> dict[str, str]:
        """Return the entry of the index."""
        return {
            "kind": self.kind.value,
            "name": self.name,
            "title": self.title,
            "file": self.path.name,
        }
