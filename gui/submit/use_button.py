"""A button that starts a new job from what is shown."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from gui.bridge import Bridge
from gui.i18n import tr, translate
from gui.jobs.type_looks import look_of
from gui.submit.job_types import JOB_TYPES, TRAINING
from gui.submit.kept_rows import train_on_notebook
from gui.submit.opening import open_new_job
from gui.theme import icon
from gui.widgets import show_words
from queue_core.jobs.job_type import JobType


class UseButton(QToolButton):
    """Offers the kinds of job that can start from an entity."""

    def __init__(
        self, entity_format: str, entity_id: int, bridge: Bridge, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._format = entity_format
        self._entity_id = entity_id
        self._bridge = bridge
        self.setText(tr("Use in a new job") + " ▾")
        self.setIcon(icon("add"))
        show_words(self)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        for kind in JOB_TYPES:
            look = look_of(kind.task_type)
            if entity_format in look.starts_from:
                action = menu.addAction(icon(look.icon), translate(kind.title))
                action.triggered.connect(lambda _on=False, chosen=kind: self._open(chosen))
        if entity_format == "notebook":
            title = next(kind.title for kind in JOB_TYPES if kind.task_type == TRAINING)
            menu.addAction(icon("model"), translate(title), self._train)
        self.setMenu(menu)

    def _train(self) -> None:
        train_on_notebook(self, self._bridge, self._entity_id)

    def _open(self, kind: JobType) -> None:
        values = {self._format: self._entity_id}
        open_new_job(self, self._bridge, kind=kind.task_type, entities=values)
