"""SHAP values: what each column adds to predictions, for the whole model and for single rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from queue_core.artifacts.draft import Draft, figure_draft, report_draft, table_draft
from queue_core.artifacts.figure import (
    Axis,
    AxisScale,
    Bars,
    Figure,
    Mark,
    Panel,
    Points,
    Rule,
    Tone,
)
from queue_core.components.explainers.explaining.explanation import (
    Explanation,
    artifact_name,
    value_text,
)
from queue_core.components.explainers.explaining.explanation_figures import (
    MOST_COLUMNS,
    shades_of,
    swarm_marks,
    waterfall,
)
from queue_core.components.explainers.explaining.words import tokenizers
from queue_core.components.explainers.shap_values.attributions import Attributions, attribute
from queue_core.components.explainers.shap_values.word_attributions import attribute_words
from queue_core.components.json_data import JsonObject
from queue_core.components.progress import Span

_MOST_SWARMS = 4
_MOST_ROWS = 20


def shap_summary(order: Explanation) -> list[Draft]:
    """Return importance bars, a swarm per class, and the values of all rows."""
    sample = order.sample(order.params["rows"])
    progress = Span(order.progress, 0.0, 0.95)
    if tokenizers(order.model):
        order, found, frame = attribute_words(order, sample.frame, progress)
        sample = replace(sample, frame=frame)
    else:
        found = attribute(order, sample.frame, progress)
    order.report(0.95, "drawing")
    places = list(order.output_places())
    notes = [order.frame_note, f"Explained: {sample.note}.", found.background]
    drafts = [figure_draft("importance", _importance(order, found, places, notes))]
    for place in places[:_MOST_SWARMS]:
        figure = _swarm(order, found, sample.frame, place, notes)
        drafts.append(figure_draft("swarm", figure))
    return [
        *drafts,
        table_draft("importance-table", "Mean size of the SHAP values", _mean_table(order, found)),
        table_draft("values", "SHAP values", _long_table(order, found, places)),
        report_draft("summary", "Summary", _report(order, found, notes)),
    ]


def shap_rows(order: Explanation) -> list[Draft]:
    """Return a waterfall for each chosen row, and the values behind it."""
    chosen, labels = order.rows_to_explain()
    chosen, labels = chosen.head(_MOST_ROWS), labels[:_MOST_ROWS]
    outputs = order.model.outputs(chosen)
    progress = Span(order.progress, 0.0, 0.9)
    if tokenizers(order.model):
        order, found, chosen = attribute_words(order, chosen, progress)
    else:
        found = attribute(order, chosen, progress)
    order.report(0.9, "drawing")
    notes = [found.background]
    drafts = []
    for number, label in enumerate(labels):
        # Without a wish: the class that the model chose for the row.
        wished = order.params.get("output")
        place = order.output_places()[0] if wished else int(outputs[number].argmax())
        names, values = _columns_of_row(order, found, chosen, number)
        figure = waterfall(
            names,
            values[:, place],
            float(found.base_of(number)[place]),
            title=f"Why {label} gets {_prediction(order, outputs[number], place)}",
            subtitle=order.subtitle,
            label=f"SHAP values, adding up to the {_unit(order, found, place)}",
            notes=notes,
        )
        drafts.append(figure_draft(artifact_name(label), figure))
    places = range(len(order.model.output_names))
    table = _long_table(order, found, list(places))
    table.insert(0, "explained", [labels[row] for row in table.pop("row") - 1])
    return [
        *drafts,
        table_draft("values", "SHAP values", table),
        report_draft("summary", "Summary", _report(order, found, notes)),
    ]


def _columns_of_row(
    order: Explanation, found: Attributions, chosen: pd.DataFrame, row: int
) -> tuple[list[str], np.ndarray]:
    """Return what the bars of a row are called, and their values; words that it lacks have none."""
    labels, places = [], []
    for place, name in enumerate(order.model.columns):
        value = chosen[name].iloc[row]
        if place >= found.word_count:
            labels.append(f"{name} = {value_text(value)}")
        elif value > 0:
            labels.append(name if value == 1 else f"{name} × {value:.0f}")
        else:
            continue
        places.append(place)
    return labels, found.values[row, places]


def _prediction(order: Explanation, outputs: np.ndarray, place: int) -> str:
    if len(outputs) == 1:
        return value_text(float(outputs[0]))
    return f"“{order.model.output_names[place]}” ({outputs[place]:.2f})".replace("-", "−")


def _unit(order: Explanation, found: Attributions, place: int) -> str:
    described = order.model.describe_output(place)
    if found.unit == order.model.kind.value:
        return described
    return f"{found.unit} of “{order.model.output_names[place]}”"


def _importance(
    order: Explanation, found: Attributions, places: list[int], notes: list[str]
) -> Figure:
    """Return mean sizes of the values, stacked by class."""
    sizes = np.abs(found.values).mean(axis=0)[:, places]
    ranked = np.argsort(-sizes.sum(axis=1), kind="stable")[:MOST_COLUMNS]
    bases = np.zeros(len(ranked))
    marks: list[Mark] = []
    for number, place in enumerate(places):
        marks.append(
            Bars(
                positions=range(len(ranked)),
                values=sizes[ranked, number],
                bases=bases.copy(),
                label=order.model.output_names[place] if len(places) > 1 else "",
                color=number,
                is_horizontal=True,
            )
        )
        bases += sizes[ranked, number]
    names = [order.model.columns[column] for column in ranked]
    left = len(order.model.columns) - len(ranked)
    more = [f"{left:,} columns with smaller values are not drawn."] if left else []
    return Figure(
        title="SHAP feature importance",
        subtitle=order.subtitle,
        panels=[
            Panel(
                x=Axis(label=f"Mean |SHAP value| ({found.unit})", minimum=0),
                y=Axis(scale=AxisScale.CATEGORY, categories=names, is_inverted=True),
                marks=marks,
            )
        ],
        notes=[*notes, *more],
        width_in=8.0,
        height_in=1.8 + 0.28 * max(len(names), 3),
    )


def _swarm(
    order: Explanation, found: Attributions, frame: pd.DataFrame, place: int, notes: list[str]
) -> Figure:
    values = found.values[:, :, place]
    ranked = np.argsort(-np.abs(values).mean(axis=0), kind="stable")[:MOST_COLUMNS]
    marks: list[Mark] = [Rule(value=0.0, color=Tone.MUTED)]
    has_scale = False
    for line, column in enumerate(ranked):
        shades = shades_of(frame[order.model.columns[column]])
        drawn = swarm_marks(values[:, column], shades, float(line), order.seed + line)
        marks += _with_one_scale(drawn, has_scale=has_scale)
        has_scale = has_scale or shades is not None
    names = [order.model.columns[column] for column in ranked]
    title = "SHAP values"
    if len(order.model.output_names) > 1:
        title += f" for “{order.model.output_names[place]}”"
    return Figure(
        title=title,
        subtitle=order.subtitle,
        panels=[
            Panel(
                x=Axis(label=f"SHAP value ({_unit(order, found, place)})"),
                y=Axis(scale=AxisScale.CATEGORY, categories=names, is_inverted=True),
                marks=marks,
            )
        ],
        notes=notes,
        width_in=8.4,
        height_in=1.9 + 0.36 * max(len(names), 3),
    )


def _with_one_scale(marks: list[Mark], *, has_scale: bool) -> list[Mark]:
    """Give the first coloured line of a swarm the colour bar, and no other."""
    return [
        replace(mark, value_label="" if has_scale else "Feature value: low to high")
        if isinstance(mark, Points) and mark.values
        else mark
        for mark in marks
    ]


def _mean_table(order: Explanation, found: Attributions) -> pd.DataFrame:
    sizes = np.abs(found.values).mean(axis=0)
    table = pd.DataFrame({"column": order.model.columns, "all": sizes.sum(axis=1)})
    if sizes.shape[1] > 1:
        for place, name in enumerate(order.model.output_names):
            table[f"“{name}”"] = sizes[:, place]
    return table.sort_values("all", ascending=False, kind="stable")


def _long_table(order: Explanation, found: Attributions, places: list[int]) -> pd.DataFrame:
    """Return one line per explained row and output, one column per input column."""
    parts = []
    for place in places:
        part = pd.DataFrame(found.values[:, :, place], columns=list(order.model.columns))
        part.insert(0, "(base)", [found.base_of(row)[place] for row in range(len(part))])
        part.insert(0, "(output)", order.model.output_names[place])
        part.insert(0, "row", np.arange(1, len(part) + 1))
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _report(order: Explanation, found: Attributions, notes: list[str]) -> JsonObject:
    return {
        "algorithm": found.algorithm.value,
        "unit": found.unit,
        "background": found.background,
        "base": {
            name: float(value)
            for name, value in zip(order.model.output_names, found.base, strict=True)
        },
        "rows": len(found.values),
        "seed": order.seed,
        "notes": [note for note in notes if note],
    }
