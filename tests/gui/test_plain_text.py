"""Whether every place of the window that shows a text shows it as it was typed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from gui.plain_text import (
    MOST_LETTERS,
    PlainLabel,
    PlainMessageBox,
    as_title,
    as_typed,
    no_mnemonic,
    one_line,
)

GUI = Path(__file__).parents[2] / "gui"
ROOM = "plain_text.py"
FILES = sorted(path for path in GUI.rglob("*.py") if path.name != ROOM)

# What shows its last argument, and may take it for markup.
SHOWS_MARKUP = frozenset(("setToolTip", "setStatusTip", "setWhatsThis", "showText", "showMessage"))
# What makes a widget that takes its text for markup, or is there for markup.
KNOWS_MARKUP = frozenset(
    (
        "QLabel", "QMessageBox", "QErrorMessage", "QTextEdit", "QTextBrowser", "setHtml",
        "insertHtml", "setMarkdown", "insertMarkdown", "appendHtml", "setTextFormat", "about",
    )
)  # fmt: skip
# What underlines a letter behind an &.
KNOWS_MNEMONICS = frozenset(
    (
        "QCheckBox", "QRadioButton", "QPushButton", "QGroupBox", "QAction", "QMenu", "addAction",
        "addMenu", "addTab", "insertTab", "setTabText", "addButton", "addRow",
    )
)  # fmt: skip
# Texts of our own, without anything of the user's in them.
OWN_TEXTS = frozenset(("tr", "translate", "tr_plural"))

hostile_texts = st.text(alphabet="<>&;/!?abilmtq \n\t\x00[*]", max_size=60)


def name_of(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def is_plain(node: ast.expr, *rooms: str) -> bool:
    """Return whether an expression is a text of ours, or went through one of *rooms*."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.IfExp):
        return is_plain(node.body, *rooms) and is_plain(node.orelse, *rooms)
    if isinstance(node, ast.BoolOp | ast.BinOp):
        return all(
            is_plain(part, *rooms) for part in ast.iter_child_nodes(node)
            if isinstance(part, ast.expr)
        )  # fmt: skip
    if not isinstance(node, ast.Call):
        return False
    if name_of(node) in rooms:
        return True
    return name_of(node) in OWN_TEXTS and not node.keywords


def faults(path: Path) -> Iterator[str]:
    """Yield each place of a module that may show a text as markup."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from faults_of_call(node, path)
        elif isinstance(node, ast.If):
            yield from faults_of_model(node, path)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if is_tool_tip_role(key) and not (
                    isinstance(value, ast.Lambda) and is_plain(value.body, "as_typed")
                ):
                    yield f"{path.name}:{value.lineno} ToolTipRole"


def faults_of_call(call: ast.Call, path: Path) -> Iterator[str]:
    name = name_of(call)
    place = f"{path.name}:{call.lineno} {name}"
    texts = [argument for argument in call.args if not is_qt_value(argument)]
    if name in SHOWS_MARKUP and not (texts and all(is_plain(t, "as_typed") for t in texts)):
        yield place
    if name in KNOWS_MARKUP:
        yield place
    if name == "setWindowTitle" and not is_plain(call.args[0], "as_title"):
        yield place
    if name in KNOWS_MNEMONICS:
        for text in texts:
            if not isinstance(text, ast.Name | ast.Subscript | ast.Lambda | ast.Attribute) and not (
                is_plain(text, "no_mnemonic", "icon") or is_widget(text)
            ):
                yield place
    if name in KNOWS_MNEMONICS and any(is_name_of_others(text) for text in texts):
        yield place


def is_qt_value(node: ast.expr) -> bool:
    """Return whether an argument is a number, an enum value or a widget, not a text."""
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, str)
    return (isinstance(node, ast.Name) and (node.id in ("kind", "shown") or node.id.isupper())) or (
        isinstance(node, ast.Attribute) and ast.unparse(node).startswith("Q")
    )


def is_widget(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and (
        name_of(node)[:1].isupper() or name_of(node) in ("qaction", "_rejects")
    )


def is_name_of_others(node: ast.expr) -> bool:
    """Return whether an argument is an attribute that holds a name: `schedule.name`."""
    return isinstance(node, ast.Attribute) and node.attr in (
        "name", "job_name", "label", "text", "title", "message",
    )  # fmt: skip


def is_tool_tip_role(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "ToolTipRole"


def faults_of_model(branch: ast.If, path: Path) -> Iterator[str]:
    """Yield where a model answers for a tooltip with a text that is not plain."""
    if not any(
        is_tool_tip_role(node) for node in ast.walk(branch.test) if isinstance(node, ast.expr)
    ):
        return
    place = f"{path.name}:{branch.lineno} ToolTipRole"
    is_equal = isinstance(branch.test, ast.Compare) and isinstance(branch.test.ops[0], ast.Eq)
    if not is_equal:
        yield place
        return
    for node in branch.body:
        for found in ast.walk(node):
            if isinstance(found, ast.Return) and not (
                found.value is None or is_plain(found.value, "as_typed")
            ):
                yield place


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(GUI)))
def test_no_module_shows_a_text_as_markup(path: Path) -> None:
    assert list(faults(path)) == []


def test_the_search_finds_what_it_is_there_for(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "w.setToolTip(name)\nw.setToolTip(f'{name}')\nw.setToolTip(tr('a {n}', n=name))\n"
        "QLabel(name)\nQMessageBox(name)\ne.setHtml(name)\nw.setWindowTitle(name)\n"
        "QCheckBox(schedule.name)\nmenu.addAction(f'{name}')\ni.setToolTip(0, name)\n"
        "{Qt.ToolTipRole: _tip}\ns.showMessage(name, name)\n"
        "def data(role):\n    if role in (Qt.DisplayRole, Qt.ToolTipRole):\n        return 1\n"
        "    if role == Qt.ToolTipRole:\n        return name\n"
    )
    lines = {int(fault.split(":")[1].split()[0]) for fault in faults(module)}
    assert lines == {*range(1, 13), 14, 16}
    module.write_text(
        "w.setToolTip(as_typed(name))\nw.setToolTip('x')\nw.setToolTip(tr('a'))\n"
        "def data(role):\n    if role == Qt.ToolTipRole:\n        return as_typed(name)\n"
        "QCheckBox(no_mnemonic(schedule.name))\nw.setWindowTitle(as_title(name))\n"
    )
    assert list(faults(module)) == []


@given(hostile_texts)
@example("<img src='/x'>")
@example("&lt;b&gt;")
@example("<!DOCTYPE html>")
@example("<?xml version='1.0'?><b>x</b>")
@example("  \n<b>x</b>")
def test_no_text_is_taken_for_markup(text: str) -> None:
    shown = as_typed(text)
    assert not Qt.mightBeRichText(shown)
    assert shown.replace("\u2060", "") == text


def test_what_looks_like_no_markup_stays_and_what_is_very_long_is_cut() -> None:
    assert as_typed("R&D; 100 %p %1\nnext").replace("\u2060", "") == "R&D; 100 %p %1\nnext"
    assert as_typed("R&D") == "R&D"
    assert len(as_typed("x" * 100_000)) == MOST_LETTERS
    assert one_line("a\r\nb\u2028c") == "a b c"
    assert len(one_line("x" * 100_000)) < MOST_LETTERS


def test_labels_boxes_buttons_and_titles_show_what_was_typed(qtbot: QtBot) -> None:
    label = PlainLabel("<b>R&D</b>")
    qtbot.addWidget(label)
    assert (label.text(), label.textFormat()) == ("<b>R&D</b>", Qt.TextFormat.PlainText)
    box = PlainMessageBox(QMessageBox.Icon.NoIcon, "a [*] b", "<i>x</i>", more="<u>y</u>")
    qtbot.addWidget(box)
    formats = {
        child.textFormat() for child in box.findChildren(PlainLabel.__base__) if child.text()
    }
    assert formats == {Qt.TextFormat.PlainText}
    switch = QCheckBox(no_mnemonic("R&D && more"))
    qtbot.addWidget(switch)
    assert switch.shortcut().isEmpty()
    assert switch.text() == "R&&D &&&& more"
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setWindowTitle(as_title("a [*]\nb"))
    assert widget.windowTitle() == "a [*][*] b"
