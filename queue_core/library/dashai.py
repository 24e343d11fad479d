"""The datasets of DashAI, as its main database lists them; read there, and never written.

DashAI 0.10 keeps them as Arrow files, `<folder>/dataset/data.arrow`, which are loaded like any
other file: what is imported is a copy, and each stays what it is when the other changes.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from queue_core.database.status import EntityKind, EntityStatus
from queue_core.errors import LocalFolderError
from queue_core.library.entities import EntityFilter, list_entities
from queue_core.paths import LocalFolder
from queue_core.plain import storable

DATABASE: Final = "db.sqlite"
_DATA: Final = ("dataset", "data.arrow")
_PATIENCE_S: Final = 5.0
_NAME_LIMIT: Final = 200
_HERE: Final = frozenset(
    {EntityStatus.NOT_STARTED, EntityStatus.DELIVERED, EntityStatus.STARTED, EntityStatus.FINISHED}
)


@dataclass(frozen=True, kw_only=True)
class TheirDataset:
    """A dataset of DashAI.

    Attributes:
        name: As DashAI shows it.
        path: The file with its rows.
        row_count: How many rows it has; None where DashAI does not say.
        column_count: How many columns it has; None where DashAI does not say.
        is_here: Whether it was imported, or is being.
        problem: Why it cannot be imported; empty where it can.
    """

    name: str
    path: Path
    row_count: int | None = None
    column_count: int | None = None
    is_here: bool = False
    problem: str = ""

    @property
    def is_wanted(self) -> bool:
        """Whether it can be imported, and was not."""
        return not self.is_here and not self.problem


def their_datasets(folder: LocalFolder, theirs: Path | None = None) -> list[TheirDataset]:
    """Return the datasets of DashAI, in the order of their names.

    Args:
        folder: Ours, whose library is looked through for those that are here.
        theirs: DashAI's local folder; None: the same one.

    Raises:
        LocalFolderError: There is no database of DashAI, or it cannot be read.
    """
    root = (theirs or folder.root).expanduser().absolute()
    having = EntityFilter(statuses=_HERE)
    here = {
        str(record.details.get("source_path"))
        for record in list_entities(folder, EntityKind.DATASET, having)
    }
    found = [_dataset(root, row, here) for row in _rows(root / DATABASE)]
    return sorted(found, key=lambda dataset: dataset.name.casefold())


def _rows(file: Path) -> list[sqlite3.Row]:
    if not file.is_file():
        raise LocalFolderError(
            f"There is no database of DashAI in {file.parent}.",
            hint="Name the folder that DashAI keeps its data in, e.g. ~/.DashAI.",
        )
    try:
        with closing(
            sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=_PATIENCE_S)
        ) as connection:
            connection.row_factory = sqlite3.Row
            # Earlier versions of DashAI do not count rows.
            return connection.execute("SELECT * FROM dataset").fetchall()
    except sqlite3.Error as error:
        raise LocalFolderError(
            f"The datasets of DashAI in {file} cannot be read: {error}.",
            hint="Open it with DashAI 0.9 or later once; it may also be busy: try again.",
        ) from error


def _dataset(root: Path, row: sqlite3.Row, here: set[str]) -> TheirDataset:
    given = dict(row)
    stored = Path(str(given.get("file_path") or ""))
    # After its folder was moved, the name of the dataset's own folder is what still holds.
    places = (stored.joinpath(*_DATA), root.joinpath("datasets", stored.name, *_DATA))
    path = next((place for place in places if stored.name and place.is_file()), places[0])
    status = str(given.get("status") or "")
    problem = ""
    if status not in ("FINISHED", ""):
        problem = "DashAI has not loaded it completely."
    elif not stored.name or not path.is_file():
        problem = "Its file is not there."
    return TheirDataset(
        name=storable(str(given.get("name") or path.parent.parent.name), _NAME_LIMIT),
        path=path,
        row_count=_count(given.get("total_rows")),
        column_count=_count(given.get("total_columns")),
        is_here=str(path) in here,
        problem=problem,
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None
