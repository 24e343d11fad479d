"""The language of queries: `status:failed type:model -iris took:>5m log:"no space"`.

Terms stand beside each other, and a job must meet all of them; `-` before a term means that it must
not. A term is a key with a value, or words that its name, type, parameters or error must hold.
Where a value is one of several, they are parted by commas. Nothing here knows of SQL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from queue_core.errors import MonitorError
from queue_core.queue.finding import quantities
from queue_core.queue.finding.query_keys import (
    KEYS,
    PARAMETER,
    STATUS_WORDS,
    Key,
    KeyKind,
    parameter_key,
)

_KEY: Final = re.compile(r"([^\W\d_][\w-]*(?:\.[\w.-]+)?):")
_OPERATORS: Final = (">=", "<=", ">", "<", "=")
# More is no query that a person has written.
LONGEST: Final = 2_000


class Mistake(StrEnum):
    """What can be wrong with a query."""

    UNKNOWN_KEY = "unknown_key"
    NO_VALUE = "no_value"
    WRONG_VALUE = "wrong_value"
    TOO_LONG = "too_long"


_SENTENCES: Final = {
    Mistake.UNKNOWN_KEY: "There is no key “{word}” (character {position}).",
    Mistake.NO_VALUE: "“{word}” lacks its value (character {position}).",
    Mistake.WRONG_VALUE: "“{word}” is no value of “{key}” (character {position}).",
    Mistake.TOO_LONG: "The query is longer than {key} characters.",
}
_HINTS: Final = {
    Mistake.UNKNOWN_KEY: "Write “{example}:”, or put the words in quotes to look for them.",
    Mistake.NO_VALUE: "Write for example “{example}”.",
    Mistake.WRONG_VALUE: "Write for example “{example}”.",
    Mistake.TOO_LONG: "Leave some of it out.",
}


class QueryError(MonitorError):
    """A query cannot be understood.

    Attributes:
        mistake: What is wrong.
        position: Where, in characters from 0.
        values: What the sentence names.
    """

    def __init__(self, mistake: Mistake, position: int, **values: str) -> None:
        self.mistake = mistake
        self.position = position
        self.values = {
            "word": "",
            "key": "",
            "example": "",
            "position": str(position + 1),
            **values,
        }
        super().__init__(
            _SENTENCES[mistake].format(**self.values), hint=_HINTS[mistake].format(**self.values)
        )


@dataclass(frozen=True)
class Term:
    """One part of a query.

    Attributes:
        key: What is looked at; None for words.
        operator: How it is compared: empty, `=`, `<`, `<=`, `>`, `>=`.
        value: What was written, without quotes.
        is_negated: Whether it must not be so.
        is_quoted: Whether the words must stand just so.
        start: Where it begins in the text.
        end: Where it ends.
        number: The value, where it is a quantity: seconds, bytes, a count.
        span: The value, where it is a day: its beginning and its end.
    """

    key: Key | None
    operator: str
    value: str
    is_negated: bool
    is_quoted: bool
    start: int
    end: int
    number: float | None = None
    span: tuple[datetime, datetime] | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that are meant, where several may be."""
        return tuple(part for part in self.value.split(",") if part)


def parse(text: str) -> tuple[Term, ...]:
    """Return the terms of a query.

    Raises:
        QueryError: It cannot be understood; says where, and what to write instead.
    """
    if len(text) > LONGEST:
        raise QueryError(Mistake.TOO_LONG, LONGEST, key=str(LONGEST))
    terms: list[Term] = []
    place = 0
    while (place := _skip_space(text, place)) < len(text):
        term = _read_term(text, place)
        terms.append(term)
        place = term.end
    return tuple(term for term in terms if term.value.strip())


def without(text: str, term: Term) -> str:
    """Return a query without one of its terms."""
    return " ".join(f"{text[: term.start]} {text[term.end :]}".split())


def quoted(value: str) -> str:
    """Return a value as it is written in a query."""
    return f'"{value}"' if re.search(r'[\s:"-]', value) or not value else value


def _skip_space(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _read_term(text: str, start: int) -> Term:
    place = start
    negated = text[place] == "-" and place + 1 < len(text) and not text[place + 1].isspace()
    place += negated
    found = _KEY.match(text, place)
    if found is None:
        value, is_quoted, end = _read_value(text, place)
        return Term(None, "", value, negated, is_quoted, start, end)
    key = _key(found[1], place)
    place = found.end()
    operator = next((sign for sign in _OPERATORS if text.startswith(sign, place)), "")
    value, is_quoted, end = _read_value(text, place + len(operator))
    if not value:
        example = f"{key.name}:{key.example}"
        raise QueryError(Mistake.NO_VALUE, start, word=f"{found[1]}:", example=example)
    term = Term(key, operator, value, negated, is_quoted, start, end)
    return _with_meaning(term, key)


def _read_value(text: str, place: int) -> tuple[str, bool, int]:
    """Read up to the next space, or the closing quote; without one up to the end."""
    if place < len(text) and text[place] == '"':
        end = text.find('"', place + 1)
        end = len(text) if end < 0 else end
        return text[place + 1 : end], True, min(end + 1, len(text))
    end = place
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[place:end], False, end


def _key(name: str, position: int) -> Key:
    lower = name.lower()
    if lower.startswith(PARAMETER) and len(name) > len(PARAMETER):
        return parameter_key(PARAMETER + name[len(PARAMETER) :])
    if lower in KEYS:
        return KEYS[lower]
    near = get_close_matches(lower, KEYS, 1, 0.5)
    raise QueryError(
        Mistake.UNKNOWN_KEY, position, word=name, example=near[0] if near else "status"
    )


def _with_meaning(term: Term, key: Key) -> Term:
    """Read the value as what the key's values are."""
    number = span = None
    value = term.value
    try:
        if key.read is not None:
            number = key.read(value)
        elif key.kind is KeyKind.MOMENT:
            span = quantities.day(value, datetime.now().astimezone().date())
        elif key.name == "status":
            value = ",".join(STATUS_WORDS[part.lower()] for part in term.choices)
    except (ValueError, KeyError, OverflowError):
        place = term.end - len(value) - term.is_quoted
        example = f"{key.name}:{key.example}"
        raise QueryError(
            Mistake.WRONG_VALUE, max(term.start, place), word=value, key=key.name, example=example
        ) from None
    return Term(
        key, term.operator, value, term.is_negated, term.is_quoted, term.start, term.end, number,
        span,
    )  # fmt: skip
