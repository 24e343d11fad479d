"""What a job made: the viewer of its kind, or the data that it returned."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.i18n import tr
from gui.jobs.details.json_tree import JsonTree
from gui.jobs.details.page import DetailsPage
from gui.renewal.note import OutdatedNote
from gui.results import viewer_for
from gui.results.made import made_entity
from gui.results.running import shows_while_running
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import WaitReason


class ResultPage(DetailsPage):
    """Shows one job's result; viewers are made when the page is first seen."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._record: JobRecord | None = None
        self._shown: JobRecord | None = None
        self._viewer: QWidget | None = None
        self._outdated = OutdatedNote(bridge, shows_newer=False)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        note = QVBoxLayout()
        note.setContentsMargins(16, 0, 8, 0)
        note.addWidget(self._outdated)
        self._layout.addLayout(note)

    def shows(self, record: JobRecord) -> bool:
        """What finished has a result; a conversation can be read while it goes on."""
        finished = record.status is JobStatus.FINISHED and record.result is not None
        return finished or shows_while_running(record)

    def show_record(self, record: JobRecord, reason: WaitReason | None) -> None:
        """Show the result when somebody looks."""
        self._record = record
        if self.isVisible():
            self._make()

    def showEvent(self, event: object) -> None:
        """Make the viewer now."""
        self._make()

    def _make(self) -> None:
        record, shown = self._record, self._shown
        if record is None or (
            shown is not None and (shown.id, shown.result) == (record.id, record.result)
        ):
            return
        self._shown = record
        if self._viewer is not None:
            self._layout.removeWidget(self._viewer)
            self._viewer.deleteLater()
        self._viewer = viewer_for(record, self._bridge) or _data_viewer(record)
        self._layout.addWidget(self._viewer, 1)
        kind, entity_id = made_entity(record)
        self._outdated.show_entity(kind, entity_id)


def _data_viewer(record: JobRecord) -> QWidget:
    tree = JsonTree(tr("Result"))
    data = record.result
    tree.show_data(data if isinstance(data, dict | list) else {tr("Result"): data})
    return tree
