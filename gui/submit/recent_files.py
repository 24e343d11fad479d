"""The files that were loaded last, offered in the menu for a new job."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from gui.i18n import tr
from gui.main_window import MainWindow
from gui.plain_text import as_typed, no_mnemonic
from gui.submit.loading import FileLoading
from gui.theme import icon
from gui.window_state import WindowState

MOST_FILES = 10
_KEY = "recent_files"


class RecentFiles(QObject):
    """Remembers them, the newest first, and offers them where a job is made.

    Whether they are still there is not asked before one is chosen: a network may take long to say.
    """

    def __init__(self, window: MainWindow, loading: FileLoading) -> None:
        super().__init__(window)
        self._state: WindowState = window.state
        self._loading = loading
        self._menu = window.toolbar.new_job.menu()
        loading.chosen.connect(self.add)
        self._menu.aboutToShow.connect(self._offer)  # after the window has filled it

    @property
    def paths(self) -> list[Path]:
        """The files, the newest first."""
        try:
            found = json.loads(self._state.remembered(_KEY) or "[]")
        except ValueError:
            return []
        return [Path(path) for path in found if isinstance(path, str)]

    def add(self, paths: Sequence[Path]) -> None:
        """Remember files that are loaded now."""
        known = dict.fromkeys([*map(Path.absolute, paths), *self.paths])
        self._remember(list(known)[:MOST_FILES])

    def clear(self) -> None:
        """Forget them all."""
        self._remember([])

    def _remember(self, paths: Sequence[Path]) -> None:
        # Names may hold what UTF-8 cannot: JSON's own escapes hold everything.
        self._state.remember(_KEY, json.dumps([str(path) for path in paths]))

    def _offer(self) -> None:
        paths = self.paths
        if not paths:
            return
        offered = QMenu(tr("Recent files"), self._menu)
        offered.setIcon(icon("open"))
        offered.setToolTipsVisible(True)
        for path in paths:
            action = offered.addAction(no_mnemonic(path.name or str(path)))
            action.setToolTip(as_typed(str(path)))
            action.triggered.connect(partial(self._load, path))
        offered.addSeparator()
        offered.addAction(tr("Forget these files"), self.clear)
        behind_loading = next(iter(self._menu.actions()[1:]), None)
        self._menu.insertMenu(behind_loading, offered)  # type: ignore[arg-type]
        self._menu.aboutToHide.connect(offered.deleteLater)

    def _load(self, path: Path, _checked: bool = False) -> None:
        self._loading.load([path])
