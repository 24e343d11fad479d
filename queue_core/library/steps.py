"""The steps of a notebook as its rows name them, without what they compute."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from queue_core.database.status import EntityStatus
from queue_core.database.tables import Converter, Notebook


def applied_steps(converters: Iterable[Converter]) -> list[Converter]:
    """Return the steps that a notebook's table has gone through, in order."""
    return sorted(
        (converter for converter in converters if converter.applied),
        key=lambda converter: (converter.position, converter.id),
    )


def next_step_position(session: Session, notebook_id: int, own_id: int | None) -> int:
    """Return the place behind the steps of a notebook, but for one."""
    query = select(func.max(Converter.position)).where(Converter.notebook_id == notebook_id)
    if own_id is not None:
        query = query.where(Converter.id != own_id)
    last = session.scalar(query)
    return 0 if last is None else int(last) + 1


def earlier_unfinished(session: Session, step_id: int) -> set[EntityStatus]:
    """Return how the unfinished steps before one of them stand; it may build on them."""
    own = session.get(Converter, step_id)
    if own is None:
        return set()
    steps = session.get_one(Notebook, own.notebook_id).converters
    return {s.status for s in steps if s.position < own.position and s.status.is_busy}
