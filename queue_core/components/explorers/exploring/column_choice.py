"""Which columns an explorer looks at: those the user chose, or all that fit."""

from __future__ import annotations

from collections.abc import Sequence

from queue_core.components.component import Component
from queue_core.components.json_data import JsonMapping
from queue_core.components.stored_dataset import ColumnInfo, StoredDataset
from queue_core.errors import DataError


def select_columns(
    component: Component,
    dataset: StoredDataset,
    chosen: Sequence[str] | None,
    params: JsonMapping,
) -> tuple[tuple[ColumnInfo, ...], tuple[str, ...]]:
    """Return the columns to look at, and sentences on what was left out.

    Columns that a parameter names (e.g. the groups) are not taken again unless they are chosen.

    Args:
        component: The explorer; its `column_types` say what fits, and its options
            `least_columns` and `most_columns` how many.
        dataset: The stored rows.
        chosen: Names of columns; None or empty: all that fit.
        params: The explorer's parameters.

    Raises:
        DataError: A chosen column does not exist or fit, or there are too few.
    """
    notes: list[str] = []
    if chosen:
        infos = [dataset.column(name) for name in dict.fromkeys(chosen)]
        _refuse_unfit(component, infos)
    else:
        named = {value for value in params.values() if isinstance(value, str)}
        infos = [
            info for info in dataset.columns if fits(component, info) and info.name not in named
        ]
    _refuse_too_few(component, infos, are_chosen=bool(chosen))
    most = component.options.get("most_columns")
    if most is not None and len(infos) > most:
        first = "The first" if most == 1 else f"The first {most}"
        notes.append(f"{first} of {len(infos):,} columns: {component.title} shows no more.")
        infos = infos[:most]
    return tuple(infos), tuple(notes)


def fits(component: Component, info: ColumnInfo) -> bool:
    """Return whether an explorer can look at a column of this type."""
    if not component.column_types:
        return True
    is_number = info.type.is_number and "number" in component.column_types
    return is_number or info.type.value in component.column_types


def _refuse_unfit(component: Component, infos: Sequence[ColumnInfo]) -> None:
    unfit = [info for info in infos if not fits(component, info)]
    if unfit:
        listed = ", ".join(f"“{info.name}” ({info.type.value})" for info in unfit[:5])
        raise DataError(
            f"{component.title} cannot look at {listed}.",
            hint=f"Choose columns of type {_types(component)}, or cast them first.",
        )


def _refuse_too_few(component: Component, infos: Sequence[ColumnInfo], *, are_chosen: bool) -> None:
    least = component.options.get("least_columns", 1)
    if len(infos) >= least:
        return
    needed = f"{least} column{'s' if least > 1 else ''} of type {_types(component)}"
    have = "none" if not infos else f"only “{infos[0].name}”"
    where = "was chosen" if are_chosen else "is in the dataset"
    raise DataError(
        f"{component.title} needs {needed}; {have} {where}.",
        hint="Choose more columns."
        if are_chosen
        else "Choose another dataset, or cast columns to that type first.",
    )


def _types(component: Component) -> str:
    types = list(component.column_types)
    if not types:
        return "any"
    return types[0] if len(types) == 1 else f"{', '.join(types[:-1])} or {types[-1]}"
