"""Looks into files one after another, the shown one first, and drops answers that come late."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.helper import HelperError, helpers_of
from gui.i18n import tr, translate_message
from gui.latest_task import LatestTask
from gui.submit.preview_state import FileEntry, FileState, PreviewAnswer, next_to_read
from queue_core.errors import MonitorError
from queue_core.library.preview import preview_file

logger = logging.getLogger(__name__)

DEBOUNCE_MS = 250
# Ending the helper costs a new start, so a look that is about to end is waited for.
PATIENCE_S = 0.5


class PreviewReader(QObject):
    """Keeps the answers of a dialog's files up to date.

    Signals:
        updated: An entry has another state or answer.
    """

    updated = Signal(object)

    def __init__(self, bridge: Bridge, entries: Sequence[FileEntry], parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._helper = helpers_of(bridge).previews
        self._entries = entries
        self._current: FileEntry | None = None
        self._reading: FileEntry | None = None
        self._asked_version = 0
        self._since = 0.0
        self._latest = LatestTask(self)
        self._is_over = False
        self._debounce = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._debounce.timeout.connect(self._go_on)

    def show(self, entry: FileEntry) -> None:
        """Look into this one first."""
        self._current = entry
        self._go_on()

    def outdated(self) -> None:
        """The user has changed something: look again as soon as they pause."""
        if not self._is_over:
            self._debounce.start()

    def stop(self) -> None:
        """Look no further, whatever is asked for from now on."""
        self._is_over = True
        self._debounce.stop()
        self._latest.cancel()

    @property
    def is_busy(self) -> bool:
        """Whether a file is being looked into, or will be."""
        return self._latest.task is not None or self._debounce.isActive()

    def _go_on(self) -> None:
        if self._is_over:
            return
        if self._latest.task is not None:
            self._interrupt_if_useless()
        elif next_to_read(self._entries, self._current) is not None:
            task = self._bridge.start(self._read_all(), what=tr("Looking into files"))
            task.add_done_callback(self._on_done)
            self._latest.task = task

    def _interrupt_if_useless(self) -> None:
        """End a slow look whose answer nobody waits for any more."""
        entry = self._reading
        if entry is None or time.monotonic() - self._since < PATIENCE_S:
            return
        late = self._asked_version != entry.version
        other_is_shown = self._current is not entry and next_to_read([], self._current)
        if late or other_is_shown:
            if not late:
                entry.state = FileState.WAITING
            self._latest.cancel()

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._latest.task = None
        self._reading = None
        # It is called a turn after the task has ended: the dialog may have gone in between.
        if self._is_over or not isValid(self):
            return
        if not task.cancelled() or self._current is not None:
            self._debounce.start(0)
            self._debounce.setInterval(DEBOUNCE_MS)

    async def _read_all(self) -> None:
        while (entry := next_to_read(self._entries, self._current)) is not None:
            self._reading, self._asked_version = entry, entry.version
            self._since = time.monotonic()
            entry.state = FileState.READING
            self.updated.emit(entry)
            answer = await self._look_into(entry)
            if entry.take(answer, self._asked_version):
                self.updated.emit(entry)

    async def _look_into(self, entry: FileEntry) -> PreviewAnswer:
        try:
            found = await self._helper.call(
                preview_file, path=str(entry.path), loader=entry.loader, options=entry.asked
            )
        except HelperError as error:
            logger.warning("Looking into %s failed: %s", entry.path, error.details or error)
            sentence = tr(
                "{file} cannot be looked into: {reason}",
                file=entry.path.name,
                reason=translate_message(error.message.splitlines()[0]),
            )
            return PreviewAnswer(error=sentence, hint=tr("Choose how it is read at the right."))
        except MonitorError as error:
            return PreviewAnswer(error=error.message, hint=error.hint)
        return PreviewAnswer.from_json(found)
