"""Nothing changes under the wheel: not one editor of any form, and no input of Qt's own is used."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from gui.inputs import ComboBox, DateTimeEdit, DoubleSpinBox, SpinBox
from gui.submit.form import SchemaForm
from gui.submit.job_types import JOB_TYPES
from gui.submit.union_editor import UnionEditor
from queue_core.components.registry import ComponentKind, components

GUI = Path(__file__).parents[2] / "gui"
WHEELED = {
    "QAbstractSpinBox", "QComboBox", "QDateEdit", "QDateTimeEdit", "QDial", "QDoubleSpinBox",
    "QSlider", "QSpinBox", "QTimeEdit",
}  # fmt: skip


def wheel(widget: QWidget, steps: int) -> None:
    """Turn the wheel over a widget, as the window system does."""
    turn = QPoint(0, 120 * steps)
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), turn, turn, Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def schemas() -> Iterator[tuple[str, dict[str, object]]]:
    """Return every form that a job can be made from."""
    for kind in JOB_TYPES:
        if kind.parameters:
            yield kind.task_type, dict(kind.parameters)
    for component_kind in ComponentKind:
        for component in components(component_kind).values():
            if component.schema.get("properties"):
                yield f"{component_kind}: {component.id}", dict(component.schema)


def test_the_wheel_changes_no_editor_of_any_form(qtbot: QtBot) -> None:
    seen = 0
    for name, schema in schemas():
        form = SchemaForm(schema)
        qtbot.addWidget(form)
        before = form.values()
        for kind in (QAbstractSpinBox, QComboBox):
            for editor in form.findChildren(kind):
                seen += 1
                for steps in (1, -1, -1):
                    wheel(editor, steps)
        assert form.values() == before, name
    assert seen > 300


@pytest.mark.parametrize("kind", [ComboBox, DateTimeEdit, DoubleSpinBox, SpinBox])
def test_the_wheel_goes_on_to_what_scrolls_around_it(qtbot: QtBot, kind: type[QWidget]) -> None:
    editor = kind()
    qtbot.addWidget(editor)
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(editor, event)
    assert not event.isAccepted()


@pytest.mark.parametrize("path", sorted(GUI.rglob("*.py")), ids=lambda path: path.stem)
def test_no_module_makes_an_input_of_qts_own(path: Path) -> None:
    if path == GUI / "inputs.py":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    made = {
        node.func.id for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }  # fmt: skip
    bases = {
        base.id for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
        for base in node.bases if isinstance(base, ast.Name)
    }  # fmt: skip
    assert not (made | bases) & WHEELED, "use gui.inputs: the wheel would change it"


def test_union_editors_are_among_the_forms(qtbot: QtBot) -> None:
    found = 0
    for _name, schema in schemas():
        form = SchemaForm(schema)
        qtbot.addWidget(form)
        found += len(form.findChildren(UnionEditor))
    assert found > 10
