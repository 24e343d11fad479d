"""Runs with what was measured of each, for hundreds at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from queue_core.database.status import EntityKind, EntityStatus
from queue_core.library.entities import EntityFilter, EntityRecord, MetricRecord, list_entities
from queue_core.paths import LocalFolder

# SQLite takes some thousands of values in one question.
_AT_ONCE = 500


@dataclass(frozen=True)
class MeasuredRuns:
    """Finished runs.

    Attributes:
        runs: They, the newest first.
        measured: What was measured of each trained model, by the run's id.
    """

    runs: tuple[EntityRecord, ...] = ()
    measured: Mapping[int, Sequence[MetricRecord]] = field(default_factory=dict)


def measured_runs(
    folder: LocalFolder, *, session_id: int | None = None, run_ids: Sequence[int] = ()
) -> MeasuredRuns:
    """Return the finished runs of a session, or these; what was deleted is left out.

    Args:
        folder: The local folder.
        session_id: Whose runs; None: those named by *run_ids*.
        run_ids: Which runs.
    """
    from sqlalchemy import select

    from queue_core.database.session import read_session
    from queue_core.database.tables import Metric

    finished = frozenset({EntityStatus.FINISHED})
    runs: list[EntityRecord] = []
    if session_id is not None:
        where = EntityFilter(having={"session_id": session_id}, statuses=finished)
        runs = list_entities(folder, EntityKind.RUN, where)
    for at in range(0, 0 if session_id is not None else len(run_ids), _AT_ONCE):
        part = frozenset(run_ids[at : at + _AT_ONCE])
        where = EntityFilter(ids=part, statuses=finished)
        runs += list_entities(folder, EntityKind.RUN, where)
    measured: dict[int, list[MetricRecord]] = {run.id: [] for run in runs}
    ids = sorted(measured)
    with read_session(folder) as session:
        for at in range(0, len(ids), _AT_ONCE):
            query = (
                select(
                    Metric.run_id, Metric.id, Metric.name, Metric.split, Metric.fold, Metric.value
                )
                .where(Metric.run_id.in_(ids[at : at + _AT_ONCE]), Metric.step.is_(None))
                .order_by(Metric.id)
            )
            for run_id, number, name, split, fold, value in session.execute(query):
                record = MetricRecord(
                    id=number, name=name, split=split, fold=fold, step=None, value=value
                )
                measured[run_id].append(record)
    return MeasuredRuns(tuple(runs), measured)
