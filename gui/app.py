"""The program with a window: how it starts, how it ends, and what it is made of."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication, QMessageBox

from gui.actions import Place
from gui.bridge import Bridge, Message, describe_error
from gui.closing import CloseAnswer, CloseChoice, CloseDialog
from gui.garbage import GuiGarbage
from gui.i18n import set_language, tr
from gui.logs import start_logging
from gui.main_window import MainWindow
from gui.plain_text import PlainMessageBox
from gui.process_signals import listen_to_signals
from gui.serving import WindowApi
from gui.single_instance import Claim, SingleInstance
from gui.theme import ThemeMode, icon, install_theme
from gui.tray import Tray, tray_is_available
from gui.window_state import WindowState
from queue_core import __version__
from queue_core.errors import LocalFolderError, MonitorError
from queue_core.paths import LocalFolder
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobCounts
from queue_core.settings import Settings
from queue_core.settings.known import CLOSE_ACTION, LANGUAGE, STAY_IN_TRAY, THEME, WORKERS

if TYPE_CHECKING:
    from queue_core.queue.huey_queue import HueyJobQueue

logger = logging.getLogger(__name__)

EXIT_FOLDER_UNUSABLE = 4
# Long enough for Qt to map the window and paint it.
FIRST_PAINT_S = 0.02
THREAD_SWITCH_S = 0.0005
# How long the end waits for a queue that is still opening, e.g. a locked one.
OPENING_S = 40.0


def main(files: list[Path] | None = None) -> int:
    """Open the window, with *files* as new dataset jobs; return the exit code."""
    application = make_application()
    try:
        folder = LocalFolder.resolve().create()
    except LocalFolderError as error:
        return _cannot_start(error)
    settings = Settings.load(folder.settings)
    set_language(settings[LANGUAGE])
    instance = SingleInstance(folder)
    match instance.claim(files or []):
        case Claim.HANDED_OVER:
            return 0
        case Claim.UNREACHABLE:
            return _cannot_start(
                MonitorError(
                    tr("Another window holds {folder} and does not answer.", folder=folder.root),
                    hint=tr("Close it, or end its process, and start again."),
                )
            )
    # After PySide6: otherwise qasync looks for another Qt first.
    from qasync import QEventLoop

    with QEventLoop(application) as loop:
        program = Program(application, folder, settings, instance, loop, files or [])
        try:
            return int(loop.run_until_complete(program.run()))
        except Exception as error:
            # A border: who started the program by a double click has no terminal to read.
            logger.exception("The program could not start")
            told = describe_error(error, what=tr("Starting the program"))
            return _cannot_start(MonitorError(told.text, hint=told.hint))


def make_application() -> QApplication:
    """Return the one application object, with our names on it."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    application.setApplicationName("dashai-monitor")
    application.setApplicationDisplayName("DashAI Monitor")
    application.setDesktopFileName("dashai-monitor")
    # The window may hide in the tray, and the program decides itself when it ends.
    application.setQuitOnLastWindowClosed(False)
    return application


class Program:
    """Everything between start and end; `run` holds both as lists one can read."""

    def __init__(
        self,
        application: QApplication,
        folder: LocalFolder,
        settings: Settings,
        instance: SingleInstance,
        loop: asyncio.AbstractEventLoop,
        files: list[Path],
    ) -> None:
        self.application = application
        self.folder = folder
        self.settings = settings
        self.instance = instance
        self.loop = loop
        self.files = files
        self.bridge = Bridge(folder, loop, settings)
        self._ended = asyncio.Event()
        self._features_started = asyncio.Event()
        self._undo: list[Callable[[], object]] = []
        self._window: MainWindow | None = None
        self._queue: HueyJobQueue | None = None
        self._opening: asyncio.Task[None] | None = None
        self._tray: Tray | None = None
        self._dialog: CloseDialog | None = None
        self._api = WindowApi()

    async def run(self) -> int:
        """Start, wait for the end, stop."""
        try:
            await self._start()
            await self._ended.wait()
        finally:
            await self._stop()
        return 0

    async def _start(self) -> None:
        self._start_log()
        self._favour_this_thread()
        self._report_what_nobody_catches()
        self._show_window()
        self._listen_to_the_outside()
        self._open_queue_meanwhile()
        await asyncio.sleep(FIRST_PAINT_S)
        self._start_features()

    async def _stop(self) -> None:
        for stop in (
            self._hide_window,
            self._carry_out_removals,
            self._stop_queue,
            self._close_queue,
            self._undo_the_rest,
        ):
            try:
                await stop()
            except Exception:
                # A part that cannot end must not keep the others from ending.
                logger.exception("%s failed", stop.__name__)

    @property
    def window(self) -> MainWindow:
        """The window; there from the start to the end."""
        assert self._window is not None
        return self._window

    def quit(self) -> None:
        """End the program; running jobs are interrupted."""
        self._ended.set()

    # --- start --------------------------------------------------------------------------------

    def _start_log(self) -> None:
        self._undo.append(start_logging(self.folder))
        logger.info("DashAI Monitor %s starts in %s", __version__, self.folder.root)

    def _favour_this_thread(self) -> None:
        # A repaint takes the interpreter's lock hundreds of times, and a busy reader thread gives
        # it back only after this long: with Python's default of 5 ms, tables stutter.
        sys.setswitchinterval(THREAD_SWITCH_S)
        self._undo.append(GuiGarbage(self.application).start())

    def _report_what_nobody_catches(self) -> None:
        """Whatever no one handles reaches the user as a message, and the log."""

        def report(
            _kind: type[BaseException], error: BaseException, trace: TracebackType | None
        ) -> None:
            self.bridge.report(error.with_traceback(trace), what=tr("Something in this window"))

        def report_thread(found: threading.ExceptHookArgs) -> None:
            if found.exc_value is not None:
                self.bridge.report(found.exc_value, what=tr("Something in the background"))

        def report_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            error = context.get("exception") or RuntimeError(context.get("message"))
            self.bridge.report(error, what=tr("Something in the background"))

        before = sys.excepthook, threading.excepthook
        sys.excepthook, threading.excepthook = report, report_thread
        self.loop.set_exception_handler(report_loop)

        def undo() -> None:
            sys.excepthook, threading.excepthook = before
            self.loop.set_exception_handler(None)

        self._undo.append(undo)

    def _show_window(self) -> None:
        install_theme(self.application, ThemeMode(self.settings[THEME]))
        self.application.setWindowIcon(icon("application"))
        self._window = MainWindow(self.bridge, WindowState(self.folder))
        self.window.toolbar.workers_chosen.connect(self._store_workers)
        self.bridge.settings_changed.connect(self._on_settings)
        self.window.shown_wanted.connect(self._show_again)
        self.window.close_asked.connect(self._on_close_asked)
        self.window.overview.counts_changed.connect(self._on_counts)
        self.window.action_set.handle("app.quit", self._on_quit_asked)
        self.window.show()

    def _start_features(self) -> None:
        # Not before the window is painted: their import takes as long as all the rest.
        from gui.features import FEATURES

        for install in FEATURES:
            install(self.window, self.bridge)
        self._features_started.set()
        for problem in self.settings.problems:
            self.bridge.failed.emit(Message(text=problem))

    def _listen_to_the_outside(self) -> None:
        self._undo.append(self.instance.close)
        self.instance.files_received.connect(self._on_files_received)
        self._undo.append(listen_to_signals(self._on_signal))
        self.application.commitDataRequest.connect(self._on_session_end)

    def _open_queue_meanwhile(self) -> None:
        self._opening = self.bridge.start(self._open_queue(), what=tr("Opening the queue"))

    async def _open_queue(self) -> None:
        try:
            await self.bridge.open(self._make_queue)
        except (MonitorError, OSError, sqlite3.Error) as error:
            logger.error("The queue cannot be opened", exc_info=error)
            told = describe_error(error, what=tr("Opening the queue"))
            self.window.show_problem(told, self._open_queue_meanwhile)
            return
        self._serve()
        await self._features_started.wait()
        if self.files and not self._ended.is_set():
            self.window.files_given.emit(tuple(self.files))

    def _make_queue(self) -> HueyJobQueue:
        """Open the queue and run its jobs; on another thread, because both take time."""
        from queue_core.queue.configuration import engine_options
        from queue_core.queue.huey_queue import HueyJobQueue

        queue = HueyJobQueue(self.folder.root)
        queue.start(self.settings[WORKERS], engine_options(self.settings))
        self._queue = queue
        return queue

    # --- while it runs ------------------------------------------------------------------------

    def _store_workers(self, count: int) -> None:
        changes = self.bridge.change_settings({WORKERS.key: count})
        self.bridge.start(changes, what=tr("Saving the settings"))

    def _on_settings(self, settings: Settings) -> None:
        before, self.settings = self.settings, settings
        if self._queue is not None and settings[WORKERS] != before[WORKERS]:
            change = self.bridge.call(self._queue.start, settings[WORKERS])
            self.bridge.start(change, what=tr("Changing the number of workers"))
        self._serve()

    def _serve(self) -> None:
        if self._queue is not None:
            change = self.bridge.call(self._api.apply, self._queue, self.settings)
            self.bridge.start(change, what=tr("The HTTP API"))

    def _on_counts(self, counts: JobCounts) -> None:
        if self._tray is not None:
            self._tray.set_counts(
                running=counts.by_status.get(JobStatus.STARTED, 0),
                waiting=counts.by_status.get(JobStatus.NOT_STARTED, 0),
            )

    def _on_files_received(self, paths: tuple[Path, ...]) -> None:
        self._show_again()
        if paths:
            self.window.files_given.emit(paths)

    def _on_signal(self) -> None:
        logger.info("Asked to end by a signal")
        self.quit()

    # --- closing ------------------------------------------------------------------------------

    def _on_close_asked(self) -> None:
        running = self.window.overview.count(JobStatus.STARTED)
        goes_on = running > 0 and self.bridge.settings[CLOSE_ACTION] == "tray"
        if (goes_on or self.bridge.settings[STAY_IN_TRAY]) and tray_is_available():
            self._go_to_tray()
        else:
            self._on_quit_asked()

    def _on_quit_asked(self, _selection: object = None) -> None:
        running = self.window.overview.count(JobStatus.STARTED)
        if running == 0 or self.bridge.settings[CLOSE_ACTION] == "stop":
            self.quit()
        elif self._dialog is not None:
            self._dialog.raise_()
        else:
            self._show_again()
            self._ask(running)

    def _ask(self, running: int) -> None:
        self._dialog = CloseDialog(
            self.window,
            running=running,
            waiting=self.window.overview.count(JobStatus.NOT_STARTED),
            has_tray=tray_is_available(),
        )
        self._dialog.answered.connect(self._on_answer)
        self._dialog.open()

    def _on_answer(self, answer: CloseAnswer) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.deleteLater()
        if answer.choice is CloseChoice.STAY:
            return
        stop = answer.choice is CloseChoice.STOP
        if answer.remember:
            changes = {CLOSE_ACTION.key: "stop" if stop else "tray"}
            self.bridge.start(self.bridge.change_settings(changes), what=tr("Saving the settings"))
        if stop:
            self.quit()
        else:
            self._go_to_tray()

    def _go_to_tray(self) -> None:
        if self._tray is None:
            actions = [self.window.show_action, *self.window.action_set.qactions(Place.TRAY)]
            self._tray = Tray(icon("application"), actions, self.window)
            self._tray.show_requested.connect(self._show_again)
            self._on_counts(self.window.overview.counts)
        self.window.hide()

    def _show_again(self) -> None:
        self.window.bring_to_front()
        if self._tray is not None:
            self._tray.close()
            self._tray = None

    def _on_session_end(self) -> None:
        """The desktop ends: do not ask; what runs is interrupted and offered again."""
        self.window.save_state()
        self.quit()

    # --- stop ---------------------------------------------------------------------------------

    async def _hide_window(self) -> None:
        if self._tray is not None:
            self._tray.close()
        if self._window is not None:
            self._window.save_state()
            self._window.hide()

    async def _carry_out_removals(self) -> None:
        if self._window is not None and self.bridge.is_open:
            await self._window.commands.finish()

    async def _stop_queue(self) -> None:
        if self._opening is not None:
            # A queue that opens after everything else has ended would have nobody to close it.
            self._features_started.set()
            await asyncio.wait({self._opening}, timeout=OPENING_S)
        await self.bridge.call(self._api.stop)
        if self._queue is not None:
            await self.bridge.call(self._queue.stop)

    async def _close_queue(self) -> None:
        # Not before the window's questions have ended: a closed queue answers none.
        await self.bridge.close(last=None if self._queue is None else self._queue.close)

    async def _undo_the_rest(self) -> None:
        if self._window is not None:
            self._window.close_now()
        for undo in reversed(self._undo):
            undo()


def _cannot_start(error: MonitorError) -> int:
    """Say why in a window: a program started by a double click has no terminal."""
    icon_kind = QMessageBox.Icon.Critical
    box = PlainMessageBox(icon_kind, "DashAI Monitor", error.message, more=error.hint)
    box.exec()
    return EXIT_FOLDER_UNUSABLE
