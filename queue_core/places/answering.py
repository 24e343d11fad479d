"""On another machine: answers what the queue asks about the job while it runs."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from queue_core.paths import LocalFolder
from queue_core.places.snapshots import problem_data, snapshot_data
from queue_core.places.storage import LOOK, LOOKED, as_json, read_json, write_anew
from queue_core.runner.snapshots.snapshot import stack_snapshot
from queue_core.runner.snapshots.stack_signal import SnapshotError

logger = logging.getLogger(__name__)


class Answering:
    """Looks into the job when it is asked for, each question once.

    Args:
        folder: The start's folder, where questions and answers lie.
        digest: Digest of its ticket.
        local: The local folder that the job works for.
        pid: The process that runs it.
    """

    def __init__(self, folder: Path, digest: str, local: LocalFolder, pid: int) -> None:
        self._folder = folder
        self._digest = digest
        self._local = local
        self._pid = pid
        self._token = ""

    def look(self) -> None:
        """Answer a new question, on a thread of its own: looking may take seconds."""
        try:
            if not (self._folder / LOOK).exists():
                return
            asked = read_json(self._folder / LOOK)
        except OSError:
            return  # the storage is away for now
        token = str((asked or {}).get("token") or "")
        if token and token != self._token:
            self._token = token
            threading.Thread(target=self._answer, args=(token,), daemon=True, name="look").start()

    def _answer(self, token: str) -> None:
        try:
            data = snapshot_data(stack_snapshot(self._pid, self._local), self._digest, token)
        except SnapshotError as error:
            data = problem_data(error.message, self._digest, token)
        try:
            write_anew(self._folder / LOOKED, as_json(data))
        except OSError as error:
            logger.warning("the storage cannot be written: %s", error)
