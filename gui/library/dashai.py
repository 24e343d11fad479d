"""Importing the datasets of DashAI: what there is is told first, then each gets a job."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox

from gui.bridge import Bridge
from gui.i18n import tr, tr_plural, translate_message
from gui.main_window import MainWindow
from gui.plain_text import PlainMessageBox
from queue_core.errors import LocalFolderError
from queue_core.jobs.base import BaseJob
from queue_core.library.dashai import DATABASE, TheirDataset, their_datasets
from queue_core.queue.values import JobOptions

MOST_NAMED = 5


class DashaiImport:
    """Asks which folder, tells what is in it, and puts the jobs.

    Args:
        window: What the questions stand over.
        bridge: Reads and submits.
    """

    def __init__(self, window: MainWindow, bridge: Bridge) -> None:
        self._window = window
        self._bridge = bridge

    def begin(self) -> None:
        """Look into the local folder, which DashAI may share; without it ask for another one."""
        self._look(None)

    def _look(self, theirs: Path | None) -> None:
        self._bridge.start(self._offer(theirs), what=tr("Reading the datasets of DashAI"))

    async def _offer(self, theirs: Path | None) -> None:
        folder = self._bridge.folder
        if theirs is None and not await self._bridge.call((folder.root / DATABASE).is_file):
            self._ask_for_folder()
            return
        try:
            found = await self._bridge.call(their_datasets, folder, theirs)
        except LocalFolderError as error:
            words = [translate_message(error.message), translate_message(error.hint)]
            self._window.toasts.say(" ".join(filter(None, words)))
            return
        self._ask(found)

    def _ask(self, found: Sequence[TheirDataset]) -> None:
        wanted = [dataset for dataset in found if dataset.is_wanted]
        count = len(wanted)
        title = (
            tr_plural("Import {count} dataset of DashAI?", "Import {count} datasets of DashAI?",
                      count)
            if count else tr("There is nothing new to import.")
        )  # fmt: skip
        box = PlainMessageBox(
            QMessageBox.Icon.NoIcon, tr("Import from DashAI"), title, more=_left_out(found),
            parent=self._window,
        )  # fmt: skip
        if wanted:
            box.setDetailedText("\n".join(map(_described, wanted)))
            load = box.addButton(tr("Import"), QMessageBox.ButtonRole.AcceptRole)
            load.clicked.connect(lambda: self._load(wanted))
            box.setDefaultButton(load)
        other = box.addButton(tr("Other folder…"), QMessageBox.ButtonRole.ActionRole)
        other.clicked.connect(self._ask_for_folder)
        box.setEscapeButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.finished.connect(box.deleteLater)
        box.open()

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self._window, tr("The folder that DashAI keeps its data in"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: self._look(Path(chosen)))
        dialog.open()

    def _load(self, wanted: Sequence[TheirDataset]) -> None:
        self._bridge.start(self._put(wanted), what=tr("Importing from DashAI"))

    async def _put(self, wanted: Sequence[TheirDataset]) -> None:
        for job in await self._bridge.call(_jobs_of, wanted):
            await self._bridge.submit(job, JobOptions())
        count = len(wanted)
        self._window.toasts.say(tr_plural("{count} job added.", "{count} jobs added.", count))


def _jobs_of(wanted: Sequence[TheirDataset]) -> list[BaseJob]:
    from queue_core.jobs.dataset_job import DatasetJob  # it takes long

    return [DatasetJob(file_path=str(dataset.path), name=dataset.name) for dataset in wanted]


def _described(dataset: TheirDataset) -> str:
    count = dataset.row_count
    if count is None:
        return dataset.name
    return f"{dataset.name}: {tr_plural('{count} row', '{count} rows', count)}"


def _left_out(found: Sequence[TheirDataset]) -> str:
    lines = [tr("DashAI’s own files stay as they are.")]
    here = sum(dataset.is_here for dataset in found)
    if here:
        lines.append(
            tr_plural("{count} is in the library already.", "{count} are in the library already.",
                      here)
        )  # fmt: skip
    spoilt = [dataset for dataset in found if dataset.problem]
    lines += [f"{d.name}: {translate_message(d.problem)}" for d in spoilt[:MOST_NAMED]]
    return "\n".join(lines)
