"""SHAP values of words: what each word of a text adds, compared with the text without its words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from queue_core.components.explainers.explaining.explanation import Explanation
from queue_core.components.explainers.explaining.words import (
    counts_of,
    model_of_words,
    row_by_words,
    tokenizers,
    words_of,
)
from queue_core.components.explainers.shap_values.attributions import Attributions, attribute
from queue_core.components.progress import ProgressReporter, Span


def attribute_words(
    order: Explanation, rows: pd.DataFrame, progress: ProgressReporter
) -> tuple[Explanation, Attributions, pd.DataFrame]:
    """Return SHAP values of the words of some rows.

    Args:
        order: The model and its rows.
        rows: What to explain, as pipelines take it.
        progress: Who is told how far it is.

    Returns:
        The order with a column for each word of the rows, the values, and the rows with counts.
    """
    parts = tokenizers(order.model)
    words = words_of(rows, parts)
    model = model_of_words(order.model, words)
    places = {name: place for place, name in enumerate(model.columns)}
    values = np.zeros((len(rows), len(model.columns), len(model.output_names)))
    bases = np.zeros((len(rows), len(model.output_names)))
    found = None
    for number in range(len(rows)):
        own = row_by_words(order, rows.iloc[[number]].reset_index(drop=True))
        assert own.chosen is not None
        part = Span(progress, number / len(rows), (number + 1) / len(rows))
        found = attribute(own, own.chosen, part)
        columns = [places[name] for name in own.model.columns]
        values[number, columns] = found.values[0]
        bases[number] = found.base
    assert found is not None  # there is at least one row
    made = replace(
        found,
        values=values,
        base=bases.mean(axis=0),
        bases=bases,
        background="Compared with the same text without its words.",
        word_count=len(words),
    )
    return replace(order, model=model), made, counts_of(rows, words, parts)
