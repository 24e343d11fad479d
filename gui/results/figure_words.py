"""What is written in a figure, in the user's language: a figure is stored in English."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLocale

from gui.bridge import Bridge
from gui.helper import helpers_of
from gui.i18n import current_language, mark, translate, translate_caption, translate_message
from queue_core.artifacts.figure import Figure
from queue_core.artifacts.figure_words import with_words, words_of
from queue_core.library.figures import figure_words

# A single word at an axis or in a legend may be a column's name or a value; these are the core's.
LABELS = frozenset(
    {
        mark("Rows"), mark("Row"), mark("Share"), mark("Density"), mark("Count"), mark("Missing"),
        mark("Frequency"), mark("Lag"), mark("Autocorrelation"), mark("Predicted"),
        mark("Actual"), mark("Residual"), mark("Cluster"), mark("Recall"), mark("Precision"),
        mark("Step"), mark("Trial"), mark("Trend"), mark("Seasonal"), mark("Remainder"),
        mark("Limit"), mark("Series"), mark("Forecast"), mark("Covariance"), mark("Accuracy"),
        mark("(missing)"), mark("(other)"), mark("outlier"), mark("within"), mark("completed"),
        mark("pruned"), mark("once"),
    }
)  # fmt: skip

# No text of ours begins so: what is behind it is not taken for one.
_NAME = "\u2063"


async def translated_words(bridge: Bridge, source: Path) -> dict[str, str]:
    """Return what stands for the words of a stored figure; nothing where it is English."""
    if current_language() == "en":
        return {}
    found = await helpers_of(bridge).drawing.call(figure_words, source=str(source))
    return _translated(found["captions"], found["labels"])


def in_language(figure: Figure) -> Figure:
    """Return a figure with its words in the user's language."""
    if current_language() == "en":
        return figure
    found = words_of(figure)
    return with_words(figure, _translated(found.captions, found.labels))


def local_forms() -> dict[str, Any]:
    """Return how numbers and months are written in a figure; nothing where it is English."""
    if current_language() == "en":
        return {}
    locale = QLocale()
    short = QLocale.FormatType.ShortFormat
    return {
        "decimal_sign": locale.decimalPoint(),
        "thousands_sign": locale.groupSeparator(),
        "months": [locale.standaloneMonthName(month, short) for month in range(1, 13)],
    }


def label(text: str) -> str:
    """Return the text of an axis, a plot or a legend: names of columns and values stay."""
    name, dot, rest = text.partition(" · ")
    if dot and name not in LABELS and rest[:1].isdigit():  # a column and a count
        return translate_caption(f"{_NAME}{name}{dot}{rest}").replace(_NAME, "")
    if " " in text:
        return translate_message(text)
    return translate(text) if text in LABELS else text


def _translated(captions: Iterable[str], labels: Iterable[str]) -> dict[str, str]:
    words = {text: translate_caption(text) for text in captions}
    words.update({text: label(text) for text in labels})
    return {text: other for text, other in words.items() if other != text}
