"""How many worker threads are to leave, between those that are there and those that are wanted."""

from __future__ import annotations

import threading


class Surplus:
    """How many workers are to leave; whichever is through with its job first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def take(self) -> bool:
        """Return whether the caller is one of them."""
        with self._lock:
            if self._count <= 0:
                return False
            self._count -= 1
            return True

    def change(self, by: int) -> int:
        """Let *by* more leave, or fewer; return how many new workers are needed, or 0."""
        with self._lock:
            self._count += by
            missing = max(0, -self._count)
            self._count += missing
            return missing
