"""A model session: what was asked, and its models side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.i18n import tr
from gui.results.facts_table import FactsTable
from gui.results.loading import LoadingView
from gui.results.metrics import final_values, metric_titles, spread_text
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

# The rows that models are compared on, the best first.
SPLITS = ("test", "validation", "train")


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
        session, headings, rows = await self.bridge.call(_read, self.bridge.folder, self._id)
        column = self._scroll.column
        column.addLayout(row(UseButton("session", self._id, self.bridge), None))
        facts = muted_label(_facts(session.details))
        facts.setWordWrap(True)
        column.addWidget(facts)
        if rows:
            column.addWidget(heading_label(tr("Models")))
            column.addWidget(FactsTable(tr("Models"), [tr("Model"), *headings], rows))
        else:
            column.addWidget(muted_label(tr("No model has been trained in it yet.")))
        column.addStretch(1)


def _facts(details: Mapping[str, Any]) -> str:
    output = ", ".join(details.get("output_columns") or ()) or "—"
    inputs = ", ".join(details.get("input_columns") or ()) or tr("all others")
    return tr("Output: {output}. Inputs: {inputs}.", output=output, inputs=inputs)


def _read(folder: LocalFolder, session_id: int) -> tuple[EntityRecord, list[str], list[list[str]]]:
    session = get_entity(folder, EntityKind.MODEL_SESSION, session_id)
    where = EntityFilter(
        having={"session_id": session_id}, statuses=frozenset({EntityStatus.FINISHED})
    )
    runs = list_entities(folder, EntityKind.RUN, where)
    measured = {run.id: final_values(metrics_of(folder, run.id)) for run in runs}
    names = list(dict.fromkeys(name for values in measured.values() for name in values))
    titles = metric_titles()
    rows = [[run.name, *(_text(measured[run.id].get(name, {})) for name in names)] for run in runs]
    return session, [titles.get(name, name) for name in names], rows


def _text(by_split: Mapping[str, list[float | None]]) -> str:
    split = next((split for split in SPLITS if split in by_split), "")
    return spread_text(by_split.get(split, []))
