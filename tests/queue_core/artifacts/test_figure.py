from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_core.artifacts.figure import FIGURE_VERSION, Figure, Line, Panel
from queue_core.artifacts.figure_json import figure_from_json, figure_to_json
from queue_core.errors import DataError


def test_every_mark_survives_storage(every_mark: Figure) -> None:
    stored = figure_to_json(every_mark)
    read = figure_from_json(stored)
    assert figure_to_json(read) == stored
    kinds = {type(mark).__name__ for panel in read.panels for mark in panel.marks}
    assert len(kinds) == 11
    assert read.notes == ("10,000 of 5,000,000 rows, seed 0.",)
    line = next(m for m in read.panels[0].marks if isinstance(m, Line))
    assert math.isnan(line.y[1])
    assert line.y[2] == 3.0


def test_arrays_become_tuples_and_nothing_can_be_changed() -> None:
    line = Line(x=np.arange(3), y=np.array([1.5, np.nan, 2]))
    assert line.x == (0.0, 1.0, 2.0)
    with pytest.raises(AttributeError):
        line.width = 3.0  # type: ignore[misc]


def test_stored_figures_are_plain_json(every_mark: Figure) -> None:
    document = json.loads(figure_to_json(every_mark))
    assert document["version"] == FIGURE_VERSION
    assert "NaN" not in figure_to_json(every_mark)


@given(st.text(max_size=40), st.lists(st.floats(allow_infinity=True), max_size=8))
def test_any_text_and_any_numbers_survive(title: str, values: list[float]) -> None:
    figure = Figure(title=title, panels=[Panel(marks=[Line(x=values, y=values, label=title)])])
    read = figure_from_json(figure_to_json(figure))
    assert read.title == title
    expected = [value if math.isfinite(value) else None for value in values]
    found = [value if math.isfinite(value) else None for value in read.panels[0].marks[0].x]  # type: ignore[union-attr]
    assert found == expected


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 1}', '{"version": 1, "panels": 3}'])
def test_damaged_figures_say_so(text: str) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        figure_from_json(text)


def test_newer_figures_ask_for_an_update() -> None:
    with pytest.raises(DataError, match="version 99") as caught:
        figure_from_json('{"version": 99, "panels": [], "title": ""}')
    assert "Update" in caught.value.hint
