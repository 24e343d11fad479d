"""What the jobs page has besides the table: the index, the query's bar and what it completes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QToolButton

from gui.actions import Action, Place, Selection
from gui.bridge import Bridge
from gui.i18n import mark, tr
from gui.jobs.columns import component_of
from gui.jobs.grouping import GROUPS
from gui.jobs.indexing import JobIndexing
from gui.jobs.query_bar import QueryBar
from gui.jobs.query_completer import QueryCompleter
from gui.jobs.query_texts import Known
from gui.jobs.views_section import ViewsSection
from gui.jobs.whole_list import WholeList
from gui.main_window import MainWindow
from gui.widgets import set_role, text_button
from queue_core.queue.finding.language import QueryError, Term, without
from queue_core.queue.values import JobFilter

SAVE_LIST = Action(
    id="view.save_list", order=31, title=mark("Save the list…"), icon="export",
    places=frozenset({Place.MENU}),
    sentence=mark("Write all jobs that the list holds to a table: CSV, Parquet or Excel."),
)  # fmt: skip

PRINT_LIST = Action(
    id="view.print_list", order=31, title=mark("Print the list…"), icon="print",
    places=frozenset({Place.MENU}),
    sentence=mark("Print the jobs of the list as they are shown: filter, order and columns."),
)  # fmt: skip


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add it all."""
    line = QueryLine(window, JobIndexing(bridge, window.model), bridge)
    views = ViewsSection(window)
    _add_grouping(window)
    line.bar.add_button(
        text_button(tr("Save view…"), views.ask_and_save, role="flat", icon_name="filter")
    )


def _add_grouping(window: MainWindow) -> None:
    """Offer by what jobs stand together in the menu, the choice marked."""
    table, actions = window.table, window.action_set
    titles = {"": mark("Nothing"), **{kind.name: kind.title for kind in GROUPS}}
    ids = {f"view.group_{name or 'nothing'}": name for name in titles}

    def choose(name: str, _selection: Selection) -> None:
        table.group_by(name)
        show()

    def show() -> None:
        for action_id, name in ids.items():
            actions.qaction(action_id).setChecked(name == table.grouping.name)

    actions.add(
        Action(
            id=action_id, title=titles[name], order=30, submenu=mark("Group by"),
            places=frozenset({Place.MENU}), is_checkable=True,
        )
        for action_id, name in ids.items()
    )  # fmt: skip
    for action_id, name in ids.items():
        actions.handle(action_id, partial(choose, name))
    window.model.loaded.connect(show)
    show()


class QueryLine(QObject):
    """Keeps the bar above the jobs as the filter is.

    Attributes:
        bar: The bar.
        completer: What offers how a query may go on.
        whole: What is done with all jobs that match.
    """

    def __init__(self, window: MainWindow, indexing: JobIndexing, bridge: Bridge) -> None:
        super().__init__(window)
        self._window = window
        self._indexing = indexing
        self._is_mistaken = False
        self.bar = QueryBar()
        self.whole = WholeList(bridge, window.table, window.model, window.commands, window.toasts)
        self.bar.add_button(self._all_button())
        window.add_bar(self.bar)
        window.action_set.add([SAVE_LIST, PRINT_LIST])
        window.action_set.handle(SAVE_LIST.id, lambda _selection: self.whole.save())
        window.action_set.handle(PRINT_LIST.id, lambda _selection: self.whole.print_jobs())
        self.completer = QueryCompleter(window.toolbar.search.field, self._known)
        self.bar.removed.connect(self._remove)
        window.filter.changed.connect(self._on_filter)
        window.filter.mistaken.connect(self._on_mistake)
        window.model.loaded.connect(self._show)
        window.model.changed.connect(self._on_rows)
        indexing.changed.connect(self._show)
        window.pages.turned.connect(self._show)
        self._on_filter(window.filter.where)

    def _all_button(self) -> QToolButton:
        window, whole = self._window, self.whole
        button = QToolButton()
        set_role(button, "flat")
        button.setText(f"{tr('All that match')} ▾")
        button.setAccessibleName(tr("All that match"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.addAction(tr("Cancel all that match"), whole.cancel)
        menu.addAction(tr("Retry all that match"), whole.retry)
        menu.addAction(tr("Remove all that match"), whole.remove)
        menu.addSeparator()
        menu.addAction(tr("Select all that match"), window.table.selectAll)
        menu.addAction(tr("Save all that match…"), whole.save)
        menu.addAction(tr("Print all that match…"), whole.print_jobs)
        button.setMenu(menu)
        return button

    def _known(self) -> Known | None:
        """Return what can be offered: from the counts, and from the jobs in sight."""
        window = self._window
        if not window.shows_jobs:
            return None
        rows = window.model.known_rows
        records = window.store.known(window.model.job_ids(rows.start, rows.stop))
        names = {name: None for record in records for name in record.params}
        used = dict.fromkeys(map(component_of, records))
        used.pop("", None)
        return Known(tuple(window.overview.counts.by_type), tuple(used), tuple(names))

    def _remove(self, term: Term) -> None:
        text = without(self._window.filter.where.query, term)
        self._window.toolbar.search.set_text(text)
        self._window.toolbar.search.emit_now()

    def _on_filter(self, where: JobFilter) -> None:
        self._is_mistaken = False
        self.bar.show_query(where.query)
        self._show()

    def _on_mistake(self, error: QueryError | None) -> None:
        self._is_mistaken = error is not None
        self.bar.show_mistake(error)
        self._show()

    def _on_rows(self, _was_reset: bool) -> None:
        self._show()

    def _show(self) -> None:
        """Show the bar while it has something to say."""
        window, query = self._window, self._window.filter.where.query
        self.bar.setVisible(window.shows_jobs and (bool(query) or self._is_mistaken))
        percent = self._indexing.percent
        note = "" if percent is None else tr("Indexing the jobs: {percent} %", percent=percent)
        is_counted = window.model.is_loaded and window.model.is_counted and not self._is_mistaken
        self.bar.show_count(window.model.rowCount() if is_counted else None, note)
