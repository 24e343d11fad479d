"""Where the columns of a converted table come from, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from queue_core.components.converters.converting.converter import free_name


@dataclass(frozen=True)
class PlannedColumn:
    """A column of the result.

    Attributes:
        name: What it is called.
        source: Number of the block and of the output that gives it; None: it is kept as it is.
    """

    name: str
    source: tuple[int, int] | None = None


def plan_columns(
    names: Sequence[str],
    chosen: Sequence[str],
    outputs: Sequence[Sequence[str]],
    *,
    keep_original: bool,
) -> list[PlannedColumn]:
    """Return the columns of the result, in order.

    An output with the name of a chosen column takes its place; all others follow the last chosen
    column. Names that are taken already get a number.

    Args:
        names: The columns of the table.
        chosen: Those that are converted.
        outputs: The names of the outputs, block by block.
        keep_original: Whether the chosen columns stay beside the outputs.
    """
    made = [
        (name, (block, place))
        for block, group in enumerate(outputs)
        for place, name in enumerate(group)
    ]
    in_place = {} if keep_original else {name: source for name, source in made if name in chosen}
    taken = [name for name in names if keep_original or name not in chosen or name in in_place]
    new: list[PlannedColumn] = []
    for name, source in made:
        if name not in in_place:
            taken.append(free_name(name.strip() or "empty", taken))
            new.append(PlannedColumn(taken[-1], source))
    last = [name for name in names if name in chosen][-1]
    plan: list[PlannedColumn] = []
    for name in names:
        if keep_original or name not in chosen:
            plan.append(PlannedColumn(name))
        elif name in in_place:
            plan.append(PlannedColumn(name, in_place[name]))
        if name == last:
            plan += new
    return plan
