"""What a job was told to do."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from gui.i18n import tr
from gui.jobs.details.json_tree import JsonTree
from gui.jobs.details.labels import labelled
from gui.jobs.details.page import DetailsPage
from gui.theme import STEP_PX
from gui.widgets import row, text_button
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import WaitReason


class ParametersPage(DetailsPage):
    """The parameters as a tree."""

    def __init__(self) -> None:
        super().__init__()
        self._tree = JsonTree(tr("Parameters"))
        copy = text_button(tr("Copy as JSON"), self._tree.copy_json, icon_name="copy")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 2, STEP_PX * 2, STEP_PX * 2, STEP_PX * 3)
        layout.addWidget(self._tree, 1)
        layout.addLayout(row(None, copy))

    def shows(self, record: JobRecord) -> bool:
        """Jobs without parameters have nothing to show."""
        return bool(record.params)

    def show_record(self, record: JobRecord, reason: WaitReason | None) -> None:
        """Show the parameters."""
        self._tree.show_data(labelled(record.task_type, record.params), source=dict(record.params))
