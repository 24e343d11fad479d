"""How the columns of a text table are converted: as SQL, with a check that nothing is changed.

The engine's own casts round 1.5 to a whole number and drop the zeros of 007. So every converted
value is checked against the text it came from, and one that does not hold stops the load; the
column's reading is then widened, at worst to text, and the load is run again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from queue_core.components.column_types import ColumnType
from queue_core.components.loaders.tables.date_forms import kind_of, styles_of
from queue_core.components.loaders.tables.reading_sql import (
    COLUMN_TYPES,
    conversion,
    failure,
    is_one_of,
)
from queue_core.components.loaders.tables.readings import (
    MISSING_SIGNS,
    MISSING_WORDS,
    PLAIN,
    QUESTION_MARK,
    TEXT,
    TRIMMED,
    TRUE_MINUS,
    Kind,
    Reading,
    Style,
)
from queue_core.components.loaders.tables.text_values import (
    CUT_STYLE,
    read_values,
)
from queue_core.components.sql_text import identifier, literal

CHECK_FAILED = "@value-check-failed"

_WIDER = {
    Kind.INTEGER: (Kind.FLOAT,),
    Kind.DATE: (Kind.DATETIME, Kind.INSTANT),
    Kind.DATETIME: (Kind.INSTANT,),
}


@dataclass(frozen=True)
class Column:
    """One column: where it stands, its name and how it is converted.

    Attributes:
        position: Its place in the file, from 0.
        name: As it is stored.
        reading: Kind and style.
        missing: Words that stand for no value here.
        trim: Whether spaces around its values are dropped; around numbers and the like they
            mean nothing.
        trims_text: Whether they mean nothing around its texts, either.
    """

    position: int
    name: str
    reading: Reading = TEXT
    missing: tuple[str, ...] = ()
    trim: bool = False
    trims_text: bool = False

    @property
    def kind(self) -> Kind:
        """How its values are converted."""
        return self.reading.kind

    @property
    def type(self) -> ColumnType:
        """What its values are, once stored."""
        return COLUMN_TYPES[self.kind]

    @property
    def raw(self) -> str:
        """SQL of the value as it stands in the file."""
        return f"c{self.position}"

    @property
    def text(self) -> str:
        """SQL of the value as text; null where it is missing."""
        found = f"trim({self.raw}, {literal(TRIMMED)})" if self.trim else self.raw
        if self.trim:
            found = f"nullif({found}, '')"
        if self.missing:
            found = f"CASE WHEN {is_one_of(found, self.missing)} THEN NULL ELSE {found} END"
        return found

    def converted(self) -> str:
        """SQL of the columns that `stored` and `check` are made of, beside that of the text."""
        text = f"t{self.position}"
        if self.kind is Kind.TEXT:
            return text
        return f"{text}, {conversion(text, self.reading)} AS v{self.position}"

    def stored(self) -> str:
        """SQL of the value to store, with its name."""
        source = "t" if self.kind is Kind.TEXT else "v"
        return f"{source}{self.position} AS {identifier(self.name)}"

    def failure(self) -> str | None:
        """SQL of the condition that the conversion would change the value; None for text."""
        if self.kind is Kind.TEXT:
            return None
        return failure(f"t{self.position}", f"v{self.position}", self.reading)


def plan_columns(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    styles: Sequence[Style],
    missing: Sequence[str] | None = None,
    date_order: str | None = None,
    wanted: Mapping[str, ColumnType] | None = None,
    is_spaced: bool = False,
) -> tuple[Column, ...]:
    """Return how the columns are converted, as the first rows suggest.

    Args:
        names: Unique names, in order.
        rows: The first rows; those of another width are left out.
        styles: How numbers may be written, the likelier ones first.
        missing: Words for a missing value; None: those of the usual ones that are found.
        date_order: `day_first`, `month_first` or None.
        wanted: Types that the user chose, by name.
        is_spaced: Whether spaces at the start of texts mean nothing.
    """
    table = [row for row in rows if len(row) == len(names)]
    by_column = [[row[position] for row in table] for position in range(len(names))]
    columns = []
    for position, (name, values) in enumerate(zip(names, by_column, strict=True)):
        words = (*MISSING_WORDS, *MISSING_SIGNS) if missing is None else tuple(missing)
        reading = read_values(values, missing=words, number_styles=styles, date_order=date_order)
        choice = (wanted or {}).get(name)
        if choice is not None:
            reading = _wanted_reading(choice, reading, styles)
        trims_text = is_spaced and any(value[:1] == " " for value in values)
        trim = trims_text or (reading.kind is not Kind.TEXT and _has_spaces(values))
        columns.append(Column(position, name, reading, trim=trim, trims_text=trims_text))
    return _with_missing(columns, by_column, missing)


def _wanted_reading(choice: ColumnType, found: Reading, styles: Sequence[Style]) -> Reading:
    kinds = {kind for kind, column_type in COLUMN_TYPES.items() if column_type is choice}
    if choice in (ColumnType.TEXT, ColumnType.CATEGORY) or not kinds:
        return TEXT
    if found.kind in kinds:
        return found
    if choice is ColumnType.FLOAT and found.kind is Kind.INTEGER:
        return Reading(Kind.FLOAT, found.style)
    kind = next(kind for kind in Kind if kind in kinds)
    return Reading(kind, styles[0] if choice.is_number else PLAIN)


def _with_missing(
    columns: Sequence[Column], by_column: Sequence[Sequence[str]], missing: Sequence[str] | None
) -> tuple[Column, ...]:
    """Give each column the words for missing values.

    A word that the file uses counts in all columns of numbers, dates and the like. Among texts it
    can be a value (NA is Namibia): there it counts only where it is seen, which is said.
    """
    if missing is not None:
        return tuple(replace(column, missing=tuple(missing)) for column in columns)
    seen = [{value.strip() for value in values} for values in by_column]
    used = [word for word in MISSING_WORDS if any(word in values for values in seen)]
    return tuple(
        replace(
            column,
            missing=(
                *(
                    word
                    for word in used
                    if column.kind is not Kind.TEXT or word in seen[column.position]
                ),
                *(
                    sign
                    for sign in MISSING_SIGNS
                    if sign in seen[column.position]
                    and (
                        column.kind is not Kind.TEXT
                        or (sign == QUESTION_MARK and _is_unknown(seen[column.position]))
                    )
                ),
            ),
        )
        for column in columns
    )


def _is_unknown(values: Collection[str]) -> bool:
    """Return whether a question mark among these words can only mean that one is not known."""
    words = [value for value in values if value and value != QUESTION_MARK]
    return bool(words) and all(any(map(str.isalnum, word)) for word in words)


def _has_spaces(values: Iterable[str]) -> bool:
    """Return whether spaces stand around a value."""
    return any(value[:1] in TRIMMED or value[-1:] in TRIMMED for value in values if value)


def wider_readings(column: Column, styles: Sequence[Style], failing: str) -> tuple[Reading, ...]:
    """Return what a column may be when its reading does not hold, the narrowest first.

    Args:
        column: The column as it was read.
        styles: How numbers may be written.
        failing: A value that does not fit the reading.
    """
    reading = column.reading
    if reading.style.format:
        return tuple(
            Reading(kind_of(style.format), style)
            for style in styles_of(failing)
            if style != reading.style
        )
    found = [Reading(kind, reading.style) for kind in _WIDER.get(column.kind, ())]
    if column.kind in (Kind.DATE, Kind.DATETIME, Kind.INSTANT):
        found += [Reading(kind, CUT_STYLE) for kind in (Kind.DATETIME, Kind.INSTANT)]
        found += [Reading(kind_of(style.format), style) for style in styles_of(failing)]
    elif column.kind.is_number:
        minus = TRUE_MINUS if TRUE_MINUS in failing else reading.style.minus
        found += [
            Reading(kind, replace(style, minus=minus))
            for style in (reading.style, *styles)
            if replace(style, minus=minus) != reading.style
            for kind in (Kind.INTEGER, Kind.FLOAT)
        ]
    return tuple(found)
