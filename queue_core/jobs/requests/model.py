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


@dataclass(frozen=True, kw_only=True)
class ModelRequest(Request):
    """A model to train; `run_id` alone names a stored run, `session_id` a question asked before."""

    OWNER: ClassVar[str] = "The job ModelJob"

    dataset_id: int | None = parameter(
        "The dataset to learn from.", title="Dataset", format="dataset", is_required=True,
        may_be_empty=True,
    )  # fmt: skip
    task: str = parameter(
        "What is asked of the model.",
        title="Task",
        default=Task.CLASSIFICATION.value,
        is_required=True,
        enum=[task.value for task in Task],
        enum_titles=[
            "Classification", "Regression", "Clustering", "Text classification", "Forecasting",
        ],
    )  # fmt: skip
    output_columns: tuple[str, ...] | None = parameter(
        "The column to predict; for clusters, known labels to compare with.",
        title="Output", format="columns",
    )  # fmt: skip
    input_columns: tuple[str, ...] | None = parameter(
        "The columns to learn from; all others if empty.", title="Inputs", format="columns"
    )
    model: str = parameter(
        "Which model to train.", title="Model", format="model", default="",
        starts_as="RandomForestClassifier", is_required=True,
    )  # fmt: skip
    model_params: Mapping[str, Any] | None = parameter(
        "Parameters of the model; its defaults where nothing is said.", title="Parameters"
    )
    split: Mapping[str, Any] | None = parameter("", schema=SPLIT_SCHEMA)
    metrics: tuple[str, ...] | None = parameter(
        "What is measured, the leading metric first; the usual if empty.",
        title="Metrics", format="metrics",
    )  # fmt: skip
    search: Mapping[str, Any] | None = parameter("", schema=SEARCH_SCHEMA)
    forecast: Mapping[str, Any] | None = parameter("", schema=FORECAST_SCHEMA)
    preprocessing: Mapping[str, Any] | None = parameter("", schema=PREPROCESSING_SCHEMA)
    learning_curve: bool = parameter(
        "Also train on growing parts of the rows: would more of them help?",
        title="Learning curve", default=False, advanced=True,
    )  # fmt: skip
    onnx: bool = parameter(
        "Also store the model as an ONNX file, where it has such a form.",
        title="ONNX file", default=False, advanced=True,
    )  # fmt: skip
    sample_rows: int | None = parameter(
        "Learn from a random sample of this many rows; all if empty.",
        title="Rows", minimum=10, advanced=True,
    )  # fmt: skip
    seed: int = seed_parameter("The same seed gives the same result.")
    name: str | None = parameter("What to call the run.", title="Name")
    session_id: int | None = hidden()
    run_id: int | None = hidden()
