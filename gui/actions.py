"""Every command of the window as a record; menus, buttons and shortcuts are made from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from gui.i18n import mark, tr, translate
from gui.plain_text import as_typed
from gui.theme import icon
from queue_core.queue.job_record import JobRecord


class Place(StrEnum):
    """Where a command appears."""

    NEW_JOB = "new_job"
    MENU = "menu"
    CONTEXT = "context"
    DETAILS = "details"
    TRAY = "tray"


@dataclass(frozen=True)
class Selection:
    """The selected jobs, as a command sees them.

    Attributes:
        ids: All of them, in the order of the table.
        records: Those whose records have been read; with thousands selected, not all have.
    """

    ids: tuple[str, ...] = ()
    records: tuple[JobRecord, ...] = ()

    @property
    def is_partly_unknown(self) -> bool:
        """Whether some selected jobs have not been read yet."""
        return len(self.records) < len(self.ids)

    def any(self, condition: Callable[[JobRecord], bool]) -> bool:
        """Return whether the condition holds, or may hold, for one of them."""
        return self.is_partly_unknown or any(condition(record) for record in self.records)


Condition = Callable[[Selection], bool]
_NEEDS: dict[Condition, str] = {}


def needs(sentence: str) -> Callable[[Condition], Condition]:
    """Say what a condition asks for, in English: shown where a command cannot be used."""

    def remember(condition: Condition) -> Condition:
        _NEEDS[condition] = sentence
        return condition

    return remember


def always(selection: Selection) -> bool:  # noqa: ARG001 - one of many predicates
    """Allow a command at any time."""
    return True


@needs(mark("Select a job first."))
def has_any(selection: Selection) -> bool:
    """Allow a command while something is selected."""
    return bool(selection.ids)


@needs(mark("Select one job first."))
def has_one(selection: Selection) -> bool:
    """Allow a command for exactly one job."""
    return len(selection.ids) == 1


@needs(mark("Select a job that waits or runs."))
def can_cancel(selection: Selection) -> bool:
    """Allow it while a job of ours waits or runs."""
    return any(
        r.is_ours and not r.status.is_final and r.requested != "cancel" for r in selection.records
    )


@needs(mark("Select a job that has ended."))
def can_retry(selection: Selection) -> bool:
    """Allow it where a job of ours has ended."""
    return selection.any(lambda record: record.is_ours and record.status.is_final)


@needs(mark("Select jobs that have ended."))
def can_remove(selection: Selection) -> bool:
    """Allow it where all selected jobs have ended and one of them is ours."""
    if any(not record.status.is_final for record in selection.records):
        return False
    return has_any(selection) and selection.any(lambda record: record.is_ours)


@dataclass(frozen=True, kw_only=True)
class Action:
    """One command.

    Attributes:
        id: Its name, e.g. `job.cancel`; its handler is registered under it.
        title: What the user reads, in English; a verb.
        icon: Name of its icon; may be empty.
        shortcuts: Keys, as `QKeySequence` reads them.
        places: Where it appears.
        enabled: Whether it can be used with this selection.
        sentence: What it does, for the tooltip; may be empty.
        is_checkable: Whether it is a switch.
        starts_group: Whether a line separates it from the command above.
        order: Its place among others: small numbers come first.
        submenu: Title of the menu within the menu, in English; empty: it stands in the menu.
        is_shown_only_enabled: Whether menus leave it out where it cannot be used.
        excuse: Where it holds, one expects the command: it is shown all the same, and says why not.
    """

    id: str
    title: str
    icon: str = ""
    shortcuts: tuple[str, ...] = ()
    places: frozenset[Place] = frozenset()
    enabled: Condition = always
    sentence: str = ""
    is_checkable: bool = False
    starts_group: bool = False
    order: int = 50
    submenu: str = ""
    is_shown_only_enabled: bool = False
    excuse: Condition | None = None

    def is_left_out(self, selection: Selection) -> bool:
        """Return whether menus leave it out now."""
        if not self.is_shown_only_enabled or self.enabled(selection):
            return False
        return self.excuse is None or not self.excuse(selection)

    def obstacle(self, selection: Selection) -> str:
        """Return why it cannot be used with this selection, in English; empty where it can."""
        if self.enabled(selection):
            return ""
        condition = self.enabled
        if self.excuse is not None and self.excuse(selection):
            condition = self.excuse
        return _NEEDS.get(condition, mark("This is not possible with the selected jobs."))


ACTIONS: tuple[Action, ...] = (
    Action(
        id="job.details", order=0, title=mark("Show details"), icon="details",
        places=frozenset({Place.CONTEXT}), enabled=has_one,
    ),
    Action(
        id="job.cancel", order=10, title=mark("Cancel"), icon="stop", shortcuts=("Delete",),
        places=frozenset({Place.CONTEXT, Place.DETAILS}), enabled=can_cancel,
        sentence=mark("Stop the selected jobs now."), starts_group=True,
    ),
    Action(
        id="job.retry", order=60, title=mark("Retry"), icon="retry", shortcuts=("Ctrl+R", "F5"),
        places=frozenset({Place.CONTEXT, Place.DETAILS}), enabled=can_retry,
        sentence=mark("Run the selected jobs again, as new jobs."),
    ),
    Action(
        id="job.remove", order=90, title=mark("Remove"), icon="remove", shortcuts=("Delete",),
        places=frozenset({Place.CONTEXT, Place.DETAILS}), enabled=can_remove,
        sentence=mark("Take the selected jobs and their logs out of the table."),
        starts_group=True,
    ),
    Action(
        id="job.copy", order=80, title=mark("Copy rows"), icon="copy",
        places=frozenset({Place.CONTEXT}), enabled=has_any,
    ),
    Action(
        id="job.copy_id", order=81, title=mark("Copy identifier"),
        places=frozenset({Place.CONTEXT}), enabled=has_any,
    ),
    Action(
        id="view.search", order=10, title=mark("Search"), icon="search", shortcuts=("Ctrl+F",),
        places=frozenset({Place.MENU}),
    ),
    Action(id="view.clear", title=mark("Clear search and filters"), shortcuts=("Esc",)),
    Action(
        id="view.details", order=20, title=mark("Details"), icon="details", shortcuts=("F9",),
        places=frozenset({Place.MENU}), is_checkable=True,
    ),
    Action(
        id="app.quit", order=99, title=mark("Quit"), icon="quit", shortcuts=("Ctrl+Q",),
        places=frozenset({Place.MENU, Place.TRAY}), starts_group=True,
    ),
)  # fmt: skip


class ActionSet(QObject):
    """The commands of one window: their Qt actions, handlers and current state."""

    def __init__(self, window: QWidget, actions: Iterable[Action] = ACTIONS) -> None:
        super().__init__(window)
        self._window = window
        self._records: dict[str, Action] = {}
        self._actions: dict[str, QAction] = {}
        self._handlers: dict[str, Callable[[Selection], object]] = {}
        self.selection = Selection()
        self.add(actions)

    def add(self, actions: Iterable[Action]) -> None:
        """Make more commands known."""
        for record in actions:
            self._records[record.id] = record
            self._actions[record.id] = self._make(record)
            self._window.addAction(self._actions[record.id])

    def handle(self, action_id: str, handler: Callable[[Selection], object]) -> None:
        """Say what a command does; it is called with the jobs selected at that moment."""
        if action_id not in self._records:
            raise KeyError(action_id)
        self._handlers[action_id] = handler

    def without_handler(self) -> tuple[str, ...]:
        """Return the commands that would do nothing."""
        return tuple(i for i in self._records if i not in self._handlers)

    def qaction(self, action_id: str) -> QAction:
        """Return the Qt action of a command."""
        return self._actions[action_id]

    def record(self, action_id: str) -> Action:
        """Return the record of a command."""
        return self._records[action_id]

    def all(self) -> tuple[Action, ...]:
        """Return every command, in the order in which they were made known."""
        return tuple(self._records.values())

    def at(self, place: Place) -> tuple[Action, ...]:
        """Return the commands that appear in *place*, in order."""
        found = (record for record in self._records.values() if place in record.places)
        return tuple(sorted(found, key=lambda record: record.order))

    def qactions(self, place: Place) -> list[QAction]:
        """Return the Qt actions of the commands that appear in *place*, in order."""
        return [self._actions[record.id] for record in self.at(place)]

    def fill(self, menu: QMenu, place: Place) -> None:
        """Put the commands of *place* into a menu."""
        # Elsewhere they would say again what stands there.
        menu.setToolTipsVisible(
            any(r.excuse is not None and r.excuse(self.selection) for r in self.at(place))
        )
        submenus: dict[str, QMenu] = {}
        for record in self.at(place):
            if record.is_left_out(self.selection):
                continue
            if record.starts_group and not menu.isEmpty():
                menu.addSeparator()
            target = menu
            if record.submenu:
                if record.submenu not in submenus:
                    submenus[record.submenu] = menu.addMenu(translate(record.submenu))
                target = submenus[record.submenu]
            target.addAction(self._actions[record.id])

    def update(self, selection: Selection) -> None:
        """Enable what can be done with the jobs that are selected now."""
        self.selection = selection
        for action_id, record in self._records.items():
            action = self._actions[action_id]
            action.setEnabled(record.enabled(selection))
            if record.excuse is not None:
                words = translate(record.obstacle(selection)) or tooltip(record)
                action.setToolTip(as_typed(words))

    def trigger(self, action_id: str) -> None:
        """Run a command."""
        self._handlers[action_id](self.selection)

    def run(self, action_id: str, selection: Selection) -> None:
        """Run a command for other jobs than the selected ones."""
        self._handlers[action_id](selection)

    def _make(self, record: Action) -> QAction:
        action = QAction(translate(record.title), self)
        action.setObjectName(record.id)
        if record.icon:
            action.setIcon(icon(record.icon))
        action.setShortcuts([QKeySequence(keys) for keys in record.shortcuts])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setCheckable(record.is_checkable)
        action.setToolTip(as_typed(tooltip(record)))
        action.triggered.connect(lambda: self.trigger(record.id))
        return action


def tooltip(record: Action) -> str:
    """Return what a command does and its first shortcut."""
    text = translate(record.sentence or record.title)
    if not record.shortcuts:
        return text
    keys = QKeySequence(record.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText)
    return tr("{text} ({keys})", text=text, keys=keys)
