from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.submit.form import SchemaForm
from gui.submit.number_editor import parse_number, step_for
from gui.submit.pickers import Option
from gui.submit.schema import Bounds

LINE = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)

PROPERTIES: dict[str, tuple[dict[str, Any], st.SearchStrategy[Any]]] = {
    "integer": ({"type": "integer"}, st.integers()),
    "integer or nothing": ({"type": ["integer", "null"]}, st.none() | st.integers()),
    "number": ({"type": "number"}, NUMBER),
    "boolean": ({"type": "boolean"}, st.booleans()),
    "maybe": ({"type": ["boolean", "null"]}, st.none() | st.booleans()),
    "text": ({"type": "string"}, LINE),
    "lines": ({"type": "string", "format": "multiline"}, st.lists(LINE).map("\n".join)),
    "path": ({"type": "string", "format": "path"}, LINE),
    "choice": ({"enum": ["a", 1, True, 2.5], "default": "a"}, st.sampled_from(["a", 1, True, 2.5])),
    "choices": (
        {"type": "array", "items": {"enum": ["a", "b", "c"]}},
        st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(sorted),
    ),
    "column": ({"type": "string", "format": "column"}, LINE),
    "columns": ({"type": "array", "format": "columns"}, st.lists(LINE, unique=True)),
    "dataset": ({"type": "integer", "format": "dataset"}, st.integers(1, 1000)),
    "texts": ({"type": "array", "items": {"type": "string"}}, st.lists(LINE)),
    "integers": ({"type": "array", "items": {"type": "integer"}}, st.lists(st.integers())),
    "numbers": ({"type": "array", "items": {"type": "number"}}, st.lists(NUMBER)),
    "object": (
        {"type": "object"},
        st.dictionaries(LINE, st.integers() | LINE | st.lists(st.booleans())),
    ),
    "union": (
        {"anyOf": [{"type": "integer"}, {"type": "number"}, {"enum": ["sqrt"]}, {"type": "null"}]},
        st.none() | st.just("sqrt") | st.integers() | NUMBER,
    ),
}
SCHEMA = {"type": "object", "properties": {name: item for name, (item, _) in PROPERTIES.items()}}
VALUES = st.fixed_dictionaries({}, optional={n: values for n, (_, values) in PROPERTIES.items()})


@pytest.fixture
def form(qtbot: QtBot) -> SchemaForm:
    form = SchemaForm(SCHEMA)
    qtbot.addWidget(form)
    return form


@settings(max_examples=60)
@given(values=VALUES)
def test_what_is_shown_is_what_comes_back(form: SchemaForm, values: dict[str, Any]) -> None:
    form.set_values(values)
    back = form.values()
    assert {name: back.get(name) for name in values} == values
    assert {name: type(back.get(name)) for name in values} == {
        name: type(value) for name, value in values.items()
    }
    assert not form.errors()


def test_a_value_outside_its_bounds_is_explained_beside_the_field(qtbot: QtBot) -> None:
    form = SchemaForm({"properties": {"trees": {"type": "integer", "minimum": 1, "default": 100}}})
    qtbot.addWidget(form)
    form.show()
    editor = form.row("trees").editor
    editor.lineEdit().selectAll()
    qtbot.keyClicks(editor.lineEdit(), "0")
    assert form.errors() == {"trees": "At least 1."}
    assert editor.property("invalid") is True
    editor.lineEdit().selectAll()
    qtbot.keyClicks(editor.lineEdit(), "many")
    assert form.errors() == {"trees": "“many” is not a whole number."}
    form.reset()
    assert form.values() == {"trees": 100}
    assert not form.errors()


def test_required_fields_are_asked_for_only_when_it_is_time(qtbot: QtBot) -> None:
    schema = {
        "properties": {"target": {"type": "string", "format": "column"}},
        "required": ["target"],
    }
    form = SchemaForm(schema)
    qtbot.addWidget(form)
    form.show()
    assert form.row("target").editor.property("invalid") is not True
    assert form.show_errors()
    assert form.row("target").editor.property("invalid") is True
    form.set_columns([Option("species", "species", "category")])
    form.set_values({"target": "species"})
    assert not form.show_errors()
    assert form.values() == {"target": "species"}


def test_fields_that_do_not_apply_are_hidden_and_left_out(qtbot: QtBot) -> None:
    form = SchemaForm(
        {
            "properties": {
                "kernel": {"enum": ["rbf", "poly"], "default": "rbf"},
                "degree": {"type": "integer", "default": 3, "depends-on": {"kernel": "poly"}},
                "check": {"type": "boolean", "default": True, "depends-on": "degree"},
            }
        }
    )
    qtbot.addWidget(form)
    form.show()
    assert form.values() == {"kernel": "rbf"}
    assert not form.row("degree").editor.isVisible()
    form.set_values({"kernel": "poly"})
    assert form.values() == {"kernel": "poly", "degree": 3, "check": True}
    assert form.row("degree").editor.isVisible()


def test_changes_are_marked_against_the_earlier_job(qtbot: QtBot) -> None:
    form = SchemaForm(
        {
            "properties": {
                "trees": {"type": "integer", "default": 100},
                "depth": {"type": ["integer", "null"], "default": None},
            }
        }
    )
    qtbot.addWidget(form)
    form.set_baseline({"trees": 500, "depth": None})
    assert form.changes() == {}
    form.set_values({"trees": 100})
    assert form.changes() == {"trees": 100}
    assert form.row("trees").is_changed
    form.row("trees").reset()
    assert form.values() == {"trees": 500, "depth": None}


def test_column_fields_offer_only_the_types_they_take(qtbot: QtBot) -> None:
    item = {"type": "array", "format": "columns", "column-types": ["number"]}
    form = SchemaForm({"properties": {"inputs": item}})
    qtbot.addWidget(form)
    form.set_columns([
        Option("age", "age", "integer"), Option("name", "name", "text"), Option("w", "w", "float"),
    ])  # fmt: skip
    editor = form.row("inputs").editor
    editor._check_shown(Qt.CheckState.Checked)
    assert form.values() == {"inputs": ["age", "w"]}


def test_every_field_has_an_accessible_name(form: SchemaForm) -> None:
    for field in form.fields:
        assert form.row(field.name).editor.accessibleName() == field.title


def test_numbers_are_read_as_people_write_them() -> None:
    assert parse_number("1 000", whole=True) == 1000
    assert parse_number("−3", whole=True) == -3
    assert parse_number("1e3", whole=True) == 1000
    assert parse_number("1.0", whole=True) is None
    assert parse_number("1e-4", whole=False) == 1e-4
    assert parse_number("nan", whole=False) is None


@given(st.floats(min_value=1e-9, max_value=1e9), st.booleans())
def test_a_step_is_never_larger_than_the_value(value: float, down: bool) -> None:
    assert 0 < step_for(value, Bounds(), down=down) <= value * 1.0000001


def test_arrow_keys_step_within_the_bounds(qtbot: QtBot) -> None:
    item = {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "default": 0.95}
    form = SchemaForm({"properties": {"rate": item}})
    qtbot.addWidget(form)
    form.show()
    editor = form.row("rate").editor
    qtbot.keyClick(editor, Qt.Key.Key_Up)
    assert form.values() == {"rate": 1.0}
    qtbot.keyClick(editor, Qt.Key.Key_Up)
    assert form.values() == {"rate": 1.0}
    form.set_values({"rate": 0.1})
    for _ in range(5):
        qtbot.keyClick(editor, Qt.Key.Key_Down)
    assert 0 < form.values()["rate"] < 0.1
