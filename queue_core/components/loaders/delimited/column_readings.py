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
from queue_core.components.loaders.tables.readings import (
    MISSING_SIGNS,
    MISSING_WORDS,
    PLAIN,
    QUESTION_MARK,
    TEXT,
    TRUE_MINUS,
    Kind,
    Reading,
    Style,
)
from queue_core.components.loaders.tables.text_values import (
    CUT_STYLE,
    EXACT_DIGITS,
    FLOAT,
    INEXACT,
    INFINITE,
    ZERO,
    pattern,
    read_values,
)
from queue_core.components.sql_text import identifier, literal

CHECK_FAILED = "@value-check-failed"

SQL_TYPES = {
    Kind.INTEGER: "BIGINT",
    Kind.FLOAT: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.DATETIME: "TIMESTAMP",
    Kind.INSTANT: "TIMESTAMPTZ",
    Kind.TIME: "TIME",
    Kind.TEXT: "VARCHAR",
}
COLUMN_TYPES = {
    Kind.INTEGER: ColumnType.INTEGER,
    Kind.FLOAT: ColumnType.FLOAT,
    Kind.BOOLEAN: ColumnType.BOOLEAN,
    Kind.DATE: ColumnType.DATE,
    Kind.DATETIME: ColumnType.DATETIME,
    Kind.INSTANT: ColumnType.DATETIME,
    Kind.TIME: ColumnType.TIME,
    Kind.TEXT: ColumnType.TEXT,
}
# What dates and times can be shown: the engine also knows the year 0 and 24 o'clock.
_BOUNDS = {
    Kind.DATE: "DATE '0001-01-01' AND DATE '9999-12-31'",
    Kind.DATETIME: "TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59.999999'",
    Kind.INSTANT: "TIMESTAMPTZ '0001-01-01 00:00:00+00' "
    "AND TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'",
    Kind.TIME: "TIME '00:00:00' AND TIME '23:59:59.999999'",
}
_PARTIAL = (Kind.DATE, Kind.TIME)  # less than what the engine parses
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
        trim: Whether spaces around its values are dropped.
    """

    position: int
    name: str
    reading: Reading = TEXT
    missing: tuple[str, ...] = ()
    trim: bool = False

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
        found = f"trim({self.raw})" if self.trim else self.raw
        if self.trim:
            found = f"nullif({found}, '')"
        if self.missing:
            found = f"CASE WHEN {_is_one_of(found, self.missing)} THEN NULL ELSE {found} END"
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

    def check(self) -> str | None:
        """SQL of the condition that the conversion kept the value; None for text."""
        if self.kind is Kind.TEXT:
            return None
        text, value = f"t{self.position}", f"v{self.position}"
        return f"({text} IS NULL OR ({validity(text, value, self.reading)}))"


def conversion(text: str, reading: Reading) -> str:
    """Return the SQL that converts *text*; null where that is impossible."""
    kind, style = reading.kind, reading.style
    if style.format:
        parsed = f"try_strptime({text}, {literal(style.format)})"
        return f"CAST({parsed} AS {SQL_TYPES[kind]})" if kind in _PARTIAL else parsed
    if kind is Kind.BOOLEAN:
        return _is_one_of(text, ("true", "True", "TRUE"))
    return f"TRY_CAST({_plain_sql(text, style)} AS {SQL_TYPES[kind]})"


def _plain_sql(text: str, style: Style) -> str:
    """Return the SQL of a number as programs write it; see `plain_number`."""
    if style.group_signs:
        text = f"translate({text}, {literal(style.group_signs)}, '')"
    if style.decimal != ".":
        text = f"replace({text}, {literal(style.decimal)}, '.')"
    return f"replace({text}, {literal(style.minus)}, '-')" if style.minus else text


def validity(text: str, value: str, reading: Reading) -> str:
    """Return the SQL condition that *value* is what *text* says, no more and no less."""
    kind, style = reading.kind, reading.style
    matches = f"regexp_full_match({text}, {literal(pattern(kind, style))})"
    if kind in _BOUNDS:
        matches = f"{matches} AND {value} BETWEEN {_BOUNDS[kind]}"
    if style.format:
        return f"{value} IS NOT NULL AND {matches}"
    if not style.is_plain or style.cuts_fraction:
        found = f"{value} IS NOT NULL AND {matches}"
        if kind is not Kind.FLOAT:
            return found
        plain = _plain_sql(text, style)
        return f"{found} AND NOT regexp_full_match({plain}, {literal(INEXACT)})"
    if kind is Kind.INTEGER:
        return f"{value} IS NOT NULL AND CAST({value} AS VARCHAR) = {text}"
    if kind is Kind.FLOAT:
        return _float_validity(text, value)
    if kind is Kind.BOOLEAN:
        return _is_one_of(text, ("true", "True", "TRUE", "false", "False", "FALSE"))
    if kind is Kind.DATE:
        iso = f"strlen({text}) = 10 AND {text}[8] = '-'"
        return f"{value} IS NOT NULL AND {iso} AND {value} BETWEEN {_BOUNDS[kind]}"
    if kind is Kind.DATETIME:
        # Of the texts of this length that can be cast, those with a zone differ here.
        usual = f"strlen({text}) = 19 AND {text}[17] = ':' AND NOT ends_with({text}, 'Z')"
        inside = f"{value} BETWEEN {_BOUNDS[kind]}"
        return f"{value} IS NOT NULL AND ((({usual}) AND {inside}) OR ({matches}))"
    return f"{value} IS NOT NULL AND {matches}"


def _is_one_of(text: str, words: Iterable[str]) -> str:
    """Return the SQL of a comparison with each word.

    WORKAROUND: the engine makes a join of a longer IN list, which costs more and halves the
    progress that it reports.
    """
    return "(" + " OR ".join(f"{text} = {literal(word)}" for word in words) + ")"


def _float_validity(text: str, value: str) -> str:
    """Return a check that costs short numbers little: a few comparisons of their first bytes."""
    digits_first = f"{text} >= '-' AND {text} < ':'"  # neither a space nor a plus nor a letter
    no_zeros = f"({text} < '00' OR {text} >= '0:') AND ({text} < '-00' OR {text} >= '-0:')"
    short = f"strlen({text}) <= {EXACT_DIGITS} AND NOT contains({text}, '_')"
    finite = f"{value} IS NOT NULL AND isfinite({value})"
    no_exponent = f"({value} <> 0 OR NOT contains(lower({text}), 'e'))"  # 1e-400 is not zero
    zero = f"({value} <> 0 OR regexp_full_match({text}, {literal(ZERO)}))"
    exact = f"NOT regexp_full_match({text}, {literal(INEXACT)}) AND {zero}"
    long = f"{finite} AND regexp_full_match({text}, {literal(FLOAT)}) AND {exact}"
    infinite = f"regexp_full_match({text}, {literal(INFINITE)})"
    plain = f"{finite} AND {digits_first} AND {no_zeros} AND {short} AND {no_exponent}"
    return f"({plain}) OR ({long}) OR {infinite}"


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
        trim = _is_padded(values) and (is_spaced or reading.kind is not Kind.TEXT)
        columns.append(Column(position, name, reading, trim=trim))
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


def _is_padded(values: Iterable[str]) -> bool:
    """Return whether every value starts with a space, as after a comma in prose."""
    present = [value for value in values if value]
    return bool(present) and all(value[0] == " " for value in present)


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
