"""Pictures of the window to look at: themes, sizes, languages, few and many jobs.

Run as `python tests/gui/screenshots.py FOLDER [WORDS...]`; with words, only pictures whose name
holds all of them are taken.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from PySide6.QtCore import QSize  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from gui.bridge import Bridge  # noqa: E402
from gui.features import FEATURES  # noqa: E402
from gui.i18n import set_language  # noqa: E402
from gui.main_window import MainWindow  # noqa: E402
from gui.theme import ThemeMode, current_theme, install_theme  # noqa: E402
from gui.window_state import WindowState  # noqa: E402
from queue_core.paths import LocalFolder  # noqa: E402
from queue_core.queue.huey_queue import HueyJobQueue  # noqa: E402

SIZES = {"1280x800": QSize(1280, 800), "900x600": QSize(900, 600), "700x600": QSize(700, 600)}
MANY = 10_000


@dataclass(frozen=True)
class Scene:
    """What the window shows in a picture.

    Attributes:
        name: Part of the picture's name.
        copies: How many more jobs; None: no jobs at all.
        arrange: What to do before the picture.
    """

    name: str
    copies: int | None
    arrange: Callable[[MainWindow], Awaitable[None]]


async def settle(seconds: float = 0.25) -> None:
    """Let the window read what it shows."""
    await asyncio.sleep(seconds)


async def nothing(window: MainWindow) -> None:
    await settle()


async def plain(window: MainWindow) -> None:
    await settle()


def selecting(name: str, tab: str = "") -> Callable[[MainWindow], Awaitable[None]]:
    """Return what selects the job whose name begins so."""

    async def arrange(window: MainWindow) -> None:
        await settle()
        for row in range(min(window.model.rowCount(), 60)):
            record = window.model.record(row)
            if record is not None and record.job_name.startswith(name):
                window.table.selectRow(row)
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


def opening(action: str) -> Callable[[MainWindow], Awaitable[None]]:
    """Return what runs a command."""

    async def arrange(window: MainWindow) -> None:
        await settle()
        window.action_set.trigger(action)
        await settle(0.8)

    return arrange


SCENES = (
    Scene("timeline", 0, opening("view.timeline")),
    Scene("queue", 0, opening("view.queue")),
    Scene("empty", None, nothing),
    Scene("plain", 0, plain),
    Scene("failed", 0, selecting("iris.csv")),
    Scene("running", 0, selecting("flights")),
    Scene("overview", 0, selecting("Random forest", "overview")),
    Scene("log", 0, selecting("iris.csv", "log")),
    Scene("parameters", 0, selecting("penguins.csv", "parameters")),
    Scene("result", 0, selecting("penguins.csv", "result")),
    Scene("scripts", 0, selecting("Ελληνικά")),
    Scene("nomatch", 0, no_match),
    Scene("many", MANY, plain),
    Scene("all", MANY, several),
)


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
    await scene.arrange(window)
    window.grab().save(str(target))
    window.close_now()
    await bridge.close()
    if isinstance(queue, HueyJobQueue):
        queue.close()
    window.deleteLater()
    await asyncio.sleep(0)


async def main(out: Path, words: list[str]) -> None:
    """Take all pictures."""
    from seeded_folder import seed_folder

    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        folders: dict[int | None, Path] = {}
        for scene, size, language, mode in itertools.product(
            SCENES, SIZES, ("en", "es"), (ThemeMode.LIGHT, ThemeMode.DARK)
        ):
            name = f"{scene.name}-{size}-{language}-{mode}"
            if not all(word in name for word in words):
                continue
            if scene.copies not in folders:
                folders[scene.copies] = Path(place) / f"folder{scene.copies}"
                if scene.copies is not None:
                    seed_folder(folders[scene.copies], copies=scene.copies)
            set_language(language)
            current_theme().set_mode(mode)
            await take(scene, SIZES[size], folders[scene.copies], out / f"{name}.png")
            print(name, flush=True)


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    install_theme(application, ThemeMode.LIGHT)
    from qasync import QEventLoop

    with QEventLoop(application) as loop:
        loop.run_until_complete(main(Path(sys.argv[1]), sys.argv[2:]))
