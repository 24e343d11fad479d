"""Picks the viewer for one artifact."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.results.figure_view import FigureView
from gui.results.table_view import TableView
from gui.results.text_views import ModelView, ReportView, TextView
from queue_core.artifacts.kinds import Artifact, ArtifactKind


def artifact_view(artifact: Artifact, bridge: Bridge) -> QWidget:
    """Return a new viewer for one artifact."""
    if artifact.kind is ArtifactKind.TABLE:
        return TableView(artifact.path, artifact.title, bridge, fits_rows=True, is_computed=True)
    if artifact.kind is ArtifactKind.FIGURE:
        return FigureView(artifact, bridge)
    if artifact.kind is ArtifactKind.TEXT:
        return TextView(artifact, bridge)
    if artifact.kind is ArtifactKind.MODEL:
        return ModelView(artifact, bridge)
    return ReportView(artifact, bridge)
