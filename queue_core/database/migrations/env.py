"""What Alembic runs for every command: one connection, one transaction, given by the caller."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Enum

from queue_core.database import tables
from queue_core.database.columns import UtcDateTime


def render_item(kind: str, item: Any, _autogenerate: Any) -> str | Literal[False]:
    """Write our own column types as plain ones: an old revision must not depend on new code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String({item.length})"
    return False


def run() -> None:
    """Run the migrations on the connection in the configuration's attributes."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=tables.Dataset.metadata,
        # SQLite cannot alter a column: Alembic then makes the table anew.
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
