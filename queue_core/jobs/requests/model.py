"""What a `ModelJob` can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from queue_core.components.models.tasks import Task
from queue_core.components.models.training.session.session_schemas import (
    FORECAST_SCHEMA,
    PREPROCESSING_SCHEMA,
    SEARCH_SCHEMA,
    SPLIT_SCHEMA,
)
from queue_core.jobs.requests.request import Request, hidden, parameter, seed_parameter

# A session says all of this itself.
_ASKED_ANEW = {"session_id": [None]}


@dataclass(frozen=True, kw_only=True)
class ModelRequest(Request):
    """A model to train; `run_id` alone names a stored run, `session_id` a question asked before."""

    OWNER: ClassVar[str] = "ModelJob"

    dataset_id: int | None = parameter(
        "The dataset to learn from.", title="Dataset", format="dataset"
    )
    session_id: int | None = parameter(
        "Instead of a dataset: what was asked before, for another model to answer.",
        title="Session", format="session", advanced=True,
    )  # fmt: skip
    output_columns: tuple[str, ...] | None = parameter(
        "The column to predict; for clusters, known labels to compare with.",
        title="Target", format="columns", usually_one=True, depends_on=_ASKED_ANEW,
    )  # fmt: skip
    task: str = parameter(
        "What is asked of the model.",
        title="Task",
        default=Task.CLASSIFICATION.value,
        is_required=True,
        depends_on=_ASKED_ANEW,
        enum=[task.value for task in Task],
        enum_titles=[
            "Classification", "Regression", "Clustering", "Text classification", "Forecasting",
        ],
    )  # fmt: skip
    input_columns: tuple[str, ...] | None = parameter(
        "The columns to learn from; all others if empty.",
        title="Features", format="columns", advanced=True, depends_on=_ASKED_ANEW,
    )  # fmt: skip
    model: str = parameter(
        "Which model to train.", title="Model", format="model", default="",
        starts_as="RandomForestClassifier", is_required=True,
    )  # fmt: skip
    model_params: Mapping[str, Any] | None = parameter(
        "Parameters of the model; its defaults where nothing is said.", title="Parameters"
    )
    split: Mapping[str, Any] | None = parameter(
        "", schema={**SPLIT_SCHEMA, "depends-on": _ASKED_ANEW}
    )
    metrics: tuple[str, ...] | None = parameter(
        "What is measured, the leading metric first; the usual if empty.",
        title="Metrics", format="metrics", advanced=True, depends_on=_ASKED_ANEW,
    )  # fmt: skip
    search: Mapping[str, Any] | None = parameter("", schema=SEARCH_SCHEMA)
    forecast: Mapping[str, Any] | None = parameter("", schema=FORECAST_SCHEMA)
    preprocessing: Mapping[str, Any] | None = parameter(
        "", schema={**PREPROCESSING_SCHEMA, "depends-on": _ASKED_ANEW}
    )
    learning_curve: bool = parameter(
        "Also train on growing parts of the rows: would more of them help?",
        title="Learning curve", default=False, advanced=True, depends_on=_ASKED_ANEW,
    )  # fmt: skip
    onnx: bool = parameter(
        "Also store the model as an ONNX file, where it has such a form.",
        title="ONNX file", default=False, advanced=True, depends_on=_ASKED_ANEW,
    )  # fmt: skip
    sample_rows: int | None = parameter(
        "Learn from a random sample of this many rows; all if empty.",
        title="Sample size", minimum=10, advanced=True, depends_on=_ASKED_ANEW,
    )  # fmt: skip
    seed: int = seed_parameter("The same seed gives the same result.", depends_on=_ASKED_ANEW)
    name: str | None = parameter("What to call the run.", title="Name", advanced=True)
    run_id: int | None = hidden()
