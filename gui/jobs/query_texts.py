"""What the search field offers and answers: what may be typed next, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gui.i18n import tr, translate
from gui.jobs.plain_words import LEAST_LETTERS, said_so
from gui.jobs.presentation import status_word
from gui.jobs.type_looks import type_word
from queue_core.queue.finding.language import Mistake, QueryError, quoted
from queue_core.queue.finding.query_keys import KEYS, PARAMETER, STATUS_WORDS
from queue_core.queue.job_record import JobStatus

MOST_OFFERS: Final = 12
_TOKEN: Final = re.compile(r'(?:[^\s"]|"[^"]*"?)*$')


@dataclass(frozen=True)
class Offer:
    """Something that may be typed.

    Attributes:
        text: What would be typed.
        sentence: What it means.
    """

    text: str
    sentence: str


@dataclass(frozen=True)
class Known:
    """What there is in the queue, to be offered.

    Attributes:
        task_types: Class names of jobs.
        components: Ids of models, explorers and so on.
        parameters: Names of parameters.
    """

    task_types: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


def token_before(text: str, cursor: int) -> str:
    """Return the term that is being typed at a place."""
    found = _TOKEN.search(text[:cursor])
    return found[0] if found else ""


def offers(token: str, known: Known) -> list[Offer]:
    """Return how a term may go on; nothing where only words can follow."""
    sign = "-" if token.startswith("-") else ""
    token = token[len(sign) :]
    key, colon, value = token.partition(":")
    if colon:
        found = _values(key.lower(), value, known)
    else:
        found = [*_keys(key.lower(), known), *_plain(key.casefold(), known)]
    return [Offer(sign + item.text, item.sentence) for item in found if item.text != token][
        :MOST_OFFERS
    ]


def _keys(begun: str, known: Known) -> list[Offer]:
    if begun.startswith(PARAMETER):
        name = begun[len(PARAMETER) :]
        names = (found for found in known.parameters if name in found.lower())
        return [Offer(f"{PARAMETER}{found}:", tr("The value of this parameter")) for found in names]
    if not begun:
        return []
    found = [
        Offer(f"{key.name}:", translate(key.sentence))
        for key in KEYS.values() if key.name.startswith(begun)
    ]  # fmt: skip
    if PARAMETER.startswith(begun):
        found.append(Offer(PARAMETER, tr("The value of a parameter: param.max_depth:>8")))
    return found


def _plain(begun: str, known: Known) -> list[Offer]:
    """Return what a word of people may mean; of one or two letters that is not said."""
    if len(begun) < LEAST_LETTERS:
        return []
    meant = {
        term: sentence for word, term, sentence in said_so(known.task_types)
        if word.startswith(begun)
    }  # fmt: skip
    return [Offer(term, sentence) for term, sentence in meant.items()]


def _values(key: str, value: str, known: Known) -> list[Offer]:
    before, comma, last = value.rpartition(",")
    before += comma
    choices: Iterable[tuple[str, str]] = ()
    if key == "status":
        choices = ((word, status_word(status)) for word, status in _status_words())
    elif key == "type":
        choices = ((_short(name), type_word(name)) for name in sorted(known.task_types))
    elif key == "component":
        choices = ((name, "") for name in known.components)
    elif key in KEYS and not value:
        record = KEYS[key]
        choices = ((record.example.strip('"'), translate(record.sentence)),)
    wanted = last.lower().strip('"')
    return [
        Offer(f"{key}:{before}{quoted_value(word)}", sentence)
        for word, sentence in choices if word.lower().startswith(wanted)
    ]  # fmt: skip


def quoted_value(word: str) -> str:
    """Return a value in quotes where it needs them."""
    return word if word[:1] in "<>" else quoted(word)


def _status_words() -> list[tuple[str, JobStatus]]:
    """Return the words for each status, those of people where there are some."""
    words = {JobStatus(stored): word for word, stored in STATUS_WORDS.items()}
    return [(words[status], status) for status in JobStatus]


def _short(task_type: str) -> str:
    return task_type.removesuffix("Job").lower() or task_type


def mistake_text(error: QueryError) -> str:
    """Return what is wrong with a query and what to write instead, for the user."""
    values = error.values
    match error.mistake:
        case Mistake.UNKNOWN_KEY:
            return tr(
                "There is no key “{word}” (character {position}). Write “{example}:”, or put "
                "the words in quotes to look for them.", **values,
            )  # fmt: skip
        case Mistake.NO_VALUE:
            return tr("“{word}” lacks its value. Write for example “{example}”.", **values)
        case Mistake.WRONG_VALUE:
            return tr(
                "“{word}” is no value of “{key}” (character {position}). Write for example "
                "“{example}”.", **values,
            )  # fmt: skip
        case Mistake.TOO_LONG:
            return tr("The query is longer than {key} characters.", **values)
