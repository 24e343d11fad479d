"""Words as people say them, put into the language of queries: “failed last week”."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gui.i18n import tr
from gui.jobs.presentation import status_word
from gui.jobs.type_looks import type_word
from queue_core.queue.finding.query_keys import STATUS_WORDS
from queue_core.queue.job_record import JobStatus

LEAST_LETTERS: Final = 3


def said_so(task_types: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Yield words with the term that they mean and what that finds.

    Args:
        task_types: Class names of the jobs that there are.
    """
    words = {JobStatus(stored): word for word, stored in STATUS_WORDS.items()}
    for status in JobStatus:
        for word in {words[status], status_word(status).casefold()}:
            yield word, f"status:{words[status]}", status_word(status)
    for word in tr("failure failures").split():
        yield word, f"status:{words[JobStatus.ERROR]}", status_word(JobStatus.ERROR)
    for name in sorted(task_types):
        short = name.removesuffix("Job").lower()
        for word in {short, type_word(name).casefold()}:
            yield word, f"type:{short}", type_word(name)
    for word, (term, sentence) in _times().items():
        yield word, term, sentence


def query_meant(text: str, task_types: tuple[str, ...]) -> str:
    """Return the query that a text of plain words means; empty where it means none.

    Args:
        text: What was looked for, e.g. `failed last week`.
        task_types: Class names of the jobs that there are.
    """
    known = {word: term for word, term, _ in said_so(task_types)}
    found, others = [], []
    rest = f" {' '.join(text.casefold().split())} "
    for phrase in sorted((word for word in known if " " in word), key=len, reverse=True):
        if f" {phrase} " in rest:  # “en curso”
            found.append(known[phrase])
            rest = rest.replace(f" {phrase} ", " ")
    for word in rest.split():
        if word in known:
            found.append(known[word])
        elif (one := word.removesuffix("s")) in known:  # models, weeks
            found.append(known[one])
        elif word not in _small_words():
            others.append(word)
    return " ".join(dict.fromkeys((*found, *others))) if found else ""


def _times() -> Mapping[str, tuple[str, str]]:
    """Return the terms of words for times; each language has its own words."""
    words = tr("today yesterday hour day week month").split()
    return dict(
        zip(
            words,
            (
                ("created:today", tr("Put today")),
                ("created:yesterday", tr("Put yesterday")),
                ("age:<1h", tr("Put in the last hour")),
                ("age:<1d", tr("Put in the last 24 hours")),
                ("age:<1w", tr("Put in the last 7 days")),
                ("age:<30d", tr("Put in the last 30 days")),
            ),
            strict=True,
        )
    )


def _small_words() -> frozenset[str]:
    """Return the words between those that mean something."""
    return frozenset(tr("last this the of in from jobs job all").split())
