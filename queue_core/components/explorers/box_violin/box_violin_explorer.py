"""Box and violin: medians, quartiles, whiskers and the shape of columns, by group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from queue_core.artifacts.draft import Draft, figure_draft, table_draft
from queue_core.artifacts.figure import Axis, AxisScale, Box, Mark, Panel, Violin
from queue_core.components.explorers.exploring.exploration import (
    STATISTIC_ROWS,
    Exploration,
    no_values,
    require_rows,
)
from queue_core.components.explorers.exploring.figure_layout import (
    pages,
    panel_title,
    small_multiples,
    value_axis,
)
from queue_core.components.explorers.statistics.groups import Groups, group_rows
from queue_core.components.explorers.statistics.numbers import density_of, thin, to_numbers
from queue_core.components.json_data import JsonObject
from queue_core.components.stored_dataset import ColumnInfo

_MOST_POINTS = 150


def box_violin(exploration: Exploration) -> list[Draft]:
    """Return figures with a panel for each column, and the numbers behind the boxes."""
    require_rows(exploration)
    group = exploration.parameter_column("group_by")
    names = [*exploration.names, *([group.name] if group else [])]
    exploration.report(0.0, "reading rows")
    sample = exploration.sample(names, STATISTIC_ROWS)
    groups = group_rows(
        sample.frame[group.name] if group else None,
        len(sample.frame),
        exploration.params["groups"],
    )
    panels, rows, empty = [], [], []
    for place, info in enumerate(exploration.columns):
        exploration.report(0.1 + 0.8 * place / len(exploration.columns), f"drawing “{info.name}”")
        values = to_numbers(sample.frame[info.name])
        boxes = _boxes(values, groups, exploration)
        if not boxes:
            empty.append(info.name)
            continue
        panels.append(_panel(exploration, info, values, groups, boxes))
        rows += [_row(info, groups.names[int(box.position)], box) for box in boxes]
    if not panels:
        raise no_values(exploration.names)
    notes = [sample.note, groups.note, f"No values in: {', '.join(empty)}." if empty else ""]
    title = "Box and violin" + (f" by {group.name}" if group else "")
    return [
        *(
            figure_draft(
                "boxes", small_multiples(exploration, title, page, notes=notes, row_in=3.0)
            )
            for page in pages(panels)
        ),
        table_draft("numbers", "Numbers behind the boxes", _frame(rows)),
    ]


def _boxes(values: np.ndarray, groups: Groups, exploration: Exploration) -> list[Box]:
    boxes = []
    for place in range(len(groups.names)):
        chosen = values[groups.mask(place) & ~np.isnan(values)]
        if not len(chosen):
            continue
        first, median, third = (float(q) for q in np.percentile(chosen, [25, 50, 75]))
        reach = exploration.params["whiskers"] * (third - first)
        inside = chosen[(chosen >= first - reach) & (chosen <= third + reach)]
        outside = np.setdiff1d(chosen, inside)
        if len(outside) > _MOST_POINTS:
            # The extremes stay: they are what one looks for.
            middle = np.random.default_rng(exploration.seed).choice(
                outside[1:-1], _MOST_POINTS - 2, replace=False
            )
            outside = np.concatenate([outside[:1], np.sort(middle), outside[-1:]])
        boxes.append(
            Box(
                position=place,
                low=float(inside.min()),
                first_quartile=first,
                median=median,
                third_quartile=third,
                high=float(inside.max()),
                mean=float(chosen.mean()),
                outliers=outside,
                color=groups.color(place) if len(groups.names) > 1 else 0,
                width=0.16 if exploration.params["shape"] == "both" else 0.5,
            )
        )
    return boxes


def _panel(
    exploration: Exploration, info: ColumnInfo, values: np.ndarray, groups: Groups, boxes: list[Box]
) -> Panel:
    shape = exploration.params["shape"]
    marks: list[Mark] = []
    for box in boxes:
        chosen = values[groups.mask(int(box.position)) & ~np.isnan(values)]
        if shape != "box" and chosen.max() > chosen.min():
            places, density = density_of(chosen)
            inside = (places >= chosen.min()) & (places <= chosen.max())
            x, y = thin(places[inside], density[inside], 120)
            marks.append(Violin(position=box.position, values=x, density=y, color=box.color))
            if shape == "violin":
                continue
        marks.append(box)
    return Panel(
        title=panel_title(info),
        x=Axis(scale=AxisScale.CATEGORY, categories=groups.names),
        y=value_axis(info, label=""),
        marks=marks,
    )


def _row(info: ColumnInfo, group: str, box: Box) -> JsonObject:
    return {
        "column": info.name,
        "group": group,
        "lower whisker": box.low,
        "first quartile": box.first_quartile,
        "median": box.median,
        "mean": box.mean,
        "third quartile": box.third_quartile,
        "upper whisker": box.high,
    }


def _frame(rows: list[JsonObject]) -> pd.DataFrame:
    return pd.DataFrame(rows)
