"""What assistive programs hear of widgets that Qt knows nothing of: role, name and description.

Qt describes its own widgets. One that is drawn here would be a nameless box to a screen reader,
so it says with `speak_as` what it is; Qt asks for that through the factory below.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleInterface
from PySide6.QtWidgets import QAbstractScrollArea, QAccessibleWidget, QLineEdit, QWidget

Role = QAccessible.Role

# A property of lists that mark the row with the focus by themselves.
MARKS_ROW = "marksRow"

_PROPERTY = "spokenRole"
_is_asked = False


def speak_as(widget: QWidget, role: QAccessible.Role, name: str = "") -> None:
    """Let *widget* be heard as what it is, perhaps with a name of its own."""
    global _is_asked
    if not _is_asked:
        # Before any such widget is shown: Qt asks once for each and keeps the answer.
        QAccessible.installFactory(_interface_of)
        _is_asked = True
    widget.setProperty(_PROPERTY, role.value)
    if name:
        widget.setAccessibleName(name)


def name_scrolled(area: QAbstractScrollArea, name: str) -> None:
    """Name a page that is scrolled by keys: Tab stops there."""
    speak_as(area, Role.Pane, name)


def name_field(editor: QWidget, name: str) -> None:
    """Name an editor, and the part of it that has the focus in its stead."""
    for part in _focused_parts(editor):
        part.setAccessibleName(name)


def describe_field(editor: QWidget, description: str) -> None:
    """Give an editor, and the part of it that has the focus, a sentence of help."""
    for part in _focused_parts(editor):
        part.setAccessibleDescription(description)


def announce(widget: QWidget, text: str) -> None:
    """Say something that is seen elsewhere than where the focus is."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


def _focused_parts(editor: QWidget) -> Iterator[QWidget]:
    part: QWidget | None = editor
    while part is not None:
        yield part
        # The line within a field with arrows, or within a list that one types into.
        yield from (line for line in part.findChildren(QLineEdit) if line.focusProxy() is part)
        part = part.focusProxy()


def _interface_of(_class_name: str, thing: QObject) -> QAccessibleInterface | None:
    if not isinstance(thing, QWidget):
        return None
    role = thing.property(_PROPERTY)
    return None if role is None else QAccessibleWidget(thing, Role(role), "")
