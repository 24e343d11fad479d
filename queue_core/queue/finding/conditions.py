"""Filters and queries as SQL, for the index and for the queue's own table alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from queue_core.queue.finding.language import Term, parse
from queue_core.queue.finding.query_keys import PARAMETER, KeyKind
from queue_core.queue.finding.vocabulary import TOKEN, folded
from queue_core.queue.store.clock import to_text
from queue_core.queue.values import JobFilter

_WORD_COLUMNS: Final = ("name", "params", "error")
# Where words are looked for without the index.
_TEXTS: Final = {
    "name": ("job_name", "task_type"),
    "params": ("params",),
    "error": ("error_msg",),
    "": ("job_name", "task_type", "params", "error_msg", "progress_message", "id"),
}
# Where the types of jobs keep the parameters of what they use.
_GROUPS: Final = ("params", "model_params", "options", "split", "search", "preprocessing")
_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


# The words of the index that hold a part behind their beginning; None where they are too many.
WordsHolding = Callable[[str], Sequence[str] | None]


@dataclass
class Condition:
    """What jobs must meet.

    Attributes:
        parts: Conditions in SQL, all of which must hold.
        parameters: Their values.
        match: What the index of words must hold; empty: anything.
        is_simple: Whether only statuses and types are asked for.
    """

    parts: list[str] = field(default_factory=list)
    parameters: list[object] = field(default_factory=list)
    match: str = ""
    is_simple: bool = True

    def add(self, sql: str, *parameters: object) -> None:
        """Ask for more."""
        self.parts.append(sql)
        self.parameters.extend(parameters)

    @property
    def sql(self) -> str:
        """The conditions without that of the words."""
        return " AND ".join(self.parts)


def condition_of(
    where: JobFilter, *, words_holding: WordsHolding | None, task_types: Iterable[str]
) -> Condition:
    """Return what *where* asks for.

    Args:
        where: The filter.
        words_holding: Returns the words of the index that hold a part, None where they are too
            many; None: there is no index to be asked.
        task_types: The types that there are.

    Raises:
        QueryError: The query cannot be understood.
    """
    found = Condition()
    if where.statuses:
        found.add(_among("status", len(where.statuses)), *sorted(where.statuses))
    if where.task_types:
        found.add(_among("task_type", len(where.task_types)), *sorted(where.task_types))
    matches: list[str] = []
    terms = [*parse(where.query), *map(_word, where.search.split())]
    for term in terms:
        _add_term(found, term, matches, words_holding, tuple(task_types))
    found.match = " AND ".join(matches)
    found.is_simple = found.is_simple and not matches
    return found


def _word(text: str) -> Term:
    return Term(None, "", text, False, False, 0, 0)


def _among(column: str, count: int) -> str:
    return f"{column} IN ({','.join('?' * count)})"


def _add_term(
    found: Condition, term: Term, matches: list[str], words_holding: WordsHolding | None,
    task_types: tuple[str, ...],
) -> None:  # fmt: skip
    is_indexed = words_holding is not None
    kind = KeyKind.WORDS if term.key is None else term.key.kind
    if kind is KeyKind.CHOICE:
        _add_choice(found, term, task_types)
        return
    found.is_simple = False
    if kind is KeyKind.WORDS:
        _add_words(found, term, matches, words_holding)
        return
    sql, parameters = _compared(term, is_indexed=is_indexed)
    found.add(f"NOT coalesce({sql}, FALSE)" if term.is_negated else sql, *parameters)
    if is_indexed and not term.is_negated and term.key and term.key.name.startswith(PARAMETER):
        matches.append(_words_of_parameter(term))


def _add_choice(found: Condition, term: Term, task_types: tuple[str, ...]) -> None:
    assert term.key is not None
    chosen: list[str] = list(term.choices)
    if term.key.name == "type":
        # The beginning is enough, so that there is something to see while one types.
        wanted = tuple(part.lower().replace("-", "") for part in chosen)
        chosen = [name for name in task_types if name.lower().startswith(wanted)]
    sql = _among(term.key.column, len(chosen)) if chosen else "FALSE"
    found.add(f"NOT {sql}" if term.is_negated else sql, *chosen)


def _add_words(
    found: Condition, term: Term, matches: list[str], words_holding: WordsHolding | None
) -> None:
    column = "" if term.key is None else term.key.column
    if words_holding is None:
        _add_direct_words(found, term, column)
        return
    words = TOKEN.findall(term.value)
    if not words:  # signs only: nothing that words could hold
        return
    if column == "log":
        not_in = "NOT IN" if term.is_negated else "IN"
        sql = f"job {not_in} (SELECT rowid FROM log_words WHERE log_words MATCH ?)"
        found.add(sql, _phrase(words, term))
        return
    others = [] if term.is_quoted else words_holding(words[0])
    if others is None:
        _add_words_one_by_one(found, term, column)
        return
    asked = " OR ".join(_phrase([word, *words[1:]], term) for word in _beginnings(words, others))
    asked = f"{{{column or ' '.join(_WORD_COLUMNS)}}} : ({asked})"
    if term.is_negated:
        found.add("job NOT IN (SELECT rowid FROM words WHERE words MATCH ?)", asked)
    else:
        matches.append(asked)


def _beginnings(words: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return what the first of *words* may be a part of: its end, where more words follow."""
    first = folded(words[0])
    return [words[0], *(word for word in others if len(words) == 1 or word.endswith(first))]


def _phrase(words: Sequence[str], term: Term) -> str:
    """Return the words as FTS5 asks for them: in this order, the last one may go on."""
    return f'"{" ".join(words)}"' + ("" if term.is_quoted else " *")


def _add_words_one_by_one(found: Condition, term: Term, column: str) -> None:
    """Look through the words of the jobs: most jobs have what so many words hold."""
    columns = [column] if column else list(_WORD_COLUMNS)
    value = re.sub(r"([\\%_])", r"\\\1", term.value)
    test = " OR ".join(f"w.{name} LIKE ? ESCAPE '\\'" for name in columns)
    exists = "NOT EXISTS" if term.is_negated else "EXISTS"
    sql = f"{exists} (SELECT 1 FROM words w WHERE w.rowid = job.job AND ({test}))"
    found.add(sql, *[f"%{value}%"] * len(columns))


def _add_direct_words(found: Condition, term: Term, column: str) -> None:
    if column == "log":  # logs are in the index only: whoever asks says that it is not ready
        found.add("FALSE")
        return
    value = re.sub(r"([\\%_])", r"\\\1", term.value)
    columns = _TEXTS[column]
    sql = "(" + " OR ".join(f"{name} LIKE ? ESCAPE '\\'" for name in columns) + ")"
    sql = f"NOT coalesce({sql}, FALSE)" if term.is_negated else sql
    found.add(sql, *[f"%{value}%"] * len(columns))


def _compared(term: Term, *, is_indexed: bool) -> tuple[str, list[object]]:
    """Return the comparison of a column with the value of a term."""
    key = term.key
    assert key is not None
    if key.name.startswith(PARAMETER):
        return _parameter(term, key.name[len(PARAMETER) :], is_indexed=is_indexed)
    if key.kind is KeyKind.MOMENT:
        return _moment(term, key.column)
    if key.kind is KeyKind.QUANTITY:
        return f"{key.column} {term.operator or '='} ?", [term.number]
    if key.name == "id":
        return "(id >= ? AND id < ?)", [term.value.lower(), f"{term.value.lower()}~"]
    if key.name == "worker":
        return _worker(key.column, term.value)
    if key.name == "failure":
        return f"{key.column} = ?", [term.value.lower()]
    return _like(key.column, term.value)


def _worker(column: str, value: str) -> tuple[str, list[object]]:
    """Look for a worker by its number or process, or by a part of its computer, place or node."""
    if value.isdecimal():
        return f"({column} IS NOT NULL AND {column} || '/' GLOB ?)", [f"*[:/]{value}/*"]
    return _like(column, f"*{value}*")


def _like(column: str, value: str) -> tuple[str, list[object]]:
    escaped = re.sub(r"([\\%_])", r"\\\1", value).replace("*", "%")
    return f"{column} LIKE ? ESCAPE '\\'", [escaped]


def _moment(term: Term, column: str) -> tuple[str, list[object]]:
    if term.number is not None:  # an age: what is younger was put later
        moment = datetime.now(UTC) - timedelta(seconds=min(term.number, 6e10))
        return f"{column} {_FLIPPED.get(term.operator, '>=')} ?", [to_text(moment)]
    assert term.span is not None
    first, after = map(to_text, term.span)
    if term.operator in ("", "="):
        return f"({column} >= ? AND {column} < ?)", [first, after]
    bound = after if term.operator in (">", "<=") else first
    return f"{column} {'>=' if '>' in term.operator else '<'} ?", [bound]


def _words_of_parameter(term: Term) -> str:
    """Return what the words of a job hold that has this parameter, as far as words can tell.

    A whole number stands right behind its name.
    """
    assert term.key is not None
    words = TOKEN.findall(term.key.name[len(PARAMETER) :].rpartition(".")[2])
    if term.operator in ("", "=") and term.value.isdecimal():
        words.append(term.value)
    return f'{{params}} : ("{" ".join(words)}")'


def _parameter(term: Term, name: str, *, is_indexed: bool) -> tuple[str, list[object]]:
    """Compare a parameter, at the top or in one of the groups that jobs keep parameters in."""
    params = "t.params" if is_indexed else "job.params"
    path = ".".join(f'"{part}"' for part in name.split(".") if part)
    paths = [f"$.{path}", *(f"$.{group}.{path}" for group in _GROUPS)]
    value = f"coalesce({', '.join(f'json_extract({params}, ?)' for _ in paths)})"
    test, values = _value_test(term)
    tested = f"SELECT {test} FROM (SELECT {value} AS v) AS given"
    found = f"CASE WHEN json_valid({params}) THEN ({tested}) END"
    parameters: list[object] = [*values, *paths]
    if is_indexed:
        return f"(SELECT {found} FROM queue.task_copy t WHERE t.rowid = job.job)", parameters
    return found, parameters


def _value_test(term: Term) -> tuple[str, list[object]]:
    try:
        number: float | None = float(term.value)
    except ValueError:
        number = None
    if term.operator in ("<", "<=", ">", ">=") and number is not None:
        return f"(typeof(v) IN ('integer', 'real') AND v {term.operator} ?)", [number]
    test, values = _like("v", term.value)
    if number is not None:
        return f"({test} OR v = ?)", [*values, number]
    if term.value.lower() in ("true", "false"):  # SQLite's JSON makes numbers of them
        return f"({test} OR v = ?)", [*values, int(term.value.lower() == "true")]
    return test, values
