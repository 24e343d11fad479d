"""Files that come through the API: each in a folder of its own, until its job has used it."""

from __future__ import annotations

import errno
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from queue_core.api.guard import too_large
from queue_core.api.problems import ApiError
from queue_core.errors import ParameterError
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobFilter

if TYPE_CHECKING:
    from queue_core.api.rooms import Room
    from queue_core.queue.reading import QueueReader

MARK: Final = "upload:"
_REFERENCE: Final = re.compile(rf"{MARK}([0-9a-f]{{32}})", re.ASCII)
_PIECE_BYTES: Final = 2**20
_LONGEST_NAME_BYTES: Final = 200
_DAY_S: Final = 86_400.0
# How long a file is kept after it came: its job may be repeated with other parameters.
KEPT_S: Final = _DAY_S
KEPT_AFTER_ERROR_S: Final = 7 * _DAY_S


class Upload:
    """A file that is being received; whole, or gone.

    Args:
        folder: Where uploads lie.
        name: What the client calls it.
        room: Threads that write.
        most: How many bytes it may have.
    """

    def __init__(self, folder: Path, name: str, room: Room, most: int) -> None:
        self._id = secrets.token_hex(16)
        self._place = folder / self._id
        self.path = self._place / plain_name(name)
        self._room = room
        self._most = most
        self._file: BinaryIO | None = None
        self._pieces: list[bytes] = []
        self._held = 0
        self.size = 0

    @property
    def reference(self) -> str:
        """What a job names in the place of a path."""
        return f"{MARK}{self._id}"

    async def write(self, piece: bytes) -> None:
        """Take the next piece.

        Raises:
            ApiError: The file is too large, or the disk is full.
        """
        self.size += len(piece)
        if self.size > self._most:
            raise too_large(self._most)
        self._pieces.append(piece)
        self._held += len(piece)
        if self._held >= _PIECE_BYTES:
            await self._room.run(self._store)

    async def receive(self, pieces: AsyncIterator[bytes]) -> None:
        """Take all pieces; what came is gone where not all of it can be had."""
        try:
            async for piece in pieces:
                await self.write(piece)
            await self.finish()
        except BaseException:
            await self.give_up()
            raise

    async def finish(self) -> None:
        """Write the rest and close the file.

        Raises:
            ApiError: There is nothing in it.
        """
        if not self.size:
            raise ApiError(
                422, "no_file", "The request holds no file.", field="body",
                hint="Send the file itself as the body, e.g. with curl --data-binary @FILE.",
            )  # fmt: skip
        await self._room.run(self._store)
        assert self._file is not None
        self._file.close()

    async def give_up(self) -> None:
        """Remove what came so far."""
        if self._file is not None:
            self._file.close()
        await self._room.run(shutil.rmtree, self._place, ignore_errors=True)

    def _store(self) -> None:
        pieces, self._pieces, self._held = self._pieces, [], 0
        try:
            if self._file is None:
                self._place.mkdir(mode=0o700, parents=True)
                self._file = self.path.open("xb")
            self._file.writelines(pieces)
            self._file.flush()
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise ApiError(
                507 if full else 503, "disk_full" if full else "folder_unusable",
                f"The file cannot be stored: {error.strerror or error}.",
                hint="Free some space, then upload it again.",
            ) from error  # fmt: skip


def plain_name(name: str) -> str:
    """Return a file name that is nothing but a name, whatever a client has sent."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    kept = re.sub(r'[<>:"|?*]', "_", kept)
    while len(kept.encode("utf-8")) > _LONGEST_NAME_BYTES:
        kept = kept[1:]  # the ending tells what kind of file it is
    return kept.strip(" .") or "upload"


def find_upload(folder: Path, reference: str) -> Path:
    """Return the file that a reference means.

    Raises:
        ParameterError: There is none.
    """
    found = _REFERENCE.fullmatch(reference)
    place = folder / found[1] if found else None
    files = sorted(place.iterdir()) if place is not None and place.is_dir() else []
    if not files:
        raise ParameterError(
            "There is no such uploaded file.",
            parameter="file_path",
            hint="Uploaded files are kept for a day: upload it again.",
        )
    return files[0]


def sweep_uploads(folder: Path, queue: QueueReader) -> int:
    """Remove the files that no job needs any more; return how many."""
    if not folder.is_dir():
        return 0
    removed = 0
    now_s = time.time()
    for place in folder.iterdir():
        age_s = now_s - place.stat().st_mtime
        if age_s > KEPT_S and not _is_needed(place.name, queue, age_s):
            shutil.rmtree(place, ignore_errors=True)
            removed += 1
    return removed


def _is_needed(name: str, queue: QueueReader, age_s: float) -> bool:
    statuses = {job.status for job in queue.list(JobFilter(search=name))}
    if any(not status.is_final for status in statuses):
        return True
    return bool(statuses - {JobStatus.FINISHED}) and age_s <= KEPT_AFTER_ERROR_S
