"""Figures of any run: importance of columns, course of the training, learning curve, search."""

from __future__ import annotations

import numpy as np

from queue_core.artifacts.figure import (
    Axis,
    AxisScale,
    Bars,
    Figure,
    Line,
    Panel,
    Points,
)
from queue_core.components.models.training.evaluation.trained import Trained
from queue_core.components.models.training.fitting.training_progress import TrialRecord

MOST_COLUMNS = 20
FEWEST_STEPS = 3
FEWEST_TRIALS = 3

Drawn = tuple[str, str, Figure]


def figures(trained: Trained, trials: list[TrialRecord]) -> list[Drawn]:
    """Return the figures that a run has something to show for."""
    drawn: list[Drawn] = []
    if trained.importance is not None and len(trained.importance.names) > 1:
        drawn.append(("importance", "Feature importance", _importance(trained)))
    course = _course(trained)
    if course is not None:
        drawn.append(("training", "Training curve", course))
    if len(trained.learning_curve) > 1:
        drawn.append(("learning-curve", "Learning curve", _learning(trained)))
    scored = [trial for trial in trials if trial.value is not None]
    if len(scored) >= FEWEST_TRIALS:
        drawn.append(("search", "Search", _search(scored)))
    return drawn


def _importance(trained: Trained) -> Figure:
    importance = trained.importance
    assert importance is not None
    names = importance.names[:MOST_COLUMNS]
    notes = [importance.method]
    if len(names) < len(importance.names):
        notes.append(f"The first {len(names)} of {len(importance.names)} columns are shown.")
    return Figure(
        title="Feature importance",
        subtitle="How much the model relies on each column",
        panels=[
            Panel(
                marks=[
                    Bars(
                        positions=np.arange(len(names)),
                        values=importance.values[:MOST_COLUMNS],
                        is_horizontal=True,
                    )
                ],
                x=Axis(label=importance.label),
                y=Axis(
                    scale=AxisScale.CATEGORY, categories=names, is_inverted=True, has_grid=False
                ),
            )
        ],
        notes=notes,
        height_in=max(3.0, 1.4 + 0.3 * len(names)),
    )


def _course(trained: Trained) -> Figure | None:
    """Return what a model said of itself step by step, in the first fold."""
    folds = {fold for _, fold, _, _ in trained.steps}
    first = next((fold for fold in (None, 0) if fold in folds), None)
    names = dict.fromkeys(name for name, _, _, _ in trained.steps)
    panels = []
    for place, name in enumerate(names):
        points = {
            step: value for n, fold, step, value in trained.steps if n == name and fold == first
        }
        if len(points) >= FEWEST_STEPS:
            line = Line(x=list(points), y=list(points.values()), color=place)
            panels.append(
                Panel(
                    marks=[line], x=Axis(label="Step", has_whole_numbers=True), y=Axis(label=name)
                )
            )
    if not panels:
        return None
    return Figure(
        title="Training curve",
        subtitle="First fold" if first == 0 else "",
        panels=panels,
        columns=min(2, len(panels)),
        width_in=5.0 * min(2, len(panels)),
        height_in=4.0 * ((len(panels) + 1) // 2),
    )


def _learning(trained: Trained) -> Figure:
    rows = [count for count, _, _ in trained.learning_curve]
    missing = float("nan")
    seen = [missing if s is None else s for _, s, _ in trained.learning_curve]
    held = [missing if t is None else t for _, _, t in trained.learning_curve]
    return Figure(
        title="Learning curve",
        subtitle="Would more rows help?",
        panels=[
            Panel(
                marks=[
                    Line(x=rows, y=seen, label="Training score", color=1, has_markers=True),
                    Line(x=rows, y=held, label="Test score", color=0, has_markers=True),
                ],
                x=Axis(label="Training rows"),
                y=Axis(label=trained.leading.title),
            )
        ],
    )


def _search(trials: list[TrialRecord]) -> Figure:
    marks = []
    for place, (state, label) in enumerate((("complete", "completed"), ("pruned", "stopped"))):
        chosen = [trial for trial in trials if trial.state == state]
        if chosen:
            marks.append(
                Points(
                    x=[trial.number for trial in chosen],
                    y=[trial.value or 0.0 for trial in chosen],
                    label=label,
                    color=place,
                    size=6.0,
                )
            )
    return Figure(
        title="Hyperparameter search",
        panels=[
            Panel(
                marks=marks,
                x=Axis(label="Trial", has_whole_numbers=True),
                y=Axis(label="Mean validation score"),
            )
        ],
    )
