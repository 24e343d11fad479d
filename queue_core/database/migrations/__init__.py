"""The schema's history, run by Alembic; `versions/` holds one module per revision.

A new revision: `python -m queue_core.database.migrations "what changes"`, then read what it
wrote, and add its number to `REVISIONS`.
"""

from __future__ import annotations

# Oldest first. Known here, so that a database that is up to date needs no Alembic.
REVISIONS = ("0001", "0002")
