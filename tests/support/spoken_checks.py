"""What a screen reader and the keyboard find on a page: names, roles, and a focus that is seen."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QImage, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

# Boxes of Qt's, of which a reader says nothing.
SILENT = (QAccessible.Role.NoRole, QAccessible.Role.Client)


def silent_in(root: QWidget) -> set[str]:
    """Return what below *root* takes the focus or a click and has no name or no role."""
    found = set()
    for widget in _enabled_in(root):
        if _takes_focus(widget) or isinstance(widget, QAbstractButton):
            spoken = QAccessible.queryAccessibleInterface(widget)
            if not spoken.text(QAccessible.Text.Name).strip():
                found.add(f"no name: {place_of(widget)}")
            if spoken.role() in SILENT:
                found.add(f"no role: {place_of(widget)}")
    return found


def hidden_focus_in(root: QWidget, seen: set[str]) -> set[str]:
    """Return what below *root* looks the same with the focus; one of each kind in *seen* is enough.

    *root* must be the active window's.
    """
    # Who uses keys is shown more than who clicks.
    pressed = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_unknown, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(root.window().windowHandle(), pressed)
    found = set()
    for widget in _enabled_in(root):
        kind = f"{type(widget).__name__} {widget.property('role') or ''}"
        if kind in seen or not _takes_focus(widget) or widget.visibleRegion().isEmpty():
            continue
        before = QApplication.focusWidget()
        plain = _picture(widget)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if not widget.hasFocus():
            continue
        seen.add(kind)
        if _picture(widget) == plain and before is not widget:
            found.add(f"focus is not seen: {place_of(widget)}")
        if before is not None:
            before.setFocus(Qt.FocusReason.OtherFocusReason)
    return found


def place_of(widget: QWidget) -> str:
    """Return the classes from a widget up."""
    names = []
    place: QWidget | None = widget
    while place is not None and len(names) < 5:
        names.append(type(place).__name__)
        place = place.parentWidget()
    return " < ".join(names)


def _picture(widget: QWidget) -> QImage:
    # With what is around it: a field of several parts shows the focus on its frame.
    around = widget.parentWidget() or widget
    return around.grab().toImage()


def _takes_focus(widget: QWidget) -> bool:
    stops = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(stops) and widget.focusProxy() is None


def _enabled_in(root: QWidget) -> Iterator[QWidget]:
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.isVisible() and widget.isEnabled():
            yield widget
