"""The calls that led to an error, and to those that it came of: the user's own ones lit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.i18n import tr
from gui.jobs.details.call_groups import CallRun, grouped
from gui.jobs.details.call_view import OpenCall, OtherCalls, OwnCall
from gui.jobs.details.folding import Fold
from gui.theme import STEP_PX
from gui.widgets import TextLabel
from queue_core.failures.traceback_text import Call, Link, Raised

# A chain of a hundred errors is a loop that raises; the text has them all.
MOST_ERRORS = 10
OPEN_ERRORS = 2


class FailureChain(QWidget):
    """The errors of a failure, the last one first, each with its calls."""

    def __init__(self, chain: Sequence[Raised], open_call: OpenCall) -> None:
        super().__init__()
        self._open_call = open_call
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(STEP_PX * 2)
        shown = [raised for raised in chain[:MOST_ERRORS] if raised.calls]
        for number, raised in enumerate(shown):
            if len(chain) == 1:
                layout.addWidget(self._calls(raised, shows_variables=True))
                continue
            make = partial(self._calls, raised, shows_variables=number == 0)
            fold = Fold(_title(raised), make, is_open=number < OPEN_ERRORS, indent=False)
            layout.addWidget(fold)
        if len(chain) > MOST_ERRORS:
            layout.addWidget(TextLabel(tr("The text has the rest of it."), role="muted"))

    def _calls(self, raised: Raised, *, shows_variables: bool) -> QWidget:
        """Return the calls; the variables of the innermost own one may be open."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(STEP_PX)
        items = grouped(raised.calls)
        own = [item for item in items if isinstance(item, Call)]
        for item in items:
            if isinstance(item, CallRun):
                column.addWidget(OtherCalls(item))
            else:
                is_open = shows_variables and item is own[-1]
                column.addWidget(OwnCall(item, self._open_call, shows_variables=is_open))
        return holder


def _title(raised: Raised) -> str:
    kind = raised.text.partition(":")[0].partition("\n")[0].rpartition(".")[2]
    match raised.link:
        case Link.CAUSE:
            return tr("Before it, on the way to {error}", error=kind)
        case Link.MEANWHILE:
            return tr("Before it, on the way to {error}, which it was handling", error=kind)
        case _:
            return tr("On the way to {error}", error=kind)
