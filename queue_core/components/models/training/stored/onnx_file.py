"""A trained pipeline as an ONNX file, for programs that have no Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from queue_core.components.models.training.fitting.failures import quiet
from queue_core.components.models.training.stored.model_file import TrainedModel
from queue_core.errors import JobError, MissingPackageError

EXTRA = "onnx"
# The converter has no error of its own for what it does not know; most are a RuntimeError.
CONVERTER_FAILURES = (
    RuntimeError, ValueError, TypeError, AttributeError, LookupError, NotImplementedError,
)  # fmt: skip


def write_onnx(model: TrainedModel, path: Path) -> None:
    """Write *model* as an ONNX file with one input for each column, whole or not at all.

    Raises:
        MissingPackageError: The optional packages are not installed.
        JobError: The converter does not know a part of it.
    """
    try:
        from skl2onnx import convert_sklearn
    except ModuleNotFoundError as error:
        raise MissingPackageError("skl2onnx", extra=EXTRA, feature="ONNX export") from error
    try:
        with quiet():
            converted = convert_sklearn(
                model.pipeline, initial_types=_inputs(model), options=_options(model)
            )
    except CONVERTER_FAILURES as error:
        raise JobError(
            f"{model.title} with these columns has no form in ONNX: {_first_line(error)}",
            hint="Use the stored model, or another kind of model or fewer kinds of columns.",
        ) from error
    half_written = path.with_name(f".{path.name}.part")
    half_written.write_bytes(converted.SerializeToString())
    half_written.replace(path)


def _inputs(model: TrainedModel) -> list[tuple[str, Any]]:
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    return [
        (c.name, StringTensorType([None, 1]) if c.type.is_textual else FloatTensorType([None, 1]))
        for c in model.used_columns
    ]


def _options(model: TrainedModel) -> dict[int, Any] | None:
    """Ask for probabilities as one matrix, where there are any."""
    estimator = model.estimator
    return {id(estimator): {"zipmap": False}} if hasattr(estimator, "predict_proba") else None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
