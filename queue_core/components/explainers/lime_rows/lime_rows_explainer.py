"""LIME: a straight-line stand-in for the model around single rows (package lime)."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from queue_core.artifacts.draft import Draft, figure_draft, report_draft, table_draft
from queue_core.artifacts.figure import Axis, AxisScale, Bars, Figure, Panel, Tone
from queue_core.components.explainers.explaining.explanation import (
    Explanation,
    artifact_name,
    value_text,
)
from queue_core.components.explainers.explaining.row_codec import RowCodec
from queue_core.errors import MissingPackageError

if TYPE_CHECKING:  # an extra
    from lime.explanation import Explanation as LimeExplanation
    from lime.lime_tabular import LimeTabularExplainer

_MOST_ROWS = 20


def lime_rows(order: Explanation) -> list[Draft]:
    """Return a figure of weights for each chosen row, and all weights as a table."""
    chosen, labels = order.rows_to_explain()
    chosen, labels = chosen.head(_MOST_ROWS), labels[:_MOST_ROWS]
    sample = order.sample(order.params["rows"], stream=7)
    codec = RowCodec.of([sample.frame, chosen], order.model.columns)
    explainer = _explainer(order, codec, codec.encode(sample.frame))
    encoded, outputs = codec.encode(chosen), order.model.outputs(chosen)
    made_up = f"{order.params['samples']:,} rows made up around each row"
    notes = [order.frame_note, f"{made_up}, spread as {sample.note}."]
    drafts, lines = [], []
    for place, label in enumerate(labels):
        order.report(place / len(labels), f"explaining {label}")
        output = _output(order, outputs[place])
        found = explainer.explain_instance(
            encoded[place],
            partial(_predict, order, codec, output),
            labels=(0,),
            num_features=order.params["columns_shown"],
            num_samples=order.params["samples"],
        )
        weights = _weights(found)
        fit = float(found.score[0] if isinstance(found.score, dict) else found.score)
        drafts.append(_figure(order, label, output, weights, [*notes, _fit_sentence(fit)]))
        lines += [
            {
                "row": label,
                "output": order.model.output_names[output],
                "condition": condition,
                "weight": weight,
                "fit (R²)": fit,
            }
            for condition, weight in weights
        ]
    report = {"rows": len(labels), "seed": order.seed, "notes": [note for note in notes if note]}
    return [
        *drafts,
        table_draft("weights", "Weights", pd.DataFrame(lines)),
        report_draft("summary", "Summary", report),
    ]


def _explainer(order: Explanation, codec: RowCodec, training: np.ndarray) -> LimeTabularExplainer:
    try:
        from lime.lime_tabular import LimeTabularExplainer
    except ModuleNotFoundError as error:
        raise MissingPackageError("lime", extra="lime", feature="LIME") from error
    # One output is explained at a time, as a number: a probability is one.
    return LimeTabularExplainer(
        training,
        mode="regression",
        feature_names=list(codec.columns),
        categorical_features=codec.category_places,
        categorical_names={
            place: [value_text(value) for value in codec.categories[codec.columns[place]]]
            for place in codec.category_places
        },
        random_state=order.seed,
    )


def _predict(order: Explanation, codec: RowCodec, output: int, matrix: np.ndarray) -> np.ndarray:
    return order.model.outputs(codec.decode(matrix))[:, [output]]


def _output(order: Explanation, outputs: np.ndarray) -> int:
    if order.params.get("output"):
        return order.output_places()[0]
    return int(outputs.argmax())


def _weights(found: LimeExplanation) -> list[tuple[str, float]]:
    return [
        (re.sub(r"(\d+\.\d{4})\d+", r"\1", condition), float(weight))
        for condition, weight in found.as_list(label=1)
    ]


def _fit_sentence(fit: float) -> str:
    words = "well" if fit > 0.7 else "roughly" if fit > 0.4 else "badly: mistrust the weights"
    return f"The stand-in follows the model {words} (R² {fit:.2f})."


def _figure(
    order: Explanation, label: str, output: int, weights: list[tuple[str, float]], notes: list[str]
) -> Draft:
    names, values = [name for name, _ in weights], [weight for _, weight in weights]
    low, high = min([0.0, *values]), max([0.0, *values])
    room = 0.16 * (high - low) or 1.0
    panel = Panel(
        x=Axis(
            label=f"Weight ({order.model.describe_output(output)})",
            minimum=low - room,
            maximum=high + room,
        ),
        y=Axis(scale=AxisScale.CATEGORY, categories=names, is_inverted=True),
        marks=[
            Bars(
                positions=range(len(names)),
                values=values,
                colors=[Tone.POSITIVE if value >= 0 else Tone.NEGATIVE for value in values],
                texts=[f"{value:+.3g}".replace("-", "−") for value in values],
                is_horizontal=True,
            )
        ],
    )
    figure = Figure(
        title=f"LIME weights of {label}",
        subtitle=order.subtitle,
        panels=[panel],
        notes=notes,
        width_in=8.2,
        height_in=1.9 + 0.3 * max(len(names), 3),
    )
    return figure_draft(f"weights-{artifact_name(label)}", figure)
