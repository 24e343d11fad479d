"""What a model is asked: from the parameters of a `ModelJob` to the rows that keep it, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from queue_core.components.models.tasks import Task
from queue_core.errors import DataError, ParameterError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from queue_core.components.models.training.specs import SessionSpec
    from queue_core.database.tables import Dataset, ModelSession

_OPTIONS = ("preprocessing", "forecast", "sample_rows", "learning_curve", "onnx")


def session_row(session: Session, dataset: Dataset, said: dict[str, Any]) -> ModelSession:
    """Return the session that asks what *said* asks: the one it names, or a new one.

    Its id is noted in *said*.
    """
    from queue_core.database.tables import ModelSession

    asked = _question(said)
    known = said.get("session_id")
    row = None if known is None else session.get(ModelSession, int(known))
    if row is None or any(getattr(row, name) != value for name, value in asked.items()):
        row = ModelSession(name=f"{asked['task']} on {dataset.name}", **asked)
        session.add(row)
        session.flush()
    said["session_id"] = row.id
    return row


def _question(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of the session's row that say what is asked."""
    options = {key: said[key] for key in _OPTIONS if said.get(key)}
    split = dict(said.get("split") or {})
    return {
        "dataset_id": int(said["dataset_id"]),
        "task": str(said.get("task") or Task.CLASSIFICATION.value),
        "input_columns": list(names(said.get("input_columns"))),
        "output_columns": list(names(said.get("output_columns"))),
        "split": {**split, "options": options} if options else split,
        "metrics": list(names(said.get("metrics"))),
        "seed": int(said.get("seed") or 0),
    }


def take_up_stored(session: Session, said: dict[str, Any]) -> None:
    """Fill in what a stored run or session says, where only its id was given."""
    from queue_core.database.tables import ModelSession, Run

    run_id = said.get("run_id")
    if run_id is not None and not said.get("model"):
        run = session.get(Run, int(run_id))
        if run is None:
            raise ParameterError(f"There is no run with the id {run_id}.", parameter="run_id")
        said |= {
            "session_id": run.session_id,
            "model": run.component,
            "model_params": dict(run.params),
            "search": run.search,
            "name": run.name or None,
        }
    session_id = said.get("session_id")
    if session_id is None or said.get("dataset_id") is not None:
        return
    asked = session.get(ModelSession, int(session_id))
    if asked is None:
        raise ParameterError(
            f"There is no model session with the id {session_id}.", parameter="session_id"
        )
    said |= _said_by(asked)


def _said_by(asked: ModelSession) -> dict[str, Any]:
    """Return the parameters of a job that asks what a stored session asks."""
    split = dict(asked.split)
    options = split.pop("options", {})
    return {
        "dataset_id": asked.dataset_id,
        "task": asked.task,
        "input_columns": list(asked.input_columns),
        "output_columns": list(asked.output_columns),
        "split": split,
        "metrics": list(asked.metrics),
        "seed": asked.seed,
        **options,
    }


def names(value: Any) -> tuple[str, ...]:
    """Return a list of names; one name may be given as it is."""
    if not value:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(name) for name in value)


def check_columns(dataset: Dataset, question: SessionSpec) -> None:
    """Refuse columns that a loaded dataset does not have.

    Raises:
        DataError: One does not exist; the hint names near ones.
    """
    import difflib

    known = [item["name"] for item in dataset.schema]
    if not known:
        return  # it is still being loaded
    asked = (
        *question.input_columns, question.target, question.split.column,
        question.forecast.time_column,
    )  # fmt: skip
    for name in asked:
        if name and name not in known:
            near = difflib.get_close_matches(name, known, n=3) or known[:10]
            raise DataError(
                f"The dataset “{dataset.name}” has no column “{name}”.",
                hint=f"Choose one of: {', '.join(near)}.",
            )
