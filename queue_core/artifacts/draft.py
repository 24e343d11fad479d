"""Results before they are stored: what explorers and explainers hand to their job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from queue_core.artifacts.kinds import Artifact, ArtifactKind

if TYPE_CHECKING:
    from queue_core.artifacts.figure import Figure
    from queue_core.artifacts.writer import ArtifactWriter


@dataclass(frozen=True)
class Draft:
    """One result that is not stored yet.

    Attributes:
        kind: Which of the five kinds it becomes.
        name: Short identifier.
        title: What the user sees.
        content: What the kind stores: a `Figure`, a table, a text, report data, a model.
    """

    kind: ArtifactKind
    name: str
    title: str
    content: Any

    def write(self, writer: ArtifactWriter) -> Artifact:
        """Store it with the writer's other artifacts."""
        adders: dict[ArtifactKind, Callable[[str, str, Any], Artifact]] = {
            ArtifactKind.TABLE: writer.add_table,
            ArtifactKind.FIGURE: writer.add_figure,
            ArtifactKind.TEXT: writer.add_text,
            ArtifactKind.REPORT: writer.add_report,
            ArtifactKind.MODEL: writer.add_model,
        }
        return adders[self.kind](self.name, self.title, self.content)


def figure_draft(name: str, figure: Figure) -> Draft:
    """Return a figure as a draft; its title is the figure's own."""
    return Draft(ArtifactKind.FIGURE, name, figure.title, figure)


def table_draft(name: str, title: str, table: Any) -> Draft:
    """Return a pandas frame (its index is dropped) or pyarrow table as a draft."""
    return Draft(ArtifactKind.TABLE, name, title, table)


def report_draft(name: str, title: str, report: dict[str, Any]) -> Draft:
    """Return JSON data as a draft."""
    return Draft(ArtifactKind.REPORT, name, title, report)


def text_draft(name: str, title: str, text: str) -> Draft:
    """Return a plain text as a draft."""
    return Draft(ArtifactKind.TEXT, name, title, text)
