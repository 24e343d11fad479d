"""What the tests of the window share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from gui import i18n
from gui.theme import Theme, ThemeMode, install_theme

# The offscreen platform says this of every window that is shown.
HARMLESS = "This plugin does not support propagateSizeHints"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore(HARMLESS))


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    """The window's look, light."""
    return install_theme(qapp, ThemeMode.LIGHT)


@pytest.fixture(autouse=True)
def _plain_english(theme: Theme) -> Iterator[None]:
    """Each test begins in English and in light colours."""
    i18n.set_language("en")
    yield
    if i18n.current_language() != "en":
        i18n.set_language("en")
    if theme.mode is not ThemeMode.LIGHT:
        theme.set_mode(ThemeMode.LIGHT)
