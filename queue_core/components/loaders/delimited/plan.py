"""How one text table is read: everything found out from its first bytes, overridden by options."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from queue_core.components.loaders.base import Finding
from queue_core.components.loaders.delimited.columns import Column, plan_columns
from queue_core.components.loaders.delimited.dialect import (
    SAMPLE_ROWS,
    WHITESPACE,
    Layout,
    Row,
    find_layout,
)
from queue_core.components.loaders.delimited.options import TextOptions
from queue_core.components.loaders.delimited.text_file import Rewriting, newline_of
from queue_core.components.loaders.delimited.values import (
    GROUPED_STYLES,
    MISSING_WORDS,
    Kind,
    Style,
    is_plain_number,
    proven_styles,
    read_values,
)
from queue_core.components.loaders.delimited.widening import missing_note, shown, text_note
from queue_core.components.loaders.encodings import (
    ALTERNATIVES,
    Encoding,
    decode_head,
    encoding_of,
)
from queue_core.components.loaders.source import SourceFile
from queue_core.components.normal_form import unique_names
from queue_core.errors import DataError

MOSTLY = 0.5
YEAR = re.compile("(?:1[89]|20)[0-9]{2}")
OTHER_DELIMITERS = (",", ";", "\t", "|", WHITESPACE)


@dataclass(frozen=True)
class TextPlan:
    """How a text table is read.

    Attributes:
        options: What the user chose.
        encoding: How bytes become text.
        layout: What separates, quotes and heads the columns.
        newline: How its lines end.
        rewriting: What must be done before the engine can read it.
        columns: The columns and how they are converted.
        styles: How numbers may be written.
        head: The text that all this was found in, whole rows only.
        warnings: What the user should know.
    """

    options: TextOptions
    encoding: Encoding
    layout: Layout
    newline: str
    rewriting: Rewriting
    columns: tuple[Column, ...]
    styles: tuple[Style, ...]
    head: str
    warnings: tuple[str, ...]

    def used_options(self) -> dict[str, Any]:
        """Return every option with the value that is used."""
        dialect = self.layout.dialect
        decimal, thousands = _number_signs(self.columns)
        orders = {column.reading.style.format[:2] for column in self.columns}
        order = "month_first" if "%m" in orders else "day_first" if "%d" in orders else None
        return {
            "delimiter": dialect.delimiter,
            "encoding": self.encoding.name,
            "header": dialect.header,
            "decimal": self.options.decimal or decimal,
            "thousands": thousands if self.options.thousands is None else self.options.thousands,
            "date_order": self.options.date_order or order,
            "quote": dialect.quote,
            "missing_words": list(
                dict.fromkeys(word for column in self.columns for word in column.missing)
            ),
            "skip_rows": dialect.skip_lines,
            "bad_rows": self.options.bad_rows.value,
            "column_types": {name: item.value for name, item in self.options.column_types.items()},
        }

    def findings(self) -> tuple[Finding, ...]:
        """Return what was found out, with reasons."""
        used = self.used_options()
        reasons = dict(self.layout.reasons)
        reasons.setdefault("encoding", self.encoding.reason)
        alternatives: dict[str, Sequence[Any]] = {
            "delimiter": OTHER_DELIMITERS,
            "encoding": ALTERNATIVES,
            "header": (True, False),
        }
        return tuple(
            Finding(
                option,
                used[option],
                reason,
                tuple(item for item in alternatives.get(option, ()) if item != used[option]),
            )
            for option, reason in reasons.items()
            if getattr(self.options, option) is None
        )


def plan_text(source: SourceFile, options: TextOptions) -> TextPlan:
    """Return how *source* is read.

    Raises:
        DataError: It holds no line, or a byte is not of its encoding.
    """
    encoding = encoding_of(source, options.encoding)
    text = decode_head(source, encoding)
    if not text.strip():
        raise DataError(
            f"{source.name} holds nothing but blank lines.",
            hint="Export or download it again, then load the new file.",
        )
    newline, is_even = newline_of(text)
    layout = find_layout(
        text,
        delimiter=options.delimiter,
        quote=options.quote,
        skip_lines=options.skip_rows,
        header=options.header,
    )
    rows, head = _whole_rows(layout, text, source.head_is_all)
    names, notes = _names(layout, source.name)
    styles = _styles(options, rows, len(names))
    columns = plan_columns(
        names,
        [row.values for row in rows],
        styles=styles,
        missing=options.missing_words,
        date_order=options.date_order,
        wanted=options.column_types,
        is_spaced=layout.is_spaced,
    )
    _require_known(options, names, source.name)
    dialect = layout.dialect
    preamble = "".join(text.splitlines(keepends=True)[: dialect.skip_lines])
    rewriting = Rewriting(
        encoding,
        even_newlines=not is_even,
        collapse_spaces=dialect.delimiter == WHITESPACE,
        # The engine counts lines to skip with their quotes; those of a remark may not match.
        drop_lines=dialect.skip_lines if dialect.quote and dialect.quote in preamble else 0,
        quote=dialect.quote,
    )
    return TextPlan(
        options,
        encoding,
        layout,
        newline if is_even else "\n",
        rewriting,
        columns,
        styles,
        head,
        (
            *_layout_warnings(source, layout, encoding, is_even=is_even),
            *notes,
            *_missing_warnings(columns, rows, options),
            *_text_notes(columns, rows, options),
        ),
    )


def _whole_rows(layout: Layout, text: str, is_all: bool) -> tuple[Sequence[Row], str]:
    """Return the rows and the text up to the last row that surely is complete."""
    rows = layout.rows
    if is_all and len(rows) < SAMPLE_ROWS - 1 and len(text) <= 256 << 10:
        return rows, text
    if len(rows) < 2:
        return rows, text
    lines = text.splitlines(keepends=True) if "\r" not in text else _split_lines(text)
    return rows[:-1], "".join(lines[: rows[-2].last_line])


def _split_lines(text: str) -> list[str]:
    import io

    return list(io.StringIO(text, newline=""))


def _names(layout: Layout, name: str) -> tuple[list[str], tuple[str, ...]]:
    names, notes = unique_names(layout.names)
    if layout.lacks_first_name:
        notes = (
            f"The header of {name} has one name less than the rows have values: "
            f"the first column is named “{names[0]}”.",
        )
    return names, notes


def _styles(options: TextOptions, rows: Sequence[Row], width: int) -> tuple[Style, ...]:
    if options.decimal is None and options.thousands is None:
        table = [row.values for row in rows if len(row.values) == width]
        return proven_styles([[row[position] for row in table] for position in range(width)])
    decimal = options.decimal or ("," if options.thousands == "." else ".")
    return (Style(decimal, options.thousands or ""),)


def _number_signs(columns: Sequence[Column]) -> tuple[str, str]:
    for column in columns:
        style = column.reading.style
        if column.kind in (Kind.INTEGER, Kind.FLOAT) and not style.is_plain:
            return style.decimal, style.thousands
    return ".", ""


def _require_known(options: TextOptions, names: Sequence[str], name: str) -> None:
    for column in options.column_types:
        if column not in names:
            raise DataError(
                f"{name} has no column “{column}”, whose type was chosen.",
                hint=f"Its columns are: {', '.join(names[:20])}.",
            )


def _text_notes(
    columns: Sequence[Column], rows: Sequence[Row], options: TextOptions
) -> tuple[str, ...]:
    """Say which columns are kept as text though most of their values look like numbers."""
    notes: list[str] = []
    table = [row for row in rows if len(row.values) == len(columns)]
    for column in columns:
        if column.kind is not Kind.TEXT or column.name in options.column_types:
            continue
        values = [(row.values[column.position], row.first_line) for row in table]
        grouped = read_values([value for value, _ in values], number_styles=GROUPED_STYLES)
        if grouped.kind in (Kind.INTEGER, Kind.FLOAT) and grouped.ambiguous:
            marked = next(value for value, _ in values if "," in value or "." in value)
            notes.append(
                f"Column “{column.name}” is kept as text: “{shown(marked)}” can be a thousand or "
                "a fraction. Choose the decimal sign to read it as a number."
            )
        else:
            notes += _mixed_note(column, values)
    return tuple(notes)


def _mixed_note(column: Column, values: Sequence[tuple[str, int]]) -> list[str]:
    """Say which value makes text of a column whose values mostly are numbers."""
    present = [
        (value.strip(), line)
        for value, line in values
        if value.strip() and value.strip() not in column.missing
    ]
    numbers = [is_plain_number(value) for value, _ in present]
    if len(present) < 2 or sum(numbers) < MOSTLY * len(present):
        return []
    if all(numbers):
        return []
    value, line = present[numbers.index(False)]
    return [text_note(column.name, Kind.FLOAT, f"line {line:,}", value)]


def _missing_warnings(
    columns: Sequence[Column], rows: Sequence[Row], options: TextOptions
) -> list[str]:
    """Say where words became missing values that could have been meant as text."""
    if options.missing_words is not None:
        return []
    found: dict[str, list[str]] = {}
    for column in columns:
        seen = {
            row.values[column.position].strip() for row in rows if len(row.values) == len(columns)
        }
        for word in column.missing:
            if word in seen and (column.kind is Kind.TEXT or word not in MISSING_WORDS):
                found.setdefault(word, []).append(column.name)
    return [missing_note(names, [word]) for word, names in found.items()]


def _looks_like_value(name: str) -> bool:
    return read_values([name]).kind is not Kind.TEXT and not YEAR.fullmatch(name)


def _layout_warnings(
    source: SourceFile, layout: Layout, encoding: Encoding, *, is_even: bool
) -> list[str]:
    notes = []
    name = source.name
    dialect = layout.dialect
    if encoding.is_guess:
        notes.append(
            f"{name} is not UTF-8 ({encoding.reason}); it was read as {encoding.name}, which is "
            "a guess. Choose another encoding if letters look wrong."
        )
    if not is_even:
        notes.append(f"{name} has line ends of several kinds; all are read as line ends.")
    if "skip_rows" in layout.reasons:
        count = dialect.skip_lines
        lines = "line was" if count == 1 else f"{count} lines were"
        notes.append(f"The first {lines} left out: not like those below.")
    if layout.is_spaced:
        notes.append("Spaces after the separators were left out.")
    if dialect.header and not layout.rows:
        notes.append(f"{name} has a header and no rows.")
    if not dialect.header:
        notes.append(f"{name} has no header: the columns are numbered.")
    elif any(_looks_like_value(column) for column in layout.names):
        notes.append(f"Some column names of {name} look like values: check its first line.")
    return notes
