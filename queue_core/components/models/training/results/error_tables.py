"""Where a model errs: its classes, the worst first, and the rows that it is most wrong about."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix

from queue_core.components.metrics.measuring.scored import Scored
from queue_core.components.models.training.evaluation.trained import Trained
from queue_core.components.models.training.results.classification_figures import pooled

MOST_ROWS = 25
MOST_COLUMNS = 8

Table = tuple[str, str, pd.DataFrame]


def error_tables(trained: Trained) -> list[Table]:
    """Return the tables that say where a classifier or a regression errs, of the test rows."""
    scored = pooled(trained)
    found: list[Table] = []
    if scored.class_count:
        found.append(("classes", "Classes", _classes(scored, trained)))
    rows = _worst_rows(scored, trained)
    if len(rows):
        found.append(("worst-rows", "Largest errors", rows))
    return found


def _classes(scored: Scored, trained: Trained) -> pd.DataFrame:
    """Return how well each class is found; what is mistaken most often comes first."""
    names = [str(name) for name in trained.problem.classes]
    counts = confusion_matrix(scored.known, scored.predicted, labels=np.arange(len(names)))
    right, there, said = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    mistaken = [
        names[place] if row.any() else ""
        for row, place in zip(wrong, wrong.argmax(axis=1), strict=True)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        recall, precision = right / there, right / said
    table = pd.DataFrame(
        {
            "class": names, "rows": there, "recall": recall, "precision": precision,
            "mistaken for": mistaken,
        }
    )  # fmt: skip
    return table.sort_values("recall", kind="stable").reset_index(drop=True)


def _worst_rows(scored: Scored, trained: Trained) -> pd.DataFrame:
    """Return the test rows that the model is most wrong about, with what it saw of them."""
    problem = trained.problem
    places = np.concatenate([fold.rows for fold in trained.folds])
    if scored.class_count:
        sure = np.ones(len(places))
        if scored.probabilities is not None:
            sure = scored.probabilities[np.arange(len(places)), scored.predicted]
        wrong = np.flatnonzero(scored.predicted != scored.known)
        chosen = _first_of_each(wrong[np.argsort(-sure[wrong], kind="stable")], places)
        names = np.asarray([str(name) for name in problem.classes], dtype=object)
        answers = {
            "actual": names[scored.known[chosen]],
            "predicted": names[scored.predicted[chosen]],
        }
        if scored.probabilities is not None:
            answers["probability"] = sure[chosen]
    else:
        errors = scored.known - scored.predicted
        chosen = _first_of_each(np.argsort(-np.abs(errors), kind="stable"), places)
        answers = {
            "actual": scored.known[chosen], "predicted": scored.predicted[chosen],
            "residual": errors[chosen],
        }  # fmt: skip
    own = places[chosen]
    numbers = {} if problem.row_numbers is None else {"dataset row": problem.row_numbers[own]}
    # Names of the data never take the place of ours.
    seen = problem.frame.iloc[own].reset_index(drop=True)[_telling_columns(trained)]
    table = pd.DataFrame({**numbers, **answers})
    return pd.concat([table, seen.rename(columns=lambda name: _apart(name, table))], axis=1)


def _first_of_each(order: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the first ones; a row that several folds have tested counts once."""
    _, firsts = np.unique(places[order], return_index=True)
    return order[np.sort(firsts)][:MOST_ROWS]


def _telling_columns(trained: Trained) -> list[str]:
    """Return the columns that the model relies on most, as far as there is room."""
    columns = [column.name for column in trained.problem.columns]
    order = (
        [] if trained.importance is None else [n for n in trained.importance.names if n in columns]
    )
    return list(dict.fromkeys((*order, *columns)))[:MOST_COLUMNS]


def _apart(name: str, table: pd.DataFrame) -> str:
    while name in table.columns:
        name += " "
    return name
