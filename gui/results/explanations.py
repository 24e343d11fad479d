"""What drives a model: the explanations that there are, or one button that makes the first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.i18n import tr, translate_caption
from gui.notifications import ToastAction, main_window_of, notify
from gui.results.figure_view import FigureView
from gui.results.loading import LoadingView
from gui.results.part_heading import PartHeading
from gui.submit.opening import ShowsJobs
from gui.widgets import TextLabel, row, text_button
from queue_core.artifacts.kinds import Artifact, ArtifactKind
from queue_core.artifacts.reader import read_artifacts
from queue_core.artifacts.writer import artifact_folder
from queue_core.database.status import EntityKind
from queue_core.library.entities import EntityFilter, EntityRecord, list_entities
from queue_core.paths import LocalFolder
from queue_core.queue.values import ChangeBatch

FRESH_MS = 1000
MOST_SHOWN = 3
# What explains a model as a whole, by task.
_FIRST = {
    "classification": "shap_summary", "regression": "shap_summary",
    "text_classification": "shap_summary", "clustering": "permutation_importance",
}  # fmt: skip


class Explanations(LoadingView):
    """The newest explanations of a model, each with its first figure."""

    def __init__(self, run_id: int, task: str, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._run_id = run_id
        self._task_name = task
        self._shown: tuple[EntityRecord, ...] | None = None
        self._content: QWidget | None = None
        self._news = QTimer(self, singleShot=True, interval=FRESH_MS)
        self._news.timeout.connect(self.load)
        bridge.changed.connect(self._on_changed)
        self.load()

    async def fill(self) -> None:
        """Read what there is; where it is as before, leave it as it is."""
        found = await self.bridge.call(_read, self.bridge.folder, self._run_id)
        records = tuple(record for record, _ in found)
        if records == self._shown:
            return
        self._shown = records
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        for record, figures in found:
            self._add(column, record, figures)
        if not any(record.status.is_busy or figures for record, figures in found):
            self._offer(column)
        if self._content is not None:
            self.body.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self._content = content
        self.body.addWidget(content)

    def _add(self, column: QVBoxLayout, record: EntityRecord, figures: Sequence[Artifact]) -> None:
        if record.status.is_busy:
            column.addWidget(TextLabel(tr("{name} is being made.", name=record.name), role="muted"))
        for figure in figures[:1]:
            column.addWidget(PartHeading(translate_caption(figure.title)))
            column.addWidget(FigureView(figure, self.bridge))

    def _offer(self, column: QVBoxLayout) -> None:
        explainer = _FIRST.get(self._task_name)
        if explainer is None:
            return
        column.addWidget(
            TextLabel(tr("No explanation of this model has been made yet."), role="muted")
        )
        explain = text_button(
            tr("Explain the model"), lambda: self._explain(explainer), icon_name="explainer"
        )
        column.addLayout(row(explain, None))

    def _explain(self, explainer: str) -> None:
        self.bridge.start(self._put(explainer, main_window_of(self)), what=tr("Submitting the job"))

    async def _put(self, explainer: str, window: QWidget) -> None:
        from queue_core.jobs.explainer_job import ExplainerJob

        job_id = await self.bridge.submit(ExplainerJob(run_id=self._run_id, explainer=explainer))
        if isinstance(window, ShowsJobs):
            show = ToastAction(tr("Show"), partial(window.select_jobs, (job_id,)))
            notify(window, tr("The job is in the queue."), show)
        if isValid(self):  # else it was closed meanwhile
            self.load()

    def _on_changed(self, _batch: ChangeBatch) -> None:
        if not self._news.isActive():
            self._news.start()


def _read(folder: LocalFolder, run_id: int) -> list[tuple[EntityRecord, list[Artifact]]]:
    """Return the newest explanations of a run with their figures."""
    where = EntityFilter(having={"run_id": run_id})
    found = []
    for record in list_entities(folder, EntityKind.EXPLAINER, where, limit=MOST_SHOWN):
        artifacts = read_artifacts(artifact_folder(folder, EntityKind.EXPLAINER.value, record.id))
        found.append((record, [a for a in artifacts if a.kind is ArtifactKind.FIGURE]))
    return found
