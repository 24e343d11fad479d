"""The steps of a notebook as a list that one can reorder: by mouse, keys or buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from gui.format import format_count
from gui.i18n import tr, translate
from gui.plain_text import as_typed, one_line
from gui.theme import ROW_HEIGHT_PX, colours, icon
from gui.widgets import set_role
from queue_core.library.entities import EntityRecord

MOST_ROWS_AT_ONCE = 7
FEWEST_ROWS = 2


class StepList(QListWidget):
    """One line for each step, those that are undone behind the others.

    Signals:
        order_wanted: Carries the ids of the applied steps in their new order.
        removal_wanted: The chosen step is to go.
    """

    order_wanted = Signal(object)
    removal_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._steps: tuple[EntityRecord, ...] = ()
        set_role(self, "data")
        self.setAccessibleName(tr("Steps"))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def show_steps(self, steps: Sequence[EntityRecord], titles: Mapping[str, str]) -> None:
        """Show other steps; the one that was chosen stays so, else the last applied one is.

        Args:
            steps: All of them.
            titles: What converters are called, by id.
        """
        chosen = self.chosen
        applied = [step for step in steps if step.details["applied"]]
        self._steps = (*applied, *(step for step in steps if not step.details["applied"]))
        self.blockSignals(True)
        self.clear()
        for number, step in enumerate(self._steps, start=1):
            self.addItem(_item(number, step, _title_of(step, titles)))
        self.blockSignals(False)
        shown = min(max(len(self._steps), 1), MOST_ROWS_AT_ONCE)
        # Where room is short the rows of the table need it more.
        self.setMinimumHeight(min(shown, FEWEST_ROWS) * ROW_HEIGHT_PX)
        self.setMaximumHeight(shown * ROW_HEIGHT_PX + 2 * self.frameWidth() + 2)
        ids = [step.id for step in self._steps]
        is_known = chosen is not None and chosen.id in ids
        self.setCurrentRow(ids.index(chosen.id) if is_known and chosen else len(applied) - 1)
        self.scrollToItem(self.currentItem())

    @property
    def chosen(self) -> EntityRecord | None:
        """The step that is chosen."""
        row = self.currentRow()
        return self._steps[row] if 0 <= row < len(self._steps) else None

    @property
    def applied(self) -> tuple[EntityRecord, ...]:
        """The steps that the table has gone through, in order."""
        return tuple(step for step in self._steps if step.details["applied"])

    def can_move(self, by: int) -> bool:
        """Return whether the chosen step can go so many places down."""
        row, count = self.currentRow(), len(self.applied)
        return 0 <= row < count and 0 <= row + by < count

    def move_step(self, by: int) -> None:
        """Ask for another order: the chosen step so many places further down."""
        if self.can_move(by):
            self._ask(self.currentRow(), self.currentRow() + by)

    def _ask(self, row: int, to: int) -> None:
        ids = [step.id for step in self.applied]
        ids.insert(to, ids.pop(row))
        self.order_wanted.emit(tuple(ids))

    # Qt

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask for the order; the list shows it once the notebook has it."""
        row, count = self.currentRow(), len(self.applied)
        target = self.indexAt(event.position().toPoint()).row()
        below = self.dropIndicatorPosition() is QAbstractItemView.DropIndicatorPosition.BelowItem
        to = count if target < 0 else min(target + (1 if below else 0), count)
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        to -= 1 if to > row else 0
        if to != row:
            self._ask(row, to)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt and an arrow move the step, Delete removes it."""
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if by and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.move_step(by)
        elif event.key() == Qt.Key.Key_Delete and self.chosen is not None:
            self.removal_wanted.emit()
        else:
            super().keyPressEvent(event)


def _title_of(step: EntityRecord, titles: Mapping[str, str]) -> str:
    component = str(step.details["component"])
    return translate(titles.get(component, component))


def _item(number: int, step: EntityRecord, title: str) -> QListWidgetItem:
    columns = ", ".join(step.details.get("columns") or ()) or tr("all that fit")
    applied = bool(step.details["applied"])
    said = f"{title} · {columns}"
    text = f"{format_count(number)}   {said}"
    if not applied:
        text = tr("{step} · undone", step=title)
    item = QListWidgetItem(icon("handle" if applied else "undo", "disabled"), one_line(text))
    item.setToolTip(as_typed(f"{step.name}\n{columns}"))
    item.setSizeHint(QSize(0, ROW_HEIGHT_PX))
    flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
    if applied:
        flags |= Qt.ItemFlag.ItemIsDragEnabled
    else:
        item.setForeground(colours().role("muted"))
    item.setFlags(flags)
    return item
