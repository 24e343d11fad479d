"""The options of text tables: what the user may override, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from queue_core.components.column_types import ColumnType
from queue_core.components.json_data import JsonMapping
from queue_core.components.loaders.delimited import BadRows
from queue_core.components.loaders.tables.text_rows import FIXED_WIDTH, WHITESPACE
from queue_core.errors import ParameterError

MAX_DELIMITER_CHARACTERS = 4
DELIMITER_NAMES = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "\\t": "\t",
    "pipe": "|",
    "space": " ",
    "spaces": WHITESPACE,
    WHITESPACE: WHITESPACE,
    FIXED_WIDTH: FIXED_WIDTH,
}


@dataclass(frozen=True)
class TextOptions:
    """What the user chose; None where it is to be found out."""

    delimiter: str | None = None
    encoding: str | None = None
    header: bool | None = None
    decimal: str | None = None
    thousands: str | None = None
    date_order: str | None = None
    quote: str | None = None
    missing_words: tuple[str, ...] | None = None
    skip_rows: int | None = None
    bad_rows: BadRows = BadRows.ERROR
    column_types: Mapping[str, ColumnType] = field(default_factory=dict)

    @classmethod
    def parse(cls, values: JsonMapping) -> TextOptions:
        """Return the options that *values* (complete and of the right types) mean.

        Raises:
            ParameterError: They contradict each other or name an unknown type.
        """
        delimiter = values.get("delimiter") or None
        words = values.get("missing_words")
        found = cls(
            delimiter=None if delimiter is None else DELIMITER_NAMES.get(delimiter, delimiter),
            encoding=values.get("encoding") or None,
            header=values.get("header"),
            decimal=values.get("decimal"),
            thousands=values.get("thousands"),
            date_order=values.get("date_order"),
            quote=values.get("quote"),
            missing_words=None if words is None else tuple(words),
            skip_rows=values.get("skip_rows"),
            bad_rows=BadRows(values.get("bad_rows") or BadRows.ERROR),
            column_types=_column_types(values.get("column_types") or {}),
        )
        found._check()
        return found

    def _check(self) -> None:
        delimiter = self.delimiter or ","
        is_word = delimiter in (WHITESPACE, FIXED_WIDTH)
        is_long = len(delimiter) > MAX_DELIMITER_CHARACTERS and not is_word
        if is_long or set(delimiter) & set('\n\r"'):
            raise ParameterError(
                f"“{self.delimiter}” cannot separate values.",
                parameter="delimiter",
                hint="Give one to four characters, “tab”, “whitespace” or “fixed width”.",
            )
        if self.decimal is not None and self.decimal == self.thousands:
            raise ParameterError(
                f"“{self.decimal}” cannot be both the decimal sign and the thousands separator.",
                parameter="thousands",
                hint="Choose different ones.",
            )


def _column_types(values: JsonMapping) -> dict[str, ColumnType]:
    unusable = (ColumnType.OTHER, ColumnType.DURATION)
    usable = [item.value for item in ColumnType if item not in unusable]
    for name, value in values.items():
        if value not in usable:
            raise ParameterError(
                f"“{value}” is not a type that column “{name}” can have.",
                parameter="column_types",
                hint=f"Choose one of: {', '.join(usable)}.",
            )
    return {name: ColumnType(value) for name, value in values.items()}
