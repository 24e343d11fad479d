"""Runs one explorer on one dataset: columns and parameters checked, failures explained."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from queue_core.artifacts.draft import Draft
from queue_core.components.component import Component, ComponentKind
from queue_core.components.explorers.exploring.column_choice import select_columns
from queue_core.components.explorers.exploring.exploration import Exploration
from queue_core.components.json_data import JsonMapping
from queue_core.components.parameters import complete_parameters
from queue_core.components.progress import ProgressReporter, Silence
from queue_core.components.registry import get_component
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError, MonitorError


def explore(
    explorer: str,
    dataset: StoredDataset,
    *,
    columns: Sequence[str] | None = None,
    params: JsonMapping | None = None,
    seed: int = 0,
    name: str = "data",
    progress: ProgressReporter | None = None,
    spill_folder: Path | None = None,
) -> list[Draft]:
    """Run an explorer.

    Args:
        explorer: Id of the component.
        dataset: The stored rows.
        columns: The columns to look at; None or empty: all that fit.
        params: Parameters of the explorer; what is left out has its default.
        seed: Start of all random numbers: the same seed gives the same results.
        name: What the data are called.
        progress: Who is told how far it is.
        spill_folder: Where SQL may put what does not fit into memory.

    Raises:
        ParameterError: The explorer does not exist, or a parameter does not fit.
        DataError: A column does not exist or fit, or the data do not allow it.
        MissingPackageError: An optional package is needed.
    """
    component = get_component(ComponentKind.EXPLORER, explorer)
    complete = complete_parameters(component.schema, params or {}, owner=component.title)
    chosen, notes = select_columns(component, dataset, columns, complete)
    order = Exploration(
        dataset=dataset,
        columns=chosen,
        params=complete,
        seed=seed,
        name=name,
        notes=notes,
        progress=progress or Silence(),
        spill_folder=spill_folder,
    )
    with _explained(component, order):
        drafts: list[Draft] = component.load()(order)
        return drafts


@contextmanager
def _explained(component: Component, order: Exploration) -> Iterator[None]:
    """Turn what a library says about the data into a sentence about the data."""
    what = f"{component.title} of {order.name}"
    try:
        with warnings.catch_warnings():
            # Libraries warn of constant columns and the like; the notes say what matters.
            warnings.simplefilter("ignore", RuntimeWarning)
            yield
    except MonitorError:
        raise
    except (MemoryError, duckdb.OutOfMemoryException) as error:
        raise DataError(
            f"{what} needs more memory than there is.",
            hint="Choose fewer columns, or a sample of the rows.",
        ) from error
    except (duckdb.Error, ArithmeticError, ValueError, TypeError) as error:
        raise DataError(
            f"{what} cannot be computed: {_first_line(error)}",
            hint="Choose other columns or parameters; the cause is below.",
        ) from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    line = (lines[0] if lines else type(error).__name__).rstrip(".")
    return f"{line[:200]}."
