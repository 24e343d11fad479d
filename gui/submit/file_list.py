"""The list at the side of the preview: files, and below those that hold several their tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from gui.i18n import tr
from gui.plain_text import as_typed, one_line
from gui.submit.file_parts import title_of
from gui.submit.preview_state import FileEntry, FileState
from gui.theme import ROW_HEIGHT_PX, body_font, icon
from gui.widgets import set_role

ICON_PX = 16
CHECKED, UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked

STATE_ICONS = {
    FileState.WAITING: ("not_started", "muted"),
    FileState.READING: ("started", "accent"),
    FileState.READY: ("finished", "finished"),
    FileState.WARNED: ("warning", "killed"),
    FileState.FAILED: ("error", "error"),
}


class FileList(QListWidget):
    """A row for each entry; tables have a box to tick, and stand below the name of their file.

    Signals:
        entry_chosen: Another entry is to be shown.
        ticked: Carries the entry that was ticked or unticked.
    """

    entry_chosen = Signal()
    ticked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[FileEntry | None] = []
        self._nothing = QPixmap(ICON_PX, ICON_PX)
        self._nothing.fill(Qt.GlobalColor.transparent)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        set_role(self, "side")
        self.currentRowChanged.connect(self._on_row)
        self.itemChanged.connect(self._on_item)

    @property
    def entry(self) -> FileEntry | None:
        """The entry that is chosen."""
        row = self.currentRow()
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def fill(self, entries: Sequence[FileEntry], chosen: FileEntry) -> None:
        """List *entries* and choose one of them, without a signal."""
        self.blockSignals(True)
        self.clear()
        self._rows = []
        heading: Path | None = None
        for entry in entries:
            if entry.part is not None and entry.path != heading:
                self._add_heading(entry.path)
            heading = entry.path if entry.part is not None else None
            self._add(entry)
        self.setAccessibleName(tr("Files and their tables") if None in self._rows else tr("Files"))
        self.setCurrentRow(self._rows.index(chosen))
        self.blockSignals(False)
        self.refresh()

    def refresh(self) -> None:
        """Show what is known of the entries now."""
        self.blockSignals(True)
        for row, entry in enumerate(self._rows):
            if entry is not None:
                _show(self.item(row), entry, self._nothing)
        self.blockSignals(False)

    def _add_heading(self, path: Path) -> None:
        item = QListWidgetItem(one_line(path.name))
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setFont(body_font(semibold=True))
        item.setToolTip(as_typed(str(path)))
        item.setSizeHint(QSize(0, ROW_HEIGHT_PX))
        self.addItem(item)
        self._rows.append(None)

    def _add(self, entry: FileEntry) -> None:
        item = QListWidgetItem()
        item.setSizeHint(QSize(0, ROW_HEIGHT_PX))
        if entry.part is not None:
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setToolTip(as_typed(title_of(entry.part)))
        else:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsUserCheckable)
            item.setToolTip(as_typed(str(entry.path)))
        self.addItem(item)
        self._rows.append(entry)

    def _on_row(self, _row: int) -> None:
        if self.entry is not None:
            self.entry_chosen.emit()

    def _on_item(self, item: QListWidgetItem) -> None:
        entry = self._rows[self.row(item)]
        if entry is not None and entry.part is not None:
            entry.is_ticked = item.checkState() == CHECKED
            self.ticked.emit(entry)


def _show(item: QListWidgetItem, entry: FileEntry, nothing: QPixmap) -> None:
    name, role = STATE_ICONS[entry.state]
    is_quiet = not entry.is_ticked and entry.state in (FileState.WAITING, FileState.READY)
    item.setIcon(QIcon(nothing) if is_quiet else icon(name, role))
    words = [] if is_quiet else [_word(entry.state)]
    if entry.part is None:
        item.setText(entry.name)
        words.insert(0, entry.name)
    else:
        item.setText(title_of(entry.part))
        item.setCheckState(CHECKED if entry.is_ticked else UNCHECKED)
        words[:0] = [title_of(entry.part), one_line(entry.path.name)]
    item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(words))


def _word(state: FileState) -> str:
    return {
        FileState.WAITING: tr("waiting"),
        FileState.READING: tr("being looked into"),
        FileState.READY: tr("ready"),
        FileState.WARNED: tr("ready, with warnings"),
        FileState.FAILED: tr("cannot be loaded"),
    }[state]
