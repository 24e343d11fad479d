"""The functions of the language: what they take, what they give, and their SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from queue_core.components.expressions.kinds import (
    ANY,
    DAYS,
    MOMENTS,
    NUMBERS,
    ORDERED,
    TEXTS,
    Kind,
)

Kinds = frozenset[Kind]
TRUTHS: Kinds = frozenset({Kind.BOOLEAN})
COUNTABLE: Kinds = NUMBERS | TRUTHS


@dataclass(frozen=True)
class Function:
    """One function.

    Attributes:
        name: What users write.
        takes: The kinds that each argument may have.
        gives: The kind of the result; None: that of the arguments named in `alike`.
        sql: The SQL, with `{0}`, `{1}`, … for the arguments and `{all}` for all of them.
        help: One sentence with an example.
        defaults: SQL of the arguments left out, for the last ones.
        repeats: Whether the last argument may be given any number of times.
        alike: Positions of the arguments that must be of one kind.
        written_out: Positions of the arguments that must be numbers or texts, not calculated.
        aggregates: Whether it summarises many rows.
    """

    name: str
    takes: tuple[Kinds, ...]
    gives: Kind | None
    sql: str
    help: str
    defaults: tuple[str, ...] = ()
    repeats: bool = False
    alike: tuple[int, ...] = ()
    written_out: tuple[int, ...] = ()
    aggregates: bool = False

    @property
    def fewest(self) -> int:
        """The least number of arguments."""
        return len(self.takes) - len(self.defaults)

    def accepts(self, count: int) -> bool:
        """Return whether it may be called with this many arguments."""
        return self.fewest <= count and (self.repeats or count <= len(self.takes))

    def takes_at(self, position: int) -> Kinds:
        """Return the kinds that the argument at *position* may have."""
        return self.takes[min(position, len(self.takes) - 1)]

    def call(self, arguments: Sequence[str]) -> str:
        """Return the SQL of a call with these SQL arguments."""
        missing = len(self.takes) - len(arguments)
        filled = [*arguments, *(self.defaults[-missing:] if missing > 0 else ())]
        places = {"all": ", ".join(filled)} | {str(i): sql for i, sql in enumerate(filled)}
        # In one pass: a text among the arguments may look like a place itself.
        return re.sub(r"\{(\d|all)\}", lambda match: places[match.group(1)], self.sql)


def _number(name: str, sql: str, text: str) -> Function:
    return Function(name, (NUMBERS,), Kind.NUMBER, sql, text)


def _text(name: str, sql: str, text: str) -> Function:
    return Function(name, (TEXTS,), Kind.TEXT, sql, text)


def _part(name: str, sql: str, text: str) -> Function:
    return Function(name, (DAYS,), Kind.NUMBER, sql, text)


_NUMBERS = (
    _number("abs", "abs({0})", "abs(x): x without its sign."),
    _number("sign", "sign({0})", "sign(x): -1, 0 or 1."),
    _number("floor", "floor({0})", "floor(x): the whole number at or below x."),
    _number("ceil", "ceil({0})", "ceil(x): the whole number at or above x."),
    _number("sqrt", "CASE WHEN {0} >= 0 THEN sqrt({0}) END", "sqrt(x): the square root."),
    _number("exp", "exp({0})", "exp(x): e to the power of x."),
    _number("log", "CASE WHEN {0} > 0 THEN ln({0}) END", "log(x): the natural logarithm."),
    _number("log10", "CASE WHEN {0} > 0 THEN log10({0}) END", "log10(x): to the base 10."),
    _number("log2", "CASE WHEN {0} > 0 THEN log2({0}) END", "log2(x): to the base 2."),
    _number("sin", "CASE WHEN isfinite({0}::DOUBLE) THEN sin({0}) END", "sin(x), x in radians."),
    _number("cos", "CASE WHEN isfinite({0}::DOUBLE) THEN cos({0}) END", "cos(x), x in radians."),
    _number("tan", "CASE WHEN isfinite({0}::DOUBLE) THEN tan({0}) END", "tan(x), x in radians."),
    Function(
        "round", (NUMBERS, NUMBERS), Kind.NUMBER, "round({0}, CAST({1} AS INTEGER))",
        "round(x, 2): x with two decimals.", defaults=("0",),
    ),
    Function(
        "clip", (NUMBERS, NUMBERS, NUMBERS), Kind.NUMBER,
        "CASE WHEN {0} IS NULL THEN NULL ELSE least(greatest({0}, {1}), {2}) END",
        "clip(x, 0, 100): x, but not below 0 nor above 100.",
    ),
)  # fmt: skip
_TEXTS = (
    _text("lower", "lower({0})", "lower(t): in small letters."),
    _text("upper", "upper({0})", "upper(t): in capital letters."),
    _text("trim", "trim({0}, ' ' || chr(9) || chr(10) || chr(13))", "trim(t): no outer spaces."),
    _text("reverse", "reverse({0})", "reverse(t): from behind."),
    Function("length", (TEXTS,), Kind.NUMBER, "length({0})", "length(t): how many characters."),
    Function(
        "words", (TEXTS,), Kind.NUMBER,
        "len(list_filter(regexp_split_to_array({0}, '\\s+'), lambda part: part <> ''))",
        "words(t): how many words.",
    ),
    Function(
        "replace", (TEXTS, TEXTS, TEXTS), Kind.TEXT, "replace({0}, {1}, {2})",
        "replace(t, 'old', 'new'): every 'old' becomes 'new'.",
    ),
    Function(
        "contains", (TEXTS, TEXTS), Kind.BOOLEAN, "contains({0}, {1})",
        "contains(t, 'part'): whether t has the part.",
    ),
    Function(
        "starts_with", (TEXTS, TEXTS), Kind.BOOLEAN, "starts_with({0}, {1})",
        "starts_with(t, 'A'): whether t begins so.",
    ),
    Function(
        "ends_with", (TEXTS, TEXTS), Kind.BOOLEAN, "ends_with({0}, {1})",
        "ends_with(t, '.com'): whether t ends so.",
    ),
    Function(
        "matches", (TEXTS, TEXTS), Kind.BOOLEAN, "regexp_matches({0}, {1})",
        "matches(t, '^[A-Z]'): whether a regular expression is found in t.",
        written_out=(1,),
    ),
    Function(
        "extract", (TEXTS, TEXTS, NUMBERS), Kind.TEXT,
        "CASE WHEN regexp_matches({0}, {1}) "
        "THEN regexp_extract({0}, {1}, CAST({2} AS INTEGER)) END",
        "extract(t, '([0-9]+) km', 1): what a regular expression finds; missing if nothing.",
        defaults=("0",), written_out=(1, 2),
    ),
    Function(
        "substring", (TEXTS, NUMBERS, NUMBERS), Kind.TEXT,
        "substring({0}, CAST({1} AS INTEGER), CAST({2} AS INTEGER))",
        "substring(t, 1, 3): three characters from the first on.", defaults=("2147483647",),
    ),
    Function(
        "part", (TEXTS, TEXTS, NUMBERS), Kind.TEXT,
        "nullif(split_part({0}, {1}, CAST({2} AS INTEGER)), '')",
        "part(t, '-', 2): the second part between the separators.",
    ),
    Function(
        "concat", (ANY,), Kind.TEXT, "concat({all})", "concat(a, ' ', b): one after the other.",
        repeats=True,
    ),
)  # fmt: skip
_CONVERSIONS = (
    Function("text", (ANY,), Kind.TEXT, "CAST({0} AS VARCHAR)", "text(x): x as text."),
    Function(
        "number", (ANY - DAYS - MOMENTS - {Kind.DURATION},), Kind.NUMBER,
        "TRY_CAST({0} AS DOUBLE)", "number(t): t as a number; missing if it is none.",
    ),
    Function(
        "integer", (ANY - DAYS - MOMENTS - {Kind.DURATION},), Kind.NUMBER,
        "TRY_CAST(trunc(TRY_CAST({0} AS DOUBLE)) AS BIGINT)", "integer(x): without decimals.",
    ),
    Function(
        "date", (TEXTS | DAYS,), Kind.DATE, "TRY_CAST({0} AS DATE)",
        "date('2024-05-01'): a date; missing if it is none.",
    ),
    Function(
        "datetime", (TEXTS | DAYS,), Kind.DATETIME, "TRY_CAST({0} AS TIMESTAMP)",
        "datetime('2024-05-01 12:30'): a date and time.",
    ),
    Function(
        "parse_date", (TEXTS, TEXTS), Kind.DATETIME, "try_strptime({0}, {1})",
        "parse_date(t, '%d/%m/%Y'): a date and time written in this way.",
    ),
    Function(
        "format_date", (DAYS, TEXTS), Kind.TEXT, "strftime({0}, {1})",
        "format_date(d, '%B %Y'): a date written in this way.",
    ),
)  # fmt: skip
_DATES = (
    _part("year", "year({0})", "year(d)."),
    _part("quarter", "quarter({0})", "quarter(d): 1 to 4."),
    _part("month", "month({0})", "month(d): 1 to 12."),
    _part("week", "week({0})", "week(d): week of the year after ISO 8601."),
    _part("day", "day({0})", "day(d): day of the month."),
    _part("weekday", "isodow({0})", "weekday(d): 1 is Monday, 7 is Sunday."),
    _part("day_of_year", "dayofyear({0})", "day_of_year(d): 1 to 366."),
    Function("hour", (MOMENTS,), Kind.NUMBER, "hour({0})", "hour(d): 0 to 23."),
    Function("minute", (MOMENTS,), Kind.NUMBER, "minute({0})", "minute(d): 0 to 59."),
    Function("second", (MOMENTS,), Kind.NUMBER, "second({0})", "second(d): 0 to 59."),
    Function(
        "days_between", (DAYS, DAYS), Kind.NUMBER,
        "(epoch({1}::TIMESTAMP) - epoch({0}::TIMESTAMP)) / 86400.0",
        "days_between(start, end): days from start to end, with fractions.",
    ),
    Function(
        "seconds_between", (DAYS, DAYS), Kind.NUMBER,
        "epoch({1}::TIMESTAMP) - epoch({0}::TIMESTAMP)",
        "seconds_between(start, end): seconds from start to end.",
    ),
    Function(
        "add_days", (DAYS, NUMBERS), Kind.DATETIME,
        "({0}::TIMESTAMP + to_microseconds(CAST(round({1} * 86400000000) AS BIGINT)))",
        "add_days(d, 7): a week later.",
    ),
)  # fmt: skip
_CHOICES = (
    Function(
        "if", (TRUTHS, ANY, ANY), None, "CASE WHEN {0} THEN {1} ELSE {2} END",
        "if(age >= 18, 'adult', 'child').", alike=(1, 2),
    ),
    Function(
        "coalesce", (ANY,), None, "coalesce({all})",
        "coalesce(a, b, 0): the first that is not missing.", repeats=True, alike=(0,),
    ),
    Function(
        "least", (ORDERED,), None, "least({all})", "least(a, b): the smaller one.",
        repeats=True, alike=(0,),
    ),
    Function(
        "greatest", (ORDERED,), None, "greatest({all})", "greatest(a, b): the larger one.",
        repeats=True, alike=(0,),
    ),
)  # fmt: skip
_AGGREGATES = (
    Function("count", (ANY,), Kind.NUMBER, "count({0})", "count(x): values that are there; "
             "count(): rows.", defaults=("*",), aggregates=True),
    Function("distinct", (ANY,), Kind.NUMBER, "count(DISTINCT {0})",
             "distinct(x): how many different values.", aggregates=True),
    Function("sum", (COUNTABLE,), Kind.NUMBER, "sum(CAST({0} AS DOUBLE))", "sum(x).",
             aggregates=True),
    Function("mean", (COUNTABLE,), Kind.NUMBER, "avg(CAST({0} AS DOUBLE))",
             "mean(x); of a condition, its share.", aggregates=True),
    Function("median", (NUMBERS,), Kind.NUMBER, "median({0})", "median(x).", aggregates=True),
    Function("std", (NUMBERS,), Kind.NUMBER, "stddev_samp(CAST({0} AS DOUBLE))",
             "std(x): the standard deviation of a sample.", aggregates=True),
    Function("variance", (NUMBERS,), Kind.NUMBER, "var_samp(CAST({0} AS DOUBLE))",
             "variance(x): the variance of a sample.", aggregates=True),
    Function("quantile", (NUMBERS, NUMBERS), Kind.NUMBER, "quantile_cont({0}, {1})",
             "quantile(x, 0.9).", written_out=(1,), aggregates=True),
    Function("min", (ORDERED,), None, "min({0})", "min(x): the smallest.", alike=(0,),
             aggregates=True),
    Function("max", (ORDERED,), None, "max({0})", "max(x): the largest.", alike=(0,),
             aggregates=True),
    Function("first", (ANY,), None, "first({0})", "first(x): the one of the first row.",
             alike=(0,), aggregates=True),
    Function("last", (ANY,), None, "last({0})", "last(x): the one of the last row.", alike=(0,),
             aggregates=True),
    Function("mode", (ORDERED,), None, "mode({0} ORDER BY {0})", "mode(x): the most frequent.",
             alike=(0,), aggregates=True),
    Function("join", (TEXTS, TEXTS), Kind.TEXT, "string_agg({0}, {1})",
             "join(t, ', '): all texts, one after the other.", written_out=(1,),
             aggregates=True),
)  # fmt: skip

FUNCTIONS = {
    function.name: function
    for function in (*_NUMBERS, *_TEXTS, *_CONVERSIONS, *_DATES, *_CHOICES, *_AGGREGATES)
}
