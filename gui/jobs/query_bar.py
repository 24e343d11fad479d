"""The line above the jobs that says by what they are filtered, in chips, and how many match."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from gui.flow_layout import FlowLayout
from gui.i18n import tr, tr_plural
from gui.jobs.query_texts import mistake_text
from gui.plain_text import as_typed
from gui.theme import STEP_PX
from gui.widgets import IconLabel, TextLabel, muted_label, row, set_role, text_button
from queue_core.queue.finding.language import QueryError, Term, parse

MOST_LETTERS = 48
CROSS_PX = 12
HEIGHT_PX = 40


class QueryBar(QFrame):
    """Shows the terms of a query, or what is wrong with it.

    Signals:
        removed: A `Term` that the user takes out.
    """

    removed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("queryBar")
        self.setMinimumHeight(HEIGHT_PX)
        self._chips: list[QPushButton] = []
        self._names: dict[str, str] = {}
        self._flow = FlowLayout(spacing=STEP_PX)
        self._icon = IconLabel("warning", "killed")
        self._mistake = TextLabel()
        self._count = muted_label()
        self._actions = QWidget()
        self._buttons = row()
        self._actions.setLayout(self._buttons)
        chips = QWidget()
        chips.setLayout(self._flow)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        chips.setSizePolicy(policy)
        self._chips_place = chips
        layout = QHBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 4, STEP_PX, STEP_PX * 3, STEP_PX)
        layout.setSpacing(STEP_PX * 2)
        layout.addWidget(self._icon)
        layout.addWidget(self._mistake, 1)
        layout.addWidget(chips, 1)
        layout.addWidget(self._count)
        layout.addWidget(self._actions)
        self.show_query("")

    @property
    def chips(self) -> tuple[QPushButton, ...]:
        """The buttons of the terms."""
        return tuple(self._chips)

    @property
    def text(self) -> str:
        """What it says is wrong."""
        return self._mistake.text

    def add_button(self, button: QWidget) -> None:
        """Put something that can be done with all that match at the end."""
        self._buttons.addWidget(button)

    def call(self, term: str, name: str) -> None:
        """Let the chip of a term say what it means, where people cannot read it as it is."""
        self._names = {term: name}

    def show_query(self, query: str) -> None:
        """Show the terms of a query that can be understood."""
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.deleteLater()
        self._chips = [self._chip(query, term) for term in parse(query)]
        for chip in self._chips:
            self._flow.addWidget(chip)
        self._show_mistake("")

    def show_mistake(self, error: QueryError | None) -> None:
        """Say what is wrong with what was typed last."""
        self._show_mistake("" if error is None else mistake_text(error))

    def show_count(self, count: int | None, note: str = "") -> None:
        """Say how many jobs match, and what is still to be known of that."""
        text = "" if count is None else tr_plural("{count} job", "{count} jobs", count)
        self._count.setText(" · ".join(part for part in (note, text) if part))

    def _show_mistake(self, text: str) -> None:
        self._mistake.set_text(text)
        self._icon.setVisible(bool(text))
        self._mistake.setVisible(bool(text))
        self._chips_place.setVisible(not text)
        self._actions.setVisible(not text)

    def _chip(self, query: str, term: Term) -> QPushButton:
        written = query[term.start : term.end]
        text = self._names.get(written, written)
        shown = text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"
        chip = text_button(shown, partial(self.removed.emit, term), role="queryChip",
                           icon_name="close")  # fmt: skip
        chip.setIconSize(QSize(CROSS_PX, CROSS_PX))
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        chip.setAccessibleName(tr("Remove {term}", term=text))
        chip.setToolTip(as_typed(tr("Remove {term}", term=text)))
        set_role(chip, "queryChip")
        return chip
