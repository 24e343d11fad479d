"""One soft flash of a row whose job has just ended, then nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer

FLASH_S = 0.9
FRAME_MS = 40


class RowFlashes(QObject):
    """Remembers which rows are lit and asks for their repaint until they have faded.

    Args:
        repaint: Paints the row of a job again, where it is in sight.
    """

    def __init__(self, repaint: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._repaint = repaint
        self._begun: dict[str, float] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._on_frame)

    def start(self, job_ids: Iterable[str]) -> None:
        """Light the rows of these jobs."""
        now = time.monotonic()
        self._begun.update((job_id, now) for job_id in job_ids)
        if self._begun:
            self._timer.start()

    def strength(self, job_id: str) -> float:
        """Return how strongly a row is lit: 1 at first, then fading to 0."""
        begun = self._begun.get(job_id)
        return 0.0 if begun is None else max(0.0, 1 - (time.monotonic() - begun) / FLASH_S)

    def _on_frame(self) -> None:
        for job_id in list(self._begun):
            self._repaint(job_id)
            if self.strength(job_id) <= 0:
                del self._begun[job_id]
        if not self._begun:
            self._timer.stop()
