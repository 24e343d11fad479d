"""A storage below a URL, which this computer and the machines of a place reach each for itself.

What a start writes there is brought into a folder here, so that it is read as anywhere else; what
a machine needs, it fetches (`begin.py`), and what it writes, it sends (`courier.py`).
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from queue_core.errors import MissingPackageError
from queue_core.paths import log_files
from queue_core.places import begin
from queue_core.places.contract import PlaceError
from queue_core.places.object_store import ObjectStore
from queue_core.places.packages import packed
from queue_core.places.storage import (
    BEGUN,
    LOG,
    LOOK,
    LOOKED,
    OUTCOME,
    STATE,
    STOP,
    TICKET,
    attempt_folder,
    json_object,
    plain_id,
    write_anew,
)

_INTERVAL_S: Final = 0.5
_CHECKED: Final = "packages/.checked"
# Is there as long as the storage is: what is not there then was deleted, and is not out of reach.
_MARK: Final = "packages/.storage"
# A machine whose start cannot begin has no other way to say why.
_OUTPUT: Final = "/tmp/dashai-monitor-{}-{}.txt"


class RemoteStart:
    """A start below a URL; see `start_files.StartFiles`.

    Args:
        store: The storage.
        key: The start's name there.
        folder: Where its files are brought.
        log_limit_bytes: How much of its log is kept there: half of it from the start, the rest
            from the end.
    """

    def __init__(self, store: ObjectStore, key: str, folder: Path, log_limit_bytes: int) -> None:
        self.folder = folder
        self._store = store
        self._key = key
        self._log = folder / LOG
        self._log_limit_bytes = log_limit_bytes
        self._log_part = 0
        self._last_piece = ""
        self._is_fresh = True
        self._seen: dict[str, object] = {}
        self._pulled_s = -1e9

    def pull(self) -> None:
        """Bring what has changed; what a start has written last is put down last, too."""
        if time.monotonic() - self._pulled_s < _INTERVAL_S:
            return
        if self._is_fresh:  # what an earlier program has brought is brought anew
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._is_fresh = False
        found = self._store.versions(self._key)
        self._bring_log(sorted(name for name in found if name.startswith(f"{LOG}/")))
        for name in (BEGUN, STATE, OUTCOME):
            version = found.get(name)
            if version is not None and version != self._seen.get(name):
                data = self._store.read(f"{self._key}/{name}")
                if data is not None:
                    write_anew(self.folder / name, data)
                self._seen[name] = version
        self._pulled_s = time.monotonic()

    def _bring_log(self, pieces: Sequence[str]) -> None:
        """Append pieces of the log: frames, which tell where they belong."""
        for piece in pieces:
            if piece <= self._last_piece:
                continue
            data = self._store.read(f"{self._key}/{piece}")
            if data is not None:  # None: newer ones have taken its place meanwhile
                self._keep(data)
            self._last_piece = piece

    def _keep(self, piece: bytes) -> None:
        """Write a piece of the log: into its head, then into two tails by turns.

        Between two looks of whoever reads it, it may grow by more than the job's own log keeps.
        """
        files = log_files(self._log)
        part = self._log_part
        size = files[part].stat().st_size if files[part].exists() else 0
        turns = size > 0 and size + len(piece) > self._log_limit_bytes // (4 if part else 2)
        if turns:
            part = 3 - part if part else 1
        with files[part].open("wb" if turns else "ab") as file:
            file.write(piece)
        self._log_part = part

    def log_file(self, name: Path) -> Path:
        """Return where the pieces of its log are put together."""
        del name
        return self._log

    def forbid(self, order: bytes) -> None:
        """Write the order to end; of a storage that is not there nothing is known."""
        if not self._store.exists(_MARK):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self._store.url)
        self._store.write_once(f"{self._key}/{STOP}", order)

    def ask(self, question: bytes) -> None:
        """Ask its machine to look into the job."""
        self._store.write(f"{self._key}/{LOOK}", question)

    def answer(self) -> Mapping[str, Any] | None:
        """Return the last answer, past what is brought here: another program may ask."""
        data = self._store.read(f"{self._key}/{LOOKED}")
        return None if data is None else json_object(data)

    def has_outcome(self) -> bool:
        """Return whether it has ended with a word."""
        try:
            return self._store.exists(f"{self._key}/{OUTCOME}")
        except OSError:
            return False

    def last_words(self) -> str:
        """Return nothing: what it has printed is on its machine."""
        return ""

    def remove(self) -> None:
        """Delete it, there and here."""
        try:
            self._store.remove(self._key)
        except OSError:
            return  # the next program finds it and tries again
        shutil.rmtree(self.folder, ignore_errors=True)


class RemoteStorage:
    """The storage of a place below a URL; see `start_files.Storage`.

    Args:
        url: The URL.
        mirror: Folder of this computer for what is brought.
        log_limit_bytes: How much of a log is kept there.
    """

    is_slow = True

    def __init__(self, url: str, mirror: Path, log_limit_bytes: int) -> None:
        self._url = url.rstrip("/")
        self._mirror = mirror
        self._log_limit_bytes = log_limit_bytes
        self._opened: ObjectStore | None = None

    @property
    def _store(self) -> ObjectStore:
        if self._opened is None:
            try:
                self._opened = ObjectStore(self._url)
            except MissingPackageError as error:
                raise PlaceError(error.message, hint=error.hint) from error
        return self._opened

    def start(self, job_id: str, attempt: int) -> RemoteStart:
        """Return the files of one start."""
        folder = attempt_folder(self._mirror, job_id, attempt)
        return RemoteStart(self._store, _key(job_id, attempt), folder, self._log_limit_bytes)

    def publish(self, job_id: str, attempt: int, files: dict[str, bytes]) -> None:
        """Make a start, its ticket last: without that nothing is there that could begin."""
        key = _key(job_id, attempt)
        self._store.write(_MARK, b"")
        for name in sorted(files, key=lambda name: name == TICKET):
            if not self._store.write_once(f"{key}/{name}", files[name]):
                raise FileExistsError(key)

    def store_package(self, source: Path, *, inside: str = "") -> str:
        """Store the modules below a folder in one file, named by its digest; return that."""
        name, data = packed(source, inside)
        if not self._store.exists(f"packages/{name}.zip"):
            self._store.write(f"packages/{name}.zip", data)
        return name

    def command(
        self, job_id: str, attempt: int, digest: str, core: str
    ) -> tuple[Sequence[str], str]:
        """Return what an interpreter is told: the code that begins, for nothing is there yet."""
        output = _OUTPUT.format(plain_id(job_id), attempt)
        url = f"{self._url}/{_key(job_id, attempt)}"
        told = ("-c", begin.source()) if core else ("-m", begin.__name__)
        return (*told, url, digest, output), output

    def starts(self) -> dict[str, list[str]]:
        """Return which attempts lie there, by job."""
        return {job: self._store.folders(f"jobs/{job}") for job in self._store.folders("jobs")}

    def problem(self) -> tuple[str, str]:
        """Write a file and read it; return what is wrong."""
        data = str(time.time()).encode()
        try:
            self._store.write(_CHECKED, data)
            if self._store.read(_CHECKED) == data:
                return "", ""
            why = "what was written is not what is read"
        except PlaceError as error:
            return error.message, error.hint
        except OSError as error:
            why = error.strerror or str(error)
        return (
            f"Its storage {self._url} cannot be used: {why}.",
            "Look at the URL, and at the credentials in the environment of this program.",
        )


def _key(job_id: str, attempt: int) -> str:
    return f"jobs/{plain_id(job_id)}/{attempt}"
