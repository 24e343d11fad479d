"""What a picker shows is what runs: typing replaces, finds, or says that nothing is called so."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.submit.form import SchemaForm
from gui.submit.option_picker import OptionEditor
from gui.submit.pickers import Option

SCHEMA = {
    "properties": {"dataset_id": {"type": "integer", "format": "dataset", "title": "Dataset"}},
    "required": ["dataset_id"],
}
OPTIONS = [
    Option(3, "headeronly", "0 rows", is_likely=False),
    Option(2, "penguins", "344 rows"),
    Option(1, "iris", "150 rows"),
]


@pytest.fixture
def form(qtbot: QtBot) -> SchemaForm:
    form = SchemaForm(SCHEMA)
    qtbot.addWidget(form)
    form.set_options("dataset", OPTIONS)
    form.show()
    qtbot.waitExposed(form)
    return form


@pytest.fixture
def editor(form: SchemaForm) -> OptionEditor:
    found: OptionEditor = form.row("dataset_id").editor
    return found


def type_into(editor: OptionEditor, text: str) -> None:
    line = editor.lineEdit()
    assert line is not None
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    QTest.keyClicks(line, text)


def test_what_is_typed_after_a_click_replaces_what_stood_there(editor: OptionEditor) -> None:
    editor.set_value(3)
    type_into(editor, "pen")
    assert editor.currentText() == "pen"
    QTest.keyClick(editor.lineEdit(), Qt.Key.Key_Return)
    assert editor.value() == 2
    assert editor.currentText() == "penguins  ·  344 rows"


def test_while_one_types_the_field_does_not_hold_what_it_no_longer_shows(
    form: SchemaForm, editor: OptionEditor
) -> None:
    editor.set_value(3)
    type_into(editor, "pen")
    assert form.errors() == {"dataset_id": "Nothing that can be chosen is called “pen”."}
    type_into(editor, "guins")
    assert editor.value() == 2
    assert form.errors() == {}


def test_a_text_that_names_nothing_is_kept_and_explained(
    form: SchemaForm, editor: OptionEditor
) -> None:
    editor.set_value(2)
    type_into(editor, "zebra")
    QTest.keyClick(editor.lineEdit(), Qt.Key.Key_Return)
    assert editor.currentText() == "zebra"
    assert form.show_errors()


def test_an_emptied_field_holds_nothing(form: SchemaForm, editor: OptionEditor) -> None:
    editor.set_value(2)
    line = editor.lineEdit()
    assert line is not None
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    assert form.errors() == {"dataset_id": "Enter a value."}


def test_a_form_begins_with_the_newest_that_has_rows(editor: OptionEditor) -> None:
    assert editor.newest() == 2


def test_a_click_shows_all_that_can_be_chosen_and_typing_finds_in_it(editor: OptionEditor) -> None:
    line = editor.lineEdit()
    assert line is not None
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    offered = editor._finder.popup()
    assert offered.isVisible()
    assert offered.model().rowCount() == len(OPTIONS)
    QTest.keyClicks(offered, "iri")  # the list hands on what is typed
    assert editor.currentText() == "iri"
    assert offered.model().rowCount() == 1
