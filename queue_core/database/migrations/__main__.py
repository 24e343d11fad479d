"""Write a new revision: what the tables say now against what the migrations make."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from queue_core.database import sqlite
from queue_core.database.migrate import alembic_config
from queue_core.database.migrations import REVISIONS


def main(arguments: list[str]) -> int:
    """Write `versions/revision_<number>_<message>.py`; return an exit code."""
    if len(arguments) != 1:
        sys.stderr.write('usage: python -m queue_core.database.migrations "what changes"\n')
        return 2
    from alembic import command

    number = f"{int(REVISIONS[-1]) + 1:04}" if REVISIONS else "0001"
    with tempfile.TemporaryDirectory() as scratch:
        engine = sqlite.make_engine(Path(scratch) / "scratch.db")
        with engine.connect() as connection:
            config = alembic_config(connection)
            config.set_main_option("file_template", "revision_%%(rev)s_%%(slug)s")
            command.upgrade(config, "head")
            command.revision(config, message=arguments[0], autogenerate=True, rev_id=number)
        engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
