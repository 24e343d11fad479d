from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.settings.dialog import SettingsDialog
from gui.settings.schema import from_form, schema_of, sections_of, to_form
from gui.submit.form import SchemaForm
from queue_core.settings import SETTINGS, Settings
from queue_core.settings.known import OUTPUT_BYTES, REDUCE_MOTION, WORKERS

Run = Callable[[Any], Any]


def test_every_setting_is_in_one_section() -> None:
    placed = [setting.key for _, members in sections_of(SETTINGS) for setting in members]
    assert sorted(placed) == sorted(SETTINGS)


@pytest.mark.parametrize("key", sorted(SETTINGS))
def test_defaults_survive_the_form(qtbot: QtBot, key: str) -> None:
    setting = SETTINGS[key]
    form = SchemaForm(schema_of([setting]))
    qtbot.addWidget(form)
    assert form.errors() == {}
    assert setting.check(from_form(setting, form.values().get(key))) == setting.default_value()


def test_bytes_are_shown_in_mebibytes() -> None:
    assert to_form(OUTPUT_BYTES, 16 * 2**20) == 16
    assert from_form(OUTPUT_BYTES, 0.5) == 2**19


def test_a_change_is_stored_and_a_default_forgotten(bridge: Bridge, run: Run, qtbot: QtBot) -> None:
    dialog = SettingsDialog(bridge)
    qtbot.addWidget(dialog)
    path = bridge.folder.settings

    def change(key: str, value: Any) -> None:
        with qtbot.waitSignal(bridge.settings_changed, timeout=5000):
            form = dialog.form_of(key)
            form.set_values({key: value})
            form.changed.emit(key)
            dialog.save_now()

    change(WORKERS.key, 7)
    change(REDUCE_MOTION.key, True)
    assert Settings.load(path)[WORKERS] == 7
    assert Settings.load(path)[REDUCE_MOTION] is True
    change(WORKERS.key, WORKERS.default_value())
    assert WORKERS.key not in Settings.load(path).values


def test_what_does_not_fit_is_not_stored(bridge: Bridge, qtbot: QtBot) -> None:
    dialog = SettingsDialog(bridge)
    qtbot.addWidget(dialog)
    form = dialog.form_of(WORKERS.key)
    form.set_values({WORKERS.key: 0})
    form.changed.emit(WORKERS.key)
    assert "From 1 to 64." in form.errors().values()
    dialog.save_now()
    assert not bridge.folder.settings.exists()
