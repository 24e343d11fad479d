"""Picks the viewer for what a job made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.results.conversation_view import ConversationView, of_exchange, of_job, of_session
from gui.results.dataset_view import DatasetView
from gui.results.entity_view import EntityView
from gui.results.loading import LoadingView
from gui.results.made import made_entity
from gui.results.model_report import ModelReport
from gui.results.notebook_view import NotebookView
from gui.results.running import shows_while_running
from gui.results.session_view import SessionView
from gui.results.written_files import named_files
from queue_core.database.status import EntityKind
from queue_core.queue.job_record import JobRecord

MARGINS_PX = (16, 8, 8, 8)


def make_viewer(record: JobRecord, bridge: Bridge) -> QWidget | None:
    """Return a new viewer for a job's result; None where it made no entity of ours."""
    if shows_while_running(record):
        view = ConversationView(of_job(record.id), bridge)
        view.body.setContentsMargins(*MARGINS_PX)
        return view
    kind, entity_id = made_entity(record)
    if kind is None or not isinstance(record.result, Mapping):
        return None
    viewer = entity_viewer(
        kind, entity_id, record.job_name, bridge, shows_warnings=False,
        files=named_files(record.result),
    )  # fmt: skip
    if isinstance(viewer, LoadingView):
        viewer.body.setContentsMargins(*MARGINS_PX)
    return viewer


def entity_viewer(
    kind: EntityKind, entity_id: int, name: str, bridge: Bridge, *, shows_warnings: bool = True,
    files: Sequence[Path] = (),
) -> QWidget:  # fmt: skip
    """Return a new viewer for an entity of the library."""
    if kind is EntityKind.DATASET:
        path = bridge.folder.datasets / str(entity_id)
        return DatasetView(path, name, bridge, shows_warnings=shows_warnings)
    if kind is EntityKind.GENERATIVE_PROCESS:
        return ConversationView(of_exchange(entity_id), bridge)
    if kind is EntityKind.GENERATIVE_SESSION:
        return ConversationView(of_session(entity_id), bridge)
    if kind is EntityKind.MODEL_SESSION:
        return SessionView(entity_id, bridge)
    if kind is EntityKind.NOTEBOOK:
        return NotebookView(entity_id, bridge)
    if kind is EntityKind.RUN:
        return ModelReport(entity_id, bridge, files=files)
    return EntityView(kind, entity_id, bridge, files=files)
