"""The form of one job type: its own parameters, its component, that component's parameters."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.i18n import tr, tr_plural, translate, translate_message
from gui.jobs.type_looks import look_of
from gui.results.scrolled_column import ScrolledColumn
from gui.submit import several_models
from gui.submit.favourites import with_favourites
from gui.submit.form import COLUMN, SchemaForm
from gui.submit.history import History, read_history
from gui.submit.job_types import JobForm, serves
from gui.submit.library_options import KINDS, Data, data_of, entity_options, task_of
from gui.submit.likely import choose_newest, take_back_likely
from gui.submit.pickers import Option
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
from gui.submit.variants import Choice
from gui.widgets import TextLabel, heading_label, muted_label, set_role
from queue_core.errors import MonitorError, ParameterError
from queue_core.jobs.job_type import JobType

LIST_PX = 264


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
        self._history = History()
        self.form = SchemaForm(form.schema, names=True)
        self._takes_several = kind.task_type in several_models.TAKES_SEVERAL and not is_retry
        self.components = with_favourites(bridge, kind.task_type, several=self._takes_several)
        self.params: SchemaForm | None = None
        self._params_of: dict[str, dict[str, Any]] = {}
        self._shown_component = ""
        self._heading = heading_label("")
        self._about = muted_label()
        self._note = TextLabel(role="killed")
        self._column = ScrolledColumn(tr("Parameters"), spacing=8)
        self._build()
        self._fill_start()
        self._begin()

    def _begin(self) -> None:
        """Show what the page starts from, and read what can be chosen."""
        self.form.changed.connect(self._on_field)
        self.components.chosen.connect(self._show_component)
        self.components.ticked.connect(self._on_ticked)
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

    def choices(self) -> list[Choice]:
        """Return the components that are to be used, each with what was entered for it."""
        if self.params is not None:
            self._params_of[self._shown_component] = self.params.values()
        return several_models.choices_of(
            self._definition, self.components.ticked_ids, self._params_of
        )

    def variants(self) -> list[dict[str, Any]]:
        """Return the parameters of each job where the form comes to several; else nothing.

        Raises:
            ParameterError: There are more than can be put at once.
        """
        title = self._data_title()
        return several_models.jobs_of(self._definition, self.choices(), self.values(), title)

    def names(self) -> list[str]:
        """Return what the jobs will be called, where there are several."""
        return several_models.names_of(self.choices(), self.values(), self._data_title())

    def show_errors(self) -> bool:
        """Show what is wrong; return whether anything is."""
        found = self.form.show_errors()
        if self.params is not None and not found:
            found = self.params.show_errors()
        wrong = "" if found else several_models.first_with_problem(self.choices())
        if wrong and self.components.choose(wrong) and self.params is not None:
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
        values = self.form.values()
        need = self._history.need(self.components.ticked_ids, values)
        told = summary(values, self._data.columns, self._data.rows, need)
        return " · ".join(filter(None, (several_models.jobs_sentence(self.choices()), told)))

    def run_title(self) -> str:
        """Return what the button says that submits it."""
        return several_models.run_title(self.choices())

    def suggested_name(self) -> str | None:
        """Return what a job that repeats is called: as its user says, or what it does to what."""
        values = self.form.values()
        named = str(values.get("name") or "").strip()
        if named:
            return named
        kind = translate(self.kind.title)
        component = self._heading.text() if self.components.current_id else kind
        title = self._data_title()
        return tr("{component} of {data}", component=component, data=title) if title else component

    def _data_title(self) -> str:
        """Return what the data is called that the job starts from; empty while none is chosen."""
        formats = look_of(self.kind.task_type).starts_from
        rows = (self.form.row(f.name) for item in formats for f in self.form.fields_of_format(item))
        chosen = (row.editor.title() for row in rows if row.editor.value() is not None)
        return next(chosen, "")

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
        self._place.addWidget(self._note)
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
        self._on_ticked()

    def _on_ticked(self) -> None:
        """Say where the component that is shown is not one of those that are used."""
        ticked = self.components.ticked_ids
        note, role = several_models.note_for(self._shown_component, ticked)
        self._note.set_text(note, role=role)
        self._note.setVisible(self._takes_several)
        self.changed.emit()

    def _make_params(self, component_id: str, schema: Mapping[str, Any]) -> None:
        self.params = SchemaForm(schema, names=True, takes_several=self._takes_several)
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
            take_back_likely(self.form, self.kind.task_type, field, self._start)
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
            choose_newest(self.form, self.kind.task_type, kind)

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
        field = self._definition.component_field
        self._history = await read_history(self._bridge, self.kind.task_type, field)
        self.components.set_recent([job.component for job in self._history.jobs])
        self.changed.emit()

    def _filter_by_task(self, task: str) -> None:
        if task == self._task_filter:
            return
        self._task_filter = task
        self._offer_components(task)
        if not self._definition.component_field:
            return
        fitting = [item for item in self._definition.components if serves(item, task)]
        before = self.components.current_id
        self.components.set_components(fitting, self._definition.missing)
        if before not in {item.id for item in fitting}:
            self.components.choose(FIRST_MODELS.get(task, ""))

    def _offer_components(self, task: str) -> None:
        """Offer the components that other parameters name, e.g. the metrics of the task."""
        for kind, found in self._definition.choices.items():
            options = [Option(c.id, translate(c.title)) for c in found if serves(c, task)]
            self.form.set_options(kind, options)
