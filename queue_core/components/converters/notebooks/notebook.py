"""The tables of a notebook: a dataset and what its steps make of it, one state for each step.

A state is stored under a hash of the data and of all steps up to it. So a step that is undone and
done again, or moved back to where it was, is found and not computed anew; the dataset itself is
never touched. States are a cache with a limit: what was dropped is computed again when asked for.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from queue_core.components.converters.converting.converter import SILENCE
from queue_core.components.converters.notebooks.steps import Step, apply_step, run_step
from queue_core.components.progress import ProgressReporter, Span
from queue_core.components.stored_dataset import METADATA_FILE, StoredDataset

DATA_FOLDER = "data"
FITTED_FOLDER = "fitted"
LEAST_CACHE_BYTES = 2_000_000_000
CACHE_TABLES = 4


@dataclass(frozen=True)
class NotebookStates:
    """The states of one notebook.

    Attributes:
        folder: Where they lie, one folder each.
        temporary: Where a state is built, on the same disk.
        open_dataset: Opens another dataset by its id.
    """

    folder: Path
    temporary: Path
    open_dataset: Callable[[int], StoredDataset]

    def keys(self, base: StoredDataset, steps: Sequence[Step]) -> tuple[str, ...]:
        """Return the name of the state after each step."""
        keys: list[str] = []
        before = base.data_hash
        for step in steps:
            others = [self.open_dataset(number).data_hash for number in step.other_datasets]
            before = step.fingerprint(before, *others)
            keys.append(before)
        return tuple(keys)

    def fitted(self, key: str) -> Path:
        """Return where the fitted step of a state lies."""
        return self.folder / key / FITTED_FOLDER

    def stored(self, key: str) -> StoredDataset | None:
        """Return the table of a state; None if it has to be computed."""
        path = self.folder / key / DATA_FOLDER
        return StoredDataset(path) if (path / METADATA_FILE).exists() else None

    def current(
        self,
        base: StoredDataset,
        steps: Sequence[Step],
        reporter: ProgressReporter = SILENCE,
    ) -> StoredDataset:
        """Return the table after all *steps*, computing only what is not stored.

        Raises:
            JobError: A step cannot be done to the table before it.
        """
        keys = self.keys(base, steps)
        table, known = base, 0
        for number, key in enumerate(keys, start=1):
            table, known = (found, number) if (found := self.stored(key)) else (table, known)
        missing = len(steps) - known
        for number in range(known, len(steps)):
            done = number - known
            part = Span(reporter, done / missing, (done + 1) / missing)
            table = self._make(steps[number], table, keys[number], part)
        if keys:
            os.utime(self.folder / keys[-1])
            self._drop_old(base, keys)
        return table

    def apply(
        self,
        base: StoredDataset,
        steps: Sequence[Step],
        new: StoredDataset,
        reporter: ProgressReporter = SILENCE,
    ) -> tuple[StoredDataset, tuple[Step, ...]]:
        """Convert a new table with the steps as they were fitted on *base*.

        Returns:
            The converted table, in the temporary folder (or *new* itself), and the steps that were
            left out because they are for training data only.

        Raises:
            JobError: The new table does not fit.
        """
        skipped: list[Step] = []
        keys = self.keys(base, steps)
        for number, (step, key) in enumerate(zip(steps, keys, strict=True)):
            made = apply_step(
                self.fitted(key),
                new,
                result=self.temporary / f"applied-{number}",
                open_dataset=self.open_dataset,
                reporter=Span(reporter, number / len(steps), (number + 1) / len(steps)),
            )
            if made is None:
                skipped.append(step)
            else:
                new = made
        return new, tuple(skipped)

    def _make(
        self, step: Step, table: StoredDataset, key: str, reporter: ProgressReporter
    ) -> StoredDataset:
        building = self.temporary / f"state-{key}"
        shutil.rmtree(building, ignore_errors=True)
        (building / FITTED_FOLDER).mkdir(parents=True)
        run_step(
            step,
            table,
            result=building / DATA_FOLDER,
            fitted=building / FITTED_FOLDER,
            open_dataset=self.open_dataset,
            reporter=reporter,
        )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(self.folder / key, ignore_errors=True)
        building.replace(self.folder / key)
        return StoredDataset(self.folder / key / DATA_FOLDER)

    def _drop_old(self, base: StoredDataset, keys: Sequence[str]) -> None:
        """Drop the states that were not looked at for longest, down to the limit of space."""
        limit = max(LEAST_CACHE_BYTES, CACHE_TABLES * _size(base.path))
        states = [path for path in self.folder.iterdir() if path.name != keys[-1]]
        states.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        used = _size(self.folder / keys[-1])
        for path in states:
            used += _size(path)
            if used > limit:
                # Steps that are in use stay fitted, for new data.
                gone = path / DATA_FOLDER if path.name in keys else path
                shutil.rmtree(gone, ignore_errors=True)


def copy_dataset(source: StoredDataset, path: Path, temporary: Path) -> StoredDataset:
    """Store a copy of a dataset at *path*, whole or not at all; the files share their space.

    Args:
        source: What to copy.
        path: Where the copy will be; what is there is replaced.
        temporary: A folder on the same disk.
    """
    building = temporary / f"copy-{path.name}"
    shutil.rmtree(building, ignore_errors=True)
    shutil.copytree(source.path, building, copy_function=_link_or_copy)
    shutil.rmtree(path, ignore_errors=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    building.replace(path)
    return StoredDataset(path)


def _link_or_copy(source: str, target: str) -> str:
    try:
        # Stored files are replaced as a whole, never written to: two names for one are safe.
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
