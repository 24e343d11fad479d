"""The files of one start, as this computer reaches them: in a shared folder, or below a URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from queue_core.places.storage import (
    LOG,
    LOOK,
    LOOKED,
    OUTCOME,
    OUTPUT,
    STOP,
    read_json,
    remove_attempt,
    write_anew,
    write_once,
)

_OUTPUT_BYTES: Final = 4_000


class StartFiles(Protocol):
    """What one start leaves behind.

    Attributes:
        folder: Where what has come of it is read.
    """

    folder: Path

    def pull(self) -> None:
        """Bring into `folder` what has come since.

        Raises:
            OSError: The storage cannot be read.
        """

    def log_file(self, name: Path) -> Path:
        """Return where its log is read, which a machine calls *name* among its logs."""

    def forbid(self, order: bytes) -> None:
        """Write the order to end, for whoever runs it, or begins it later.

        Raises:
            OSError: The storage cannot be written.
        """

    def ask(self, question: bytes) -> None:
        """Ask its machine to look into the job; a later question takes the place of this one.

        Raises:
            OSError: The storage cannot be written.
        """

    def answer(self) -> Mapping[str, Any] | None:
        """Return the last answer; None where there is none.

        Raises:
            OSError: The storage cannot be read.
        """

    def has_outcome(self) -> bool:
        """Return whether the start has ended with a word; False where that is not known."""

    def last_words(self) -> str:
        """Return what the start itself has printed; empty where that cannot be read."""

    def remove(self) -> None:
        """Delete all of it; never raises."""


class Storage(Protocol):
    """Where the starts of a place lie.

    Attributes:
        is_slow: Whether writing may take seconds, which nobody in a hurry should wait for.
    """

    is_slow: bool

    def start(self, job_id: str, attempt: int) -> StartFiles:
        """Return the files of one start, be they there or not."""

    def publish(self, job_id: str, attempt: int, files: dict[str, bytes]) -> None:
        """Make the folder of a start, once and whole.

        Raises:
            FileExistsError: It was made before.
            OSError: It cannot be written.
        """

    def store_package(self, source: Path, *, inside: str = "") -> str:
        """Store the modules below a folder; return what a ticket calls them.

        Raises:
            PlaceRefusedError: It holds more than modules would, or cannot be read.
            OSError: The storage cannot be written.
        """

    def command(
        self, job_id: str, attempt: int, digest: str, core: str
    ) -> tuple[Sequence[str], str]:
        """Return what an interpreter on a machine is to be told, and where its output goes."""

    def starts(self) -> dict[str, list[str]]:
        """Return which attempts lie there, by job.

        Raises:
            OSError: It cannot be listed.
        """

    def problem(self) -> tuple[str, str]:
        """Return what is wrong with it and what to do about that; empty texts where nothing is."""


class SharedStart:
    """A start in a folder that the machines see, too.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def pull(self) -> None:
        """Do nothing: it is read where it is written."""

    def log_file(self, name: Path) -> Path:
        """Return where its log is read."""
        return self.folder / LOG / name

    def forbid(self, order: bytes) -> None:
        """Write the order to end."""
        try:
            write_once(self.folder / STOP, order)
        except FileNotFoundError:
            # Without its folder nobody can begin it; without the storage nothing is known.
            if not self.folder.parent.parent.is_dir():
                raise

    def ask(self, question: bytes) -> None:
        """Ask its machine to look into the job."""
        write_anew(self.folder / LOOK, question)

    def answer(self) -> Mapping[str, Any] | None:
        """Return the last answer."""
        return read_json(self.folder / LOOKED)

    def has_outcome(self) -> bool:
        """Return whether it has ended with a word."""
        try:
            return (self.folder / OUTCOME).exists()
        except OSError:
            return False

    def last_words(self) -> str:
        """Return what the start itself has printed, e.g. that there is no such interpreter."""
        try:
            with (self.folder / OUTPUT).open("rb") as file:
                return file.read(_OUTPUT_BYTES).decode("utf-8", "replace")
        except OSError:
            return ""

    def remove(self) -> None:
        """Delete it."""
        remove_attempt(self.folder)
