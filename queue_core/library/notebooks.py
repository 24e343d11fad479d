"""Notebooks between the database, where their steps are, and the disk, where their tables are."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from queue_core.components.converters.notebooks.notebook import NotebookStates
from queue_core.components.converters.notebooks.steps import Step
from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.lock import file_lock
from queue_core.database.status import EntityKind
from queue_core.database.tables import Converter, Notebook
from queue_core.library.datasets import open_dataset
from queue_core.library.steps import applied_steps
from queue_core.paths import LocalFolder

STATES = "states"
LOCK = "lock"


def step_of(converter: Converter) -> Step:
    """Return what a row says is to be done."""
    return Step(
        converter=converter.component,
        params=dict(converter.params),
        columns=None if converter.columns is None else tuple(converter.columns),
        target=converter.target,
        rows=None if converter.rows is None else dict(converter.rows),
        seed=converter.seed,
    )


def notebook_folder(folder: LocalFolder, notebook_id: int) -> Path:
    """Return the folder of a notebook's tables; it goes with the notebook."""
    return folder.artifacts / EntityKind.NOTEBOOK.value / str(notebook_id)


def states_of(folder: LocalFolder, notebook_id: int, temporary: Path) -> NotebookStates:
    """Return the stored tables of a notebook.

    Args:
        folder: The local folder.
        notebook_id: Which notebook.
        temporary: Where tables are built, on the same disk.
    """
    return NotebookStates(
        folder=notebook_folder(folder, notebook_id) / STATES,
        temporary=temporary,
        open_dataset=lambda number: StoredDataset(folder.datasets / str(number)),
    )


@contextmanager
def notebook_turn(folder: LocalFolder, notebook_id: int) -> Iterator[None]:
    """Wait until no other job changes the notebook, and keep others waiting within the block."""
    place = notebook_folder(folder, notebook_id)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file_lock(place / LOCK, timeout_s=math.inf):
        yield


def open_notebook(
    folder: LocalFolder, notebook: Notebook, *, after_steps: int | None = None
) -> StoredDataset:
    """Return the rows of a notebook after its steps; what is not stored any more is computed.

    Args:
        folder: The local folder.
        notebook: The notebook, in a session: its dataset and steps are read.
        after_steps: After how many of its steps; None for all.

    Raises:
        JobError: They are not there and cannot be computed.
    """
    base = open_dataset(folder, notebook.dataset)
    steps = [step_of(converter) for converter in applied_steps(notebook.converters)]
    steps = steps[:after_steps]
    if not steps:
        return base
    stored = states_of(folder, notebook.id, folder.temporary)
    if table := stored.stored(stored.keys(base, steps)[-1]):
        return table
    folder.temporary.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        notebook_turn(folder, notebook.id),
        tempfile.TemporaryDirectory(prefix="notebook-", dir=folder.temporary) as temporary,
    ):
        return states_of(folder, notebook.id, Path(temporary)).current(base, steps)
