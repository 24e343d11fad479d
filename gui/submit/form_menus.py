"""The two menus below a form: where it can be filled in from, and what it can be copied as."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu, QToolButton

from gui.bridge import Bridge
from gui.format import format_relative
from gui.i18n import tr
from gui.notifications import notify
from gui.plain_text import no_mnemonic
from gui.submit.presets import forget_preset, keep_preset, presets_of, reusable
from gui.theme import icon
from gui.widgets import set_role, show_words
from queue_core.jobs.as_code import as_command, as_python
from queue_core.jobs.job_type import JobType
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import JobFilter

MOST_LOOKED_AT = 60
MOST_RECENT = 6
MOST_LETTERS = 60

State = tuple[JobType, dict[str, Any]]


class _MenuButton(QToolButton):
    """A flat button that opens a menu above itself.

    Signals:
        wanted: It was pressed: `offer` opens the menu for what the form shows now.
    """

    wanted = Signal()

    def __init__(self, text: str, icon_name: str) -> None:
        super().__init__()
        self.clicked.connect(self.wanted)
        set_role(self, "flat")
        self.setText(f"{text} ▾")
        self.setIcon(icon(icon_name))
        show_words(self)

    def open_menu(self, menu: QMenu) -> None:
        """Open a menu that is there for this once."""
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QPoint(0, -menu.sizeHint().height())))


class FillMenu(_MenuButton):
    """Offers the last jobs of the kind, and what was kept under a name.

    Signals:
        chosen: Carries the values to fill in.
    """

    chosen = Signal(object)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(tr("Fill in"), "undo")
        self._bridge = bridge

    def offer(self, state: State) -> None:
        """Read what there is to fill in, and open the menu."""
        task = self._bridge.start(self._open(*state), what=tr("Reading jobs"))
        self.destroyed.connect(task.cancel)

    async def _open(self, kind: JobType, values: dict[str, Any]) -> None:
        where = JobFilter(task_types=frozenset({kind.task_type}))
        found = await self._bridge.ask(lambda queue: queue.list(where, limit=MOST_LOOKED_AT))
        folder = self._bridge.folder
        presets = await self._bridge.call(presets_of, folder, kind.task_type)
        self.open_menu(self.menu_of(kind, values, _distinct(found), presets))

    def menu_of(
        self, kind: JobType, values: dict[str, Any], recent: list[JobRecord],
        presets: Mapping[str, dict[str, Any]],
    ) -> QMenu:  # fmt: skip
        """Return the menu: last time first, then earlier jobs, then presets."""
        menu = QMenu(self)
        for number, record in enumerate(recent):
            when = format_relative(record.enqueued_at)
            said = tr("{name} ({when})", name=_short(record.job_name), when=when)
            if number == 0:
                said = tr("Same as last time: {name}", name=_short(record.job_name))
            self._offer(menu, said, reusable(record.params))
            if number == 0 and len(recent) > 1:
                menu.addSeparator()
        if not recent:
            menu.addAction(tr("No job of this kind yet")).setEnabled(False)
        menu.addSeparator()
        for name, kept in presets.items():
            self._offer(menu, _short(name), kept)
        keep = menu.addAction(tr("Keep as a preset…"))
        keep.triggered.connect(lambda: self._name_preset(kind, values))
        if presets:
            forget = menu.addMenu(tr("Forget a preset"))
            for name in presets:
                action = forget.addAction(no_mnemonic(_short(name)))
                action.triggered.connect(lambda _on=False, of=name: self._forget(kind, of))
        return menu

    def _offer(self, menu: QMenu, text: str, values: dict[str, Any]) -> None:
        action = menu.addAction(no_mnemonic(text))
        action.triggered.connect(lambda _on=False: self.chosen.emit(values))

    def _name_preset(self, kind: JobType, values: dict[str, Any]) -> None:
        dialog = QInputDialog(self.window())
        dialog.setWindowTitle(tr("Keep as a preset"))
        dialog.setLabelText(tr("Name"))
        dialog.textValueSelected.connect(lambda name: self._keep(kind, name.strip(), values))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _keep(self, kind: JobType, name: str, values: dict[str, Any]) -> None:
        if name:
            call = self._bridge.call(keep_preset, self._bridge.folder, kind.task_type, name, values)
            self._bridge.start(call, what=tr("Keeping the preset"))

    def _forget(self, kind: JobType, name: str) -> None:
        call = self._bridge.call(forget_preset, self._bridge.folder, kind.task_type, name)
        self._bridge.start(call, what=tr("Forgetting the preset"))


class CopyMenu(_MenuButton):
    """Copies what the form comes to as a command line or as Python."""

    def __init__(self) -> None:
        super().__init__(tr("Copy as"), "copy")

    def offer(self, state: State) -> None:
        """Open the menu."""
        self.open_menu(self.menu_of(*state))

    def menu_of(self, kind: JobType, values: dict[str, Any]) -> QMenu:
        """Return the menu."""
        menu = QMenu(self)
        schema = kind.parameters or {}
        for title, written in ((tr("Command line"), as_command), (tr("Python"), as_python)):
            action = menu.addAction(no_mnemonic(title))
            action.triggered.connect(
                lambda _on=False, by=written: self._copy(by(kind.name, schema, values))
            )
        return menu

    def _copy(self, text: str) -> None:
        QApplication.clipboard().setText(text)
        notify(self, tr("Copied."))


def _distinct(records: Any) -> list[JobRecord]:
    """Return the newest of the jobs that were told the same."""
    found: dict[str, JobRecord] = {}
    for record in records:
        if record.is_ours and not record.damage:
            key = json.dumps(reusable(record.params), sort_keys=True, default=str)
            found.setdefault(key, record)
    return list(found.values())[:MOST_RECENT]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_LETTERS else f"{line[: MOST_LETTERS - 1]}…"
