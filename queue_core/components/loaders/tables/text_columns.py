"""Columns of texts in memory, read as text tables are: whatever file they came from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from queue_core.components.loaders.tables.reading_sql import conversion, validity
from queue_core.components.loaders.tables.readings import (
    GROUPED_STYLES,
    MISSING_SIGNS,
    MISSING_WORDS,
    PLAIN,
    QUESTION_MARK,
    TEXT,
    Kind,
    Reading,
    Style,
)
from queue_core.components.loaders.tables.text_values import read_values
from queue_core.components.loaders.tables.value_notes import (
    STEPS,
    kept_as_text,
    missing_note,
    order_note,
    reading_notes,
    spaces_note,
)
from queue_core.components.sql_engine import connect

NOTED_VALUES = 2_000
NUMBER_STYLES = (PLAIN, *GROUPED_STYLES)


@dataclass(frozen=True)
class TextReading:
    """How a column of texts is read.

    Attributes:
        reading: Kind and style; text where no other holds.
        missing: Words that stand for no value.
    """

    reading: Reading
    missing: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether its values stay as they are."""
        return self.reading.kind is Kind.TEXT


def read_texts(
    values: Sequence[str],
    *,
    kinds: Collection[Kind] = frozenset(Kind),
    number_styles: Sequence[Style] = NUMBER_STYLES,
) -> TextReading:
    """Return how the different *values* of a column are read, as one of *kinds* or as text."""
    styles = number_styles if Kind.FLOAT in kinds else ()
    reading = read_values(values, number_styles=styles)
    if reading.kind not in kinds or (reading.kind.is_number and reading.ambiguous):
        reading = TEXT
    stripped = {value.strip() for value in values}
    words = tuple(word for word in MISSING_WORDS if word in stripped)
    signs = tuple(sign for sign in MISSING_SIGNS if sign in stripped)
    if reading.kind is not Kind.TEXT:
        return TextReading(reading, (*words, *signs))
    return TextReading(TEXT, (*words, *_unknown(stripped)))


def _unknown(values: Collection[str]) -> tuple[str, ...]:
    """Return the question mark where it can only mean that a word is not known."""
    if QUESTION_MARK not in values:
        return ()
    words = [value for value in values if value and value != QUESTION_MARK]
    is_sign = all(any(map(str.isalnum, word)) for word in words)
    return (QUESTION_MARK,) if words and is_sign else ()


def converted(array: pa.Array, found: TextReading) -> pa.Array | None:
    """Return texts as values of the reading; None where that would change one."""
    text = _present(array, found)
    if found.is_text:
        return text
    table = _tried(text, found.reading)
    if table.num_rows and not pc.all(table.column("fits")).as_py():
        return None
    values = table.column("v").combine_chunks()
    wanted = ARROW_TYPES[found.reading.kind]
    return values if values.type.equals(wanted) else values.cast(wanted)


def first_unfit(array: pa.Array, found: TextReading) -> int:
    """Return the position of the first text that the reading would change; -1: there is none."""
    fits = _tried(_present(array, found), found.reading).column("fits")
    return int(pc.index(fits, pa.scalar(False)).as_py())


def _present(array: pa.Array, found: TextReading) -> pa.Array:
    """Return the texts, null where they stand for no value."""
    stripped = pc.utf8_trim_whitespace(array)
    is_missing = pc.is_in(stripped, pa.array([*found.missing, ""]))
    text = array if found.is_text else stripped
    return pc.if_else(is_missing, pa.scalar(None, pa.string()), text)


def _tried(text: pa.Array, reading: Reading) -> pa.Table:
    """Return the values of texts, and whether each says what its text says."""
    connection = connect()
    try:
        connection.register("texts", pa.table({"t": text}))
        return connection.sql(
            f"SELECT v, t IS NULL OR coalesce({validity('t', 'v', reading)}, false) AS fits "
            f"FROM (SELECT t, {conversion('t', reading)} AS v FROM texts)"
        ).to_arrow_table()
    finally:
        connection.close()


ARROW_TYPES = {
    Kind.INTEGER: pa.int64(),
    Kind.FLOAT: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.DATETIME: pa.timestamp("us"),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
    Kind.TIME: pa.time64("us"),
    Kind.TEXT: pa.string(),
}


def typed_texts(
    name: str,
    array: pa.Array,
    place: Callable[[int], str],
    *,
    kinds: Collection[Kind] = frozenset(Kind),
) -> tuple[pa.Array, list[str]]:
    """Return a column of texts in the type that all its values have, and what that changed.

    Args:
        name: Name of the column, for the sentences.
        array: Its texts.
        place: Says where the value of a position stands, e.g. `row 7`.
        kinds: Which kinds it may become besides text.
    """
    unique = [value for value in pc.unique(array).to_pylist() if value is not None]
    found = read_texts(unique, kinds=kinds)
    values = converted(array, found)
    if values is None:
        found = replace(read_texts(unique, kinds=()), reading=TEXT)
        values = converted(array, found)
    notes = []
    if found.missing:
        notes = [missing_note([name], [word]) for word in found.missing if word]
    if found.is_text:
        notes += text_column_notes(name, array, place, found.missing)
    else:
        notes += typed_column_notes(name, found.reading)
    return values, notes


def typed_column_notes(name: str, reading: Reading) -> list[str]:
    """Say what the reading of a column of dates means, or leaves open."""
    notes = reading_notes(name, reading, STEPS)
    if reading.kind.is_moment and reading.ambiguous:
        notes.append(order_note(name, reading, STEPS))
    return notes


def text_column_notes(
    name: str, array: pa.Array, place: Callable[[int], str], missing: Collection[str]
) -> list[str]:
    """Say why a column stays text that looks like numbers or dates."""
    first: dict[str, int] = {}
    for position, value in enumerate(array.to_pylist()):
        if value is not None:
            first.setdefault(value, position)
            if len(first) >= NOTED_VALUES:
                break
    places = [(value, place(at)) for value, at in first.items()]
    return [*kept_as_text(name, places, missing, STEPS), *spaces_note(name, first)]
