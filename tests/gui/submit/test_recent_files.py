"""Files that were loaded before, in the menu for a new job."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QMenu

from gui.bridge import Bridge
from gui.main_window import MainWindow
from gui.submit.loading import FileLoading
from gui.submit.recent_files import MOST_FILES, RecentFiles


def _offered(window: MainWindow) -> QMenu | None:
    menu = window.toolbar.new_job.menu()
    menu.aboutToShow.emit()
    found = next((a.menu() for a in menu.actions() if a.text() == "Recent files"), None)
    return found if isinstance(found, QMenu) else None


def test_files_are_offered_again_the_newest_first(
    window: MainWindow, bridge: Bridge, tmp_path: Path
) -> None:
    loading = FileLoading(window, bridge)
    recent = RecentFiles(window, loading)
    files = [tmp_path / f"data & {number}.csv" for number in range(MOST_FILES + 2)]
    odd = tmp_path / "\udce9.csv"
    for file in [*files, odd, files[3]]:
        recent.add([file])
    assert recent.paths[:3] == [files[3], odd, files[-1]]
    assert len(recent.paths) == MOST_FILES
    assert RecentFiles(window, loading).paths == recent.paths  # another day


def test_one_is_loaded_by_a_click_and_all_are_forgotten(
    window: MainWindow, bridge: Bridge, tmp_path: Path
) -> None:
    loading = FileLoading(window, bridge)
    recent = RecentFiles(window, loading)
    assert _offered(window) is None
    recent.add([tmp_path / "a & b.csv"])
    loaded: list[list[Path]] = []
    loading.load = lambda paths: loaded.append(list(paths))  # type: ignore[method-assign]
    menu = _offered(window)
    assert menu is not None
    first, *_, forget = menu.actions()
    assert first.text() == "a && b.csv"
    first.trigger()
    assert loaded == [[tmp_path / "a & b.csv"]]
    forget.trigger()
    assert recent.paths == []
