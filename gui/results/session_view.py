"""A model session: what was asked, and its models side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.flow_layout import FlowLayout
from gui.i18n import tr
from gui.results.compare.opening import open_comparison
from gui.results.comparison import Comparison, compare, short_names
from gui.results.facts_table import FactsTable
from gui.results.loading import LoadingView
from gui.results.scrolled_column import ScrolledColumn
from gui.submit.use_button import UseButton
from gui.widgets import heading_label, muted_label, text_button
from queue_core.database.status import EntityKind
from queue_core.library.comparing import measured_runs
from queue_core.library.entities import EntityRecord, get_entity
from queue_core.paths import LocalFolder

NAME_PX = 210


class SessionView(LoadingView):
    """The models of one session and their metrics."""

    def __init__(self, session_id: int, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._id = session_id
        self._scroll = ScrolledColumn(tr("Models"))
        self.body.addWidget(self._scroll, 1)
        self.load()

    async def fill(self) -> None:
        """Read the session, its models and their metrics."""
        session, found = await self.bridge.call(_read, self.bridge.folder, self._id)
        column = self._scroll.column
        use = UseButton("session", self._id, self.bridge)
        compare_all = text_button(tr("Compare models…"), self._compare, icon_name="compare")
        compare_all.setVisible(len(found.runs) > 1)
        buttons = QWidget()
        flow = FlowLayout(spacing=8, parent=buttons)
        for button in (use, compare_all):
            flow.addWidget(button)
        column.addWidget(buttons)
        facts = muted_label(_facts(session.details))
        facts.setWordWrap(True)
        column.addWidget(facts)
        if found.runs:
            column.addWidget(heading_label(tr("Models")))
            column.addWidget(models_table(found))
        else:
            column.addWidget(muted_label(tr("No model has been trained in it yet.")))
        column.addStretch(1)

    def _compare(self) -> None:
        open_comparison(self, self.bridge, session_id=self._id)


def models_table(found: Comparison) -> FactsTable:
    """Return a small table of models: what was measured, and where they differ."""
    names = short_names(found.runs)
    # Where a model is called by its kind, one of both is enough.
    columns = [c for c in found.differing if [cell.text for cell in c.cells] != names]
    headings = [tr("Name"), *(column.title for column in columns)]
    table = FactsTable(tr("Models"), headings, [[name] for name in names])
    table.explain_names([run.name for run in found.runs])
    # A name that says what differs is long, and the numbers are what one looks for.
    table.limit_names(NAME_PX)
    rows = range(len(found.runs))
    table.show_cells([[c.cells[row] for c in columns] for row in rows], after=1)
    return table


def _facts(details: Mapping[str, Any]) -> str:
    target = ", ".join(details.get("output_columns") or ()) or "—"
    features = ", ".join(details.get("input_columns") or ()) or tr("all others")
    return tr("Target: {target}. Features: {features}.", target=target, features=features)


def _read(folder: LocalFolder, session_id: int) -> tuple[EntityRecord, Comparison]:
    session = get_entity(folder, EntityKind.MODEL_SESSION, session_id)
    found = measured_runs(folder, session_id=session_id)
    return session, compare(found.runs, found.measured)
