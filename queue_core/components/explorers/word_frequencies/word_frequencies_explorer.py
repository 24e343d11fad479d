"""Word frequencies: which words and word groups a column of text is made of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import pandas as pd

from queue_core.artifacts.draft import Draft, figure_draft, report_draft, table_draft
from queue_core.artifacts.figure import Axis, AxisScale, Bars, Figure, Mark, Panel
from queue_core.components.explorers.exploring.exploration import (
    STATISTIC_ROWS,
    Exploration,
    no_values,
    require_rows,
)
from queue_core.components.explorers.exploring.figure_layout import bars_height_in
from queue_core.components.explorers.statistics.groups import Groups, group_rows
from queue_core.components.explorers.word_frequencies.stop_words import STOP_WORDS
from queue_core.errors import DataError

_TABLE_WORDS = 5_000
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Scripts that put no spaces between words: each sign counts as a word.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
# Counters are cut back when they hold so many different words.
_MOST_COUNTED = 2_000_000


def word_frequencies(exploration: Exploration) -> list[Draft]:
    """Return a figure with the most frequent words, and tables of many more."""
    require_rows(exploration)
    (info,) = exploration.columns
    group = exploration.parameter_column("group_by")
    exploration.report(0.0, f"reading “{info.name}”")
    names = [info.name, *([group.name] if group else [])]
    sample = exploration.sample(names, STATISTIC_ROWS)
    texts = sample.frame[info.name]
    if texts.isna().all():
        raise no_values(exploration.names)
    groups = group_rows(sample.frame[group.name] if group else None, len(texts), 6)
    counters, documents = _count(exploration, texts, groups)
    total: Counter[str] = sum(counters, Counter())
    if not total:
        raise DataError(
            f"No word is left in “{info.name}”.",
            hint="Leave out fewer words, or allow shorter ones.",
        )
    notes = [*exploration.notes, sample.note, groups.note]
    report = {
        "texts": int(texts.notna().sum()),
        "words": total.total(),
        "different words": len(total),
        "used once": sum(1 for count in total.values() if count == 1),
        "notes": [note for note in notes if note],
    }
    figure = _figure(exploration, counters, groups, total, notes)
    return [
        figure_draft("words", figure),
        table_draft("words-table", "Words", _table(total, documents)),
        report_draft("summary", "Summary", report),
    ]


def _count(
    exploration: Exploration, texts: pd.Series, groups: Groups
) -> tuple[list[Counter[str]], Counter[str]]:
    left_out = STOP_WORDS[exploration.params["leave_out"]]
    size, shortest = exploration.params["words"], exploration.params["shortest"]
    counters: list[Counter[str]] = [Counter() for _ in groups.names]
    documents: Counter[str] = Counter()
    for place, (text, code) in enumerate(zip(texts, groups.codes, strict=True)):
        if place % 2_000 == 0:
            exploration.report(0.05 + 0.85 * place / len(texts), "counting words")
            _cut(documents, *counters)
        if not isinstance(text, str):
            continue
        words = list(_groups_of(_words(text, left_out, shortest), size))
        counters[code].update(words)
        documents.update(set(words))
    return counters, documents


def _words(text: str, left_out: frozenset[str], shortest: int) -> Iterator[str]:
    for match in _WORD.finditer(text.casefold()):
        word = match.group()
        if _UNSPACED.search(word):
            yield from _UNSPACED.findall(word)
        elif len(word) >= shortest and word not in left_out and not word.isdecimal():
            yield word


def _groups_of(words: Iterable[str], size: int) -> Iterator[str]:
    listed = list(words)
    for place in range(len(listed) - size + 1):
        yield " ".join(listed[place : place + size])


def _cut(*counters: Counter[str]) -> None:
    """Forget words seen once where there are too many to hold."""
    for counter in counters:
        if len(counter) > _MOST_COUNTED:
            for word in [word for word, count in counter.items() if count == 1]:
                del counter[word]


def _ranked(counter: Counter[str], most: int) -> list[tuple[str, int]]:
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:most]


def _table(total: Counter[str], documents: Counter[str]) -> pd.DataFrame:
    ranked = _ranked(total, _TABLE_WORDS)
    return pd.DataFrame(
        {
            "word": [word for word, _ in ranked],
            "times": [count for _, count in ranked],
            "rows with it": [documents[word] for word, _ in ranked],
        }
    )


def _figure(
    exploration: Exploration,
    counters: list[Counter[str]],
    groups: Groups,
    total: Counter[str],
    notes: list[str],
) -> Figure:
    ranked = _ranked(total, exploration.params["shown"])
    unit = "Words" if exploration.params["words"] == 1 else "Word groups"
    return Figure(
        title=f"{unit} in {exploration.columns[0].name}",
        subtitle=exploration.subtitle,
        panels=[
            Panel(
                x=Axis(label="Frequency", minimum=0),
                y=Axis(
                    scale=AxisScale.CATEGORY,
                    categories=[word for word, _ in ranked],
                    is_inverted=True,
                ),
                marks=_stacked_bars(ranked, counters, groups),
            )
        ],
        legend_title=exploration.params.get("group_by") or "",
        notes=notes,
        width_in=7.5,
        height_in=bars_height_in(len(ranked)),
    )


def _stacked_bars(
    ranked: list[tuple[str, int]], counters: list[Counter[str]], groups: Groups
) -> list[Mark]:
    """Return a bar for each word, made of the counts of the groups."""
    places, bases = list(range(len(ranked))), [0.0] * len(ranked)
    marks: list[Mark] = []
    for place, (name, counter) in enumerate(zip(groups.names, counters, strict=True)):
        values = [float(counter[word]) for word, _ in ranked]
        is_last = place == len(counters) - 1
        marks.append(
            Bars(
                positions=places,
                values=values,
                bases=bases,
                texts=[f"{count:,}" for _, count in ranked] if is_last else (),
                label=name,
                color=groups.color(place),
                is_horizontal=True,
            )
        )
        bases = [base + value for base, value in zip(bases, values, strict=True)]
    return marks
