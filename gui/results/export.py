"""Saving a result as a file of the user's choice."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from gui.bridge import Bridge
from gui.format import format_count
from gui.helper import helpers_of
from gui.i18n import tr
from gui.notifications import ToastAction, notify
from gui.platform import open_folder
from gui.results.figure_words import local_forms, translated_words
from queue_core.artifacts.table_files import TABLE_FORMAT_TITLES, TABLE_FORMATS, write_whole
from queue_core.library import export

TABLE_FILTERS = {
    f".{suffix}": f"{title} (*.{suffix})"
    for suffix, title in zip(TABLE_FORMATS, TABLE_FORMAT_TITLES, strict=True)
}
FIGURE_FILTERS = {".png": "PNG (*.png)", ".svg": "SVG (*.svg)", ".pdf": "PDF (*.pdf)"}
TEXT_FILTERS = {".txt": "Text (*.txt)"}

Write = Callable[[Path], Awaitable[str]]


@dataclass(frozen=True)
class Export:
    """A result that can be written as a file.

    Attributes:
        name: What it is called; the file at first, too.
        filters: The kinds of file by their suffix, the usual one first.
        write: Writes it to a path in the background; returns a sentence that says so.
    """

    name: str
    filters: Mapping[str, str]
    write: Write

    @property
    def file_name(self) -> str:
        """What the file is called at first; a job may be called like the file that it loads."""
        name, kind = self.name, Path(self.name).suffix
        stem = name.removesuffix(kind) if kind.lower() in self.filters else name
        return file_name_of(stem, next(iter(self.filters)))


def file_name_of(name: str, suffix: str) -> str:
    """Return what a file is called that holds what is called *name*, on any system."""
    return f"{_file_stem(name)}{suffix}"


def table_export(bridge: Bridge, source: Path, name: str) -> Export:
    """Offer a Parquet file's rows."""

    async def write(target: Path) -> str:
        helper = helpers_of(bridge).reading
        rows = await helper.call(export.save_table, source=str(source), target=str(target))
        return tr("Saved {rows} rows to {file}.", rows=format_count(rows), file=target.name)

    return Export(name, TABLE_FILTERS, write)


def values_export(
    bridge: Bridge, columns: Mapping[str, Sequence[float | str | None]], name: str
) -> Export:
    """Offer columns of plain values."""

    async def write(target: Path) -> str:
        helper = helpers_of(bridge).reading
        values = {title: list(found) for title, found in columns.items()}
        rows = await helper.call(export.save_values, columns=values, target=str(target))
        return tr("Saved {rows} rows to {file}.", rows=format_count(rows), file=target.name)

    return Export(name, TABLE_FILTERS, write)


def figure_export(bridge: Bridge, source: Path, name: str, *, dark: bool) -> Export:
    """Offer a stored figure."""

    async def write(target: Path) -> str:
        await write_figure(bridge, source, target, dark=dark)
        return tr("Saved the figure to {file}.", file=target.name)

    return Export(name, FIGURE_FILTERS, write)


async def write_figure(bridge: Bridge, source: Path, target: Path, *, dark: bool) -> None:
    """Draw a stored figure into a file, in the user's language."""
    words = await translated_words(bridge, source)
    await helpers_of(bridge).reading.call(
        export.save_figure,
        source=str(source),
        target=str(target),
        theme="dark" if dark else "light",
        words=words,
        forms=local_forms(),
    )


def copy_export(bridge: Bridge, source: Path, name: str) -> Export:
    """Offer a stored file as it is."""

    async def write(target: Path) -> str:
        await bridge.call(_copy, source, target)
        return tr("Saved a copy to {file}.", file=target.name)

    return Export(name, {source.suffix: f"*{source.suffix}"}, write)


def ask_and_write(widget: QWidget, bridge: Bridge, offered: Export) -> None:
    """Ask where to save; then write in the background and say that it is done."""
    filters = offered.filters
    dialog = QFileDialog(widget.window(), tr("Save as"), offered.file_name)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(list(filters.values()))
    dialog.setDefaultSuffix(next(iter(filters)).lstrip("."))
    dialog.filterSelected.connect(
        lambda chosen: dialog.setDefaultSuffix(_suffix_of(chosen, filters))
    )
    dialog.fileSelected.connect(
        lambda chosen: bridge.start(
            _write(widget, Path(chosen), offered.write),
            what=tr("Saving {file}", file=Path(chosen).name),
        )
    )
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


async def _write(widget: QWidget, target: Path, write: Write) -> None:
    window = widget.window()
    sentence = await write(target)
    notify(window, sentence, ToastAction(tr("Show folder"), lambda: open_folder(target.parent)))


def _copy(source: Path, target: Path) -> None:
    write_whole(target, lambda path: shutil.copyfile(source, path))


def _suffix_of(name_filter: str, filters: Mapping[str, str]) -> str:
    return next((s for s, text in filters.items() if text == name_filter), "").lstrip(".")


def _file_stem(name: str) -> str:
    stem = "".join(
        letter if letter.isprintable() and letter not in '/\\:*?"<>|' else "_" for letter in name
    ).strip(" .")
    return stem[:80] or "result"
