"""Pictures of every page to look at: themes, sizes, languages; no jobs, some, many, a real study.

Run as `make screenshots`, or `python tests/gui/screenshots.py FOLDER [WORDS...]`; with words, only
pictures whose name holds all of them are taken. The study (see `study_folder`) is made once and
kept in FOLDER.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from PySide6.QtCore import QSize  # noqa: E402
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget  # noqa: E402

from gui.bridge import Bridge  # noqa: E402
from gui.features import FEATURES  # noqa: E402
from gui.i18n import set_language, tr  # noqa: E402
from gui.library.page import LibraryPage  # noqa: E402
from gui.main_window import MainWindow  # noqa: E402
from gui.theme import ThemeMode, current_theme, install_theme  # noqa: E402
from gui.widgets import select_row  # noqa: E402
from gui.window_state import WindowState  # noqa: E402
from queue_core.database.status import EntityKind  # noqa: E402
from queue_core.paths import LocalFolder  # noqa: E402
from queue_core.queue.huey_queue import HueyJobQueue  # noqa: E402

SIZES = {"1400x900": QSize(1400, 900), "1280x800": QSize(1280, 800), "900x600": QSize(900, 600)}
MANY = 10_000


class Store(Enum):
    """What the folder of a picture holds."""

    EMPTY = "empty"
    SCENE = "scene"
    MANY = "many"
    STUDY = "study"


@dataclass(frozen=True)
class Scene:
    """What the window shows in a picture.

    Attributes:
        name: Part of the picture's name.
        store: What the folder holds.
        arrange: What to do before the picture.
    """

    name: str
    store: Store
    arrange: Callable[[MainWindow], Awaitable[None]]


async def settle(seconds: float = 0.25) -> None:
    """Let the window read what it shows."""
    await asyncio.sleep(seconds)


async def plain(window: MainWindow) -> None:
    await settle()


def row_named(window: MainWindow, name: str) -> int | None:
    """Return the row of the job whose name begins so, once it has been read."""
    for row in range(min(window.model.rowCount(), 60)):
        record = window.model.record(row)
        if record is not None and record.job_name.startswith(name):
            return row
    return None


def selecting(name: str, tab: str = "") -> Callable[[MainWindow], Awaitable[None]]:
    """Return what selects the job whose name begins so."""

    async def arrange(window: MainWindow) -> None:
        for _ in range(100):
            await settle(0.1)
            row = row_named(window, name)
            if row is not None:
                select_row(window.table, row)
                break
        await settle()
        if tab:
            window.details.show_tab(tab)
        await settle(0.6)

    return arrange


async def no_match(window: MainWindow) -> None:
    await settle()
    window.toolbar.search.set_text("zebra")
    await settle(0.5)


async def several(window: MainWindow) -> None:
    await settle()
    window.table.selectAll()
    await settle(0.5)


def in_library(kind: EntityKind) -> Callable[[MainWindow], Awaitable[None]]:
    """Return what shows the first thing of a kind in the library."""

    async def arrange(window: MainWindow) -> None:
        await settle()
        window.action_set.trigger("view.library")
        page = window.findChild(LibraryPage)
        assert page is not None
        page.show_kind(kind)
        await settle(1.5)

    return arrange


def by_action(action_id: str, name: str = "") -> Callable[[MainWindow], Awaitable[None]]:
    """Return what runs a command, for the job whose name begins so."""

    async def arrange(window: MainWindow) -> None:
        await selecting(name)(window) if name else await settle()
        window.action_set.trigger(action_id)
        await settle(1.0)

    return arrange


SCENES = (
    Scene("empty", Store.EMPTY, plain),
    Scene("plain", Store.SCENE, plain),
    Scene("failed", Store.SCENE, selecting("iris.csv")),
    Scene("running", Store.SCENE, selecting("flights")),
    Scene("overview", Store.SCENE, selecting("Random forest", "overview")),
    Scene("log", Store.SCENE, selecting("iris.csv", "log")),
    Scene("parameters", Store.SCENE, selecting("penguins.csv", "parameters")),
    Scene("scripts", Store.SCENE, selecting("Ελληνικά")),
    Scene("nomatch", Store.SCENE, no_match),
    Scene("several", Store.SCENE, several),
    Scene("failures", Store.MANY, by_action("view.failures")),
    Scene("timeline", Store.SCENE, by_action("view.timeline")),
    Scene("queue", Store.SCENE, by_action("view.queue")),
    Scene("palette", Store.SCENE, by_action("view.palette")),
    Scene("many", Store.MANY, plain),
    Scene("all", Store.MANY, several),
    Scene("study", Store.STUDY, plain),
    Scene("dataset", Store.STUDY, selecting("Load penguins", "result")),
    Scene("real-failure", Store.STUDY, selecting("Load weather")),
    Scene("explored", Store.STUDY, selecting("Correlation", "result")),
    Scene("model", Store.STUDY, selecting("Decision tree", "result")),
    Scene("explained", Store.STUDY, selecting("SHAP", "result")),
    Scene("predicted", Store.STUDY, selecting("Random forest classifier on penguins: p", "result")),
    *(
        Scene(f"library-{kind.value}", Store.STUDY, in_library(kind))
        for kind in (
            EntityKind.DATASET,
            EntityKind.MODEL_SESSION,
            EntityKind.RUN,
            EntityKind.PREDICTION,
        )
    ),
    Scene("new-job", Store.STUDY, by_action("job.new")),
    Scene("retry", Store.STUDY, by_action("job.retry_with_changes", "Load weather")),
    Scene("settings", Store.STUDY, by_action("app.settings")),
    Scene("schedules", Store.STUDY, by_action("queue.schedules")),
    Scene("about", Store.STUDY, by_action("app.about")),
)


async def until_read(window: MainWindow) -> None:
    """Wait until nothing says any more that it is being read."""
    for _ in range(100):
        labels = (w for w in window.findChildren(QLabel) if w.isVisible())
        if not any(label.text() == tr("Reading…") for label in labels):
            break
        await settle(0.1)
    await settle(0.4)


async def take(scene: Scene, size: QSize, folder: Path, target: Path) -> None:
    """Open a window on *folder*, arrange it, and keep its picture."""
    local = LocalFolder.resolve(folder).create()
    (local.monitor / "window.ini").unlink(missing_ok=True)
    bridge = Bridge(local, asyncio.get_running_loop())
    window = MainWindow(bridge, WindowState(local))
    for install in FEATURES:
        install(window, bridge)
    window.resize(size)
    window.show()
    queue = await bridge.open(lambda: HueyJobQueue(folder))
    while not (window.model.is_loaded or window.overview.counts.total == 0):
        await settle(0.05)
    await scene.arrange(window)
    await until_read(window)
    for number, shown in enumerate(shown_windows(window)):
        path = target.with_stem(f"{target.stem}-dialog") if number else target
        shown.grab().save(str(path))
    window.close_now()
    await bridge.close()
    if isinstance(queue, HueyJobQueue):
        queue.close()
    window.deleteLater()
    await asyncio.sleep(0)


def shown_windows(window: MainWindow) -> list[QWidget]:
    """Return the window and the dialogs over it."""
    dialogs = (widget for widget in window.findChildren(QDialog) if widget.isVisible())
    return [window, *dialogs]


def fill(store: Store, folder: Path) -> None:
    """Put into *folder* what *store* says."""
    from seeded_folder import seed_folder
    from study_folder import make_study

    folder.mkdir()
    if store is Store.STUDY:
        make_study(folder, folder)
    elif store is not Store.EMPTY:
        seed_folder(folder, copies=MANY if store is Store.MANY else 0)


async def main(out: Path, words: list[str]) -> None:
    """Take all pictures."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        for scene, size, language, mode in itertools.product(
            SCENES, SIZES, ("en", "es"), (ThemeMode.LIGHT, ThemeMode.DARK)
        ):
            name = f"{scene.name}-{size}-{language}-{mode}"
            if not all(word in name for word in words):
                continue
            folder = (out if scene.store is Store.STUDY else Path(place)) / scene.store.value
            if not folder.exists():
                await asyncio.to_thread(fill, scene.store, folder)
            set_language(language)
            current_theme().set_mode(mode)
            await take(scene, SIZES[size], folder, out / f"{name}.png")
            print(name, flush=True)


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    install_theme(application, ThemeMode.LIGHT)
    from qasync import QEventLoop

    with QEventLoop(application) as loop:
        loop.run_until_complete(main(Path(sys.argv[1]), sys.argv[2:]))
