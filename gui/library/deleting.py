"""Deleting an entity: what hangs on it is told first."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMessageBox, QWidget

from gui.bridge import Bridge
from gui.i18n import tr
from gui.notifications import notify
from gui.plain_text import PlainMessageBox
from queue_core.database.deletion import delete_entity
from queue_core.library.entities import EntityDetails, EntityRecord, get_details

NAMES_SHOWN = 8


def ask_and_delete(
    widget: QWidget, bridge: Bridge, record: EntityRecord, done: Callable[[], object]
) -> None:
    """Ask whether to delete; *done* is called when it is."""
    what = tr("Deleting {name}", name=record.name)
    bridge.start(_ask(widget, bridge, record, done), what=what)


async def _ask(
    widget: QWidget, bridge: Bridge, record: EntityRecord, done: Callable[[], object]
) -> None:
    details = await bridge.call(get_details, bridge.folder, record.kind, record.id)
    words = await bridge.call(_counted, details)
    box = PlainMessageBox(
        QMessageBox.Icon.NoIcon, tr("Delete"), tr("Delete “{name}”?", name=record.name),
        more=_consequence(words), parent=widget.window(),
    )  # fmt: skip
    if details.dependents:
        names = [f"{item.kind.label}: {item.name}" for item in details.dependents[:NAMES_SHOWN]]
        if len(details.dependents) > NAMES_SHOWN:
            names.append("…")
        box.setDetailedText("\n".join(names))
    delete = box.addButton(tr("Delete"), QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    what = tr("Deleting {name}", name=record.name)
    delete.clicked.connect(lambda: bridge.start(_delete(widget, bridge, record, done), what=what))
    box.finished.connect(box.deleteLater)
    box.open()


async def _delete(
    widget: QWidget, bridge: Bridge, record: EntityRecord, done: Callable[[], object]
) -> None:
    await bridge.call(delete_entity, bridge.folder, record.kind, record.id, cascade=True)
    notify(widget, tr("“{name}” was deleted.", name=record.name))
    done()


def _consequence(words: str) -> str:
    if not words:
        return tr("Nothing else depends on it. It cannot be undone.")
    return tr("With it go {things}. It cannot be undone.", things=words)


def _counted(details: EntityDetails) -> str:
    from queue_core.database.dependents import counted

    return counted(details.dependents)
