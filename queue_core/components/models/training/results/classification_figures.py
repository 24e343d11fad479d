"""Figures of classifiers: confusion, ROC and precision-recall curves, calibration."""

from __future__ import annotations

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    average_precision_score,
    confusion_matrix,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from queue_core.artifacts.figure import (
    Axis,
    AxisScale,
    Figure,
    Heatmap,
    Line,
    LineStyle,
    Mark,
    Panel,
    Tone,
)
from queue_core.artifacts.ticks import shorten
from queue_core.components.metrics.measuring.scored import Scored
from queue_core.components.models.training.evaluation.trained import Trained

MOST_CELLS = 25
MOST_CURVES = 8
MOST_POINTS = 400
CLASS_NAME = 21
CALIBRATION_BINS = 10

Drawn = tuple[str, str, Figure]


def figures(trained: Trained) -> list[Drawn]:
    """Return the figures of a classifier, of the test rows of all folds together."""
    scored = pooled(trained)
    names = [str(name) for name in trained.problem.classes]
    note = "Test rows of all folds together." if len(trained.folds) > 1 else "Test rows."
    drawn = [("confusion", "Confusion matrix", _confusion(scored, names, note))]
    curves = _curves(scored, names)
    if curves:
        drawn.append(("curves", "ROC and precision-recall", _ranking(scored, curves, note)))
    if scored.probabilities is not None:
        drawn.append(("calibration", "Calibration", _calibration(curves, note)))
    return drawn


def pooled(trained: Trained) -> Scored:
    """Return the test rows of all folds with their answers."""
    tests = [fold.test for fold in trained.folds]
    return Scored(
        truth=np.concatenate([test.known for test in tests]),
        predicted=np.concatenate([test.predicted for test in tests]),
        probabilities=_joined([test.probabilities for test in tests]),
        scores=_joined([test.scores for test in tests]),
        class_count=tests[0].class_count,
    )


def _joined(parts: list[np.ndarray | None]) -> np.ndarray | None:
    known = [part for part in parts if part is not None]
    return np.concatenate(known) if len(known) == len(parts) else None


def _confusion(scored: Scored, names: list[str], note: str) -> Figure:
    codes = np.arange(len(names))
    counts = confusion_matrix(scored.truth, scored.predicted, labels=codes)
    notes = [note]
    if len(names) > MOST_CELLS:
        shown = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[:MOST_CELLS])
        counts, names = counts[np.ix_(shown, shown)], [names[code] for code in shown]
        notes.append(f"The {MOST_CELLS} largest of {len(codes)} classes are shown.")
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)
    edges = np.arange(len(names) + 1) - 0.5
    by_count = counts.max(initial=0) < 10_000
    return Figure(
        title="Confusion matrix",
        subtitle="Test rows of each actual class by the class that was predicted",
        panels=[
            Panel(
                marks=[
                    Heatmap(
                        x_edges=edges,
                        y_edges=edges,
                        values=(counts if by_count else shares).tolist(),
                        label="Rows" if by_count else "Share of the actual class",
                        minimum=0.0,
                        text_format=(".0f" if by_count else ".2f") if len(names) <= 12 else "",
                    )
                ],
                x=Axis(
                    label="Predicted", scale=AxisScale.CATEGORY, categories=names, has_grid=False
                ),
                y=Axis(
                    label="Actual",
                    scale=AxisScale.CATEGORY,
                    categories=names,
                    is_inverted=True,
                    has_grid=False,
                ),
                is_square=True,
            )
        ],
        notes=notes,
        width_in=7.0,
        height_in=6.0,
    )


def _curves(scored: Scored, names: list[str]) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Return, for each class to draw, its name, whether rows are of it, and their rank."""
    ranks = scored.probabilities if scored.probabilities is not None else scored.scores
    if ranks is None:
        return []
    if len(names) == 2:
        ranked = ranks[:, 1] if np.ndim(ranks) == 2 else ranks
        pairs = [(names[1], scored.known == 1, ranked)]
    elif np.ndim(ranks) != 2 or ranks.shape[1] != len(names):
        return []
    else:
        sizes = np.bincount(scored.known, minlength=len(names))
        shown = np.sort(np.argsort(-sizes, kind="stable")[:MOST_CURVES])
        pairs = [(names[code], scored.known == code, ranks[:, code]) for code in shown]
    return [pair for pair in pairs if pair[1].any() and not pair[1].all()]


def _ranking(scored: Scored, curves: list[tuple[str, np.ndarray, np.ndarray]], note: str) -> Figure:
    roc: list[Mark] = [Line(x=[0, 1], y=[0, 1], color=Tone.MUTED, style=LineStyle.DASHED)]
    recall: list[Mark] = []
    for place, (name, is_class, ranked) in enumerate(curves):
        false_share, true_share, _ = roc_curve(is_class, ranked)
        found = _thinned(len(false_share))
        area = roc_auc_score(is_class, ranked)
        label = f"{shorten(name, CLASS_NAME)} (AUC {area:.3f})"
        roc.append(Line(x=false_share[found], y=true_share[found], label=label, color=place))
        precision, sensitivity, _ = precision_recall_curve(is_class, ranked)
        found = _thinned(len(precision))
        mean = average_precision_score(is_class, ranked)
        recall.append(
            Line(
                x=sensitivity[found],
                y=precision[found],
                color=place,
                label=f"{shorten(name, CLASS_NAME)} (AP {mean:.3f})",
                is_stepped=True,
            )
        )
    notes = [note, "AUC: area under the ROC curve. AP: average precision."]
    if scored.class_count > len(curves) > 1:
        notes.append(f"The {len(curves)} largest of {scored.class_count} classes are shown.")
    return Figure(
        title="ROC and precision-recall curves",
        subtitle="How well rows of a class are ranked above the others",
        panels=[
            Panel(
                marks=roc,
                title="ROC curve",
                x=Axis(label="False positive rate", minimum=0.0, maximum=1.0),
                y=Axis(label="True positive rate", minimum=0.0, maximum=1.02),
            ),
            Panel(
                marks=recall,
                title="Precision-recall curve",
                x=Axis(label="Recall", minimum=0.0, maximum=1.0),
                y=Axis(label="Precision", minimum=0.0, maximum=1.02),
            ),
        ],
        columns=2,
        legend_title="Class",
        notes=notes,
        width_in=10.0,
        height_in=4.6,
    )


def _calibration(curves: list[tuple[str, np.ndarray, np.ndarray]], note: str) -> Figure:
    marks: list[Mark] = [Line(x=[0, 1], y=[0, 1], color=Tone.MUTED, style=LineStyle.DASHED)]
    for place, (name, is_class, probability) in enumerate(curves):
        share, said = calibration_curve(
            is_class, np.clip(probability, 0.0, 1.0), n_bins=CALIBRATION_BINS
        )
        marks.append(Line(x=said, y=share, label=name, color=place, has_markers=True))
    return Figure(
        title="Calibration curve",
        subtitle="On the dashed line, rows predicted with 70 % are of the class 7 times in 10",
        panels=[
            Panel(
                marks=marks,
                x=Axis(label="Mean predicted probability", minimum=0.0, maximum=1.0),
                y=Axis(label="Fraction of positives", minimum=0.0, maximum=1.02),
                is_square=True,
            )
        ],
        legend_title="Class",
        notes=[note, f"Rows in {CALIBRATION_BINS} bins of probability."],
        width_in=6.0,
        height_in=5.6,
    )


def _thinned(count: int) -> np.ndarray:
    """Return at most 400 places of a curve, both ends included."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).astype(int))
