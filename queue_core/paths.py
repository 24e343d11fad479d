"""Where everything lies below the local folder."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from queue_core.errors import LocalFolderError
from queue_core.server_address import parse_address

ENVIRONMENT_VARIABLE = "DASHAI_LOCAL_PATH"
# Where a team shares its list; see `docs/team.md`.
URL_VARIABLE = "DASHAI_QUEUE_URL"
# For a job on another machine that sees our folder: the name of its list, empty for a file.
LIST_VARIABLE = "DASHAI_LIST"


def queue_url() -> str | None:
    """Return the URL of the list that is shared with others; None: a file of the local folder.

    Raises:
        LocalFolderError: A job runs on a machine whose environment names another list: it would
            make datasets and models where nobody looks for them, or change those of others.
    """
    url = os.environ.get(URL_VARIABLE, "").strip() or None
    wanted = os.environ.get(LIST_VARIABLE)
    if wanted is not None and wanted != (found := list_name(url)):
        raise LocalFolderError(
            _difference(wanted, found),
            hint=f"Set {URL_VARIABLE} for the machines of the place as it is set here, where SLURM "
            "or Ray is started on them, and retry the job.",
        )
    return url


def list_name(url: str | None) -> str:
    """Return what tells one list from another and may be shown; empty for a file."""
    return parse_address(url).name if url else ""


def _difference(wanted: str, found: str) -> str:
    if not wanted:
        return f"The list of the job is a file, but the environment of its machine names {found}."
    if not found:
        return (
            f"The job is of the list {wanted}, which the environment of its machine does not name."
        )
    return f"The job is of the list {wanted}, but the environment of its machine names {found}."


def cache_folder() -> Path:
    """Return where this machine keeps what can be made anew at any time (not created)."""
    place = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or "~/.cache"
    return Path(place).expanduser().absolute() / "dashai-monitor"


def log_path(folder: Path, job_id: str) -> Path:
    """Return where the log of a job lies; sharded, for folders with very many jobs."""
    return folder.joinpath("jobs", job_id[-2:], f"{job_id}.log")


def log_files(path: Path) -> tuple[Path, Path, Path]:
    """Return the files of a log, whether they exist or not: the head and the two tails."""
    return path, path.with_suffix(".tail0"), path.with_suffix(".tail1")


@dataclass(frozen=True)
class LocalFolder:
    """The folder of one user's jobs and data.

    Attributes:
        root: `~/.DashAI`, or what `$DASHAI_LOCAL_PATH` names.
    """

    root: Path

    @classmethod
    def resolve(cls, path: str | os.PathLike[str] | None = None) -> LocalFolder:
        """Return the folder that *path*, the environment or the default names (not created)."""
        chosen = path or os.environ.get(ENVIRONMENT_VARIABLE) or "~/.DashAI"
        return cls(Path(chosen).expanduser().absolute())

    @property
    def queue_db(self) -> Path:
        """The queue's database, shared with DashAI."""
        return self.root / "job_queue.db"

    @property
    def monitor(self) -> Path:
        """Everything of ours but the queue."""
        return self.root / "monitor"

    @property
    def main_db(self) -> Path:
        """The database of datasets, runs and all other entities."""
        return self.monitor / "main.db"

    @property
    def has_main_database(self) -> bool:
        """Whether there is a main database: its file, or a server that keeps it."""
        return queue_url() is not None or self.main_db.exists()

    @property
    def datasets(self) -> Path:
        """One folder per stored dataset."""
        return self.monitor / "datasets"

    @property
    def artifacts(self) -> Path:
        """One folder per entity that has artifacts: `artifacts/<kind>/<id>/`."""
        return self.monitor / "artifacts"

    @property
    def temporary(self) -> Path:
        """Half-written files; emptied at start. On the same disk as their final place."""
        return self.monitor / "tmp"

    @property
    def logs(self) -> Path:
        """The program's own logs and the jobs' output."""
        return self.monitor / "logs"

    @property
    def secret_key(self) -> Path:
        """The key that signs stored jobs."""
        return self.monitor / "secret.key"

    @property
    def api_token(self) -> Path:
        """What a client of the HTTP API must know; readable by the owner only."""
        return self.monitor / "api-token"

    @property
    def uploads(self) -> Path:
        """Files that came through the HTTP API: one folder per upload."""
        return self.monitor / "uploads"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.monitor / "settings.toml"

    def create(self) -> LocalFolder:
        """Make the folders, readable by their owner only.

        Raises:
            LocalFolderError: The folder cannot be made or written to.
        """
        try:
            for folder in (
                self.root, self.monitor, self.datasets, self.artifacts, self.temporary, self.logs,
            ):  # fmt: skip
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _close_to_others(self.monitor)
            if not os.access(self.monitor, os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied", str(self.monitor))
        except OSError as error:
            raise LocalFolderError(
                f"The folder {self.root} cannot be used: {error.strerror or error}.",
                hint=f"Make it writable, or set {ENVIRONMENT_VARIABLE} to another folder.",
            ) from error
        return self


def _close_to_others(folder: Path) -> None:
    """Take the rights of other users away: what lies below is then closed to them, too.

    The local folder itself is DashAI's as well, and keeps the rights that it has.
    """
    with contextlib.suppress(OSError):  # it may belong to somebody else: they decide
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
