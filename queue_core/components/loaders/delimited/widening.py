"""When values do not fit what the first rows suggested: find out for all rows, and say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from queue_core.components.loaders.delimited.column_readings import (
    Column,
    wider_readings,
)
from queue_core.components.loaders.delimited.remedies import missing_remedy
from queue_core.components.loaders.delimited.table import Table
from queue_core.components.loaders.tables.reading_sql import conversion, validity
from queue_core.components.loaders.tables.readings import (
    MISSING_SIGNS,
    MISSING_WORDS,
    TEXT,
    TRIMMED,
    Kind,
    Reading,
    Style,
)
from queue_core.components.loaders.tables.value_notes import NOUNS, missing_note, shown, text_note
from queue_core.components.sql_engine import Connection
from queue_core.components.sql_text import literal
from queue_core.errors import DataError

# The engine's time to plan grows with the square of the columns, the time to read does not.
TRIALS_AT_ONCE = 150


@dataclass(frozen=True)
class Widener:
    """Finds, over all rows of a table, readings that keep every value.

    Attributes:
        table: The table.
        name: Name of the file, for messages.
        styles: How numbers may be written.
        fixed_missing: Whether the user chose the words for missing values.
        wanted: Names of columns whose type the user chose.
    """

    table: Table
    name: str
    styles: Sequence[Style]
    fixed_missing: bool = False
    wanted: frozenset[str] = frozenset()

    def widen(
        self, connection: Connection, columns: Sequence[Column]
    ) -> tuple[tuple[Column, ...], tuple[str, ...]]:
        """Return the columns with readings that hold for every row, and what that changes.

        Raises:
            DataError: The values of a column are not of the type that the user chose.
        """
        typed = [column for column in columns if column.kind is not Kind.TEXT]
        failing = self._failing(connection, [(column, column.reading) for column in typed])
        widened = {}
        notes = []
        for column, fails in zip(typed, failing, strict=True):
            if fails:
                widened[column.position], note = self._wider(connection, column)
                notes += [note] if note else []
        return tuple(widened.get(column.position, column) for column in columns), tuple(notes)

    def _wider(self, connection: Connection, column: Column) -> tuple[Column, str]:
        signs = () if self.fixed_missing else self._missing_signs(connection, column)
        column = replace(column, missing=(*column.missing, *signs))
        note = missing_note([column.name], signs) if signs else ""
        found = self._first_failing(connection, column)
        if found is not None and not column.trim and found[1] != found[1].strip(TRIMMED):
            # Spaces around a value that is no text mean nothing.
            column = replace(column, trim=True)
            more = () if self.fixed_missing else self._missing_signs(connection, column)
            column = replace(column, missing=(*column.missing, *more))
            found = self._first_failing(connection, column)
        if found is None:
            return column, note
        number, value = found
        candidates: Sequence[Reading] = ()
        if column.name not in self.wanted:
            candidates = wider_readings(column, self.styles, value)
        failing = self._failing(connection, [(column, reading) for reading in candidates])
        for reading, fails in zip(candidates, failing, strict=True):
            if not fails:
                return replace(column, reading=reading), note
        line = self.table.line_of_row(number)
        if column.name in self.wanted:
            raise DataError(
                f"Line {line:,} of {self.name} holds “{shown(value)}” in column “{column.name}”, "
                f"which is not {NOUNS[column.kind]}.",
                hint="Correct the value, or choose the type text for this column.",
                line=line,
                remedies=missing_remedy([column], [value]),
            )
        words = self._words_in(connection, column)
        widened = replace(column, reading=TEXT, missing=words, trim=column.trims_text)
        note = text_note(column.name, column.kind, f"line {line:,}", value)
        return widened, " ".join(
            (note, missing_note([column.name], words) if words else "")
        ).strip()

    def _words_in(self, connection: Connection, column: Column) -> tuple[str, ...]:
        """Return the words for missing values that stand in a column that becomes text."""
        if self.fixed_missing:
            return column.missing
        words = [word for word in column.missing if word in MISSING_WORDS]
        if not words:
            return ()
        rows = connection.execute(
            f"SELECT DISTINCT t FROM (SELECT {replace(column, missing=()).text} AS t "
            f"FROM {self._source}) WHERE t IN ({', '.join(map(literal, words))})"
        ).fetchall()
        found = {row[0] for row in rows}
        return tuple(word for word in words if word in found)

    def _failing(
        self, connection: Connection, trials: Sequence[tuple[Column, Reading]]
    ) -> tuple[bool, ...]:
        """Return for each reading whether it would change a value."""
        found: list[bool] = []
        for start in range(0, len(trials), TRIALS_AT_ONCE):
            found += self._failing_of(connection, trials[start : start + TRIALS_AT_ONCE])
        return tuple(found)

    def _failing_of(
        self, connection: Connection, trials: Sequence[tuple[Column, Reading]]
    ) -> Sequence[bool]:
        texts = []
        converted = []
        fails = []
        for number, (column, reading) in enumerate(trials):
            text, value = f"t{number}", f"v{number}"
            texts.append(f"{column.text} AS {text}")
            converted.append(f"{text}, {conversion(text, reading)} AS {value}")
            valid = validity(text, value, reading)
            fails.append(f"bool_or({text} IS NOT NULL AND NOT coalesce({valid}, false))")
        source = f"SELECT {', '.join(texts)} FROM {self._source}"
        sql = f"SELECT {', '.join(fails)} FROM (SELECT {', '.join(converted)} FROM ({source}))"
        return [bool(fails) for fails in connection.execute(sql).fetchall()[0]]

    def _missing_signs(self, connection: Connection, column: Column) -> tuple[str, ...]:
        """Return the words for missing values that the column holds and that were not known."""
        signs = [sign for sign in (*MISSING_WORDS, *MISSING_SIGNS) if sign not in column.missing]
        rows = connection.execute(
            f"SELECT DISTINCT t FROM (SELECT {column.text} AS t FROM {self._source}) "
            f"WHERE t IN ({', '.join(map(literal, signs))})"
        ).fetchall()
        present = {row[0] for row in rows}
        return tuple(sign for sign in signs if sign in present)

    def _first_failing(self, connection: Connection, column: Column) -> tuple[int, str] | None:
        """Return the number of the first row whose value does not fit, and that value."""
        valid = validity("t", "v", column.reading)
        rows = connection.execute(
            f"SELECT number, t FROM (SELECT number, t, {conversion('t', column.reading)} AS v "
            f"FROM (SELECT row_number() OVER () AS number, {column.text} AS t "
            f"FROM {self._source})) WHERE t IS NOT NULL AND NOT coalesce({valid}, false) LIMIT 1"
        ).fetchall()
        return (int(rows[0][0]), str(rows[0][1])) if rows else None

    @property
    def _source(self) -> str:
        return self.table.sql()
