"""The third step: a tree checked against the columns and written as SQL.

Nothing of the user's text reaches the SQL but as a quoted name, a quoted text or a number.
Missing values stay missing; so does what has no value: a division by zero, the root of a negative
number.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

from queue_core.components.column_types import ColumnType
from queue_core.components.expressions.errors import ExpressionError
from queue_core.components.expressions.functions import FUNCTIONS, Function
from queue_core.components.expressions.kinds import NUMBERS, Kind, kind_of
from queue_core.components.expressions.nodes import (
    Binary,
    Call,
    Column,
    Comparison,
    Literal,
    Membership,
    MissingTest,
    Node,
    Unary,
    walk,
)
from queue_core.components.expressions.parser import parse
from queue_core.components.sql_text import identifier, literal


@dataclass(frozen=True)
class CompiledExpression:
    """An expression that fits its columns.

    Attributes:
        sql: A DuckDB expression.
        kind: What its values are.
        columns: The columns that it looks at, in the order of their names.
        aggregates: Whether it summarises many rows into one value.
    """

    sql: str
    kind: Kind
    columns: tuple[str, ...]
    aggregates: bool = False


def compile_expression(
    source: str, columns: Mapping[str, ColumnType], *, aggregates: bool = False
) -> CompiledExpression:
    """Check *source* against *columns* and return it as SQL.

    Args:
        source: The expression.
        columns: The columns of the table, with their types.
        aggregates: Whether functions that summarise rows may be used (they must be, then).

    Raises:
        ExpressionError: It is no expression, names an unknown column or function, or mixes kinds.
    """
    tree = parse(source)
    compiler = _Compiler(source, columns, aggregates=aggregates)
    result = compiler.value(tree)
    if aggregates and not compiler.found_aggregate:
        raise ExpressionError(
            "This does not summarise the rows of a group", source=source, position=0,
            hint="Use a function such as mean(price), sum(price) or count().",
        )  # fmt: skip
    names = sorted({compiler.column_name(n) for n in walk(tree) if isinstance(n, Column)})
    sql = result.sql
    if result.kind is Kind.NUMBER:
        # Neither Excel nor scikit-learn takes infinity; like 1 / 0, it is no value.
        sql = f"CASE WHEN isfinite(CAST({sql} AS DOUBLE)) THEN {sql} END"
    return CompiledExpression(sql, result.kind, tuple(names), compiler.found_aggregate)


def compile_condition(source: str, columns: Mapping[str, ColumnType]) -> CompiledExpression:
    """Check a condition, which is true or false for each row, and return it as SQL.

    Raises:
        ExpressionError: As for `compile_expression`, or it gives something else.
    """
    compiled = compile_expression(source, columns)
    if compiled.kind not in (Kind.BOOLEAN, Kind.MISSING):
        raise ExpressionError(
            f"This gives {compiled.kind}, but a condition is true or false", source=source,
            position=0, hint="Compare it with something, e.g. price > 10.",
        )  # fmt: skip
    return compiled


@dataclass(frozen=True)
class _Typed:
    """A piece of SQL and the kind of its values; `text` for a literal text."""

    sql: str
    kind: Kind
    text: str | None = None


class _Compiler:
    """Turns the nodes of one tree into SQL, checking kinds on the way."""

    def __init__(self, source: str, columns: Mapping[str, ColumnType], *, aggregates: bool) -> None:
        self._source = source
        self._columns = columns
        self._folded = {name.casefold(): name for name in columns}
        self._aggregates = aggregates
        self._inside_aggregate = False
        self.found_aggregate = False

    def value(self, node: Node) -> _Typed:
        match node:
            case Literal():
                return _literal(node)
            case Column():
                return self._column(node)
            case Unary():
                return self._unary(node)
            case Binary():
                return self._binary(node)
            case Comparison():
                return self._comparison(node)
            case Membership():
                return self._membership(node)
            case MissingTest():
                word = "IS NOT NULL" if node.negated else "IS NULL"
                return _Typed(f"({self.value(node.value).sql} {word})", Kind.BOOLEAN)
            case Call():
                return self._call(node)

    def column_name(self, node: Column) -> str:
        if node.name in self._columns:
            return node.name
        if node.name.casefold() in self._folded:
            return self._folded[node.name.casefold()]
        near = difflib.get_close_matches(node.name, self._columns, n=3)
        raise self._error(
            f"There is no column “{node.name}”", node,
            hint=_did_you_mean(near) or f"The columns are: {', '.join(list(self._columns)[:12])}.",
        )  # fmt: skip

    def _column(self, node: Column) -> _Typed:
        name = self.column_name(node)
        if self._aggregates and not self._inside_aggregate:
            raise self._error(
                f"“{name}” has many values in a group", node,
                hint=f"Summarise it, e.g. mean({node.name}), or group by it.",
            )  # fmt: skip
        return _Typed(identifier(name), kind_of(self._columns[name]))

    def _unary(self, node: Unary) -> _Typed:
        operand = self.value(node.operand)
        if node.operator == "not":
            self._expect(operand, Kind.BOOLEAN, node.operand, "“not”")
            return _Typed(f"(NOT {operand.sql})", Kind.BOOLEAN)
        self._expect(operand, Kind.NUMBER, node.operand, "“-”")
        return _Typed(f"(-{operand.sql})", Kind.NUMBER)

    def _binary(self, node: Binary) -> _Typed:
        left, right = self.value(node.left), self.value(node.right)
        sign = node.operator
        if sign in ("and", "or"):
            self._expect(left, Kind.BOOLEAN, node.left, f"“{sign}”")
            self._expect(right, Kind.BOOLEAN, node.right, f"“{sign}”")
            return _Typed(f"({left.sql} {sign.upper()} {right.sql})", Kind.BOOLEAN)
        special = self._on_texts_and_days(sign, left, right)
        if special is not None:
            return special
        self._expect(left, Kind.NUMBER, node.left, f"“{sign}”")
        self._expect(right, Kind.NUMBER, node.right, f"“{sign}”")
        return _Typed(_ARITHMETIC[sign].format(a=left.sql, b=right.sql), Kind.NUMBER)

    def _on_texts_and_days(self, sign: str, left: _Typed, right: _Typed) -> _Typed | None:
        if sign == "+" and left.kind is Kind.TEXT and right.kind is Kind.TEXT:
            return _Typed(f"({left.sql} || {right.sql})", Kind.TEXT)
        if sign == "-" and left.kind.is_point_in_time and right.kind.is_point_in_time:
            return _Typed(FUNCTIONS["days_between"].call([right.sql, left.sql]), Kind.NUMBER)
        if sign in "+-" and left.kind.is_point_in_time and right.kind is Kind.NUMBER:
            days = right.sql if sign == "+" else f"(-{right.sql})"
            return _Typed(FUNCTIONS["add_days"].call([left.sql, days]), Kind.DATETIME)
        return None

    def _comparison(self, node: Comparison) -> _Typed:
        values = [self.value(operand) for operand in node.operands]
        parts = []
        for position, operator in enumerate(node.operators):
            left, right = values[position], values[position + 1]
            place = node.operands[position + 1]
            left, right = self._comparable(left, right, place)
            parts.append(f"({left.sql} {'=' if operator == '==' else operator} {right.sql})")
        return _Typed(f"({' AND '.join(parts)})", Kind.BOOLEAN)

    def _membership(self, node: Membership) -> _Typed:
        value = self.value(node.value)
        if not node.choices:
            return _Typed("true" if node.negated else "false", Kind.BOOLEAN)
        choices = [self._comparable(value, self.value(c), c)[1].sql for c in node.choices]
        word = "NOT IN" if node.negated else "IN"
        return _Typed(f"({value.sql} {word} ({', '.join(choices)}))", Kind.BOOLEAN)

    def _comparable(self, left: _Typed, right: _Typed, place: Node) -> tuple[_Typed, _Typed]:
        """Return both sides in one kind; a text written beside a date is a date."""
        if left.kind.is_point_in_time and right.text is not None:
            return left, self._moment(right.text, place)
        if right.kind.is_point_in_time and left.text is not None:
            return self._moment(left.text, place), right
        kinds = {left.kind, right.kind} - {Kind.MISSING}
        if len(kinds) > 1 and not all(kind.is_point_in_time for kind in kinds):
            raise self._error(
                f"{left.kind.capitalize()} cannot be compared with {right.kind}", place,
                hint="Make them alike, e.g. with number(…), text(…) or date(…).",
            )  # fmt: skip
        return left, right

    def _moment(self, text: str, place: Node) -> _Typed:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise self._error(
                f"“{text}” is no date", place, hint="Write dates as 2024-05-31 or 2024-05-31 12:30."
            ) from None
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        if moment.time() == time():
            return _Typed(f"DATE '{moment.date().isoformat()}'", Kind.DATE)
        return _Typed(f"TIMESTAMP '{moment}'", Kind.DATETIME)

    def _call(self, node: Call) -> _Typed:
        function = self._function(node)
        if function.aggregates:
            self._enter_aggregate(function, node)
        arguments = [self.value(argument) for argument in node.arguments]
        if function.aggregates:
            self._inside_aggregate = False
        self._check_arguments(function, arguments, node)
        kind = function.gives or self._common_kind(function, arguments, node)
        return _Typed(function.call([typed.sql for typed in arguments]), kind)

    def _check_arguments(self, function: Function, given: list[_Typed], node: Call) -> None:
        for position, (typed, argument) in enumerate(zip(given, node.arguments, strict=True)):
            allowed = function.takes_at(position)
            if typed.kind is not Kind.MISSING and typed.kind not in allowed:
                raise self._error(
                    f"{function.name}() cannot take {typed.kind}", argument, hint=function.help
                )
            if position in function.written_out and not isinstance(argument, Literal):
                raise self._error(
                    f"{function.name}() needs this written out, not calculated", argument,
                    hint=function.help,
                )  # fmt: skip

    def _function(self, node: Call) -> Function:
        function = FUNCTIONS.get(node.function)
        if function is None:
            near = difflib.get_close_matches(node.function, FUNCTIONS, n=3)
            raise self._error(
                f"There is no function “{node.function}”", node,
                hint=_did_you_mean(near) or f"There are: {', '.join(sorted(FUNCTIONS))}.",
            )  # fmt: skip
        if not function.accepts(len(node.arguments)):
            raise self._error(
                f"{function.name}() is given {len(node.arguments)} values, which does not fit",
                node, hint=function.help,
            )  # fmt: skip
        return function

    def _enter_aggregate(self, function: Function, node: Call) -> None:
        if not self._aggregates:
            raise self._error(
                f"{function.name}() summarises many rows, but this is calculated row by row", node,
                hint="Use the converter “Group and aggregate” for it.",
            )  # fmt: skip
        if self._inside_aggregate:
            raise self._error(f"{function.name}() stands inside another summary", node)
        self._inside_aggregate = self.found_aggregate = True

    def _common_kind(self, function: Function, arguments: list[_Typed], node: Call) -> Kind:
        several = function.repeats and function.alike == (0,)
        positions = range(len(arguments)) if several else function.alike
        kinds = {arguments[position].kind for position in positions} - {Kind.MISSING}
        if kinds == {Kind.DATE, Kind.DATETIME}:
            return Kind.DATETIME
        if len(kinds) > 1:
            names = " and ".join(sorted(kinds))
            raise self._error(
                f"{function.name}() mixes {names}", node,
                hint="Make them alike, e.g. with number(…) or text(…).",
            )  # fmt: skip
        return next(iter(kinds), Kind.MISSING)

    def _expect(self, found: _Typed, wanted: Kind, node: Node, owner: str) -> None:
        if found.kind in (wanted, Kind.MISSING):
            return
        hint = ""
        if wanted in NUMBERS:
            hint = "Turn it into a number with number(…)."
        raise self._error(f"{owner} needs {wanted}, but this is {found.kind}", node, hint=hint)

    def _error(self, problem: str, node: Node, hint: str = "") -> ExpressionError:
        return ExpressionError(problem, source=self._source, position=node.position, hint=hint)


_ARITHMETIC = {
    "+": "({a} + {b})",
    "-": "({a} - {b})",
    "*": "({a} * {b})",
    "/": "(CAST({a} AS DOUBLE) / nullif({b}, 0))",
    "//": "floor(CAST({a} AS DOUBLE) / nullif({b}, 0))",
    "%": "((({a} % nullif({b}, 0)) + {b}) % nullif({b}, 0))",
    "**": "pow({a}, {b})",
}


def _literal(node: Literal) -> _Typed:
    value = node.value
    if value is None:
        return _Typed("NULL", Kind.MISSING)
    if isinstance(value, bool):
        return _Typed("true" if value else "false", Kind.BOOLEAN)
    if isinstance(value, str):
        return _Typed(literal(value), Kind.TEXT, text=value)
    # The type is said, for SQL would read 0.1 as a decimal and round sums of them.
    return _Typed(f"CAST({value!r} AS {'BIGINT' if isinstance(value, int) else 'DOUBLE'})",
                  Kind.NUMBER)  # fmt: skip


def _did_you_mean(near: list[str]) -> str:
    return f"Did you mean {' or '.join(f'“{name}”' for name in near)}?" if near else ""
