"""The newest of the tasks that something starts one after the other; it ends with its owner."""

from __future__ import annotations

import asyncio
from typing import Any

from PySide6.QtCore import QObject


class LatestTask:
    """What runs now; connected once, so that nothing holds the tasks that have ended.

    Attributes:
        task: The newest one; None before the first.
    """

    def __init__(self, owner: QObject) -> None:
        self.task: asyncio.Task[Any] | None = None
        # No widget's method: it must not touch what is gone.
        owner.destroyed.connect(self.cancel)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.task is not None and not self.task.done()

    def cancel(self) -> None:
        """End it."""
        if self.task is not None:
            self.task.cancel()
