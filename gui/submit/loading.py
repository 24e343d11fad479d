"""From files that somebody dropped or chose to dataset jobs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from gui.bridge import Bridge, Message
from gui.helper import helpers_of
from gui.i18n import tr, tr_plural, translate_message
from gui.submit.job_types import FROM_FILES
from gui.submit.preview_dialog import LoadOrder, PreviewDialog
from gui.window_state import WindowState
from queue_core.components.loaders.files.expansion import ExpandedPaths, expand_paths
from queue_core.jobs.base import BaseJob
from queue_core.library.preview import warm_up
from queue_core.queue.job_record import JobRecord
from queue_core.settings.known import PREVIEW_FILES

LAST_FOLDER = "last_folder"


class FileLoading(QObject):
    """Asks how files are to be read, unless told not to, and puts one job for each.

    Signals:
        chosen: Files are to be loaded, as a tuple of paths.
        jobs_put: Ids of the new jobs, as a tuple.
        repeated: A file is loaded again and again; carries its name and the rule of cron.
        message: A `Message` about what was left out.
    """

    chosen = Signal(object)
    jobs_put = Signal(object)
    repeated = Signal(str, str)
    message = Signal(object)

    def __init__(self, window: QWidget, bridge: Bridge, state: WindowState | None = None) -> None:
        """Make it.

        Args:
            window: Owns the dialogs.
            bridge: The way to the queue.
            state: Remembers the folder of the last file; None: nobody does.
        """
        super().__init__(window)
        self._state = state
        self._window = window
        self._bridge = bridge
        self._dialog: PreviewDialog | None = None

    @property
    def dialog(self) -> PreviewDialog | None:
        """The preview that is open."""
        return self._dialog

    def warm_up(self) -> None:
        """Get the helper ready: somebody is dragging files over the window."""
        helper = helpers_of(self._bridge).previews
        if not helper.is_running:
            self._bridge.start(helper.call(warm_up), what=tr("Looking into files"))

    def ask_for_files(self, *, repeated: bool = False) -> None:
        """Let the user choose files with the platform's dialog.

        Args:
            repeated: Offer at once to load them again and again.
        """
        dialog = QFileDialog(self._window, tr("Load data"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        if self._state is not None and (folder := self._state.remembered(LAST_FOLDER)):
            dialog.setDirectory(folder)
        dialog.setNameFilters([_data_filter(), tr("All files") + " (*)"])
        dialog.filesSelected.connect(
            lambda names: self.load([Path(name) for name in names], repeated=repeated)
        )
        dialog.finished.connect(dialog.deleteLater)
        self.warm_up()
        dialog.open()

    def load(self, paths: Sequence[Path], *, repeated: bool = False) -> None:
        """Load files, and the data files in folders, after a preview if the user wants one.

        Args:
            paths: The files and folders.
            repeated: Offer, in the preview, to load them again and again.
        """
        if self._state is not None and paths:
            self._state.remember(LAST_FOLDER, str(paths[0].parent))
        self.chosen.emit(tuple(paths))
        work = self._load(tuple(paths), repeated=repeated)
        self._bridge.start(work, what=tr("Looking into files"))

    def load_as_detected(self, paths: Sequence[Path]) -> None:
        """Load files without a preview."""
        self._submit([LoadOrder(path, "") for path in paths])

    def load_again(self, record: JobRecord) -> None:
        """Show the preview of an earlier job's file, with the options that it had."""
        path = Path(str(record.params.get("file_path") or record.params.get("path") or ""))
        self._open_dialog([path], is_retry=True)
        if self._dialog is not None:
            self._dialog.retry(record)

    async def _load(self, paths: tuple[Path, ...], *, repeated: bool) -> None:
        found = await self._bridge.call(expand_paths, paths)
        if isValid(self):  # else the window has gone: nobody is told or asked any more
            self._tell_skipped(found)
        if not found:
            return
        if not (self._bridge.settings[PREVIEW_FILES] or repeated):
            self.load_as_detected(list(found))
        elif isValid(self):
            self._open_dialog(list(found), repeated=repeated)

    def _open_dialog(
        self, paths: list[Path], *, repeated: bool = False, is_retry: bool = False
    ) -> None:
        dialog = self._dialog
        if dialog is not None:
            dialog.add_files(paths)
            dialog.raise_()
            dialog.activateWindow()
        else:
            dialog = self._dialog = PreviewDialog(paths, self._bridge, self._window)
            dialog.load_wanted.connect(self._submit)
            dialog.ask_changed.connect(self._remember_to_ask)
            dialog.finished.connect(self._forget_dialog)
        if not is_retry:  # which keeps the options of its job, so that a retry hides them
            dialog.job_options.show()
            dialog.job_options.show_kind(FROM_FILES)
        if repeated:
            dialog.job_options.offer_repeating()
        dialog.show()

    def _forget_dialog(self) -> None:
        self._dialog = None

    def _remember_to_ask(self, ask: bool) -> None:
        work = self._bridge.change_settings({PREVIEW_FILES.key: ask})
        self._bridge.start(work, what=tr("Saving the settings"))

    def _submit(self, orders: list[LoadOrder]) -> None:
        what = tr_plural("Loading {count} file", "Loading {count} files", len(orders))
        self._bridge.start(self._put(orders), what=what)

    async def _put(self, orders: list[LoadOrder]) -> None:
        from queue_core.jobs.dataset_job import DatasetJob

        job_ids = []
        for order in orders:
            asked = {
                "file_path": str(order.path), "name": order.name or None,
                "loader": order.loader or None, "params": dict(order.options),
            }  # fmt: skip
            if order.retry_of:
                job_ids.append(await self._retry(order.retry_of, asked))
            elif order.cron:
                await self._repeat(DatasetJob(**asked), order.name or order.path.name, order.cron)
            else:
                job_ids.append(await self._bridge.submit(DatasetJob(**asked), order.how))
        if job_ids and isValid(self):
            self.jobs_put.emit(tuple(job_ids))

    async def _repeat(self, job: BaseJob, name: str, cron: str) -> None:
        await self._bridge.order(lambda queue: queue.add_schedule(job, cron))
        if isValid(self):
            self.repeated.emit(name, cron)

    async def _retry(self, job_id: str, asked: dict[str, Any]) -> str:
        """Put an earlier job again with what is different, so that its past stays known."""
        earlier = (await self._bridge.record(job_id)).params
        if "path" in earlier:  # another name of the same parameter
            asked.pop("file_path")
        changes = {name: value for name, value in asked.items() if earlier.get(name) != value}
        return await self._bridge.retry(job_id, changes)

    def _tell_skipped(self, found: ExpandedPaths) -> None:
        skipped = [item for item in found.skipped if item.reason != "hidden"]
        if not skipped:
            return
        lines = [f"{item.path}: {translate_message(item.reason)}" for item in skipped]
        if len(found):
            text = tr_plural(
                "{count} file was left out.", "{count} files were left out.", len(skipped)
            )
        else:
            text = tr("Nothing of it can be loaded.")
        message = Message(
            text=text, hint=lines[0], details="\n".join(lines), is_error=not len(found)
        )
        self.message.emit(message)


def _data_filter() -> str:
    from queue_core.components.loaders.files.compression import SUFFIXES
    from queue_core.components.loaders.files.content import SUFFIX_LOADERS

    patterns = " ".join(f"*{suffix}" for suffix in sorted((*SUFFIX_LOADERS, *SUFFIXES, ".zip")))
    return tr("Data files") + f" ({patterns})"
