from __future__ import annotations

from queue_core.artifacts.figure import Axis, AxisScale, Bars, Figure, Line, Panel
from queue_core.artifacts.figure_words import with_words, words_of
from queue_core.artifacts.local_forms import LocalForms, local_date, local_number, written_in
from queue_core.artifacts.renderer import render

FIGURE = Figure(
    title="Importance",
    panels=[
        Panel(
            marks=[
                Bars(
                    positions=(0.0, 1.0),
                    values=(0.5, 0.25),
                    texts=("0.5", "0.25"),
                    label="Rows",
                    is_horizontal=True,
                )
            ],
            title="Trees",
            x=Axis(label="Decrease", unit="in accuracy"),
            y=Axis(label="column", scale=AxisScale.CATEGORY, categories=("age", "2 other columns")),
        ),
        Panel(marks=[Line(x=(0.0, 1.0), y=(0.0, 1.5), label="Mean")], title="Trees"),
    ],
    subtitle="iris · 150 rows",
    notes=("Drawn: all.",),
)


def test_every_word_is_listed_once_and_replaced() -> None:
    words = words_of(FIGURE)
    assert words.captions == ("Importance", "iris · 150 rows", "Drawn: all.")
    assert set(words.labels) == {
        "Decrease", "in accuracy", "column", "age", "2 other columns", "Rows", "Mean", "Trees",
    }  # fmt: skip
    other = {text: text.upper() for text in (*words.captions, *words.labels)}
    shown = words_of(with_words(FIGURE, other))
    assert shown.captions == tuple(map(str.upper, words.captions))
    assert set(shown.labels) == set(map(str.upper, words.labels))
    assert with_words(FIGURE, {}) is FIGURE


def test_numbers_and_months_are_written_as_the_language_does() -> None:
    spanish = LocalForms.from_json(
        {"decimal_sign": ",", "thousands_sign": ".", "months": [f"mes{n}" for n in range(1, 13)]}
    )
    with written_in(spanish):
        assert local_number("−1,234.5 (0.25), 2020-01") == "−1.234,5 (0,25), 2020-01"
        assert local_date("2020-Jan-03, Dec") == "2020-mes1-03, mes12"
    assert local_number("1,234.5") == "1,234.5"
    assert local_date("Jan") == "Jan"
    assert render(FIGURE, forms=spanish) != render(FIGURE) == render(FIGURE, forms=LocalForms())
