"""Conversations in the database: finding them, their history, and an answer as it comes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from queue_core.components.generators.answering.conversation import Exchange
from queue_core.database.finding import find
from queue_core.database.session import open_session, read_session
from queue_core.database.status import EntityStatus
from queue_core.database.tables import GenerativeProcess, GenerativeSession
from queue_core.paths import LocalFolder


@dataclass
class Answer:
    """An answer in the making.

    Attributes:
        begun: When it was asked for, on the monotonic clock.
        first_s: Seconds until its first piece came.
        pieces: What has come.
    """

    begun: float = field(default_factory=time.monotonic)
    first_s: float | None = None
    pieces: list[str] = field(default_factory=list)

    def add(self, piece: str) -> None:
        """Take the next piece."""
        if self.first_s is None:
            self.first_s = round(time.monotonic() - self.begun, 3)
        self.pieces.append(piece)

    @property
    def text(self) -> str:
        """All that has come."""
        return "".join(self.pieces)


def next_position(session: Session, conversation_id: int, own_id: int | None) -> int:
    """Return the place behind the exchanges of a conversation, but for one."""
    query = select(func.max(GenerativeProcess.position)).where(
        GenerativeProcess.session_id == conversation_id
    )
    if own_id is not None:
        query = query.where(GenerativeProcess.id != own_id)
    last = session.scalar(query)
    return 0 if last is None else int(last) + 1


def history_before(folder: LocalFolder, conversation_id: int, process_id: int) -> list[Exchange]:
    """Return the complete exchanges of a conversation before one of them, oldest first."""
    with read_session(folder) as session:
        processes = find(session, GenerativeSession, conversation_id).processes
        own = next((process for process in processes if process.id == process_id), None)
        if own is None:
            return []
        return [
            Exchange(process.prompt, process.response)
            for process in processes
            if process.position < own.position
            and process.status is EntityStatus.FINISHED
            and process.dataset_id is None
            and process.response
        ]


def earlier_exchanges(
    folder: LocalFolder, conversation_id: int, process_id: int
) -> set[EntityStatus]:
    """Return how the unfinished exchanges before one of a conversation stand."""
    with read_session(folder) as session:
        processes = find(session, GenerativeSession, conversation_id).processes
        own = next((process for process in processes if process.id == process_id), None)
        if own is None:
            return set()
        return {
            process.status
            for process in processes
            if process.position < own.position
            and process.dataset_id is None
            and process.status.is_busy
        }


def keep_partial(folder: LocalFolder, process_id: int, answer: Answer) -> None:
    """Write to the exchange what has come so far."""
    if not answer.text:
        return
    with open_session(folder) as session:
        entity = session.get(GenerativeProcess, process_id)
        if entity is not None:
            entity.response = answer.text
