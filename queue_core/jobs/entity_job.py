"""What the jobs that make an entity of the main database share: its life from put to end.

One job makes one entity. `put` makes the row (DELIVERED) in the submitter's process; the child
marks it STARTED, does the work, and marks it FINISHED in the very transaction that stores the
results. Whatever goes wrong ends in ERROR with a sentence, and leaves no files behind.

A retry of a job that failed works on the same entity again; a retry of one that finished makes
a new entity, for people compare results and never lose one by asking for another. A job that
replaces its own earlier result on purpose says so in `replaces_result`. The queue copies the
stored job for a retry without opening it, so a retry takes up its entity in the child; that is
why an entity is found by the id of its job first, and by the id that it was told only then.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar, cast

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from queue_core.database.closing import close_entities
from queue_core.database.columns import Entity, utc_now
from queue_core.database.session import open_session
from queue_core.database.status import STOPPED, EntityKind, EntityStatus
from queue_core.database.storage import job_temporary_folder, remove_folders
from queue_core.database.tables import ENTITY_TABLES, Dataset
from queue_core.errors import DataError
from queue_core.jobs.request_job import RequestJob, RequestT

CANCELLED = "Cancelled."

EntityT = TypeVar("EntityT", bound=Entity)
# Columns that belong to the entity's life, not to what the job was told.
_OWN_COLUMNS = frozenset(
    ("id", "status", "error", "job_id", "created_at", "started_at", "finished_at", "provenance")
)


class EntityJob(RequestJob[RequestT], Generic[EntityT, RequestT]):
    """A job that makes one entity; subclasses say what the entity is and how its result is made.

    Attributes:
        ENTITY: Kind of the entity. Its id is a parameter of the request, `<kind>_id`.
    """

    ENTITY: ClassVar[EntityKind]
    needs_library = True

    _failure: str | None = None

    @abstractmethod
    def create_entity(self, session: Session) -> EntityT:
        """Return a new entity made from the request, not added to the session.

        Name parents by their ids. Called when the job is put, also for a retry of a failed job,
        whose entity takes over what may have changed. Check here what can be checked at once.

        Raises:
            JobError: The parameters cannot be right, e.g. the dataset does not exist.
        """

    @abstractmethod
    def execute(self) -> Mapping[str, Any]:
        """Do the work, outside of any transaction; return a short summary as JSON data.

        Files go to `temporary_folder` first, and to their place by one `os.replace` at the end.
        """

    def store(self, session: Session, entity: EntityT, result: Mapping[str, Any]) -> None:
        """Write the results to the entity, in the transaction that marks it as finished.

        Args:
            session: An open transaction; do not commit.
            entity: The job's entity.
            result: What `execute` returned.
        """

    @property
    def replaces_result(self) -> bool:
        """Whether a finished entity is made again in place; where that fails it stays as it was."""
        return False

    @property
    def entity_id(self) -> int:
        """The id of the job's entity.

        Raises:
            DataError: It was not delivered yet.
        """
        found: int | None = getattr(self.request, self._id_key)
        if found is None:
            raise DataError(f"The {self.ENTITY.label} of this job was not made yet.")
        return found

    @property
    def temporary_folder(self) -> Path:
        """A folder of this job for half-written files (made here), on the disk of their place."""
        folder = job_temporary_folder(self.context.folder, self.context.job_id)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def add_dataset(self, name: str, *, derived_from_id: int | None = None) -> int:
        """Make the row of a dataset that the job makes beside its entity; return its id.

        Call it from `execute`, store the data in `datasets/<id>/`, and fill the row in `store`. It
        is finished together with the entity; if the job ends badly it is gone with its data.

        Args:
            name: What the user sees.
            derived_from_id: The dataset that it is made from.
        """
        with open_session(self.context.folder) as session:
            dataset = Dataset(
                name=name,
                status=EntityStatus.STARTED,
                started_at=utc_now(),
                job_id=self.context.job_id,
                derived_from_id=derived_from_id,
            )
            session.add(dataset)
        return dataset.id

    def set_status_as_delivered(self) -> None:
        """Make the entity, or take up the one of a failed attempt, and mark it as delivered.

        Raises:
            JobError: The parameters cannot be right.
        """
        super().set_status_as_delivered()
        # The queue waits for the disk next, when it stores the job. Should a power cut take the
        # entity and leave the job, the job makes it again when it runs.
        with open_session(self.context.folder, durable=False) as session:
            self._deliver(session)

    def run(self) -> dict[str, Any]:
        """Make the entity's result; return `{"entity": kind, "id": ..., **summary}`."""
        try:
            self._start()
            if self.context.reporter is not None:
                self.context.reporter.entity(self.ENTITY.value, self.entity_id)
            summary = self.execute()
            self._finish(summary)
        except Exception as error:
            self._failure = _reason(error)
            raise
        self._remove_temporary_folder()
        return {"entity": self.ENTITY.value, "id": self.entity_id, **summary}

    def set_status_as_error(self) -> None:
        """Mark the entity as failed, saying why, and remove its files."""
        self._give_up(self._failure or self.context.ending or STOPPED)

    def on_cancel(self) -> None:
        """Mark the entity as cancelled and remove what was half written."""
        self._give_up(self.context.ending or CANCELLED)

    @property
    def _id_key(self) -> str:
        return f"{self.ENTITY.value}_id"

    def _deliver(self, session: Session) -> EntityT:
        fresh = self.create_entity(session)
        entity = self._entity_to_reuse(session)
        if entity is None:
            entity = fresh
            session.add(entity)
        else:
            _take_over(entity, fresh)
        entity.name = entity.name or self.get_job_name()
        entity.status = EntityStatus.DELIVERED
        entity.error = None
        entity.job_id = self.context.job_id
        session.flush()
        self.settle(**{self._id_key: entity.id})
        return entity

    def _entity_to_reuse(self, session: Session) -> EntityT | None:
        entity_id = getattr(self.request, self._id_key)
        if entity_id is None:
            return None
        entity = cast("EntityT | None", session.get(ENTITY_TABLES[self.ENTITY], entity_id))
        if entity is None:
            return None
        if entity.status is EntityStatus.FINISHED:
            return entity if self.replaces_result else None
        # Another job may still be working on it.
        return None if entity.status.is_busy else entity

    def _own_entity(self, session: Session) -> EntityT | None:
        """Return the entity that was delivered to this very job."""
        table = ENTITY_TABLES[self.ENTITY]
        query = select(table).where(table.job_id == self.context.job_id)
        return cast("EntityT | None", session.scalars(query).first())

    def _added_datasets(self, session: Session) -> Sequence[Dataset]:
        """Return the datasets of `add_dataset` that are not finished."""
        if self.ENTITY is EntityKind.DATASET:
            return ()
        query = select(Dataset).where(
            Dataset.job_id == self.context.job_id, Dataset.status == EntityStatus.STARTED
        )
        return session.scalars(query).all()

    def _start(self) -> None:
        with open_session(self.context.folder, durable=False) as session:
            entity = self._own_entity(session) or self._deliver(session)
            self.settle(**{self._id_key: entity.id})
            entity.status = EntityStatus.STARTED
            entity.error = None
            entity.started_at = utc_now()

    def _finish(self, result: Mapping[str, Any]) -> None:
        with open_session(self.context.folder) as session:
            entity = self._own_entity(session)
            if entity is None:
                raise DataError(
                    f"The {self.ENTITY.label} {self.entity_id} was deleted while it was made.",
                    hint="Submit the job anew.",
                )
            self.store(session, entity, result)
            finished: list[Entity] = [entity, *self._added_datasets(session)]
            for made in finished:
                made.status = EntityStatus.FINISHED
                made.finished_at = utc_now()

    def _give_up(self, reason: str) -> None:
        close_entities(self.context.folder, self.context.job_id, reason)

    def _remove_temporary_folder(self) -> None:
        remove_folders([job_temporary_folder(self.context.folder, self.context.job_id)])


def _take_over(entity: Entity, fresh: Entity) -> None:
    """Give *entity* what *fresh* was told; what *fresh* says nothing of stays."""
    state = inspect(fresh, raiseerr=True)
    for column in state.mapper.column_attrs:
        if column.key in state.dict and column.key not in _OWN_COLUMNS:
            setattr(entity, column.key, state.dict[column.key])


def _reason(error: Exception) -> str:
    from queue_core.runner.job_process.reports import report_failure

    return report_failure(error, reusable=True, searched=[]).message
