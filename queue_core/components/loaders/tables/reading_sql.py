"""The SQL that converts a text as it was read, and that holds the value against the text.

The engine's own casts round 1.5 to a whole number and drop the zeros of 007: no value is stored
that does not say what its text says.
"""

from __future__ import annotations

from collections.abc import Iterable

from queue_core.components.column_types import ColumnType
from queue_core.components.loaders.tables.readings import Kind, Reading, Style
from queue_core.components.loaders.tables.text_values import (
    EXACT_DIGITS,
    FLOAT,
    INEXACT,
    INFINITE,
    ZERO,
    pattern,
)
from queue_core.components.sql_text import literal

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


def conversion(text: str, reading: Reading) -> str:
    """Return the SQL that converts *text*; null where that is impossible."""
    kind, style = reading.kind, reading.style
    if style.format:
        parsed = f"try_strptime({text}, {literal(style.format)})"
        return f"CAST({parsed} AS {SQL_TYPES[kind]})" if kind in _PARTIAL else parsed
    if kind is Kind.BOOLEAN:
        return is_one_of(text, ("true", "True", "TRUE"))
    if kind is Kind.INSTANT:
        text = f"replace(replace({text}, ' +', '+'), ' -', '-')"  # a space before the zone
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
        return is_one_of(text, ("true", "True", "TRUE", "false", "False", "FALSE"))
    if kind is Kind.DATE:
        iso = f"strlen({text}) = 10 AND {text}[8] = '-'"
        return f"{value} IS NOT NULL AND {iso} AND {value} BETWEEN {_BOUNDS[kind]}"
    if kind is Kind.DATETIME:
        # Of the texts of this length that can be cast, those with a zone differ here.
        usual = f"strlen({text}) = 19 AND {text}[17] = ':' AND NOT ends_with({text}, 'Z')"
        inside = f"{value} BETWEEN {_BOUNDS[kind]}"
        return f"{value} IS NOT NULL AND ((({usual}) AND {inside}) OR ({matches}))"
    return f"{value} IS NOT NULL AND {matches}"


def failure(text: str, value: str, reading: Reading) -> str:
    """Return the SQL condition that *text* is there, but *value* is not what it says.

    It says of every text the contrary of `validity`, which decides. But it first asks what few
    texts answer with yes: of a condition that is nearly always false the engine looks at whole
    vectors, while a choice between two common forms makes it pick rows, which takes it twice as
    long as all the rest.
    """
    exact = f"{text} IS NOT NULL AND NOT coalesce({validity(text, value, reading)}, false)"
    doubts = _doubts(text, value, reading)
    return f"(({' OR '.join(f'({doubt})' for doubt in doubts)}) AND {exact})" if doubts else exact


def _doubts(text: str, value: str, reading: Reading) -> tuple[str, ...]:
    """Return cheap conditions, one of which is true of each text that is not valid; or none."""
    kind, style = reading.kind, reading.style
    if style.format or not style.is_plain or style.cuts_fraction:
        return ()
    lost = f"{value} IS NULL AND {text} IS NOT NULL"
    if kind is Kind.INTEGER:
        return (f"CAST({value} AS VARCHAR) IS DISTINCT FROM {text}",)
    if kind is Kind.BOOLEAN:
        return (f"CASE WHEN {value} THEN 'true' ELSE 'false' END <> {text}",)
    if kind is Kind.FLOAT:
        return (lost, *_float_doubts(text, value))
    bounds = f"NOT ({value} BETWEEN {_BOUNDS[kind]})" if kind in _BOUNDS else ""
    if kind is Kind.DATE:
        return (lost, f"strlen({text}) <> 10", f"{text}[8] <> '-'", bounds)
    if kind is Kind.DATETIME:
        usual = (f"strlen({text}) <> 19", f"{text}[17] <> ':'", f"ends_with({text}, 'Z')")
        return (lost, *usual, bounds)
    return ()


def _float_doubts(text: str, value: str) -> tuple[str, ...]:
    """Return the contraries of what makes a short number plain in `_float_validity`."""
    return (
        f"NOT isfinite({value})",
        f"{text} < '-'",
        f"{text} >= ':'",
        f"{text} BETWEEN '00' AND '0:'",
        f"{text} BETWEEN '-00' AND '-0:'",
        f"strlen({text}) > {EXACT_DIGITS}",
        f"contains({text}, '_')",
        f"{value} = 0 AND contains(lower({text}), 'e')",
    )


def is_one_of(text: str, words: Iterable[str]) -> str:
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
