"""The saved views in the sidebar: choosing, saving, renaming and removing them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QMenu, QVBoxLayout

from gui.i18n import tr
from gui.jobs.sidebar import SidebarRow
from gui.jobs.table_layout import TableLayout
from gui.jobs.views import LONGEST_NAME, SavedView, ViewStore
from gui.main_window import MainWindow
from gui.notifications import ToastAction
from gui.plain_text import PlainLabel, as_title
from gui.theme import STEP_PX
from gui.widgets import row, text_button
from queue_core.queue.values import JobFilter

WIDTH_PX = 360


class ViewsSection(QObject):
    """Shows the views and keeps the layout of the table for each; without one, that of all jobs.

    Attributes:
        store: The views.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.store = ViewStore(window.state)
        self._active = ""
        self._all_layout = TableLayout.of(window.table, window.model.order)
        self._rows: dict[str, SidebarRow] = {}
        self._make_rows()
        window.filter.changed.connect(self._mark)
        window.state.layout_to_keep = self.layout_of_all

    def ask_and_save(self) -> None:
        """Ask for a name and keep what is shown now under it."""
        dialog = NameDialog(self._window, tr("Save view"), tr("Save"), self._suggestion())
        dialog.accepted.connect(lambda: self.save(dialog.name))
        dialog.open()

    def save(self, name: str) -> None:
        """Keep what is shown now as a view."""
        self.store.save(SavedView(name, self._window.filter.where, self._layout()))
        self._active = name
        self._make_rows()

    def choose(self, name: str) -> None:
        """Show a view; an empty name: all jobs. What the table looked like before is remembered."""
        self.keep_layout()
        view = self.store.find(name)
        where = JobFilter() if view is None else view.where
        self._active = "" if view is None else name
        self._window.show_page(None)
        search = self._window.toolbar.search
        search.set_text(where.query)
        search.emit_now()
        self._window.filter.show(where)
        layout = self._all_layout if view is None else view.layout
        layout.apply(self._window.table)
        self._mark()

    def keep_layout(self) -> None:
        """Remember the layout of the table for the view that is shown."""
        view = self.store.find(self._active)
        if view is None:
            self._all_layout = self._layout()
        elif view.layout != self._layout():
            self.store.save(SavedView(view.name, view.where, self._layout()))

    def layout_of_all(self) -> TableLayout:
        """Return how the table is laid out without a view: that is what the window remembers."""
        self.keep_layout()
        return self._all_layout

    def _layout(self) -> TableLayout:
        return TableLayout.of(self._window.table, self._window.model.order)

    def _suggestion(self) -> str:
        return self._active or self._window.filter.where.query[:LONGEST_NAME]

    def _make_rows(self) -> None:
        names = [view.name for view in self.store.views]
        rows = {name: SidebarRow(name, "filter", "muted", has_count=False) for name in names}
        for name, item in rows.items():
            item.chosen.connect(lambda _add, chosen=name: self.choose(chosen))
            item.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            item.customContextMenuRequested.connect(partial(self._show_menu, name))
        everything = SidebarRow(tr("All jobs"), "all", "muted", has_count=False)
        everything.chosen.connect(lambda _add: self.choose(""))
        self._rows = {"": everything, **rows} if rows else {}
        if not rows:
            everything.deleteLater()
        self._window.sidebar.set_views(tuple(self._rows.values()))
        self._mark()

    def _mark(self, _where: JobFilter | None = None) -> None:
        """Mark the view whose jobs are shown."""
        where = self._window.filter.where
        for name, item in self._rows.items():
            view = self.store.find(name)
            wanted = JobFilter() if view is None else view.where
            item.setChecked(name == self._active and wanted == where)

    def _show_menu(self, name: str, place: QPoint) -> None:
        menu = QMenu(self._rows[name])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Rename…"), lambda: self._ask_new_name(name))
        menu.addAction(tr("Replace with what is shown"), lambda: self.save(name))
        menu.addAction(tr("Remove"), lambda: self.remove(name))
        menu.popup(self._rows[name].mapToGlobal(place))

    def _ask_new_name(self, name: str) -> None:
        dialog = NameDialog(self._window, tr("Rename view"), tr("Rename"), name)
        dialog.accepted.connect(lambda: self.rename(name, dialog.name))
        dialog.open()

    def rename(self, name: str, to: str) -> None:
        """Call a view otherwise."""
        self.store.rename(name, to)
        if self._active == name:
            self._active = to
        self._make_rows()

    def remove(self, name: str) -> None:
        """Forget a view, until somebody wants it back."""
        view = self.store.find(name)
        if view is None:
            return
        self.store.remove(name)
        self._make_rows()
        undo = ToastAction(tr("Undo"), lambda: self._bring_back(view))
        self._window.toasts.say(tr("The view “{name}” was removed.", name=name), undo)

    def _bring_back(self, view: SavedView) -> None:
        self.store.save(view)
        self._make_rows()


class NameDialog(QDialog):
    """Asks for the name of a view.

    Attributes:
        field: Where it is typed.
    """

    def __init__(self, window: MainWindow, title: str, verb: str, name: str) -> None:
        super().__init__(window)
        self.setWindowTitle(as_title(title))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH_PX)
        label = PlainLabel(tr("Name"))
        self.field = QLineEdit(name)
        self.field.setMaxLength(LONGEST_NAME)
        self.field.setAccessibleName(tr("Name"))
        self.field.selectAll()
        label.setBuddy(self.field)
        self._save = text_button(verb, self.accept, role="primary")
        self._save.setDefault(True)
        cancel = text_button(tr("Cancel"), self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[STEP_PX * 4] * 4)
        layout.setSpacing(STEP_PX * 2)
        layout.addWidget(label)
        layout.addWidget(self.field)
        layout.addSpacing(STEP_PX * 2)
        layout.addLayout(row(None, cancel, self._save))
        self.field.textChanged.connect(self._check)
        self._check()

    @property
    def name(self) -> str:
        """What was typed."""
        return " ".join(self.field.text().split())

    def _check(self) -> None:
        self._save.setEnabled(bool(self.name))
