"""What could be chosen so that a text table is read as it was meant; the preview offers it."""

from __future__ import annotations

import io
from collections.abc import Sequence

from queue_core.components.loaders.delimited.column_readings import Column
from queue_core.components.loaders.delimited.options import TextOptions
from queue_core.components.loaders.tables.readings import Kind
from queue_core.components.loaders.tables.text_rows import Row
from queue_core.components.loaders.tables.text_values import is_plain_number
from queue_core.components.loaders.tables.value_notes import MOSTLY

LINES_AROUND = 2
WORD_CHARACTERS = 24

Remedy = tuple[str, object]


def missing_remedy(columns: Sequence[Column], words: Sequence[str]) -> list[Remedy]:
    """Return the option that reads *words* as missing, besides those that are read so already.

    A word with a digit may be a value that was written in another way, so none is made of it.
    """
    if not words or any(character.isdigit() for word in words for character in word):
        return []
    known = (word for column in columns for word in column.missing)
    return [("missing_words", list(dict.fromkeys((*known, *words))))]


def words_among_numbers(
    columns: Sequence[Column], rows: Sequence[Row], options: TextOptions
) -> list[str]:
    """Return the words that alone keep columns from being numbers, one of each such column."""
    table = [row.values for row in rows if len(row.values) == len(columns)]
    found = []
    for column in columns:
        if column.kind is not Kind.TEXT or column.name in options.column_types:
            continue
        values = [row[column.position].strip() for row in table]
        present = [value for value in values if value and value not in column.missing]
        odd = [value for value in present if not is_plain_number(value)]
        # What stands above all values is rather the column's name.
        is_name = not odd or odd[0] in (column.name, *present[:1])
        is_one_word = not is_name and len(set(odd)) == 1 and len(odd[0]) <= WORD_CHARACTERS
        if is_one_word and len(odd) < (1 - MOSTLY) * len(present):
            found.append(odd[0])
    return list(dict.fromkeys(found))


def lines_around(text: str, line: int) -> list[tuple[int, str]]:
    """Return the lines around a line of a text, with their numbers, as they stand there."""
    if line <= 0:
        return []
    first, last = max(1, line - LINES_AROUND), line + LINES_AROUND
    numbered = enumerate(io.StringIO(text), 1)
    return [(number, found.rstrip("\r\n")) for number, found in numbered if first <= number <= last]
