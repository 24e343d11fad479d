"""The words of a figure: listed for who translates them, and put in other ones.

Figures are stored in English. Numbers on axes and what stands in the data stay as they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from queue_core.artifacts.figure import Axis, Figure, Panel

# Names of categories are the data's; of a few, one may say “12 other columns”.
MOST_CATEGORIES = 100
_OF_MARKS = ("label", "value_label", "text")


@dataclasses.dataclass(frozen=True)
class FigureWords:
    """What is written in a figure, each text once.

    Attributes:
        captions: What the program says: title, legend's title and notes.
        labels: What may be a name of the data as well: plots, axes, the legend, categories.
    """

    captions: tuple[str, ...]
    labels: tuple[str, ...]


def words_of(figure: Figure) -> FigureWords:
    """Return what is written in a figure."""
    captions = (figure.title, figure.subtitle, figure.legend_title, *figure.notes)
    return FigureWords(
        captions=_once(captions),
        labels=_once(text for panel in figure.panels for text in _labels(panel)),
    )


def with_words(figure: Figure, words: Mapping[str, str]) -> Figure:
    """Return a figure in which texts are replaced by those that *words* has for them."""
    if not words:
        return figure
    return dataclasses.replace(
        figure,
        title=words.get(figure.title, figure.title),
        subtitle=words.get(figure.subtitle, figure.subtitle),
        legend_title=words.get(figure.legend_title, figure.legend_title),
        notes=tuple(words.get(note, note) for note in figure.notes),
        panels=[_panel(panel, words) for panel in figure.panels],
    )


def _labels(panel: Panel) -> Iterator[str]:
    yield panel.title
    for axis in (panel.x, panel.y):
        yield from (axis.label, axis.unit)
        if len(axis.categories) <= MOST_CATEGORIES:
            yield from axis.categories
    for mark in panel.marks:
        for name in _OF_MARKS:
            yield getattr(mark, name, "")


def _panel(panel: Panel, words: Mapping[str, str]) -> Panel:
    return dataclasses.replace(
        panel,
        title=words.get(panel.title, panel.title),
        x=_axis(panel.x, words),
        y=_axis(panel.y, words),
        marks=[_mark(mark, words) for mark in panel.marks],
    )


def _axis(axis: Axis, words: Mapping[str, str]) -> Axis:
    categories = axis.categories
    if any(name in words for name in categories):
        categories = tuple(words.get(name, name) for name in categories)
    return dataclasses.replace(
        axis,
        label=words.get(axis.label, axis.label),
        unit=words.get(axis.unit, axis.unit),
        categories=categories,
    )


def _mark(mark: Any, words: Mapping[str, str]) -> Any:
    texts = {name: getattr(mark, name, "") for name in _OF_MARKS}
    changed = {name: words[text] for name, text in texts.items() if text in words}
    return dataclasses.replace(mark, **changed) if changed else mark


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, texts)))
