"""Who keeps a queue's database: a file of the local folder, or a server."""

from __future__ import annotations

from queue_core.errors import JobQueueError
from queue_core.paths import URL_VARIABLE, LocalFolder, queue_url
from queue_core.queue.store.database import Database
from queue_core.queue.store.opening import open_database


def open_list(folder: LocalFolder, url: str | None) -> tuple[Database, tuple[str, ...], int]:
    """Open the list, ready for use.

    Args:
        folder: The local folder.
        url: Where a team shares its list; None means what the environment says. It may name no
            other list than that: the main database, and the jobs' processes, know only that.

    Returns:
        The database, what the user should know of its opening, and the version of its tables
        before (0: there were none, or nothing of theirs is to be done anew).

    Raises:
        LocalFolderError: The file cannot be used, or was written by a newer version.
        JobQueueError: The server does not answer, or does not let us in; or the environment
            names another list.
        MissingPackageError: The driver of the server is not installed.
    """
    chosen = queue_url()
    if url and url.strip() != chosen:
        raise JobQueueError(
            f"{URL_VARIABLE} names another list than the one that is to be opened, or none: jobs "
            "would work with the datasets and results of that.",
            hint=f"Set {URL_VARIABLE} to the URL before the program starts.",
        )
    if chosen is None:
        return open_database(folder.queue_db)
    from queue_core.queue.store.postgres.opening import open_server

    return open_server(chosen, folder.root), (), 0
