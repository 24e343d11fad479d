"""New rows against those of the training: columns missing, extra, retyped, unseen values."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from queue_core.components.column_types import ColumnType
from queue_core.components.models.training.preparation.frame import (
    InputColumn,
    as_text,
    model_frame,
    too_large,
    too_large_sentence,
)
from queue_core.components.models.training.stored.model_file import TrainedModel
from queue_core.errors import DataError

NAMED = 5
TRUE_WORDS = frozenset({"true", "yes", "y", "t", "1", "1.0"})
FALSE_WORDS = frozenset({"false", "no", "n", "f", "0", "0.0"})


@dataclass
class InputCheck:
    """Checks batches of new rows and makes them into what the model takes.

    Attributes:
        model: The model.
        extra: Columns that were given and are not used.
        retyped: What was read as another type, by column.
        unseen: Unseen categories with their numbers of rows, by column.
        too_large: How many numbers no model can compute with, by column.
        rows: Rows seen so far.
    """

    model: TrainedModel
    extra: tuple[str, ...] = ()
    retyped: dict[str, str] = field(default_factory=dict)
    unseen: dict[str, Counter[str]] = field(default_factory=dict)
    too_large: Counter[str] = field(default_factory=Counter)
    rows: int = 0

    def check_names(self, given: Sequence[str]) -> None:
        """Refuse a table that lacks columns which the model looks at.

        Raises:
            DataError: Columns are missing; the message names them.
        """
        needed = [column.name for column in self.model.used_columns]
        missing = [name for name in needed if name not in set(given)]
        self.extra = tuple(
            name for name in given if name not in set(needed) and name != self.model.target_name
        )
        if not missing:
            return
        near = {n: difflib.get_close_matches(n, self.extra, n=1, cutoff=0.7) for n in missing}
        renamed = [f"“{name}” may be “{found[0]}”" for name, found in near.items() if found]
        raise DataError(
            f"A column that the model looks at is missing: {_listed(missing)}."
            if len(missing) == 1
            else f"{len(missing):,} columns that the model looks at are missing: "
            f"{_listed(missing)}.",
            hint=f"{'; '.join(renamed)}. Rename the columns."
            if renamed
            else "Add the columns, or train a model without them.",
        )

    def accept(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a batch as the model takes it.

        Args:
            frame: A `pandas.DataFrame` with at least the columns that the model looks at.

        Raises:
            DataError: Values cannot be read as the type of their column; the message names them.
        """
        used = self.model.used_columns
        read = {column.name: self._read(frame[column.name], column) for column in used}
        given = pd.DataFrame(read)
        table = model_frame(given, used)
        self.too_large.update(too_large(given, table, used))
        for column in self.model.columns:  # what the pipeline knows by name and never looks at
            if column.name not in table:
                table[column.name] = _nothing(column, len(frame))
        for column in used:
            seen = self.model.seen_categories(column.name)
            if seen is not None:
                self._count_unseen(column.name, table[column.name], seen)
        self.rows += len(frame)
        return table[[column.name for column in self.model.columns]]

    def sentences(self) -> list[str]:
        """Return what was found, one sentence each."""
        found = []
        if self.extra:
            names, count = _listed(self.extra), len(self.extra)
            found.append(
                f"A column the model does not look at was not used: {names}."
                if count == 1
                else f"{count:,} columns the model does not look at were not used: {names}."
            )
        found += [f"The column “{name}” {what}." for name, what in self.retyped.items()]
        found += [too_large_sentence(name, count) for name, count in self.too_large.items()]
        for name, counts in self.unseen.items():
            total = sum(counts.values())
            kinds = [kind for kind, _ in counts.most_common()]
            rows = "1 row has" if total == 1 else f"{total:,} rows have"
            found.append(
                f"{rows} a value of “{name}” that the model has never seen: {_listed(kinds)}."
            )
        return found

    def _read(self, values: pd.Series, column: InputColumn) -> pd.Series:
        """Return a column in its type at training, noting where it was another."""
        readers: dict[ColumnType, Callable[[pd.Series], tuple[pd.Series, str]]] = {
            ColumnType.INTEGER: _as_numbers,
            ColumnType.FLOAT: _as_numbers,
            ColumnType.BOOLEAN: _as_booleans,
            ColumnType.DATE: _as_moments,
            ColumnType.DATETIME: _as_moments,
            ColumnType.CATEGORY: _as_words,
            ColumnType.TEXT: _as_words,
        }
        reader = readers.get(column.type)
        if reader is None:
            return values
        read, what = reader(values)
        if what:
            self.retyped[column.name] = what
        lost = values.notna().to_numpy() & pd.isna(read).to_numpy()
        if lost.any():
            raise self._unreadable(values, column, np.flatnonzero(lost))
        return read

    def _unreadable(self, values: pd.Series, column: InputColumn, places: np.ndarray) -> DataError:
        rows = ", ".join(f"{self.rows + int(place) + 1:,}" for place in places[:NAMED])
        some = "row" if len(places) == 1 else "rows"
        more = f" and {len(places) - NAMED:,} more" if len(places) > NAMED else ""
        first = values.iloc[int(places[0])]
        return DataError(
            f"The column “{column.name}” was of type {column.type} at training, and {some} "
            f"{rows}{more} cannot be read as that, e.g. {str(first)[:40]!r}.",
            hint="Correct or remove these rows, or empty the values.",
        )

    def _count_unseen(self, name: str, values: pd.Series, seen: frozenset[str]) -> None:
        new = values[~values.isin(seen)]
        if len(new):
            self.unseen.setdefault(name, Counter()).update(new.tolist())


def _nothing(column: InputColumn, count: int) -> pd.Series:
    if column.type.is_textual:
        return np.full(count, "", dtype=object)
    if column.type in (ColumnType.DATE, ColumnType.DATETIME):
        return np.full(count, np.datetime64("NaT", "us"))
    return np.full(count, np.nan)


def _as_numbers(values: pd.Series) -> tuple[pd.Series, str]:
    if values.dtype.kind in "iufb" or pd.api.types.is_numeric_dtype(values):
        return values, ""
    read = pd.to_numeric(values, errors="coerce")
    return read, "held text and was read as numbers" if values.notna().any() else ""


def _as_booleans(values: pd.Series) -> tuple[pd.Series, str]:
    if pd.api.types.is_bool_dtype(values):
        return values, ""
    words = values.map(lambda value: str(value).strip().casefold(), na_action="ignore")
    read = pd.array([_truth(word) for word in words], dtype="boolean")
    what = "was read as true and false" if values.notna().any() else ""
    return pd.Series(read, index=values.index), what


def _truth(word: object) -> bool | None:
    if word in TRUE_WORDS:
        return True
    return False if word in FALSE_WORDS else pd.NA


def _as_moments(values: pd.Series) -> tuple[pd.Series, str]:
    if pd.api.types.is_datetime64_any_dtype(values):
        return values, ""
    read = pd.to_datetime(values, errors="coerce", format="mixed")
    return read, "held text and was read as times" if values.notna().any() else ""


def _as_words(values: pd.Series) -> tuple[pd.Series, str]:
    if values.dtype.kind in "iub" or pd.api.types.is_bool_dtype(values):
        return values.astype(str), "held numbers and was read as text"
    if values.dtype.kind == "f":
        whole = values.dropna() % 1 == 0
        if whole.all() and len(whole):
            read = values.map(lambda value: str(int(value)), na_action="ignore")
            return read, "held numbers and was read as text"
        return values.astype(object).map(str, na_action="ignore"), (
            "held numbers and was read as text" if values.notna().any() else ""
        )
    if values.map(lambda value: isinstance(value, str), na_action="ignore").dropna().all():
        return values, ""
    return pd.Series(as_text(values, missing=""), index=values.index), "was read as text"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:NAMED])
    return shown + (f" and {len(names) - NAMED:,} more" if len(names) > NAMED else "")
