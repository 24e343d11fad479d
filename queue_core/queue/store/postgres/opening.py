"""Opens a list on a server, ready for use."""

from __future__ import annotations

import contextlib
from pathlib import Path

from queue_core.queue.store.postgres.database import ServerDatabase
from queue_core.queue.store.postgres.schema import make_tables, prepare_schema, require_usable
from queue_core.server_address import parse_address


def open_server(url: str, root: Path) -> ServerDatabase:
    """Open the list that *url* names.

    Args:
        url: `postgresql://user@host/database?schema=team`.
        root: The local folder, which holds files and logs.

    Raises:
        JobQueueError: The URL is none, the server does not answer, or does not let us in.
        LocalFolderError: The list was made by a newer version of this program.
    """
    database = ServerDatabase(parse_address(url), root)
    try:
        require_usable(database)
        prepare_schema(database)
    except BaseException:
        database.close()
        raise
    database.repair = lambda: make_tables(database)
    with contextlib.suppress(OSError):  # jobs are found without an index, too
        database.index_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return database
