"""Records of a JSON text, one after the other, whatever shape the text has.

Understood are: one value per line, values in a row, an array of objects, an array of arrays (whose
first one may hold the names), and the shapes of a single object: see `json_objects`.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from queue_core.components.json_data import JsonObject
from queue_core.components.loaders.json.json_objects import (
    as_record,
    header_names,
    named_rows,
    object_records,
)
from queue_core.components.loaders.tables.text_values import is_plain_number
from queue_core.errors import DataError

MAX_VALUE_CHARACTERS = 256_000_000
MAX_TEXT_CHARACTERS = 32_000_000
# A value that grows more than that when it is unpacked is no data of anybody's.
MOST_GROWTH = 50
LONGEST_TOKEN_CUT = 16
_SPACE = re.compile(r"[ \t\r\n\x1e]*")
_COMMA = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")

Record = JsonObject
SURELY_EXACT_CHARACTERS = 15
HEADER_SAMPLE = 100


class NumberText(str):
    """A number that a float would change, as it stands in the text."""

    __slots__ = ()


def _number(text: str) -> float | NumberText:
    """Return a number with a fraction or exponent; as text where a float is another number."""
    value = float(text)
    if len(text) <= SURELY_EXACT_CHARACTERS and value and abs(value) != float("inf"):
        return value
    return value if is_plain_number(text) else NumberText(text)


class JsonText:
    """The values at the top of a JSON text, read from blocks of it.

    Attributes:
        is_array: Whether they are the items of one array.
    """

    def __init__(
        self, blocks: Iterable[str], name: str, *, is_cut: bool = False, packed_bytes: int = 0
    ) -> None:
        """Begin to read.

        Args:
            blocks: The text, in pieces.
            name: The file, for messages.
            is_cut: Whether the text ends somewhere in the middle on purpose.
            packed_bytes: How large the file is on disk, where its content is packed.
        """
        self._longest = MAX_VALUE_CHARACTERS
        if packed_bytes:
            grown = max(MAX_TEXT_CHARACTERS, packed_bytes * MOST_GROWTH)
            self._longest = min(self._longest, grown)
        self._blocks = iter(blocks)
        self._name = name
        self._is_cut = is_cut
        self._buffer = ""
        self._position = 0
        self._line = 1
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, parse_float=_number)
        self._skip_space()
        self.is_array = self._buffer.startswith("[", self._position)

    def values(self) -> Iterator[Any]:
        """Yield the values.

        Raises:
            DataError: The text is not JSON; the message names the line.
        """
        if not self.is_array:
            while self._skip_space():
                value = self._value()
                if value is _CUT:
                    return
                yield value
            return
        self._position += 1
        self._skip_space()
        if self._buffer.startswith("]", self._position):
            self._position += 1
            self._require_end()
            return
        while True:
            value = self._value()
            if value is _CUT:
                return
            yield value
            if not self._next_item():
                return

    def _next_item(self) -> bool:
        """Go past the comma after an item; return False at the end of the array."""
        if not self._skip_space():
            if self._is_cut:
                return False
            raise self._error("the array is not closed", self._line_here())
        sign = self._buffer[self._position]
        self._position += 1
        if sign == "]":
            self._require_end()
            return False
        if sign != ",":
            raise self._error(f"a comma is missing before “{sign}”", self._line_here())
        self._skip_space()
        return True

    def _value(self) -> Any:
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._position)
            except json.JSONDecodeError as error:
                if not self._is_hopeless(error) and self._more():
                    continue
                if self._is_cut:
                    return _CUT
                line = self._line + self._buffer.count("\n", 0, error.pos)
                raise self._error(_words(error), line) from error
            except ValueError as error:  # what Python says of a number of thousands of digits
                raise self._error("a number has too many digits", self._line_here()) from error
            except RecursionError as error:
                raise self._error("its values are nested too deeply", self._line) from error
            # A number at the very end of the buffer may go on in the next block.
            if end == len(self._buffer) and self._more():
                continue
            self._position = end
            return value

    def _is_hopeless(self, error: json.JSONDecodeError) -> bool:
        """Return whether more of the text cannot mend what is wrong.

        Raises:
            DataError: A text is so long that its end is not waited for.
        """
        rest = len(self._buffer) - error.pos
        if error.msg.startswith("Unterminated string"):
            if rest > MAX_TEXT_CHARACTERS:
                line = self._line + self._buffer.count("\n", 0, error.pos)
                raise self._error("a text in it is longer than 32 MB", line)
            return False
        return rest > LONGEST_TOKEN_CUT and not self._is_cut

    def _more(self) -> bool:
        """Append text, twice as much each time; return False at the end."""
        waiting = len(self._buffer) - self._position
        if waiting > self._longest:
            most = f"{self._longest / 1e6:,.0f} MB"
            raise self._error(f"one of its values is larger than {most}", self._line_here())
        wanted = max(1 << 20, min(waiting, self._longest - waiting))
        pieces: list[str] = []
        size = 0
        while size < wanted:
            block = next(self._blocks, None)
            if block is None:
                break
            pieces.append(block)
            size += len(block)
        if not pieces:
            return False
        self._line += self._buffer.count("\n", 0, self._position)
        self._buffer = self._buffer[self._position :] + "".join(pieces)
        self._position = 0
        return True

    def _skip_space(self) -> bool:
        """Go to the next character that means something; return False at the end."""
        while True:
            found = _SPACE.match(self._buffer, self._position)
            self._position = found.end() if found else self._position
            if self._position < len(self._buffer):
                return True
            if not self._more():
                return False

    def _require_end(self) -> None:
        if self._skip_space():
            raise self._error("something follows after its end", self._line_here())

    def _line_here(self) -> int:
        return self._line + self._buffer.count("\n", 0, self._position)

    def _object(self, pairs: list[tuple[str, Any]]) -> Record:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise self._error(f"an object holds the key “{twice}” twice", self._line_here())
        return found

    def _error(self, words: str, line: int) -> DataError:
        return DataError(
            f"Line {line:,} of {self._name} is not JSON that can be loaded: {words}.",
            hint="Correct this place, or export the file again.",
        )


_CUT = object()


def records(
    text: JsonText,
    name: str,
    on_note: Callable[[str], None] = lambda _note: None,
    chosen: str | None = None,
    on_lists: Callable[[dict[str, int]], None] = lambda _lists: None,
) -> Iterator[Record]:
    """Yield the records of a JSON text as objects.

    Args:
        text: The text.
        name: The file, for messages.
        on_note: Told what of the text is not in the records, in a sentence.
        chosen: Key of the list that is read, where there are several.
        on_lists: Told the keys of the lists of records of a single object whose first one is read
            because nobody chose another, and their sizes.

    Raises:
        DataError: It is no JSON, or of no shape that is a table.
    """
    values = text.values()
    begin = list(itertools.islice(values, 2))
    if len(begin) == 1 and isinstance(begin[0], dict) and not text.is_array:
        yield from object_records(begin[0], name, on_note, chosen, on_lists)
        return
    begin += itertools.islice(values, HEADER_SAMPLE - len(begin))
    names = header_names(begin) if text.is_array else None
    if names is not None:
        on_note(f"The first list of {name} was read as the names of the columns.")
        yield from named_rows(itertools.chain(begin[1:], values), names, name)
        return
    for number, value in enumerate(itertools.chain(begin, values), start=1):
        yield as_record(value, number, name)


def _words(error: json.JSONDecodeError) -> str:
    text = error.msg
    return f"{text[:1].lower()}{text[1:]} (column {error.colno})"
