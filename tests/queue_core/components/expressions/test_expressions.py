# ruff: noqa: DTZ001 - dates of tables have no time zone
from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_core.components.column_types import ColumnType
from queue_core.components.expressions import (
    Kind,
    compile_condition,
    compile_expression,
    parse,
)
from queue_core.components.expressions.errors import ExpressionError
from queue_core.components.expressions.functions import FUNCTIONS
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
)
from queue_core.components.sql_engine import connect

COLUMNS = {
    "a": ColumnType.INTEGER,
    "x": ColumnType.FLOAT,
    "name": ColumnType.TEXT,
    "ok": ColumnType.BOOLEAN,
    "day": ColumnType.DATE,
    "at": ColumnType.DATETIME,
    "Größe (m)": ColumnType.FLOAT,
    "blob": ColumnType.OTHER,
}
ROWS = """(SELECT * FROM (VALUES
  (1::BIGINT, 0.5::DOUBLE, 'Ann Lee'::VARCHAR, true, DATE '2024-05-31',
   TIMESTAMP '2024-05-31 12:30:15', 1.8::DOUBLE, 'x'::BLOB),
  (-7, -2.0, '  böse 2 km ', false, DATE '2023-01-01', TIMESTAMP '2023-01-01 00:00:00', 1.5, 'y'),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
) AS t("a", "x", "name", "ok", "day", "at", "Größe (m)", "blob"))"""


@pytest.fixture(scope="module")
def engine() -> Any:
    connection = connect(memory_mb=100, threads=1)
    yield connection
    connection.close()


def values(engine: Any, source: str) -> list[Any]:
    compiled = compile_expression(source, COLUMNS)
    return [row[0] for row in engine.execute(f"SELECT {compiled.sql} FROM {ROWS}").fetchall()]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a + 2 * 3", [7, -1, None]),
        ("(a + 2) * 3", [9, -15, None]),
        ("-a ** 2", [-1, -49, None]),
        ("2 ** 3 ** 2", [512, 512, 512]),
        ("a / 2", [0.5, -3.5, None]),
        ("a // 2", [0, -4, None]),
        ("a % 4", [1, 1, None]),
        ("a / 0", [None, None, None]),
        ("a % 0", [None, None, None]),
        ("10.0 ** 400 * a", [None, None, None]),
        ("0.1 + 0.2", [0.1 + 0.2] * 3),
        ("sqrt(a)", [1, None, None]),
        ("log(x)", [math.log(0.5), None, None]),
        ("round(x * 1.26, 1)", [0.6, -2.5, None]),
        ("clip(a, -1, 0)", [0, -1, None]),
        ("`Größe (m)` * 100", [180, 150, None]),
        ("A + 1", [2, -6, None]),
        ("0 < a <= 1", [True, False, None]),
        ("a = 1 or x < 0", [True, True, None]),
        ("not ok and true", [False, True, None]),
        ("a in [1, 2]", [True, False, None]),
        ("name not in ('Ann Lee')", [False, True, None]),
        ("a in []", [False, False, False]),
        ("a is missing", [False, False, True]),
        ("a is not missing", [True, True, False]),
        ("if(a > 0, 'yes', 'no')", ["yes", "no", "no"]),
        ("if(ok, a, missing)", [1, None, None]),
        ("coalesce(a, 0)", [1, -7, 0]),
        ("greatest(a, 0)", [1, 0, 0]),
        ("upper(trim(name))", ["ANN LEE", "BÖSE 2 KM", None]),
        ("name + '!'", ["Ann Lee!", "  böse 2 km !", None]),
        ("length(name)", [7, 12, None]),
        ("words(name)", [2, 3, None]),
        ("contains(name, 'Lee')", [True, False, None]),
        ("matches(name, '[0-9]')", [False, True, None]),
        (r"extract(name, '(\d+) km', 1)", [None, "2", None]),
        ("number(extract(name, '[0-9]'))", [None, 2, None]),
        ("substring(name, 1, 3)", ["Ann", "  b", None]),
        ("substring(name, 5)", ["Lee", "se 2 km ", None]),
        ("part(name, ' ', 2)", ["Lee", None, None]),
        ("replace(name, '{1}', '{0}')", ["Ann Lee", "  böse 2 km ", None]),
        ("concat('{1}', a, '-', name)", ["{1}1-Ann Lee", "{1}-7-  böse 2 km ", "{1}-"]),
        ("'it\\'s'", ["it's"] * 3),
        ("integer('7.9')", [7] * 3),
        ("number(name)", [None, None, None]),
        ("number(ok)", [1, 0, None]),
        ("text(a)", ["1", "-7", None]),
        ("year(day) * 100 + month(day)", [202405, 202301, None]),
        ("weekday(day)", [5, 7, None]),
        ("hour(at)", [12, 0, None]),
        ("day >= '2024-01-01'", [True, False, None]),
        ("at > '2024-05-31 12:00'", [True, False, None]),
        ("at - day", [45015 / 86400, 0.0, None]),
        ("day - date('2023-01-01')", [516.0, 0.0, None]),
        ("day + 1", [dt.datetime(2024, 6, 1), dt.datetime(2023, 1, 2), None]),
        ("date('31.12.2020')", [None] * 3),
        ("parse_date('31.12.2020', '%d.%m.%Y')", [dt.datetime(2020, 12, 31)] * 3),
        ("format_date(day, '%d/%m/%Y')", ["31/05/2024", "01/01/2023", None]),
        ("blob is missing", [False, False, True]),
    ],
)
def test_values(engine: Any, source: str, expected: list[Any]) -> None:
    found = values(engine, source)
    assert found == pytest.approx(expected) if _is_numeric(expected) else found == expected


def _is_numeric(expected: list[Any]) -> bool:
    return all(isinstance(item, float) for item in expected)


@pytest.mark.parametrize(
    ("source", "position", "words"),
    [
        ("", 0, "empty"),
        ("a +", 3, "ends too early"),
        ("a + prise", 4, "no column “prise”"),
        ("nmae + 'x'", 0, "no column “nmae”"),
        ("sqr(a)", 0, "no function “sqr”"),
        ("a + name", 4, "“[+]” needs a number, but this is text"),
        ("a and ok", 0, "“and” needs true or false"),
        ("sqrt(name)", 5, "cannot take text"),
        ("year(a)", 5, "cannot take a number"),
        ("a > 'x'", 4, "cannot be compared"),
        ("day > 'soon'", 6, "no date"),
        ("if(ok, 1, 'x')", 0, "mixes a number and text"),
        ("round(a, 1, 2)", 0, "3 values"),
        ("matches(name, name)", 14, "written out"),
        ("mean(a)", 0, "summarises many rows"),
        ("a b", 2, "“b” is not expected"),
        ("a & ok", 2, "write “and” or “or”"),
        ("'open", 0, "not closed"),
        ("`open", 0, "not closed"),
        ("a ; drop", 2, "means nothing"),
        ("(a + 1", 6, "“[)]” is expected"),
        ("a is 1", 5, "“missing” is expected"),
        ("a in 1", 5, "needs a list"),
        ("1e999", 0, "too large"),
        ("9" * 5000, 0, "too large"),
        ("a" * 10_001, 10_000, "longer than 10000"),
        ("-" * 5000 + "a", 61, "nested too deeply"),
        ("not " * 2000 + "ok", 244, "nested too deeply"),
        ("coalesce(" * 70 + "a" + ")" * 70, 549, "nested too deeply"),
        ("a\0", 1, "means nothing"),
        ("'a\0'", 1, "zero character"),
        ("'a\ud800'", 1, "half a character"),
        ("`a\0`", 0, "no column"),
        ("\uff41", 0, "no column"),  # a wide a is no a
        ("a\u202e", 1, "means nothing"),
        ("__import__('os')", 0, "no function “__import__”"),
        ("a.__class__", 1, "means nothing"),
        ("__class__", 0, "no column “__class__”"),
        ("a[0]", 1, "not expected"),
        ("(a := 1)", 3, "means nothing"),
        ("lambda: a", 6, "means nothing"),
        ("[x for x in a]", 0, "not expected"),
        ("f'{a}'", 1, "not expected"),
        ("a if ok else x", 2, "“if” is not expected"),
        ("{}", 0, "means nothing"),
        ("1_000", 1, "not expected"),
        ("0x1F", 1, "not expected"),
        ("a in [1, 2", 10, "“,” is expected here, not “the end”"),
        ("(" * 100 + "a" + ")" * 100, 61, "nested too deeply"),
        ("a" + "+1" * 300, 0, "too long a chain"),
    ],
)
def test_mistakes_say_where_they_are(source: str, position: int, words: str) -> None:
    with pytest.raises(ExpressionError, match=words) as caught:
        compile_expression(source, COLUMNS)
    assert caught.value.position == position
    assert caught.value.hint


@pytest.mark.parametrize("name", ["class", "from", "lambda", "is_", "None", "µ", "ﬁeld", "İ"])
def test_any_word_but_the_languages_own_can_name_a_column(engine: Any, name: str) -> None:
    compiled = compile_expression(f"{name} + 1", {name: ColumnType.INTEGER})
    found = engine.execute(f'SELECT {compiled.sql} FROM (SELECT 4 AS "{name}")').fetchall()
    assert found == [(5,)]


def test_a_tower_of_powers_has_no_value(engine: Any) -> None:
    assert values(engine, "9 ** 9 ** 9 ** 9") == [None] * 3


def test_near_names_are_suggested() -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression("nmae", COLUMNS)
    assert caught.value.hint == "Did you mean “name”?"


def test_a_condition_must_be_true_or_false() -> None:
    assert compile_condition("a > 1", COLUMNS).kind is Kind.BOOLEAN
    with pytest.raises(ExpressionError, match="a condition is true or false"):
        compile_condition("a + 1", COLUMNS)


def test_summaries_of_groups(engine: Any) -> None:
    compiled = compile_expression("sum(a) / count(a) + mean(ok)", COLUMNS, aggregates=True)
    assert compiled.columns == ("a", "ok")
    found = engine.execute(f"SELECT {compiled.sql} FROM {ROWS}").fetchall()
    assert found == [(-3 + 0.5,)]
    with pytest.raises(ExpressionError, match="many values in a group"):
        compile_expression("a + count()", COLUMNS, aggregates=True)
    with pytest.raises(ExpressionError, match="inside another summary"):
        compile_expression("sum(mean(a))", COLUMNS, aggregates=True)
    with pytest.raises(ExpressionError, match="does not summarise"):
        compile_expression("1 + 1", COLUMNS, aggregates=True)


SAMPLES = {
    Kind.NUMBER: "x", Kind.TEXT: "name", Kind.BOOLEAN: "ok", Kind.DATE: "day",
    Kind.DATETIME: "at", Kind.TIME: "at",
}  # fmt: skip
LITERAL_ARGUMENTS = {
    "extract": "name, '[a-z]', 0", "parse_date": "name, '%Y'", "format_date": "day, '%Y'",
    "quantile": "x, 0.5", "join": "name, ', '", "matches": "name, '[a-z]'",
    "substring": "name, 1, 2", "part": "name, ' ', 1", "round": "x, 1",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_runs(engine: Any, name: str) -> None:
    function = FUNCTIONS[name]
    arguments = LITERAL_ARGUMENTS.get(name) or ", ".join(
        next(SAMPLES[kind] for kind in SAMPLES if kind in kinds) for kinds in function.takes
    )
    compiled = compile_expression(f"{name}({arguments})", COLUMNS, aggregates=function.aggregates)
    rows = engine.execute(f"SELECT {compiled.sql} FROM {ROWS}").fetchall()
    assert len(rows) == (1 if function.aggregates else 3)


@given(st.text(max_size=60) | st.text("ax()+-*/'\"`[], <>=.09notrue", max_size=40))
@settings(max_examples=300)
def test_any_text_is_an_expression_or_a_mistake_with_a_place(source: str) -> None:
    mistake: ExpressionError | None = None
    try:
        compile_expression(source, COLUMNS)
    except ExpressionError as error:
        mistake = error
    assert mistake is None or 0 <= mistake.position <= len(source)


@given(st.text(max_size=40))
@settings(max_examples=100)
def test_no_text_escapes_its_quotes(engine: Any, text: str) -> None:
    if "\x00" in text:
        return
    written = text.replace("\\", "\\\\").replace("'", "\\'")
    compiled = compile_expression(f"'{written}'", COLUMNS)
    assert engine.execute(f"SELECT {compiled.sql}").fetchall() == [(text,)]


@given(st.text(min_size=1, max_size=30).filter(lambda t: "\x00" not in t))
@settings(max_examples=100)
def test_no_column_name_escapes_its_quotes(engine: Any, name: str) -> None:
    written = name.replace("`", "``")
    compiled = compile_expression(f"`{written}` + 1", {name: ColumnType.INTEGER})
    quoted = '"' + name.replace('"', '""') + '"'
    assert engine.execute(f"SELECT {compiled.sql} FROM (SELECT 4 AS {quoted})").fetchall() == [(5,)]


def numbers() -> st.SearchStrategy[Node]:
    leaves = st.one_of(
        st.integers(0, 50).map(lambda v: Literal(v, 0)),
        st.floats(0, 50).map(lambda v: Literal(round(v, 3), 0)),
        st.sampled_from(["a", "x"]).map(lambda n: Column(n, 0)),
    )

    def grow(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        return st.one_of(
            st.builds(lambda o, a, b: Binary(o, a, b, 0), st.sampled_from("+-*"), inner, inner),
            st.builds(lambda v: Unary("-", v, 0), inner),
            st.builds(lambda v: Call("abs", (v,), 0), inner),
            st.builds(lambda a, b, y, n: Call("if", (Comparison((a, b), ("<",), 0), y, n), 0),
                      inner, inner, inner, inner),
        )  # fmt: skip

    return st.recursive(leaves, grow, max_leaves=12)


def written(node: Node) -> str:
    match node:
        case Literal(value):
            return repr(value)
        case Column(name):
            return name
        case Unary(operator, operand):
            return f"({operator} {written(operand)})"
        case Binary(operator, left, right):
            return f"({written(left)} {operator} {written(right)})"
        case Comparison(operands, operators):
            return f"({written(operands[0])} {operators[0]} {written(operands[1])})"
        case Call(function, arguments):
            return f"{function}({', '.join(written(a) for a in arguments)})"
        case Membership() | MissingTest():
            raise AssertionError(node)


def calculated(node: Node, row: dict[str, float]) -> float:
    match node:
        case Literal(value):
            return value  # type: ignore[return-value]
        case Column(name):
            return row[name]
        case Unary(_, operand):
            return -calculated(operand, row)
        case Binary(operator, left, right):
            a, b = calculated(left, row), calculated(right, row)
            return {"+": a + b, "-": a - b, "*": a * b}[operator]
        case Call("abs", (value,)):
            return abs(calculated(value, row))
        case Call("if", (Comparison((left, right)), yes, no)):
            smaller = calculated(left, row) < calculated(right, row)
            return calculated(yes if smaller else no, row)
    raise AssertionError(node)


@given(numbers())
@settings(max_examples=150, deadline=None)
def test_a_tree_written_down_is_read_again_and_calculates_as_python_does(
    engine: Any, tree: Node
) -> None:
    source = written(tree)
    assert written(parse(source)) == source
    found = values(engine, source)
    for value, row in zip(found, ({"a": 1, "x": 0.5}, {"a": -7, "x": -2.0}), strict=False):
        assert value == pytest.approx(calculated(tree, row), rel=1e-9, abs=1e-9)
