"""The file to load: what it is on disk, its bytes unpacked, its hash while it is read."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from queue_core.components.loaders.files.compression import (
    Compression,
    Unpacked,
    compression_of,
    unpack,
)
from queue_core.errors import DataError

HEAD_BYTES = 1 << 20
HASH_BLOCK_BYTES = 1 << 18  # stays in the processor's cache while it is looked at thrice
NEWLINE = ord("\n")
HASH_LEAD_BYTES = 256 << 20


@dataclass(frozen=True)
class SourceFile:
    """A regular, readable, non-empty file; `SourceFile.open` makes sure of that.

    Attributes:
        path: Where engines find it; by a link where its name is bytes that are no text.
        size: Its bytes on disk.
        modified_ns: When it was last changed, as the system counts.
        compression: How its content is packed.
        member: Which file of a zip archive is meant; None if it is not one.
        origin: Where it really is, if that is not `path`.
    """

    path: Path
    size: int
    modified_ns: int
    compression: Compression = Compression.NONE
    member: str | None = None
    origin: Path | None = None

    @classmethod
    def open(
        cls, path: Path, *, compression: str | None = None, member: str | None = None
    ) -> SourceFile:
        """Return the file at *path*.

        Args:
            path: Where it is.
            compression: Overrides what its first bytes say.
            member: Which file of a zip archive.

        Raises:
            DataError: It does not exist, is no regular file, is empty or cannot be read.
        """
        with reading_errors(path):
            status = path.stat()
            _require_regular(path, status.st_mode)
            if status.st_size == 0:
                raise DataError(
                    f"{printable(path.name)} is empty (0 bytes).",
                    hint="Export or download it again, then load the new file.",
                )
            with path.open("rb") as file:
                start = file.read(HEAD_BYTES)
        origin, path = path, _by_a_name_of_text(path)
        found = Compression(compression) if compression else compression_of(start, path)
        chosen = None
        if found is Compression.ZIP:
            from queue_core.components.loaders.files.zip_members import choose_member

            chosen = choose_member(path, member)
        if path is origin:
            return cls(path, status.st_size, status.st_mtime_ns, found, chosen)
        source = cls(path, status.st_size, status.st_mtime_ns, found, chosen, origin)
        weakref.finalize(source, shutil.rmtree, path.parent, ignore_errors=True)
        return source

    @property
    def name(self) -> str:
        """The file's name, for messages; a member of an archive is named with it."""
        return f"{self.member} in {self.path.name}" if self.member else self.path.name

    @property
    def inner_name(self) -> str:
        """Name of the unpacked content, for its suffix."""
        if self.member:
            return self.member
        return self.path.stem if self.compression is not Compression.NONE else self.path.name

    @cached_property
    def head(self) -> bytes:
        """The first bytes of the unpacked content, at most 1 MB.

        Raises:
            DataError: They cannot be unpacked.
        """
        with self.unpacked() as content:
            parts: list[bytes] = []
            size = 0
            for block in content:
                parts.append(block)
                size += len(block)
                if size >= HEAD_BYTES:
                    break
        return b"".join(parts)[:HEAD_BYTES]

    @property
    def head_is_all(self) -> bool:
        """Whether `head` is the whole content."""
        return len(self.head) < HEAD_BYTES

    @contextmanager
    def unpacked(self) -> Iterator[Unpacked]:
        """Give the unpacked content as blocks of bytes.

        Raises:
            DataError: The file cannot be read, or its compressed data are damaged.
        """
        with reading_errors(self.path), self.path.open("rb") as file:
            yield unpack(file, self.compression, self.path.name, self.member)

    def require_unchanged(self) -> None:
        """Make sure that the file is the one that was opened.

        Raises:
            DataError: It was changed or removed meanwhile.
        """
        with reading_errors(self.path):
            status = self.path.stat()
        if (status.st_size, status.st_mtime_ns) != (self.size, self.modified_ns):
            raise DataError(
                f"{self.path.name} was changed while it was loaded "
                f"({self.size:,} bytes before, {status.st_size:,} now).",
                hint="Wait until the program that writes it has finished, then load it again.",
            )


@contextmanager
def reading_errors(path: Path) -> Iterator[None]:
    """Turn what reading *path* can raise into a `DataError` that says what to do."""
    try:
        yield
    except ValueError as error:
        if "null byte" not in str(error):
            raise
        raise DataError("The path has a NUL character in it.", hint="Correct it.") from error
    except OSError as error:
        elsewhere = error.filename is not None and Path(error.filename) != path
        if elsewhere or error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise  # the file that is being written
        raise _refusal(path, error) from error


def _refusal(path: Path, error: OSError) -> DataError:
    place = printable(path)
    name = printable(path.name) or place
    if isinstance(error, FileNotFoundError):
        return DataError(
            f"There is no file {place}.",
            hint="It may have been moved, renamed or deleted: choose it again.",
        )
    if isinstance(error, PermissionError):
        return DataError(
            f"{name} may not be read by this user.",
            hint=f"Allow reading {place}, or copy it to a folder of yours.",
        )
    if error.errno == errno.ELOOP:
        return DataError(
            f"{name} is a link that leads back to itself.", hint="Choose the file it stands for."
        )
    return DataError(
        f"{name} cannot be read: {error.strerror or error}.",
        hint="Check the disk or the network folder that it is on, then try again.",
    )


def printable(path: Path | str) -> str:
    """Return a path as text that can be shown and stored, whatever bytes it is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def _by_a_name_of_text(path: Path) -> Path:
    """Return *path*, or a link to it in a folder of its own where engines could not name it."""
    shown = printable(path)
    if shown == str(path):
        return path
    try:
        link = Path(tempfile.mkdtemp(prefix="dashai-name-")) / Path(shown).name
        link.symlink_to(path.absolute())
    except OSError as error:
        raise DataError(
            f"The name of {shown} holds bytes that are no text, and no link to it can be made: "
            f"{error.strerror or error}.",
            hint="Rename the file or folder, then load it again.",
        ) from error
    return link


def _require_regular(path: Path, mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    name = printable(path.name or path)
    if stat.S_ISDIR(mode):
        raise DataError(
            f"{name} is a folder, not a file.",
            hint="Choose the files in it; each becomes a dataset of its own.",
        )
    raise DataError(
        f"{name} is a device, pipe or socket, not a file.",
        hint="Save its content to a file first, then load that.",
    )


class SourceHasher:
    """Hashes a file in a thread of its own while an engine reads it.

    It stays close ahead of the engine, so that a file larger than memory is read from disk once.
    As a context manager it ends the thread, whatever happens.

    Attributes:
        has_nul: Whether a zero byte was read so far.
        newlines: Line feeds read so far.
        ends_with_newline: Whether the last byte read was one.
    """

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._digest = hashlib.sha256()
        self._condition = threading.Condition()
        self._allowed = HASH_LEAD_BYTES
        self._stopped = False
        self._error: Exception | None = None
        self.has_nul = False
        self.newlines = 0
        self.ends_with_newline = False
        self._thread = threading.Thread(target=self._run, name="source-hash")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        with self._condition:
            self._stopped = True
            self._condition.notify_all()
        self._thread.join()

    def follow(self, fraction: float) -> None:
        """Tell how far the engine is, 0 to 1."""
        with self._condition:
            self._allowed = max(self._allowed, int(fraction * self._source.size) + HASH_LEAD_BYTES)
            self._condition.notify_all()

    def finish(self) -> str:
        """Wait for the end and return the hash, e.g. `sha256:9f86…`.

        Raises:
            DataError: The file could not be read to its end.
        """
        self.follow(1.0)
        self._thread.join()
        if self._error is not None:
            raise self._error
        return f"sha256:{self._digest.hexdigest()}"

    def _run(self) -> None:
        try:
            with reading_errors(self._source.path), self._source.path.open("rb", 0) as file:
                self._read(file)
        except Exception as error:  # noqa: BLE001 - crosses the thread, raised by finish()
            self._error = error

    def _may_read(self, position: int) -> bool:
        """Wait until the engine is near *position*; return False once the thread is to end."""
        with self._condition:
            self._condition.wait_for(lambda: self._stopped or position < self._allowed)
            return not self._stopped

    def _read(self, file: FileIO) -> None:
        import numpy as np

        # One block for all: a new one each time costs as much as counting its line ends.
        block = bytearray(HASH_BLOCK_BYTES)
        content, codes = memoryview(block), np.frombuffer(block, np.uint8)
        is_newline = np.empty(HASH_BLOCK_BYTES, bool)
        done = 0
        while self._may_read(done):
            size = file.readinto(block)
            if not size:
                break
            self._digest.update(content[:size])
            self.has_nul = self.has_nul or block.find(b"\0", 0, size) >= 0
            np.equal(codes[:size], NEWLINE, out=is_newline[:size])
            self.newlines += int(np.count_nonzero(is_newline[:size]))
            self.ends_with_newline = block[size - 1] == NEWLINE
            done += size
