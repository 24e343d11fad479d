"""What a converter is: made from parameters, fitted on chosen rows once, then applied to any table.

A converter never changes the table it reads. What it learns is JSON data (`learned`), with which
it can be made again; a subclass that learns more stores that beside it.
"""

from __future__ import annotations

import difflib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from queue_core.components.column_types import ColumnType
from queue_core.components.component import Component
from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.components.progress import ProgressReporter, Silence
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError, ParameterError

LEARNED_FILE = "learned.json"
NUMBER = "number"
SILENCE = Silence()


def no_other_dataset(dataset_id: int) -> StoredDataset:
    """Refuse to open another dataset: there is no library here."""
    raise DataError(f"The dataset {dataset_id} cannot be opened here.")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a step works on.

    Attributes:
        columns: The columns that the user chose; None means all that fit.
        target: The column to be predicted later, for converters that look at it.
        rows: The rows to learn from, see `learning_rows`; None means all.
        seed: Start of the random numbers.
        open_dataset: Opens another dataset by its id, for joins.
    """

    columns: tuple[str, ...] | None = None
    target: str | None = None
    rows: JsonMapping | None = None
    seed: int = 0
    open_dataset: Callable[[int], StoredDataset] = no_other_dataset


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a conversion says about the table that it wrote.

    Attributes:
        types: Which columns of text are categories and which are not, where that is known.
        notes: What was done that the user should know, in sentences.
    """

    types: Mapping[str, ColumnType] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Converter(ABC):
    """A step of a notebook.

    Attributes:
        component: What it is.
        params: Its parameters, complete and checked.
        learned: What `fit` found, as JSON data.
    """

    def __init__(self, component: Component, params: JsonMapping) -> None:
        self.component = component
        self.params = dict(params)
        self.learned: JsonObject = {}

    @property
    def title(self) -> str:
        """What the user calls it."""
        return self.component.title

    @property
    def fit_share(self) -> float:
        """How much of the time of a step goes into learning, roughly: 0 to 1."""
        return 0.4

    @property
    def accepts(self) -> tuple[str, ...]:
        """The column types that it works on; empty means any."""
        return self.component.column_types

    def resolve(self, dataset: StoredDataset, scope: Scope) -> Scope:
        """Return *scope* with the columns named that it works on, if none were chosen.

        The step is applied to these from then on, whatever else a new table has.

        Raises:
            DataError: A chosen column is not there or of a wrong type, or no column fits.
        """
        if self.component.options.get("columns", "fitting") != "fitting":
            return scope
        return replace(scope, columns=self.columns(dataset, scope))

    def columns(self, dataset: StoredDataset, scope: Scope) -> tuple[str, ...]:
        """Return the columns to work on: those that were chosen, or all that fit.

        Raises:
            DataError: A chosen column is not there or of a wrong type, or no column fits.
        """
        return chosen_columns(dataset, scope, self.title, accepts=self.accepts)

    def check(self, dataset: StoredDataset, scope: Scope) -> None:  # noqa: B027 - optional
        """Raise a `JobError` for what can be seen to be wrong without reading the rows."""

    def fit(  # noqa: B027 - optional
        self,
        dataset: StoredDataset,
        scope: Scope,
        scratch: Path,
        reporter: ProgressReporter = SILENCE,
    ) -> None:
        """Learn from the chosen rows of *dataset* what the conversion needs.

        Args:
            dataset: The table.
            scope: What the step works on.
            scratch: A folder for temporary files; its owner removes it.
            reporter: Told how far it is.
        """

    @abstractmethod
    def convert(
        self,
        dataset: StoredDataset,
        scope: Scope,
        staging: DatasetStaging,
        reporter: ProgressReporter = SILENCE,
    ) -> Outcome:
        """Write the converted rows of *dataset* to `staging.data_path`.

        Raises:
            DataError: The data does not allow it.
        """

    def save(self, folder: Path) -> None:
        """Store what was learned in *folder*, which exists."""
        text = json.dumps(self.learned, ensure_ascii=False, indent=1)
        (folder / LEARNED_FILE).write_text(text, encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Take up what `save` stored.

        Raises:
            DataError: It is not there or is damaged.
        """
        try:
            self.learned = json.loads((folder / LEARNED_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DataError(
                f"What “{self.title}” learned cannot be read: {error}.",
                hint="Run the step again.",
            ) from error


def column_types(dataset: StoredDataset) -> dict[str, ColumnType]:
    """Return the type of each column, in the order of the table."""
    return {info.name: info.type for info in dataset.columns}


def kept_types(dataset: StoredDataset, names: Sequence[str]) -> dict[str, ColumnType]:
    """Return which of the columns are text and which are categories; values do not tell."""
    types = column_types(dataset)
    return {name: types[name] for name in names if name in types and types[name].is_textual}


def require_columns(dataset: StoredDataset, names: Sequence[str], owner: str) -> tuple[str, ...]:
    """Return *names* if the table has all of them.

    Raises:
        DataError: It lacks one; the hint lists near names.
    """
    known = column_types(dataset)
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3) or list(known)[:10]
            raise DataError(
                f"“{owner}” is to use the column “{name}”, but the table has none of this name.",
                hint=f"Choose one of: {', '.join(near)}.",
            )
    return tuple(names)


def chosen_columns(
    dataset: StoredDataset, scope: Scope, owner: str, *, accepts: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the columns to work on: those that were chosen, or all that fit but the target.

    Args:
        dataset: The table.
        scope: What was chosen.
        owner: Who asks, for messages.
        accepts: Column types, and `number` for both kinds of number; empty means any.

    Raises:
        DataError: A chosen column is not there or of a wrong type, or no column fits.
    """
    types = column_types(dataset)
    if scope.columns is None:
        found = tuple(n for n, t in types.items() if n != scope.target and fits(t, accepts))
        if not found:
            raise DataError(
                f"“{owner}” takes {_listed(accepts)}, and the table has no such column.",
                hint="Convert columns to one of these types first, or choose another converter.",
            )
        return found
    for name in require_columns(dataset, scope.columns, owner):
        if not fits(types[name], accepts):
            raise DataError(
                f"The column “{name}” is of type {types[name]}; “{owner}” takes "
                f"{_listed(accepts)}.",
                hint=_way_to(types[name], accepts),
            )
    if not scope.columns:
        raise ParameterError(
            f"“{owner}” needs at least one column.", parameter="columns",
            hint="Choose the columns that it is to work on.",
        )  # fmt: skip
    return tuple(dict.fromkeys(scope.columns))


def required_columns(dataset: StoredDataset, scope: Scope, owner: str) -> tuple[str, ...]:
    """Return the chosen columns, where choosing some is the point of the converter.

    Raises:
        ParameterError: None was chosen.
        DataError: One is not there.
    """
    if not scope.columns:
        raise ParameterError(
            f"“{owner}” needs to know which columns.", parameter="columns",
            hint="Choose at least one column.",
        )  # fmt: skip
    return tuple(dict.fromkeys(require_columns(dataset, scope.columns, owner)))


def fits(column_type: ColumnType, accepts: Sequence[str]) -> bool:
    """Return whether a column of this type is accepted."""
    if not accepts or column_type.value in accepts:
        return True
    return NUMBER in accepts and column_type.is_number


def free_name(wanted: str, taken: Sequence[str]) -> str:
    """Return *wanted*, with a number behind it if a column has this name already."""
    used = {name.casefold() for name in taken}
    if wanted.casefold() not in used:
        return wanted
    number = 2
    while f"{wanted}_{number}".casefold() in used:
        number += 1
    return f"{wanted}_{number}"


def _listed(accepts: Sequence[str]) -> str:
    return f"columns of type {' or '.join(accepts)}" if accepts else "columns"


def _way_to(found: ColumnType, accepts: Sequence[str]) -> str:
    if NUMBER in accepts:
        if found.is_textual:
            return "Encode its categories (e.g. One-hot encoding) or change its type to a number."
        if found.is_temporal:
            return "Turn it into numbers with “Date to features” first, or leave it out."
    return "Leave it out, or change its type with “Change type” first."
