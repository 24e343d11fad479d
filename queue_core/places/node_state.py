"""On another machine: collects what the job reports, and writes it as a sign of life."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from queue_core.places.storage import STATE, as_json, write_anew
from queue_core.places.words import State, state_data
from queue_core.runner.supervision.limits import Watch

logger = logging.getLogger(__name__)

_FASTEST_S: Final = 0.4
_BEAT_S: Final = 3.0
_MOST_WARNINGS: Final = 1_000


class StateWriter:
    """Listens to one attempt of a job; see `supervision.exchange.JobListener`.

    Args:
        folder: The folder of the start.
        digest: Digest of its ticket.
    """

    def __init__(self, folder: Path, digest: str) -> None:
        self._path = folder / STATE
        self._digest = digest
        self._lock = threading.Lock()
        self._state = State()
        self._is_new = True
        self._written_s = self._tried_s = self._measured_s = time.monotonic() - _BEAT_S

    @property
    def phase(self) -> str:
        """What the job says it is doing."""
        return self._state.message

    @property
    def silent_s(self) -> float:
        """How long the storage has taken nothing."""
        return time.monotonic() - self._written_s if self._tried_s > self._written_s else 0.0

    def progress(self, fraction: float | None, message: str) -> None:
        """Keep the newest progress."""
        self._change(fraction=fraction, message=message, has_progress=True)

    def warning(self, text: str) -> None:
        """Keep a warning."""
        self._change(warnings=(*self._state.warnings, text)[:_MOST_WARNINGS])

    def entity(self, kind: str, entity_id: int) -> None:
        """Keep which entity the job makes."""
        self._change(entity=(kind, entity_id))

    def _change(self, **values: object) -> None:
        with self._lock:
            self._state = replace(self._state, **values)  # type: ignore[arg-type]
            self._is_new = True

    def is_due(self, interval_s: float) -> bool:
        """Return whether it is time to measure again."""
        now = time.monotonic()
        if now - self._measured_s < interval_s:
            return False
        self._measured_s = now
        return True

    def write(self, watch: Watch) -> None:
        """Write the state if there is news, or the last sign of life is old; never raises."""
        now = time.monotonic()
        if now - self._tried_s < (_FASTEST_S if self._is_new else _BEAT_S):
            return
        self._tried_s = now
        with self._lock:
            self._is_new = False
            self._state = state = replace(
                self._state, beat=self._state.beat + 1, memory_bytes=watch.memory_bytes,
                peak_bytes=watch.peak_bytes, cpu_s=watch.cpu_s, elapsed_s=watch.elapsed_s,
            )  # fmt: skip
        try:
            write_anew(self._path, as_json(state_data(state, self._digest)))
        except OSError as error:
            logger.warning("the storage cannot be written: %s", error)
        else:
            self._written_s = time.monotonic()
