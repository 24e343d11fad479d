"""The form of one job type: its own parameters, its component, that component's parameters."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from statistics import median
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.i18n import tr, tr_plural, translate, translate_message
from gui.jobs.type_looks import look_of
from gui.results.scrolled_column import ScrolledColumn
from gui.submit.component_list import ComponentList
from gui.submit.form import COLUMN, SchemaForm
from gui.submit.job_types import JobForm
from gui.submit.library_options import KINDS, Data, data_of, entity_options, task_of
from gui.submit.pickers import Option
from gui.submit.schema import Field
from gui.submit.training import (
    FEATURES,
    FIRST_MODELS,
    TARGET,
    TASK,
    features_for,
    summary,
    targets_of,
    task_for,
)
from gui.widgets import TextLabel, heading_label, muted_label, set_role
from queue_core.components.registry import Component
from queue_core.errors import MonitorError, ParameterError
from queue_core.jobs.job_type import JobType
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobFilter

LIST_PX = 264
MOST_LOOKED_AT = 200


class JobFormPage(QWidget):
    """What the user fills in to submit a job.

    Signals:
        changed: A value changed.
    """

    changed = Signal()

    def __init__(
        self,
        kind: JobType,
        form: JobForm,
        bridge: Bridge,
        values: Mapping[str, Any] | None = None,
        *,
        is_retry: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Make the page.

        Args:
            kind: The kind of job.
            form: What `load_form` found.
            bridge: The way to other threads.
            values: Parameters to start from.
            is_retry: Whether *values* are an earlier job's, so that changes to them are marked.
            parent: The widget it belongs to.
        """
        super().__init__(parent)
        self.kind = kind
        self._definition = form
        self._bridge = bridge
        self._start = dict(values or {})
        self._is_retry = is_retry
        self._task_filter = ""
        self._reading: dict[str, asyncio.Task[Any]] = {}
        self._data = Data()
        self._usual_s: dict[str, float] = {}
        self.form = SchemaForm(form.schema, names=True)
        self.components = ComponentList()
        self.params: SchemaForm | None = None
        self._params_of: dict[str, dict[str, Any]] = {}
        self._shown_component = ""
        self._heading = heading_label("")
        self._about = muted_label()
        self._column = ScrolledColumn(spacing=8)
        self._build()
        self._fill_start()
        self._begin()

    def _begin(self) -> None:
        """Show what the page starts from, and read what can be chosen."""
        self.form.changed.connect(self._on_field)
        self.components.chosen.connect(self._show_component)
        self._show_component(self.components.current_id)
        if TASK in self.form.values():
            self._filter_by_task(str(self.form.values()[TASK]))
        for field_kind in KINDS:
            if self.form.fields_of_format(field_kind):
                self._run(field_kind, self._offer(field_kind))
        self._offer_components(self._task_filter)
        self._read_columns()
        self._run("history", self._read_history())
        if any(self.form.row(name).is_changed for name in self._folded_values()):
            self.form.unfold()

    def _folded_values(self) -> list[str]:
        """Return the fields below the fold that were given something to start from."""
        return [
            field.name for field in self.form.fields if field.advanced and field.name in self._start
        ]

    # --- values -------------------------------------------------------------------------------

    def values(self) -> dict[str, Any]:
        """Return the job's parameters as they are entered."""
        values = self.form.values()
        if self._definition.component_field:
            values[self._definition.component_field] = self.components.current_id
            if self.params is not None:
                values[self._definition.params_field] = self.params.values()
        return values

    def changes(self) -> dict[str, Any]:
        """Return the parameters that differ from what the page started from."""
        return {
            name: value for name, value in self.values().items() if self._start.get(name) != value
        }

    def show_errors(self) -> bool:
        """Show what is wrong; return whether anything is."""
        found = self.form.show_errors()
        if self.params is not None and not found:
            found = self.params.show_errors()
        return found

    def show_problem(self, error: MonitorError) -> bool:
        """Show an error beside the field it is about; return False where there is none."""
        if not isinstance(error, ParameterError) or not error.parameter:
            return False
        sentence = translate_message(f"{error.message} {error.hint}".strip())
        if self.form.show_problem(error.parameter, sentence):
            return True
        return self.params is not None and self.params.show_problem(error.parameter, sentence)

    def summary(self) -> str:
        """Return what will happen, in one line."""
        usual_s = self._usual_s.get(self.components.current_id)
        return summary(self.form.values(), self._data.columns, self._data.rows, usual_s)

    def suggested_name(self) -> str | None:
        """Return what a job that repeats is called: as its user says, or what it does to what."""
        values = self.form.values()
        named = str(values.get("name") or "").strip()
        if named:
            return named
        kind = translate(self.kind.title)
        component = self._heading.text() if self.components.current_id else kind
        formats = look_of(self.kind.task_type).starts_from
        fields = [f for item in formats for f in self.form.fields_of_format(item)]
        editors = (self.form.row(f.name).editor for f in fields if values.get(f.name) is not None)
        title = next((editor.title() for editor in editors), "")
        return tr("{component} of {data}", component=component, data=title) if title else component

    def choose_component(self, component_id: str) -> bool:
        """Choose a component by its id."""
        return self.components.choose(component_id)

    # --- inside -------------------------------------------------------------------------------

    def _build(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        if self._definition.component_field:
            side = QFrame()
            set_role(side, "side")
            side.setFixedWidth(LIST_PX)
            inside = QVBoxLayout(side)
            inside.setContentsMargins(12, 12, 12, 0)
            inside.addWidget(self.components)
            layout.addWidget(side)
        column = self._column.column
        column.setContentsMargins(16, 16, 12, 16)
        column.addWidget(TextLabel(translate(self.kind.description), role="muted"))
        column.addWidget(self.form)
        self._about.setWordWrap(True)
        self._place = QVBoxLayout()
        self._place.setSpacing(8)
        self._place.setContentsMargins(0, 12, 0, 0)
        self._place.addWidget(self._heading)
        self._place.addWidget(self._about)
        column.addLayout(self._place)
        column.addStretch(1)
        layout.addWidget(self._column, 1)

    def _fill_start(self) -> None:
        definition = self._definition
        self.components.set_components(definition.components, definition.missing)
        chosen = str(self._start.get(definition.component_field) or self._default_component())
        if chosen:
            self.components.choose(chosen)
        params = self._start.get(self._definition.params_field)
        if params and chosen:
            self._params_of[chosen] = dict(params)
        if self._is_retry:
            self.form.set_baseline(self._start)
        else:
            self.form.set_values(self._start)

    def _default_component(self) -> str:
        item = self._definition.parameters["properties"].get(self._definition.component_field, {})
        return str(item.get("default") or "")

    def _show_component(self, component_id: str) -> None:
        """Show the parameters of the chosen component; each keeps what was entered for it."""
        if self.params is not None and self._shown_component:
            self._params_of[self._shown_component] = self.params.values()
        component = next((c for c in self._definition.components if c.id == component_id), None)
        self._shown_component = component_id
        if self.params is not None:
            self._place.removeWidget(self.params)
            self.params.deleteLater()
            self.params = None
        has_params = bool(
            self._definition.params_field and component and component.schema.get("properties")
        )
        self._heading.setVisible(component is not None)
        self._about.setVisible(component is not None)
        if component is not None:
            self._heading.setText(translate(component.title))
            self._about.setText(translate(component.description))
        if has_params and component is not None:
            self._make_params(component_id, component.schema)
        self.changed.emit()

    def _make_params(self, component_id: str, schema: Mapping[str, Any]) -> None:
        self.params = SchemaForm(schema, names=True)
        is_start = component_id == self._start.get(self._definition.component_field)
        if self._is_retry and is_start:
            earlier = self._start.get(self._definition.params_field)
            self.params.set_baseline(dict(earlier or {}))
        self.params.set_values(self._params_of.get(component_id, {}))
        self.params.changed.connect(lambda _name: self.changed.emit())
        self._place.addWidget(self.params)
        self._read_columns()

    def _on_field(self, name: str) -> None:
        field = self.form.row(name).field
        if field.format in KINDS:
            self._take_back_likely(field)
            self._read_columns()
        if name == TARGET:
            self._follow_target()
        if name == TASK:
            self._filter_by_task(str(self.form.values().get(TASK) or ""))
        self.changed.emit()

    def _follow_target(self) -> None:
        """Leave the target out of the features, and take the task that suits it."""
        targets = targets_of(self.form.values())
        self._offer_features(targets)
        chosen = next((o for o in self._data.columns if [o.value] == targets), None)
        task = task_for(chosen) if chosen is not None else ""
        if not task or TASK not in self.form.values():
            return
        row = self.form.row(TASK)
        if not row.was_touched and not self._is_retry:
            row.editor.set_value(task)
            row.forget_touch()

    def _offer_features(self, targets: Sequence[str]) -> None:
        if FEATURES not in self.form.values():
            return
        features = features_for(self._data.columns, targets)
        self.form.offer(FEATURES, features)
        others = tr_plural("All other {count} column", "All other {count} columns", len(features))
        self.form.row(FEATURES).editor.set_empty_text(others if features else "")

    def _run(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        """Read in the background; a newer question of the same kind replaces the older one."""
        earlier = self._reading.get(what)
        if earlier is not None:
            earlier.cancel()
        task = self._bridge.start(work, what=tr("Reading the library"))
        self.destroyed.connect(task.cancel)
        self._reading[what] = task

    @property
    def is_reading(self) -> bool:
        """Whether choices are still being read."""
        return any(not task.done() for task in self._reading.values())

    async def _offer(self, kind: str) -> None:
        options = await self._bridge.call(entity_options, self._bridge.folder, kind)
        self.form.set_options(kind, options)
        if not self._is_retry and len(options) > 0:
            self._choose_newest(kind)

    def _choose_newest(self, kind: str) -> None:
        """Begin with the newest one where one must be chosen anyway, or most likely is."""
        look = look_of(self.kind.task_type)
        likely = kind == look.begins_with and not any(
            self.form.row(field.name).editor.value() is not None
            for other in look.starts_from
            for field in self.form.fields_of_format(other)
        )
        for field in self.form.fields_of_format(kind):
            needed = field.required and not field.nullable
            row = self.form.row(field.name)
            if (needed or likely) and row.editor.value() is None:
                row.editor.set_value(row.editor.newest())
                row.forget_touch()

    def _take_back_likely(self, chosen: Field) -> None:
        """Empty the field that was filled as likely once the user starts from something else."""
        look = look_of(self.kind.task_type)
        begins = look.begins_with
        if chosen.format == begins or chosen.format not in look.starts_from:
            return
        if not begins or self.form.row(chosen.name).editor.value() is None:
            return
        for field in self.form.fields_of_format(begins):
            row = self.form.row(field.name)
            if not row.was_touched and field.name not in self._start:
                row.editor.set_value(None)
                row.forget_touch()

    def _read_columns(self) -> None:
        """Offer the columns of the data that is chosen, and what fits its task."""
        values = self.form.values()
        chosen = [
            (kind, values[field.name])
            for kind in KINDS
            for field in self.form.fields_of_format(kind)
            if isinstance(values.get(field.name), int)
        ]
        if chosen:
            self._run(COLUMN, self._offer_columns(chosen))

    async def _offer_columns(self, chosen: list[tuple[str, int]]) -> None:
        folder = self._bridge.folder
        try:
            self._data = await self._bridge.call(data_of, folder, *chosen[0])
            tasks = [await self._bridge.call(task_of, folder, *item) for item in chosen]
        except MonitorError:
            return  # it was deleted meanwhile; submitting says so
        task = next(filter(None, tasks), "")
        for form in (self.form, self.params):
            if form is not None:
                form.set_columns(self._data.columns, but=(FEATURES,))
        self._follow_target()
        if task:
            self._filter_by_task(task)
        self.changed.emit()

    async def _read_history(self) -> None:
        """Read how long like jobs took."""
        kind = self.kind.task_type
        where = JobFilter(statuses=frozenset({JobStatus.FINISHED}), task_types=frozenset({kind}))
        found = await self._bridge.ask(lambda queue: queue.list(where, limit=MOST_LOOKED_AT))
        times: dict[str, list[float]] = {}
        for record in found:
            span = record.duration()
            if span is not None:
                component = str(record.params.get(self._definition.component_field) or "")
                times.setdefault(component, []).append(span.total_seconds())
        self._usual_s = {component: median(spans) for component, spans in times.items()}
        self.changed.emit()

    def _filter_by_task(self, task: str) -> None:
        if task == self._task_filter:
            return
        self._task_filter = task
        self._offer_components(task)
        if not self._definition.component_field:
            return
        fitting = [item for item in self._definition.components if _serves(item, task)]
        before = self.components.current_id
        self.components.set_components(fitting, self._definition.missing)
        if before not in {item.id for item in fitting}:
            self.components.choose(FIRST_MODELS.get(task, ""))

    def _offer_components(self, task: str) -> None:
        """Offer the components that other parameters name, e.g. the metrics of the task."""
        for kind, found in self._definition.choices.items():
            options = [Option(c.id, translate(c.title)) for c in found if _serves(c, task)]
            self.form.set_options(kind, options)


def _serves(component: Component, task: str) -> bool:
    return not task or not component.tasks or task in component.tasks
