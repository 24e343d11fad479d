"""A model session: what was asked, and its models side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.i18n import tr
from gui.results.comparison import Comparison, compare
from gui.results.facts_table import FactsTable
from gui.results.loading import LoadingView
from gui.results.scrolled_column import ScrolledColumn
from gui.submit.use_button import UseButton
from gui.widgets import heading_label, muted_label, row
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.library.entities import (
    EntityFilter,
    EntityRecord,
    get_entity,
    list_entities,
    metrics_of,
)
from queue_core.paths import LocalFolder


class SessionView(LoadingView):
    """The models of one session and their metrics."""

    def __init__(self, session_id: int, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._id = session_id
        self._scroll = ScrolledColumn()
        self.body.addWidget(self._scroll, 1)
        self.load()

    async def fill(self) -> None:
        """Read the session, its models and their metrics."""
        session, found = await self.bridge.call(_read, self.bridge.folder, self._id)
        column = self._scroll.column
        column.addLayout(row(UseButton("session", self._id, self.bridge), None))
        facts = muted_label(_facts(session.details))
        facts.setWordWrap(True)
        column.addWidget(facts)
        if found.rows:
            column.addWidget(heading_label(tr("Models")))
            names = [[name] for name, _cells in found.rows]
            table = FactsTable(tr("Models"), [tr("Model"), *found.headings], names)
            table.show_cells([cells for _name, cells in found.rows], after=1)
            column.addWidget(table)
        else:
            column.addWidget(muted_label(tr("No model has been trained in it yet.")))
        column.addStretch(1)


def _facts(details: Mapping[str, Any]) -> str:
    target = ", ".join(details.get("output_columns") or ()) or "—"
    features = ", ".join(details.get("input_columns") or ()) or tr("all others")
    return tr("Target: {target}. Features: {features}.", target=target, features=features)


def _read(folder: LocalFolder, session_id: int) -> tuple[EntityRecord, Comparison]:
    session = get_entity(folder, EntityKind.MODEL_SESSION, session_id)
    where = EntityFilter(
        having={"session_id": session_id}, statuses=frozenset({EntityStatus.FINISHED})
    )
    runs = list_entities(folder, EntityKind.RUN, where)
    return session, compare(runs, {run.id: metrics_of(folder, run.id) for run in runs})
