"""A storage that is a folder which this computer and the machines of a place share."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from queue_core.places.packages import store_package
from queue_core.places.start_files import SharedStart
from queue_core.places.storage import OUTPUT, attempt_folder, write_once

_BEGIN: Final = "queue_core.places.begin"


class SharedStorage:
    """The shared folder; see `start_files.Storage`.

    Args:
        root: The folder.
        seen_root: The same folder as the machines see it.
    """

    is_slow = False

    def __init__(self, root: Path, seen_root: str) -> None:
        self._root = root
        self._seen_root = seen_root.rstrip("/")

    def start(self, job_id: str, attempt: int) -> SharedStart:
        """Return the files of one start."""
        return SharedStart(attempt_folder(self._root, job_id, attempt))

    def publish(self, job_id: str, attempt: int, files: dict[str, bytes]) -> None:
        """Make the folder of a start, once and whole.

        Half of one would be taken for a start that was handed over, where the storage fails in the
        middle and cannot be cleared either.
        """
        folder = self.start(job_id, attempt).folder
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            for name, data in files.items():
                write_once(aside / name, data)
            aside.rename(folder)
        except OSError as error:
            shutil.rmtree(aside, ignore_errors=True)
            if not folder.exists():
                raise
            raise FileExistsError(str(folder)) from error

    def store_package(self, source: Path, *, inside: str = "") -> str:
        """Store the modules below a folder; return where the machines find them."""
        name = store_package(self._root, source, inside=inside)
        return self._seen(self._root / "packages" / name)

    def command(
        self, job_id: str, attempt: int, digest: str, core: str
    ) -> tuple[Sequence[str], str]:
        """Return what an interpreter is told; without a core it needs one of its own."""
        seen = self._seen(self.start(job_id, attempt).folder)
        begin = (f"{core}/queue_core/places/begin.py",) if core else ("-m", _BEGIN)
        return (*begin, seen, digest), f"{seen}/{OUTPUT}"

    def starts(self) -> dict[str, list[str]]:
        """Return which attempts lie there, by job."""
        jobs = self._root / "jobs"
        return {
            job.name: [attempt.name for attempt in job.iterdir()]
            for job in (jobs.iterdir() if jobs.is_dir() else ())
        }

    def problem(self) -> tuple[str, str]:
        """Return what is wrong with it."""
        root = self._root
        try:
            there = next(path for path in (root, *root.parents) if path.exists())
            is_open = there == root and bool(root.stat().st_mode & 0o077)
        except OSError as error:  # below a folder that is closed to us, or it does not answer
            why = error.strerror or str(error)
            return f"Its storage {root} cannot be used: {why}.", "Mount it, or make it writable."
        if not os.access(there, os.W_OK | os.X_OK):
            return f"Its storage {root} cannot be written.", "Mount it, or make it writable."
        if is_open:
            return f"Other users can enter its storage {root}.", f"chmod go= {root}"
        return "", ""

    def _seen(self, path: Path) -> str:
        """Return a path of the storage as the machines see it."""
        return f"{self._seen_root}/{path.relative_to(self._root).as_posix()}"
