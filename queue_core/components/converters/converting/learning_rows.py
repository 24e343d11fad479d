"""Which rows a converter learns from, as JSON data. It is one of these.

`{"where": "year < 2020"}` · `{"first": 1000}` · `{"sample": 1000}` · `{"positions": [0, 5, 7]}`
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from queue_core.components.column_types import ColumnType
from queue_core.components.expressions import compile_condition
from queue_core.components.json_data import JsonMapping
from queue_core.components.sql_text import identifier
from queue_core.errors import ParameterError

MAX_POSITIONS = 10_000_000
_WAYS = ("where", "first", "sample", "positions")


def row_condition(
    rows: JsonMapping | None, types: Mapping[str, ColumnType], row: str, seed: int
) -> tuple[str, str]:
    """Return SQL behind `FROM source` that chooses the rows: a WHERE and an ORDER/LIMIT part.

    Args:
        rows: The choice; None means all.
        types: The columns of the table.
        row: Name of the column that numbers the rows, from 0.
        seed: Decides which rows a sample draws.

    Raises:
        ParameterError: The choice is none of the four.
    """
    if rows is None or not rows:
        return "", ""
    if len(rows) != 1 or next(iter(rows)) not in _WAYS:
        raise _wrong(rows)
    way, value = next(iter(rows.items()))
    if way == "where" and isinstance(value, str):
        return f" WHERE {compile_condition(value, types).sql}", ""
    if way == "positions" and _are_positions(value):
        numbers = ", ".join(str(int(number)) for number in value)
        condition = f"{identifier(row)} IN (SELECT unnest([{numbers}]))" if value else "false"
        return f" WHERE {condition}", ""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        if way == "first":
            return f" WHERE {identifier(row)} < {value}", ""
        if way == "sample":
            # By a hash of the row's number: the same rows each time, whatever the threads do.
            order = f"hash({identifier(row)} + {int(seed)} * 1000003)"
            return "", f" ORDER BY {order} LIMIT {value}"
    raise _wrong(rows)


def check_rows(rows: Any) -> JsonMapping | None:
    """Return the choice of rows if it has one of the four forms (a text is a condition).

    Raises:
        ParameterError: It has none of them.
    """
    if rows in (None, "", {}):
        return None
    if isinstance(rows, str):
        return {"where": rows}
    if isinstance(rows, list):
        rows = {"positions": rows}
    if not isinstance(rows, Mapping):
        raise _wrong(rows)
    row_condition({k: v for k, v in rows.items() if k != "where"}, {}, "row", 0)
    if len(rows) != 1:
        raise _wrong(rows)
    return dict(rows)


def _are_positions(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MAX_POSITIONS
        and all(isinstance(item, int) and item >= 0 for item in value)
    )


def _wrong(rows: object) -> ParameterError:
    shown = repr(rows)
    return ParameterError(
        f"“rows” says which rows to learn from, but is {shown[:80]}.", parameter="rows",
        hint='Write {"where": "year < 2020"}, {"first": 1000}, {"sample": 1000} or '
        '{"positions": [0, 1, 2]}; leave it out for all rows.',
    )  # fmt: skip
