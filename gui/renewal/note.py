"""Says of what is shown that it no longer fits its data, and offers to make it anew."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.flow_layout import FlowLayout
from gui.i18n import tr, tr_plural
from gui.plain_text import as_typed
from gui.renewal.opening import open_renewal
from gui.throttle import Throttle
from gui.widgets import TextLabel, set_role, text_button
from queue_core.database.status import EntityKind
from queue_core.library.renewal import MADE_BY_JOBS, Outdated, Renewal, plan_renewal
from queue_core.queue.values import ChangeBatch

FRESH_S = 1.5


class OutdatedNote(QFrame):
    """A box above a result; hidden while the result, and all that was made of it, is up to date.

    Signals:
        newer_wanted: Carries kind and id of what stands for it now.
    """

    newer_wanted = Signal(object, int)

    def __init__(self, bridge: Bridge, *, shows_newer: bool = True) -> None:
        """Make the note.

        Args:
            bridge: The way to other threads.
            shows_newer: Whether `newer_wanted` leads anywhere.
        """
        super().__init__()
        self._bridge = bridge
        self._shows_newer = shows_newer
        self._about: tuple[EntityKind, int] | None = None
        self._plan = Renewal()
        self._is_old = False
        set_role(self, "warningBox")
        self._sentence = TextLabel()
        self.renew = text_button(tr("Bring up to date…"), self._renew, icon_name="retry")
        self.newer = text_button(tr("Show the newer one"), self._show_newer)
        buttons = QWidget()
        flow = FlowLayout(spacing=8, parent=buttons)
        for button in (self.renew, self.newer):
            flow.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        for widget in (self._sentence, buttons):
            layout.addWidget(widget)
        self._look = Throttle(
            bridge, self._read, what=tr("Looking for what is out of date"), interval_s=FRESH_S,
            parent=self,
        )  # fmt: skip
        bridge.changed.connect(self._on_changed)
        self.hide()

    def show_entity(self, kind: EntityKind | None, entity_id: int = 0) -> None:
        """Look at another result; None: at none."""
        about = (kind, entity_id) if kind is not None and kind in MADE_BY_JOBS else None
        if about != self._about:
            self._about = about
            self._is_old = False
            self.hide()
            self._look.request_now()
        else:
            self.refresh()

    def refresh(self) -> None:
        """Look again if anything has changed while nobody looked here."""
        if self._is_old:
            self._is_old = False
            self._look.request_soon()

    @property
    def is_looking(self) -> bool:
        """Whether it is being found out."""
        return self._look.is_running

    def _on_changed(self, _batch: ChangeBatch) -> None:
        if self._about is None:
            return
        place = self.parentWidget()
        if place is not None and place.isVisible():
            self._look.request()
        else:
            self._is_old = True

    async def _read(self) -> None:
        about = self._about
        if about is None:
            return
        # It looks at a file, which may lie on another machine: that one keeps nobody else waiting.
        plan = await self._bridge.call_far(plan_renewal, self._bridge.folder, about)
        if isValid(self) and about == self._about:
            self._show(plan)

    def _show(self, plan: Renewal) -> None:
        self._plan = plan
        count = len(plan.steps)
        self._sentence.set_text(_sentence(plan))
        hint = tr_plural(
            "{count} job makes it up to date.", "{count} jobs, in order, make it up to date.", count
        )
        self.renew.setToolTip(as_typed(hint))
        self.renew.setVisible(count > 0)
        self.newer.setVisible(plan.successor is not None and self._shows_newer)
        self.setVisible(plan.why is not None or count > 0)

    def _renew(self) -> None:
        open_renewal(self, self._bridge, about=self._about)

    def _show_newer(self) -> None:
        if self._plan.successor is not None:
            self.newer_wanted.emit(*self._plan.successor)


def _sentence(plan: Renewal) -> str:
    if plan.why is Outdated.LOADED_AGAIN:
        return tr("A newer version of this dataset was loaded since.")
    if plan.why is Outdated.FILE:
        return tr("The file of this dataset has changed since it was loaded.")
    if plan.why is Outdated.SOURCE and plan.successor is not None:
        return tr("The data have changed since this was made, and it was made anew.")
    if plan.why is Outdated.SOURCE:
        return tr("The data that this was made from have changed since.")
    return tr("Results of earlier data are out of date.")
