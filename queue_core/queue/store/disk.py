"""Brings what was committed to the disk: one wait serves everybody who waits."""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from pathlib import Path

from queue_core.errors import JobQueueError
from queue_core.steady_thread import SteadyThread

logger = logging.getLogger(__name__)

SYNC_DELAY_S = 0.005
_DESCRIPTOR_PATIENCE_S = 5.0
_DESCRIPTOR_PAUSE_S = 0.01
_flush_to_disk = getattr(os, "fdatasync", os.fsync)


class DiskSync:
    """Flushes the journal of a database.

    Args:
        path: The database's file; its journal lies beside it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._journal = path.with_name(path.name + "-wal")
        self._lock = threading.Lock()
        self._commits = 0
        self._commits_on_disk = 0
        self._unsynced = threading.Event()
        self._thread: SteadyThread | None = None
        self._thread_lock = threading.Lock()
        self._is_stopping = False

    def count_commit(self) -> None:
        """Note a commit; called under the write lock."""
        self._commits += 1

    def sync(self) -> None:
        """Return when the disk has all that this process has committed so far.

        Raises:
            JobQueueError: The disk is full or does not answer.
        """
        wanted = self._commits
        with self._lock:
            if self._commits_on_disk >= wanted:
                return  # the wait of another thread has served this one, too
            included = self._commits
            try:
                self._flush()
            except OSError as error:
                raise JobQueueError(
                    f"The disk of {self._path.parent} did not take what was written: "
                    f"{error.strerror or error}.",
                    hint="Check the disk; what was stored is kept as long as the machine runs.",
                ) from error
            self._commits_on_disk = included

    def sync_soon(self) -> None:
        """Bring what was written without waiting to the disk, within `SYNC_DELAY_S`.

        One wait for the disk serves all transactions of the meantime. Until then a power cut may
        take back a start or an end of a job (never a `put`); a crash of the program takes nothing.
        """
        if self._thread is None or not self._thread.is_alive:
            self._start()
        if not self._unsynced.is_set():
            self._unsynced.set()

    def _start(self) -> None:
        """Start the thread; where it does not come to run, the next caller tries it again."""
        with self._thread_lock:
            if self._is_stopping or (self._thread is not None and self._thread.is_alive):
                return
            if self._thread is not None:
                self._thread.stop()  # should it only be very slow
            # Known before it runs: at any point of the start something may be raised in the caller,
            # and nobody would end a thread that is not known.
            self._thread = SteadyThread("syncer", self._round)
            try:
                self._thread.start()
            except RuntimeError as error:
                logger.info("what is committed waits for the system to store it: %s", error)

    def stop(self) -> None:
        """End the thread."""
        with self._thread_lock:
            self._is_stopping = True
            thread = self._thread
        if thread is not None:
            thread.stop()
            self._unsynced.set()
            thread.join(5.0)

    def _round(self) -> None:
        self._unsynced.wait()
        if self._is_stopping:
            return
        self._unsynced.clear()
        time.sleep(SYNC_DELAY_S)
        try:
            self.sync()
        except JobQueueError as error:
            logger.debug("%s", error)

    def _flush(self) -> None:
        # SQLite's locks are on other files, so a descriptor of our own disturbs nobody.
        try:
            descriptor = self._open_journal()
        except FileNotFoundError:
            return  # no WAL on this file system: the commit itself has waited
        try:
            _flush_to_disk(descriptor)
        finally:
            os.close(descriptor)

    def _open_journal(self) -> int:
        """Return a descriptor; one that is missing for a moment is waited for."""
        deadline = time.monotonic() + _DESCRIPTOR_PATIENCE_S
        while True:
            try:
                return os.open(self._journal, os.O_RDWR)
            except OSError as error:
                is_short = error.errno in (errno.EMFILE, errno.ENFILE)
                if not is_short or time.monotonic() > deadline:
                    raise
                time.sleep(_DESCRIPTOR_PAUSE_S)
