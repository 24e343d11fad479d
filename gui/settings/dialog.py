"""The settings, made from their records; a change counts at once."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.bridge import Bridge
from gui.i18n import tr, translate
from gui.placing import open_at_size
from gui.platform import open_folder
from gui.results.scrolled_column import ScrolledColumn
from gui.settings.schema import from_form, schema_of, sections_of, to_form
from gui.submit.form import SchemaForm
from gui.theme import ROW_HEIGHT_PX
from gui.widgets import muted_label, row, set_role, text_button
from queue_core.settings import SETTINGS, Settings

SIZE = QSize(820, 560)
SECTIONS_PX = 160
SAVE_MS = 400


class SettingsDialog(QDialog):
    """Sections at the left, their settings at the right."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        open_at_size(self, SIZE)
        self._bridge = bridge
        self._changed: dict[str, Any] = {}
        self._sections = sections_of(SETTINGS)
        self._pages: list[ScrolledColumn] = []
        self._forms: dict[int, SchemaForm] = {}
        self.sections = QListWidget()
        self._stack = QStackedWidget()
        self._save = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._save.timeout.connect(self.save_now)
        for section, _members in self._sections:
            self._add_section(translate(section.title))
        self._build()
        self.sections.currentRowChanged.connect(self._show_section)
        self.sections.setCurrentRow(0)
        bridge.settings_changed.connect(self._show)

    def save_now(self) -> None:
        """Store what was changed."""
        self._save.stop()
        if self._changed:
            changes, self._changed = self._changed, {}
            work = self._bridge.change_settings(changes)
            self._bridge.start(work, what=tr("Saving the settings"))

    def show_setting(self, key: str) -> None:
        """Go to one setting."""
        form = self.form_of(key)
        number = next(number for number, known in self._forms.items() if known is form)
        self.sections.setCurrentRow(number)
        editor = form.row(key).editor
        editor.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, self, lambda: self._pages[number].ensureWidgetVisible(editor))

    def form_of(self, key: str) -> SchemaForm:
        """Return the form that holds a setting."""
        number = next(
            number
            for number, (_, members) in enumerate(self._sections)
            if any(setting.key == key for setting in members)
        )
        return self._form(number)

    def _form(self, number: int) -> SchemaForm:
        """Return the form of a section; it is made when it is first looked at."""
        if number not in self._forms:
            form = SchemaForm(schema_of(self._sections[number][1]))
            form.changed.connect(partial(self._on_changed, form))
            self._forms[number] = form
            self._pages[number].column.insertWidget(0, form)
            self._show_values(form, self._bridge.settings)
        return self._forms[number]

    def _add_section(self, title: str) -> None:
        item = QListWidgetItem(title)
        item.setSizeHint(QSize(0, ROW_HEIGHT_PX))
        self.sections.addItem(item)
        page = ScrolledColumn(title)
        page.column.setContentsMargins(20, 16, 20, 16)
        page.column.addStretch(1)
        self._pages.append(page)
        self._stack.addWidget(page)

    def _show_section(self, number: int) -> None:
        self._form(number)
        self._stack.setCurrentIndex(number)

    def _build(self) -> None:
        self.sections.setAccessibleName(tr("Settings"))
        set_role(self.sections, "side")
        side = QFrame()
        set_role(side, "side")
        side.setFixedWidth(SECTIONS_PX)
        inside = QVBoxLayout(side)
        inside.setContentsMargins(8, 12, 8, 8)
        inside.addWidget(self.sections)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(side)
        middle.addWidget(self._stack, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(middle, 1)
        layout.addWidget(self._button_bar())

    def _button_bar(self) -> QFrame:
        bar = QFrame()
        set_role(bar, "buttonBar")
        folder = text_button(tr("Open the local folder"), self._open_folder, role="link")
        note = muted_label(tr("The language changes when the program starts again."))
        close = text_button(tr("Close"), self.close)
        buttons = row(folder, note, None, close)
        buttons.setContentsMargins(16, 12, 16, 12)
        bar.setLayout(buttons)
        return bar

    def _show(self, settings: Settings) -> None:
        for form in self._forms.values():
            self._show_values(form, settings)

    def _show_values(self, form: SchemaForm, settings: Settings) -> None:
        """Show the values that are stored, except where the user is just changing one."""
        form.blockSignals(True)
        form.set_values(
            {
                field.name: to_form(SETTINGS[field.name], settings[SETTINGS[field.name]])
                for field in form.fields
                if field.name not in self._changed
            }
        )
        form.blockSignals(False)

    def _on_changed(self, form: SchemaForm, key: str) -> None:
        if key in form.errors():
            self._changed.pop(key, None)
            return
        value = from_form(SETTINGS[key], form.values().get(key))
        is_default = value == SETTINGS[key].default_value()
        self._changed[key] = None if is_default else value
        self._save.start()

    def _open_folder(self) -> None:
        open_folder(self._bridge.folder.monitor)

    # Qt

    def done(self, result: int) -> None:
        """Store what was changed last."""
        self.save_now()
        super().done(result)
