"""What dropped files hold, before they are loaded, and how they are to be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.helper import helpers_of
from gui.i18n import tr, tr_plural
from gui.placing import open_at_size
from gui.plain_text import as_title, no_mnemonic
from gui.submit.file_list import FileList
from gui.submit.file_parts import join, split, start_from_others
from gui.submit.job_options import JobOptionsPanel
from gui.submit.preview_panel import PreviewPanel, with_titles
from gui.submit.preview_reader import PreviewReader
from gui.submit.preview_state import FileEntry, of_same_kind
from gui.submit.retrying import point_out_in
from gui.widgets import Note, row, set_role, text_button
from queue_core.errors import MonitorError
from queue_core.library.preview import loader_titles
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import JobOptions

FILES_PX = 220
SIZE = QSize(1080, 660)


@dataclass(frozen=True)
class LoadOrder:
    """One file to load, or one table of it.

    Attributes:
        path: The file.
        name: What the dataset will be called; empty: as the file.
        loader: Id of the loader; empty: detect it.
        options: The options that were previewed; without a preview, those the user chose.
        retry_of: The job whose file is loaded again; empty: none.
        how: When and within which limits it is loaded.
        cron: When it is loaded again and again; empty: once.
    """

    path: Path
    name: str
    loader: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    retry_of: str = ""
    how: JobOptions = field(default_factory=JobOptions)
    cron: str = ""


class PreviewDialog(QDialog):
    """A window beside the main one: nothing waits for it.

    Signals:
        load_wanted: Carries the list of `LoadOrder`s.
        ask_changed: Whether to show this dialog next time.
    """

    load_wanted = Signal(object)
    ask_changed = Signal(bool)

    def __init__(
        self, paths: Iterable[Path], bridge: Bridge, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Load data"))
        open_at_size(self, SIZE)
        self._bridge = bridge
        self.entries = [FileEntry(path) for path in paths]
        self.files = FileList()
        self._side = QFrame()
        self._failed: JobRecord | None = None
        self.panel = PreviewPanel()
        self.reader = PreviewReader(bridge, self.entries, self)
        self.failure = Note("errorBox")
        self._failed_of = ""
        self._top = QWidget()
        self._top.hide()
        self.do_not_ask = QCheckBox(tr("Load without this preview from now on"))
        self.job_options = JobOptionsPanel(bridge, margin_px=16)
        self.problem = Note("errorBox")
        self.apply_to_all = text_button(tr("Apply to all"), self._apply_to_all)
        self.load_button = text_button("", self._load, role="primary")
        self.load_button.setDefault(True)
        self._build()
        self._fill_list(self.entries[0])
        self.reader.updated.connect(self._on_updated)
        self.panel.outdated.connect(self._on_outdated)
        self.panel.name_changed.connect(self._refresh_list)
        bridge.start(self._name_loaders(), what=tr("Looking into files"))
        self._show_current()
        self.load_button.setFocus()

    @property
    def current(self) -> FileEntry:
        """The file, or the table of one, that is shown."""
        return self.files.entry or self.entries[0]

    def _build(self) -> None:
        set_role(self._side, "side")
        self._side.setFixedWidth(FILES_PX)
        inside = QVBoxLayout(self._side)
        inside.setContentsMargins(8, 12, 8, 8)
        inside.addWidget(self.files)
        self._take_out = text_button(tr("Leave this file out"), self._leave_out, role="link")
        self._tick_all = text_button("", self._on_tick_all, role="link")
        inside.addWidget(self._tick_all)
        inside.addWidget(self._take_out)
        QShortcut(QKeySequence.StandardKey.Delete, self.files, self._leave_out)
        self.files.entry_chosen.connect(self._show_current)
        self.files.ticked.connect(self._on_ticked)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self._side)
        middle.addWidget(self.panel, 1)
        cancel = text_button(tr("Cancel"), self.reject)
        bar = QFrame()
        set_role(bar, "buttonBar")
        buttons = row(self.do_not_ask, None, self.apply_to_all, cancel, self.load_button)
        buttons.setContentsMargins(16, 12, 16, 12)
        bar.setLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        top = QVBoxLayout(self._top)
        top.setContentsMargins(16, 16, 16, 0)
        top.addWidget(self.failure)
        layout.addWidget(self._top)
        layout.addLayout(middle, 1)
        problem = QVBoxLayout()
        problem.setContentsMargins(16, 8, 16, 8)
        problem.addWidget(self.problem)
        layout.addLayout(problem)
        layout.addWidget(self.job_options)
        layout.addWidget(bar)

    def retry(self, record: JobRecord) -> None:
        """Load the file of an earlier job again: with its options, and why it failed on top."""
        path = Path(str(record.params.get("file_path") or record.params.get("path") or ""))
        entry = next(entry for entry in self.entries if entry.path == path)
        entry.part = None
        if join(self.entries, entry):  # the job read one table, and its retry does
            entry.outdate()
            self._fill_list(entry)
        entry.name = str(record.params.get("name") or entry.name)
        entry.loader = str(record.params.get("loader") or "")
        entry.overrides = dict(record.params.get("params") or {})
        entry.retry_of = record.id
        # A repeated job keeps its own; other files have these.
        self.job_options.setVisible(not all(entry.retry_of for entry in self.entries))
        if record.status is JobStatus.ERROR:
            self._failed, self._failed_of = record, record.error_msg or ""
            self._top.setVisible(bool(self._failed_of))
            self.failure.show_text(self._failed_of, record.error_hint or "")
            self.panel.form_made.connect(self._point_out)
        self.setWindowTitle(as_title(tr("Retry {job} with changes", job=record.job_name)))

    def _point_out(self) -> None:
        """Call options as the form does, and go to those that the failure talks about."""
        form, record = self.panel.form, self._failed
        if form is None or record is None or self.current.retry_of != record.id:
            return
        schema = self.current.answer.schema if self.current.answer else {}
        hint = with_titles(record.error_hint or "", schema)
        self.failure.show_text(self._failed_of, hint)
        point_out_in(form, record, record.params.get("params") or {})

    async def _name_loaders(self) -> None:
        loaders = await helpers_of(self._bridge).previews.call(loader_titles)
        if isValid(self):  # else it was closed meanwhile; ending the helper would cost a new start
            self.panel.set_loaders(loaders)

    def add_files(self, paths: Iterable[Path]) -> None:
        """Add more files to those that wait here."""
        known = {entry.path for entry in self.entries}
        self.entries.extend(FileEntry(path) for path in paths if path not in known)
        self._fill_list(self.current)
        self._show_current()

    # --- the list -----------------------------------------------------------------------------

    def _fill_list(self, shown: FileEntry) -> None:
        self.files.fill(self.entries, shown)
        self._side.setVisible(len(self.entries) > 1)
        self._take_out.setVisible(len({entry.path for entry in self.entries}) > 1)
        self._refresh_list()

    def _refresh_list(self) -> None:
        self.files.refresh()
        count = sum(entry.will_load for entry in self.entries)
        self.load_button.setEnabled(bool(count))
        self.load_button.setText(_load_text(self.entries, count))
        tables = self._tables()
        self._tick_all.setVisible(bool(tables))
        is_all = all(entry.is_ticked for entry in tables)
        self._tick_all.setText(tr("Tick this one alone") if is_all else tr("Tick all tables"))
        same = of_same_kind(self.entries, self.current)
        self.apply_to_all.setVisible(bool(same) and bool(self.current.overrides))
        title = self.current.answer.loader_title if self.current.answer else ""
        text = tr("Apply to all {kind} files", kind=title) if title else tr("Apply to all files")
        if self.current.part is not None:
            text = tr("Apply to all tables")
        self.apply_to_all.setText(no_mnemonic(text))

    def _show_current(self) -> None:
        start_from_others(self.entries, self.current)
        self.panel.show_entry(self.current)
        self._refresh_list()
        self.reader.show(self.current)

    def _tables(self) -> list[FileEntry]:
        """Return the tables of the file that is shown, where it holds several."""
        path = self.current.path
        return [entry for entry in self.entries if entry.path == path and entry.part is not None]

    def _on_updated(self, entry: FileEntry) -> None:
        if split(self.entries, entry):
            self._fill_list(self.current)
            if entry is self.current:
                self.panel.show_name()
        self._refresh_list()
        if entry is self.current:
            self.panel.show_entry(entry)
            # What the preview says of the file now stands beside its lines: once is enough.
            self._top.setVisible(bool(self._failed_of) and entry.can_load)

    def _on_outdated(self) -> None:
        if join(self.entries, self.current):
            self._fill_list(self.current)
            self.panel.show_name()
        self._refresh_list()
        self.reader.outdated()

    # --- what the user does -------------------------------------------------------------------

    def _on_ticked(self, entry: FileEntry) -> None:
        start_from_others(self.entries, entry)
        self._refresh_list()
        self.reader.show(self.current)

    def _on_tick_all(self) -> None:
        """Tick all tables of the file that is shown; once they are, the shown one alone."""
        tables = self._tables()
        is_all = all(entry.is_ticked for entry in tables)
        for entry in tables:
            start_from_others(self.entries, entry)
            entry.is_ticked = not is_all or entry is self.current
        self._refresh_list()
        self.reader.show(self.current)

    def _apply_to_all(self) -> None:
        model = self.current
        for entry in of_same_kind(self.entries, model):
            entry.loader = model.loader
            entry.overrides = dict(model.overrides)
            entry.outdate()
        self._on_outdated()

    def _leave_out(self) -> None:
        """Take the file that is shown out of the list, with all its tables."""
        path = self.current.path
        kept = [entry for entry in self.entries if entry.path != path]
        if kept:
            place = self.entries.index(self.current)
            self.entries[:] = kept
            self._fill_list(kept[min(place, len(kept) - 1)])
            self._show_current()

    def _load(self) -> None:
        """Load what can be; what cannot stays here with its reason."""
        self.problem.show_text("")
        try:
            self.job_options.check()
        except MonitorError as error:  # told while there is still something to mend
            self.problem.show_text(error.message, error.hint)
            self.job_options.show_problem(error)
            return
        failed = [entry for entry in self.entries if entry.is_ticked and not entry.will_load]
        how, cron = self.job_options.options(), self.job_options.cron
        orders = [_order(entry, how, cron) for entry in self.entries if entry.will_load]
        if self.do_not_ask.isChecked():
            self.ask_changed.emit(False)
        self.load_wanted.emit(orders)
        if not failed:
            self.accept()
            return
        self.entries[:] = failed
        self._fill_list(failed[0])
        self._show_current()

    # Qt

    def done(self, result: int) -> None:
        """Look no further when the dialog goes."""
        self.reader.stop()
        super().done(result)


def _order(entry: FileEntry, how: JobOptions, cron: str) -> LoadOrder:
    name = "" if entry.name == entry.path.name else entry.name
    if entry.answer is not None and entry.can_load:
        loader, options = entry.answer.loader, dict(entry.answer.options)
    else:
        loader, options = entry.loader, entry.asked
    return LoadOrder(entry.path, name, loader, options, entry.retry_of, how, cron)


def _load_text(entries: list[FileEntry], count: int) -> str:
    """Return what the button says that loads *count* of *entries*."""
    if len({entry.path for entry in entries}) == 1 and count < 2:
        return tr("Load")
    if any(entry.part is not None for entry in entries):
        return tr_plural("Load {count} dataset", "Load {count} datasets", count)
    return tr_plural("Load {count} file", "Load {count} files", count)
