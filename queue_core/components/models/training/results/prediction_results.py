"""Predictions as tables and artifacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from queue_core.artifacts.figure import Axis, AxisScale, Bars, Figure, Histogram, Panel
from queue_core.artifacts.writer import ArtifactWriter
from queue_core.components.histograms import bin_edges
from queue_core.components.json_data import JsonMapping
from queue_core.components.models.tasks import Task
from queue_core.components.models.training.stored.model_file import TrainedModel
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError, ParameterError

PREVIEW_ROWS = 1_000
LOOKED_AT_ROWS = 200_000
SHOWN_CLASSES = 25


def typed_rows(rows: Sequence[object]) -> pa.Table:
    """Return rows typed by hand as a pyarrow table; a column of mixed types becomes text.

    Raises:
        ParameterError: A row is not an object of values by column.
    """
    objects: list[Mapping[object, object]] = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping):
            raise ParameterError(
                f"Row {number} is not an object of values by column.",
                parameter="rows",
                hint='Write rows like [{"age": 31, "city": "Oslo"}].',
            )
        objects.append(row)
    names = list(dict.fromkeys(str(name) for row in objects for name in row))
    arrays = {name: _array([row.get(name) for row in objects]) for name in names}
    if not arrays:
        raise DataError("The typed rows have no values.", hint="Give each row its columns.")
    return pa.table(arrays)


def _array(values: list[object]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in values])


def joined(table: pa.Table, answers: pd.DataFrame, schema: pa.Schema | None) -> pa.Table:
    """Return rows with their answers.

    Args:
        table: The rows, a pyarrow table.
        answers: The answers, a frame; a name that the rows have too gets a number.
        schema: What the result has to agree in; None for the first batch.
    """
    answered = pa.Table.from_pandas(answers, preserve_index=False)
    for field in answered.schema:
        name, number = field.name, 2
        while name in table.column_names:
            name, number = f"{field.name} {number}", number + 1
        table = table.append_column(name, answered.column(field.name))
    plain = table.replace_schema_metadata(None)
    return plain if schema is None else plain.cast(schema)


def store_prediction(
    writer: ArtifactWriter,
    result: StoredDataset,
    model: TrainedModel,
    sentences: Sequence[str],
    made_by: JsonMapping,
) -> None:
    """Write the artifacts of a prediction: its first rows, a figure, what was done."""
    known = {column.name for column in model.columns}
    names = [info.name for info in result.columns]
    name = _answer_name(model, names)
    answered = result.to_pandas([name], limit=LOOKED_AT_ROWS)[name]
    figure = _figure(name, answered, result.row_count, model)
    if figure is not None:
        writer.add_figure("predictions", "What was predicted", figure)
    writer.add_table("rows", "First rows", result.page(0, PREVIEW_ROWS))
    writer.add_report(
        "report",
        "Report",
        {
            "model": dict(model.schema["model"]),
            "trained_on": dict(model.schema.get("dataset") or {}),
            "made_by": dict(made_by),
            "rows": result.row_count,
            "answers": [n for n in names if n not in known],
            "notes": list(sentences),
        },
    )


def _answer_name(model: TrainedModel, names: Sequence[str]) -> str:
    wanted = "cluster" if model.task is Task.CLUSTERING else f"predicted {model.target_name}"
    return next(n for n in reversed(names) if n == wanted or n.startswith(f"{wanted} "))


def _figure(
    name: str, answered: pd.DataFrame, row_count: int, model: TrainedModel
) -> Figure | None:
    notes = []
    if len(answered) < row_count:
        notes.append(f"The first {len(answered):,} of {row_count:,} rows are counted.")
    if model.task.is_regression:
        values = answered.to_numpy(dtype=float)
        values = values[np.isfinite(values)]
        if not len(values):
            return None
        edges = bin_edges(values, min(40, max(5, len(values) // 5)))
        counts = np.histogram(values, edges)[0]
        panel = Panel(
            marks=[Histogram(edges=edges, counts=counts)],
            x=Axis(label=name),
            y=Axis(label="Rows"),
        )
        return Figure(title="Distribution of the predictions", panels=[panel], notes=notes)
    counted = pd.Series(answered).value_counts()
    shown = counted.iloc[:SHOWN_CLASSES]
    if len(shown) < len(counted):
        notes.append(f"The {len(shown)} most frequent of {len(counted)} are shown.")
    panel = Panel(
        marks=[
            Bars(
                positions=np.arange(len(shown)),
                values=shown.to_numpy(),
                texts=[f"{count:,}" for count in shown],
            )
        ],
        x=Axis(
            label=name,
            scale=AxisScale.CATEGORY,
            categories=[str(value) for value in shown.index],
            has_grid=False,
        ),
        y=Axis(label="Rows", minimum=0.0),
    )
    return Figure(title="Predicted classes", panels=[panel], notes=notes)
