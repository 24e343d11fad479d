"""Where the palette's entries come from: the window itself, and what the queue has."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from gui.actions import Action
from gui.format import format_relative
from gui.going import go_to_entity, go_to_job
from gui.i18n import tr, translate
from gui.jobs.presentation import STATUS_LOOKS, status_word
from gui.jobs.type_looks import type_word
from gui.palette.entries import Entry
from gui.plain_text import one_line
from gui.settings.dialog import SettingsDialog
from queue_core.database.status import EntityKind
from queue_core.library.entities import EntityFilter, EntityRecord, list_entities
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import JobFilter
from queue_core.settings import SETTINGS

if TYPE_CHECKING:
    from gui.bridge import Bridge
    from gui.main_window import MainWindow

MOST_JOBS = 8
MOST_DATASETS = 6
_FIRST = ("file.", "job.new", "queue.", "view.", "app.", "")


def keys_text(shortcut: str) -> str:
    """Return a shortcut as people of this system read it."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)


def of_window(window: MainWindow, *, but: str) -> list[Entry]:
    """Return the commands, pages and settings, as they are at this moment.

    Args:
        window: The window.
        but: The command that opens the palette itself.
    """
    shown = [action for action in window.action_set.all() if action.id != but]
    commands = [_command(window, action) for action in sorted(shown, key=_rank)]
    known = {entry.title for entry in commands}
    pages = [page for page in _pages(window) if page.title not in known]
    return [*pages, *commands, *_settings(window)]


def _rank(action: Action) -> int:
    """Return where a command stands while nothing is typed: what begins work comes first."""
    return next(i for i, start in enumerate(_FIRST) if action.id.startswith(start))


def _command(window: MainWindow, action: Action) -> Entry:
    qaction = window.action_set.qaction(action.id)
    return Entry(
        id=action.id,
        title=qaction.text(),  # which may follow the state: Pause queue, Resume queue
        kind=tr("Command"),
        run=qaction.trigger,
        sentence=translate(action.sentence),
        keywords=action.title,
        icon=action.icon,
        keys=keys_text(action.shortcuts[0]) if action.shortcuts else "",
        obstacle=translate(action.obstacle(window.action_set.selection)),
    )


def _pages(window: MainWindow) -> Iterator[Entry]:
    for number, page in enumerate(window.pages.all):
        yield Entry(
            id=f"page.{number}", title=page.title, kind=tr("Page"), icon="sidebar",
            sentence=page.sentence, run=partial(window.show_page, page.widget),
        )  # fmt: skip


def _settings(window: MainWindow) -> Iterator[Entry]:
    for key, setting in SETTINGS.items():
        yield Entry(
            id=f"setting.{key}", title=translate(setting.title), kind=tr("Setting"),
            icon="settings", sentence=translate(setting.sentence), keywords=setting.title,
            is_quiet=True, run=partial(_open_setting, window, key),
        )  # fmt: skip


def _open_setting(window: MainWindow, key: str) -> None:
    window.action_set.trigger("app.settings")
    dialog = window.findChild(SettingsDialog)
    if isinstance(dialog, SettingsDialog):
        dialog.show_setting(key)


async def of_queue(window: MainWindow, bridge: Bridge, words: str) -> list[Entry]:
    """Return the newest jobs and datasets that have these words."""
    where = JobFilter(search=words)
    jobs = await bridge.ask(lambda queue: queue.list(where, limit=MOST_JOBS))
    datasets = await bridge.call(
        list_entities, bridge.folder, EntityKind.DATASET, EntityFilter(text=words.strip()),
        limit=MOST_DATASETS,
    )  # fmt: skip
    return [
        *(_job(window, record) for record in jobs),
        *(_dataset(window, record) for record in datasets),
    ]


def _job(window: MainWindow, record: JobRecord) -> Entry:
    kind, status = type_word(record.task_type), status_word(record.status)
    return Entry(
        id=f"job.{record.id}", title=one_line(record.job_name), kind=tr("Job"), is_found=True,
        icon=STATUS_LOOKS[record.status].icon, role=record.status.value,
        sentence=f"{kind} · {status} · {format_relative(record.enqueued_at)}",
        run=partial(go_to_job, window, record.id),
    )  # fmt: skip


def _dataset(window: MainWindow, record: EntityRecord) -> Entry:
    return Entry(
        id=f"dataset.{record.id}", title=one_line(record.name), kind=tr("Dataset"),
        icon="dataset", sentence=format_relative(record.created_at), is_found=True,
        run=partial(go_to_entity, window, record),
    )  # fmt: skip
