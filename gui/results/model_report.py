"""A trained model's page: what it is, how good, where it errs, what drives it, and all the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.flow_layout import FlowLayout
from gui.i18n import tr, translate_caption
from gui.plain_text import PlainLabel
from gui.results.artifact_view import artifact_view
from gui.results.contents_page import ContentsPage
from gui.results.explanations import Explanations
from gui.results.facts_table import FactsTable
from gui.results.loading import LoadingView
from gui.results.metrics import metric_titles, metrics_table, trials_table, value_text
from gui.results.model_facts import Score, how_it_was_trained, score_of, what_it_is
from gui.results.part_heading import PartHeading
from gui.results.side_or_below import SideOrBelow
from gui.results.written_files import WrittenFiles, files_beside, sizes_of
from gui.submit.use_button import UseButton
from gui.theme import body_font, small_font
from gui.widgets import Note, TextLabel, muted_label
from queue_core.artifacts.kinds import Artifact
from queue_core.artifacts.reader import read_artifacts, read_report
from queue_core.artifacts.writer import artifact_folder
from queue_core.components.registry import ComponentKind, components
from queue_core.database.status import EntityKind
from queue_core.library.entities import (
    EntityDetails,
    MetricRecord,
    TrialRecord,
    get_details,
    get_entity,
    metrics_of,
    trials_of,
)
from queue_core.paths import LocalFolder

REPORT = "report"
ERRS = ("confusion", "classes", "predictions", "forecast", "worst-rows")
# They say the same in two ways; other figures need the whole width.
PAIRS = {"confusion": "classes"}
NAME_PX = 150
DRIVES = ("importance",)
# Shown above as they are meant: with the spread, in words.
_TOLD = frozenset({"metrics"})
SCORE_PT = 18.0


@dataclass(frozen=True)
class _Found:
    details: EntityDetails
    artifacts: Mapping[str, Artifact]
    metrics: tuple[MetricRecord, ...]
    trials: tuple[TrialRecord, ...]
    titles: dict[str, str]
    greater_is_better: Mapping[str, bool]
    report: Mapping[str, Any]
    dataset: str
    files: tuple[tuple[Path, int], ...]


class ModelReport(LoadingView):
    """Everything that is known of a trained model, as one would tell it."""

    def __init__(
        self, run_id: int, bridge: Bridge, *, files: Sequence[Path] = (),
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """Make the view.

        Args:
            run_id: Which run.
            bridge: The way to other threads.
            files: Files that its job wrote elsewhere.
            parent: The widget it belongs to.
        """
        super().__init__(bridge, parent)
        self._id = run_id
        self._files = tuple(files)
        self._page = ContentsPage(tr("Model"))
        self._layout = self._page.column
        self.body.addWidget(self._page, 1)
        self.load()

    async def fill(self) -> None:
        """Read the run and tell of it."""
        found = await self.bridge.call(_read, self.bridge.folder, self._id, self._files)
        self._page.add_tool(UseButton("run", self._id, self.bridge))
        self._show_what(found)
        if found.files:
            self._layout.addWidget(WrittenFiles(found.files, self.bridge))
        self._show_score(found)
        self._show_errors(found)
        self._show_drives(found)
        self._show_rest(found)
        self._layout.addStretch(1)

    def _show_what(self, found: _Found) -> None:
        run = found.details.record
        if said := what_it_is(found.report, found.dataset):
            self._layout.addWidget(TextLabel(said))
        params = run.details.get("params") or {}
        self._layout.addWidget(
            TextLabel(how_it_was_trained(found.report, params), role="muted", most_lines=4)
        )

    def _show_score(self, found: _Found) -> None:
        table = metrics_table(found.metrics, found.titles)
        if table is None:
            return
        self._section(tr("How good it is"))
        score = score_of(found.metrics, found.titles, found.greater_is_better)
        if score is not None:
            self._layout.addWidget(_score_line(score))
            if score.verdict and score.is_poor:
                note = Note("warningBox")
                note.show_text(score.verdict)
                self._layout.addWidget(note)
            elif score.verdict:
                self._layout.addWidget(TextLabel(score.verdict))
        table.limit_names(NAME_PX)
        self._layout.addWidget(table)

    def _show_errors(self, found: _Found) -> None:
        there = {name: found.artifacts[name] for name in ERRS if name in found.artifacts}
        if not there:
            return
        self._section(tr("Where it errs"))
        while there:
            name = next(iter(there))
            view = self._titled(there.pop(name))
            beside = there.pop(PAIRS.get(name, ""), None)
            self._layout.addWidget(
                view if beside is None else SideOrBelow(view, self._titled(beside))
            )

    def _show_drives(self, found: _Found) -> None:
        self._section(tr("What drives it"))
        own = [found.artifacts[name] for name in DRIVES if name in found.artifacts]
        made = Explanations(self._id, str(found.report.get("task") or ""), self.bridge)
        if own:
            self._layout.addWidget(SideOrBelow(self._titled(own[0]), _at_top(made)))
        else:
            self._layout.addWidget(made)

    def _show_rest(self, found: _Found) -> None:
        shown = {*ERRS, *DRIVES, *_TOLD}
        rest = [artifact for name, artifact in found.artifacts.items() if name not in shown]
        self._section(tr("More"))
        best = found.details.record.details.get("best_params")
        if best:
            rows = [[str(name), value_text(value)] for name, value in best.items()]
            title = tr("Best parameters")
            self._layout.addWidget(PartHeading(title))
            self._layout.addWidget(FactsTable(title, [tr("Name"), tr("Value")], rows))
        trials = trials_table(found.trials)
        if trials is not None:
            self._layout.addWidget(PartHeading(tr("Trials")))
            self._layout.addWidget(trials)
        self._add_beside(rest)

    def _add_beside(self, artifacts: Iterable[Artifact]) -> None:
        """Add artifacts two by two: side by side where there is room."""
        views = [self._titled(artifact) for artifact in artifacts]
        for first, second in zip(views[::2], views[1::2], strict=False):
            self._layout.addWidget(SideOrBelow(first, second))
        if len(views) % 2:
            self._layout.addWidget(views[-1])

    def _titled(self, artifact: Artifact) -> QWidget:
        shown = replace(artifact, title=translate_caption(artifact.title))
        return _at_top(PartHeading(shown.title), artifact_view(shown, self.bridge))

    def _section(self, title: str) -> None:
        self._layout.addWidget(PartHeading(title, level=0))


def _score_line(score: Score) -> QWidget:
    line = QWidget()
    flow = FlowLayout(spacing=16, parent=line)
    flow.addWidget(_number(score.test, tr("{metric} on new rows", metric=score.title)))
    if score.baseline:
        flow.addWidget(_number(score.baseline, tr("by guessing")))
    if score.train:
        flow.addWidget(_number(score.train, tr("on training rows")))
    return line


def _number(text: str, caption: str) -> QWidget:
    """Return a value written large over what it is; its spread stands with the words."""
    value, sign, spread = text.partition(" ± ")
    number = PlainLabel(value)
    number.setFont(body_font(SCORE_PT, semibold=True))
    below = muted_label(f"{caption}{sign}{spread}")
    below.setFont(small_font())
    return _at_top(number, below, spacing=0)


def _at_top(*widgets: QWidget, spacing: int = 8) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(spacing)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    return holder


def _read(folder: LocalFolder, run_id: int, named: Sequence[Path]) -> _Found:
    details = get_details(folder, EntityKind.RUN, run_id)
    place = artifact_folder(folder, EntityKind.RUN.value, run_id)
    artifacts = {artifact.name: artifact for artifact in read_artifacts(place)}
    known = components(ComponentKind.METRIC)
    asked = details.parents["session"].details
    dataset = get_entity(folder, EntityKind.DATASET, int(asked["dataset_id"]))
    return _Found(
        details=details,
        artifacts=artifacts,
        metrics=tuple(metrics_of(folder, run_id)),
        trials=tuple(trials_of(folder, run_id)),
        titles=metric_titles(),
        greater_is_better={
            name: bool(metric.options.get("greater_is_better", True))
            for name, metric in known.items()
        },
        report=read_report(artifacts[REPORT]) if REPORT in artifacts else {},
        dataset=dataset.name,
        files=tuple(sizes_of([*named, *files_beside(place)])),
    )
