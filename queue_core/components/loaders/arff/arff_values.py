"""The values of ARFF columns in the types that the file declares, none of them changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from queue_core.components.loaders.tables.readings import Kind
from queue_core.components.loaders.tables.text_values import INFINITE, is_plain_number
from queue_core.components.loaders.tables.value_notes import shown, text_note
from queue_core.errors import DataError

NUMBER_TYPES = frozenset(("numeric", "real", "integer"))
DEFAULT_DATE = "yyyy-MM-dd'T'HH:mm:ss"
SURELY_EXACT_CHARACTERS = 15
_INTEGER = r"^-?[0-9]{1,19}$"
_NUMBER = rf"^(?:[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|{INFINITE}|[nN]a[nN])$"
_DATE_PART = re.compile(r"'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+")
# Of a year of two digits the program that wrote it must tell the century: it is not read.
_DATE_SIGNS = {
    "yyyy": "%Y", "uuuu": "%Y", "MM": "%m", "M": "%m", "MMM": "%b", "MMMM": "%B", "dd": "%d",
    "d": "%d", "HH": "%H", "H": "%H", "hh": "%I", "h": "%I", "mm": "%M", "m": "%M", "ss": "%S",
    "s": "%S", "SSS": "%f", "a": "%p", "Z": "%z", "X": "%z", "XX": "%z", "XXX": "%z",
}  # fmt: skip


@dataclass(frozen=True)
class Attribute:
    """A declared column.

    Attributes:
        name: Its name.
        type: `nominal`, `string`, `date` or a type of numbers.
        format: Format of its dates, as `strptime` has it.
    """

    name: str
    type: str
    format: str = ""


def date_format(declared: str) -> str | None:
    """Return a format of Java's as `strptime` has it; None where that cannot be."""
    found = []
    for part in _DATE_PART.finditer(declared):
        if part[2] is None:
            found.append((part[0] if part[1] is None else part[1]).replace("%", "%%"))
        elif part[0] in _DATE_SIGNS:
            found.append(_DATE_SIGNS[part[0]])
        else:
            return None
    text = "".join(found)
    has_day = "%d" in text and ("%m" in text or "%b" in text or "%B" in text)
    return text if ("%Y" in text or not has_day) and text else None


@dataclass
class ArffValues:
    """Makes arrays of the texts of a file's columns.

    Attributes:
        name: The file, for messages.
        notes: What was done to values, in sentences.
        left_out: Names of columns of texts or dates that sparse rows left out.
    """

    name: str
    notes: list[str] = field(default_factory=list)
    left_out: dict[str, None] = field(default_factory=dict)

    def array(self, attribute: Attribute, values: Sequence[str | None], before: int) -> pa.Array:
        """Return one column of a batch.

        Args:
            attribute: The column.
            values: Its texts.
            before: How many rows stand before the batch.

        Raises:
            DataError: A value is not of the declared type.
        """
        if attribute.type in NUMBER_TYPES:
            return self._numbers(attribute, pa.array(values, pa.string()), before)
        if attribute.type == "date":
            return self._dates(attribute, values, before)
        return pa.array(values, pa.string())

    def left_out_notes(self) -> list[str]:
        """Say of which columns values that a sparse row leaves out became missing."""
        names = ", ".join(f"“{name}”" for name in self.left_out)
        if not names:
            return []
        return [f"What sparse rows leave out was read as missing, not as zero, in: {names}."]

    def _numbers(self, attribute: Attribute, array: pa.Array, before: int) -> pa.Array:
        """Return texts as integers where all are whole, else as floats, or as they are."""
        if array.null_count == len(array):
            return pa.nulls(len(array))
        text = pc.utf8_trim_whitespace(array)
        try:
            if pc.all(pc.match_substring_regex(text, _INTEGER)).as_py():
                return text.cast(pa.int64())
        except pa.ArrowInvalid:
            pass  # more than 64 bits
        unfit = pc.filter(text, pc.invert(pc.match_substring_regex(text, _NUMBER)))
        if len(unfit):
            raise self._refusal(attribute, unfit[0].as_py(), text.to_pylist(), before, "a number")
        text = pc.replace_substring_regex(text, r"^([+-]?)0+([0-9])", r"\1\2")
        text = pc.replace_substring_regex(text, r"^\+", "")
        numbers = text.cast(pa.float64())
        changed = _first_changed(text, numbers)
        if changed is None:
            return numbers
        place = f"row {before + text.index(changed).as_py() + 1:,}"
        self.notes.append(text_note(attribute.name, Kind.FLOAT, place, changed))
        return array

    def _dates(self, attribute: Attribute, values: Sequence[str | None], before: int) -> pa.Array:
        known: dict[str | None, datetime | None] = {None: None}
        try:
            for value in values:
                if value not in known:
                    known[value] = _moment(str(value), attribute.format)
        except ValueError as error:
            raise self._refusal(attribute, str(value), list(values), before, "a date") from error
        found = [known[value] for value in values]
        if "%z" in attribute.format:
            return pa.array(found, pa.timestamp("us", tz="UTC"))
        if "%Y" not in attribute.format:
            clocks = [None if moment is None else moment.time() for moment in found]
            return pa.array(clocks, pa.time64("us"))
        return pa.array(found, pa.timestamp("us"))

    def _refusal(
        self,
        attribute: Attribute,
        value: str,
        values: Sequence[str | None],
        before: int,
        noun: str,
    ) -> DataError:
        row = before + list(values).index(value) + 1
        return DataError(
            f"The attribute “{attribute.name}” of {self.name} holds a value that is not {noun}: "
            f"“{shown(value)}” in row {row:,}.",
            hint="Correct the value, or declare the attribute as string.",
        )


def _moment(text: str, form: str) -> datetime:
    moment = datetime.strptime(text.strip(), form)  # noqa: DTZ007 - as written
    return moment.astimezone(UTC) if moment.tzinfo else moment


def _first_changed(text: pa.Array, numbers: pa.Array) -> str | None:
    """Return the first text of a number that a float would change."""
    is_odd = pc.or_(pc.is_inf(numbers), pc.equal(numbers, 0.0))
    is_odd = pc.or_(is_odd, pc.greater(pc.utf8_length(text), SURELY_EXACT_CHARACTERS))
    for value in pc.unique(pc.filter(text, is_odd)).to_pylist():
        if value and not re.fullmatch(INFINITE, value) and not is_plain_number(value):
            return str(value)
    return None
