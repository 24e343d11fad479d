"""How one text table is read: everything found out from its first bytes, overridden by options."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from queue_core.components.json_data import JsonObject
from queue_core.components.loaders.delimited.blanking import Blanking
from queue_core.components.loaders.delimited.column_readings import Column, plan_columns
from queue_core.components.loaders.delimited.dialect import Layout, find_layout
from queue_core.components.loaders.delimited.options import TextOptions
from queue_core.components.loaders.delimited.plan_notes import (
    layout_notes,
    missing_notes,
    text_notes,
)
from queue_core.components.loaders.delimited.text_file import Rewriting, newline_of
from queue_core.components.loaders.files.encoding_names import ALTERNATIVES
from queue_core.components.loaders.files.encodings import (
    Encoding,
    decode_head,
    encoding_of,
)
from queue_core.components.loaders.files.source import HEAD_BYTES, SourceFile
from queue_core.components.loaders.loading.loader_contract import Finding
from queue_core.components.loaders.tables.readings import Kind, Style
from queue_core.components.loaders.tables.text_rows import (
    BLANKS,
    FIXED_WIDTH,
    SAMPLE_ROWS,
    WHITESPACE,
    Row,
)
from queue_core.components.loaders.tables.text_values import proven_styles
from queue_core.components.normal_form import unique_names
from queue_core.errors import DataError

MAX_COLUMNS = 100_000
OTHER_DELIMITERS = (",", ";", "\t", "|", WHITESPACE, FIXED_WIDTH)


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

    def used_options(self) -> JsonObject:
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
            # What was found of them counts column by column, and is said; see `missing_notes`.
            "missing_words": None
            if self.options.missing_words is None
            else list(self.options.missing_words),
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
    if not source.head_is_all and "\n" not in text and "\r" not in text:
        raise DataError(
            f"The first line of {source.name} is longer than {HEAD_BYTES >> 20} MB: "
            "its columns cannot be told.",
            hint="Check the line ends of the file, or how it was packed, and export it again.",
        )
    newline, is_even = newline_of(text)
    layout = find_layout(
        text,
        delimiter=options.delimiter,
        quote=options.quote,
        skip_lines=options.skip_rows,
        header=options.header,
    )
    if len(layout.names) > MAX_COLUMNS:
        raise DataError(
            f"{source.name} has more than {MAX_COLUMNS:,} columns, the most that can be loaded.",
            hint="Check its delimiter and its line ends, or store its columns as rows.",
        )
    rows, head = _whole_rows(layout, text, source.head_is_all)
    names, notes = _names(layout, source.name)
    _require_known(options, names, source.name)
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
    warnings = (
        *layout_notes(source.name, layout, encoding, text, is_even=is_even),
        *notes,
        *missing_notes(columns, rows, options),
        *text_notes(columns, rows, options),
    )
    rewriting = _rewriting(layout, text, encoding, is_even=is_even)
    newline = "\n" if rewriting.even_newlines else newline
    return TextPlan(options, encoding, layout, newline, rewriting, columns, styles, head, warnings)


def _rewriting(layout: Layout, text: str, encoding: Encoding, *, is_even: bool) -> Rewriting:
    dialect = layout.dialect
    preamble = "".join(_lines(text)[: dialect.skip_lines])
    blanking = blanking_of(layout, remarks=layout.has_remarks)
    has_blank = layout.comes_again or layout.has_remarks or _has_lines_of_spaces(text, layout)
    # Lines are made blank, and spaces tabs, line by line: each must end in a line feed.
    ends_in_returns = newline_of(text)[0] == "\r" and (has_blank or dialect.separator == "\t")
    return Rewriting(
        encoding,
        even_newlines=not is_even or ends_in_returns,
        collapse_spaces=dialect.delimiter == WHITESPACE,
        # The engine counts lines to skip with their quotes; those of a remark may not match.
        drop_lines=dialect.skip_lines if dialect.quote and dialect.quote in preamble else 0,
        quote=dialect.quote,
        spaces_after=dialect.delimiter if dialect.skip_spaces else "",
        blanking=blanking if has_blank else None,
        gaps=dialect.gaps,
    )


def blanking_of(layout: Layout, *, remarks: bool) -> Blanking:
    """Return which lines of a table are no rows."""
    dialect = layout.dialect
    return Blanking(
        dialect.separator,
        dialect.quote,
        layout.width,
        header=layout.header_text if layout.comes_again else "",
        header_line=dialect.skip_lines + layout.header_lines,
        remarks=remarks,
    )


def _has_lines_of_spaces(text: str, layout: Layout) -> bool:
    blanks = BLANKS.replace(layout.dialect.separator, "")
    return bool(re.search(rf"(?:^|[\r\n])[{blanks}]+(?:[\r\n]|$)", text))


def _whole_rows(layout: Layout, text: str, is_all: bool) -> tuple[Sequence[Row], str]:
    """Return the rows and the text up to the last row that surely is complete."""
    rows = layout.rows
    if is_all and len(rows) < SAMPLE_ROWS - 1 and len(text) <= 256 << 10:
        return rows, text
    if len(rows) < 2:
        return rows, text
    return rows[:-1], "".join(_lines(text)[: rows[-2].last_line])


def _lines(text: str) -> list[str]:
    """Split at line ends only; `str.splitlines` knows many more signs."""
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
