"""The measures and tries of a run on their way to the database, in few transactions."""

from __future__ import annotations

import time

from sqlalchemy import delete
from sqlalchemy.orm import Session

from queue_core.components.models.training.fitting.training_progress import TrialRecord
from queue_core.database.session import open_session
from queue_core.database.status import TrialState
from queue_core.database.tables import Metric, Trial
from queue_core.paths import LocalFolder

WRITE_EVERY_S = 1.0


class RunRows:
    """Collects a run's measures and tries; writes them about once a second while it runs.

    Attributes:
        trials: The tries so far.
    """

    def __init__(self, folder: LocalFolder, run_id: int) -> None:
        self.trials: list[TrialRecord] = []
        self._folder = folder
        self._run_id = run_id
        self._waiting: list[Metric | Trial] = []
        self._written_at = time.monotonic()

    def clear(self) -> None:
        """Delete what an earlier attempt wrote."""
        with open_session(self._folder) as session:
            for table in (Metric, Trial):
                session.execute(delete(table).where(table.run_id == self._run_id))

    def add_measure(
        self, name: str, split: str, fold: int | None, step: int | None, value: float | None
    ) -> None:
        """Take one measured value."""
        self._add(
            Metric(run_id=self._run_id, name=name, split=split, fold=fold, step=step, value=value)
        )

    def add_trial(self, record: TrialRecord) -> None:
        """Take one try of a search."""
        self.trials.append(record)
        self._add(
            Trial(
                run_id=self._run_id,
                number=record.number,
                params=dict(record.params),
                distributions=dict(record.distributions),
                intermediate=dict(record.intermediate),
                value=record.value,
                state=TrialState(record.state),
                started_at=record.started_at,
                finished_at=record.finished_at,
            )
        )

    def write(self, session: Session) -> None:
        """Write what is waiting."""
        waiting, self._waiting = self._waiting, []
        session.add_all(waiting)
        self._written_at = time.monotonic()

    def _add(self, row: Metric | Trial) -> None:
        self._waiting.append(row)
        if time.monotonic() - self._written_at >= WRITE_EVERY_S:
            with open_session(self._folder) as session:
                self.write(session)
