"""Counterfactuals: the smallest changes of a row that would give another prediction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd

from queue_core.artifacts.draft import Draft, figure_draft, report_draft, table_draft, text_draft
from queue_core.artifacts.figure import Figure
from queue_core.components.explainers.counterfactuals.counterfactual_search import (
    Goal,
    Option,
    Search,
)
from queue_core.components.explainers.counterfactuals.distances import RowDistance
from queue_core.components.explainers.counterfactuals.word_search import WordSearch
from queue_core.components.explainers.explaining.explained_model import OutputKind
from queue_core.components.explainers.explaining.explanation import Explanation, value_text
from queue_core.components.explainers.explaining.explanation_figures import (
    MOST_COLUMNS,
    bars_figure,
    empty_figure,
)
from queue_core.components.explainers.explaining.words import (
    Tokenizer,
    counts_of,
    model_of_words,
    tokenizers,
    words_of,
)
from queue_core.components.progress import Span
from queue_core.errors import DataError

_MOST_ROWS = 50


def counterfactuals(order: Explanation) -> list[Draft]:
    """Return sentences, a table of changes and a figure of the columns that change."""
    chosen, labels = order.rows_to_explain()
    chosen, labels = chosen.head(_MOST_ROWS), labels[:_MOST_ROWS]
    changeable = _changeable(order)
    parts = {name: part for name, part in tokenizers(order.model).items() if name in changeable}
    sample = order.sample(order.params["rows"], stream=6)
    order.report(0.0, "predicting examples")
    outputs = order.model.outputs(sample.frame)
    distance = RowDistance.of(sample.frame, order.model.columns)
    found: list[tuple[str, Goal, list[Option]]] = []
    for place, label in enumerate(labels):
        start, share = 0.1 + 0.85 * place / len(labels), 0.85 / len(labels)
        progress = Span(order.progress, start, start + share)
        row = chosen.iloc[[place]].reset_index(drop=True)
        goal = _goal(order, row, outputs)
        if parts:
            found.append((label, goal, _without_words(order, row, parts, goal)))
            continue
        search = Search(order, row, sample.frame, distance, changeable, progress)
        found.append((label, goal, search.run(goal, goal.reaches(outputs))))
    examples = f"Examples come from {sample.note}."
    notes = [order.frame_note, "Words are left out of the text." if parts else examples]
    report = {
        "rows": len(labels),
        "without any option": [label for label, _, options in found if not options],
        "fixed columns": list(order.params["fixed"] or ()),
        "seed": order.seed,
        "notes": [note for note in notes if note],
    }
    return [
        text_draft("sentences", "What would have to change", _sentences(chosen, found)),
        figure_draft("columns", _figure(order, found, notes)),
        table_draft("changes", "Changes", _table(chosen, found)),
        report_draft("summary", "Summary", report),
    ]


def _without_words(
    order: Explanation, row: pd.DataFrame, parts: Mapping[str, Tokenizer], goal: Goal
) -> list[Option]:
    """Return options that leave words out of a text, and change nothing else."""
    words = words_of(row, dict(parts))
    model = model_of_words(order.model, words)
    counted = counts_of(row, words, tokenizers(order.model))
    names = tuple(word.name for word in words)
    return WordSearch(model, counted, names, order.params["options"]).run(goal, goal.closeness)


def _changeable(order: Explanation) -> tuple[str, ...]:
    fixed = set(order.params["fixed"] or ())
    unknown = fixed - set(order.model.columns)
    if unknown:
        raise DataError(
            f"The model does not look at the column “{min(unknown)}”.",
            hint=f"Choose among: {', '.join(order.model.columns[:15])}.",
        )
    changeable = tuple(name for name in order.model.columns if name not in fixed)
    if not changeable:
        raise DataError("All columns are fixed, so nothing can change.", hint="Fix fewer columns.")
    return changeable


def _goal(order: Explanation, row: pd.DataFrame, examples: np.ndarray) -> Goal:
    own = order.model.outputs(row)[0]
    if order.model.kind is OutputKind.VALUE:
        low, high = np.percentile(examples[:, 0], [2.5, 97.5])
        step = order.params["change"] / 100 * (float(high - low) or 1.0)
        before = value_text(float(own[0]))
        if order.params["direction"] == "higher":
            limit = float(own[0]) + step
            return Goal(
                f"at least {value_text(limit)}",
                lambda out: out[:, 0] >= limit,
                before,
                lambda out: out[:, 0],
            )
        limit = float(own[0]) - step
        return Goal(
            f"at most {value_text(limit)}",
            lambda out: out[:, 0] <= limit,
            before,
            lambda out: -out[:, 0],
        )
    names = order.model.output_names
    now = int(own.argmax())
    if len(names) < 2:
        raise DataError("The model knows one class only.", hint="Explain another model.")
    wanted = order.params["wanted"]
    if wanted in (None, ""):
        target = int(np.argsort(-own, kind="stable")[1])
    else:
        target = order.output_places("wanted")[0]
    before = f"“{names[now]}”"
    others = [place for place in range(len(names)) if place != target]
    return Goal(
        f"“{names[target]}”",
        lambda out: out.argmax(axis=1) == target,
        before,
        lambda out: out[:, target] - out[:, others].max(axis=1),
    )


def _sentences(chosen: pd.DataFrame, found: list[tuple[str, Goal, list[Option]]]) -> str:
    lines = []
    for place, (label, goal, options) in enumerate(found):
        shown = label[:1].upper() + label[1:]
        lines.append(f"{shown} is predicted {goal.before}.")
        if not options:
            lines.append(f"  No example reaches {goal.words} with the columns that may change.")
        for option in options:
            if not set(option.columns) <= set(chosen.columns):
                lines.append(f"  It would be {option.after} without {', '.join(option.columns)}.")
                continue
            changes = "; ".join(
                f"{name} {value_text(chosen[name].iloc[place])} → {value_text(option.values[name])}"
                for name in option.columns
            )
            lines.append(f"  It would be {option.after} with {changes}.")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _table(chosen: pd.DataFrame, found: list[tuple[str, Goal, list[Option]]]) -> pd.DataFrame:
    lines = [
        {
            "row": label,
            "option": number,
            "predicted": goal.before,
            "would be": option.after,
            "column": name,
            "from": value_text(chosen[name].iloc[place]) if name in chosen else "in the text",
            "to": value_text(option.values[name]) if name in chosen else "left out",
            "changed columns": len(option.columns),
            "distance": option.distance,
        }
        for place, (label, goal, options) in enumerate(found)
        for number, option in enumerate(options, start=1)
        for name in option.columns
    ]
    columns = [
        "row", "option", "predicted", "would be", "column", "from", "to", "changed columns",
        "distance",
    ]  # fmt: skip
    return pd.DataFrame(lines, columns=columns)


def _figure(
    order: Explanation, found: list[tuple[str, Goal, list[Option]]], notes: list[str]
) -> Figure:
    counts = Counter(
        name for _, _, options in found for option in options for name in option.columns
    )
    total = sum(len(options) for _, _, options in found)
    title = "Columns that would have to change"
    if not counts:
        return empty_figure(title, order.subtitle, "No example reaches another prediction.")
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_COLUMNS]
    return bars_figure(
        [name for name, _ in ranked],
        [number for _, number in ranked],
        title=title,
        subtitle=order.subtitle,
        label=f"Options (of {total})",
        notes=notes,
    )
