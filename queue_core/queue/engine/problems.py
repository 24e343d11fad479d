"""What keeps the queue from working now: told by its parts, shown in the window and elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable

from queue_core.errors import MonitorError
from queue_core.queue.store.serializer import one_line


class Problems:
    """The present problems, one for each part that has one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_part: dict[str, str] = {}

    def note(self, part: str, error: BaseException | str | None) -> None:
        """Keep what a part cannot do, or that it can again."""
        with self._lock:
            if error is None:
                self._by_part.pop(part, None)
            else:
                self._by_part[part] = error if isinstance(error, str) else _sentence(part, error)

    def of(self, part: str) -> Callable[[BaseException | str | None], None]:
        """Return a function that notes the problems of one part."""
        return lambda error: self.note(part, error)

    def now(self) -> str | None:
        """Return the oldest problem, as a sentence; None where all works."""
        # Asked for often, and almost always empty.
        if not self._by_part:
            return None
        with self._lock:
            return next(iter(self._by_part.values()), None)


def _sentence(part: str, error: BaseException) -> str:
    if isinstance(error, MonitorError):
        return f"{error.message} {error.hint}".strip()
    return f"The queue's {part} cannot work: {one_line(error)}. It is tried again."
