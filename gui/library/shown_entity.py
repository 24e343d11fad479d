"""The chosen entity of the library: its name, what can be done with it, what it holds."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.format import format_relative
from gui.i18n import tr
from gui.library.kinds import status_word
from gui.renewal.note import OutdatedNote
from gui.results.viewer import entity_viewer
from gui.theme import title_font
from gui.widgets import Note, TextLabel, icon_button, muted_label, row, set_role
from queue_core.database.status import EntityStatus
from queue_core.library.entities import EntityRecord


class ShownEntity(QFrame):
    """Heading and viewer.

    Signals:
        rename_wanted: The user wants another name.
        delete_wanted: The user wants it gone.
        lineage_wanted: The user wants to see where it comes from.
    """

    rename_wanted = Signal()
    delete_wanted = Signal()
    lineage_wanted = Signal()

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._record: EntityRecord | None = None
        self._viewer: QWidget | None = None
        set_role(self, "surface")
        self.setMinimumWidth(280)
        self._name = TextLabel(font=title_font(), most_lines=2)
        self._facts = muted_label()
        self._problem = Note("errorBox")
        self.outdated = OutdatedNote(bridge)
        self._buttons = (
            icon_button("lineage", tr("Origin and results…"), self.lineage_wanted.emit),
            icon_button("edit", tr("Rename (F2)"), self.rename_wanted.emit),
            icon_button("remove", tr("Delete…"), self.delete_wanted.emit),
        )
        head = row(self._name, *self._buttons, spacing=4)
        head.setStretch(0, 1)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 12, 12, 12)
        self._layout.setSpacing(8)
        self._layout.addLayout(head)
        self._layout.addWidget(self._facts)
        self._layout.addWidget(self._problem)
        self._layout.addWidget(self.outdated)
        self._rest = QVBoxLayout()
        self._layout.addLayout(self._rest, 1)
        self.show_record(None)

    @property
    def viewer(self) -> QWidget | None:
        """What shows the entity's content."""
        return self._viewer

    def show_record(self, record: EntityRecord | None) -> None:
        """Show an entity; its viewer is made anew only where its content may be another."""
        before, self._record = self._record, record
        for button in self._buttons:
            button.setVisible(record is not None)
        if record is None:
            self._name.set_text("")
            self._facts.setText("")
            self._problem.show_text("")
            self.outdated.show_entity(None)
            self._set_viewer(None)
            return
        self._name.set_text(record.name)
        created = format_relative(record.created_at)
        self._facts.setText(f"{status_word(record.status)} · {created}")
        failed = record.status is EntityStatus.ERROR
        self._problem.show_text((record.error or tr("It failed.")) if failed else "")
        self.outdated.show_entity(None if failed else record.kind, record.id)
        if before is None or _content(before) != _content(record):
            finished = record.status is EntityStatus.FINISHED
            self._set_viewer(self._make_viewer(record) if finished else None)

    def _make_viewer(self, record: EntityRecord) -> QWidget:
        return entity_viewer(record.kind, record.id, record.name, self._bridge)

    def _set_viewer(self, viewer: QWidget | None) -> None:
        if self._viewer is not None:
            self._rest.removeWidget(self._viewer)
            self._viewer.deleteLater()
        self._viewer = viewer or QWidget()
        self._rest.addWidget(self._viewer, 1)


def _content(record: EntityRecord) -> tuple[object, ...]:
    return (record.kind, record.id, record.status, record.finished_at)
