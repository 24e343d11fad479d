"""The words for the types of columns."""

from __future__ import annotations

from gui.i18n import mark, translate

TYPE_NAMES = {
    "integer": mark("integer"), "float": mark("float"), "boolean": mark("boolean"),
    "text": mark("text"), "category": mark("category"), "date": mark("date"),
    "datetime": mark("datetime"), "time": mark("time"), "duration": mark("duration"),
    "other": mark("other"),
}  # fmt: skip


def type_name(column_type: str) -> str:
    """Return the word for a column's type."""
    return translate(TYPE_NAMES.get(column_type, column_type))
