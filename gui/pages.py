"""The pages of the window, their tabs at the top left, and the one search that follows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from gui.i18n import tr
from gui.inputs import Unwheeled
from gui.plain_text import as_typed, no_mnemonic
from gui.toolbar import SearchField


@dataclass(frozen=True, kw_only=True)
class Page:
    """What one tab shows.

    Attributes:
        title: What the tab says, in the user's language.
        sentence: What is found there, for the tooltip.
        widget: The page.
        hint: What the search field says while it is empty.
        search: Takes the words that are looked for.
        enter: Gives the focus to what was found.
    """

    title: str
    sentence: str
    widget: QWidget
    hint: str
    search: Callable[[str], object]
    enter: Callable[[], object]


class PageTabs(Unwheeled, QTabBar):
    """The tabs; the wheel passes over them without changing the page."""


class Pages(QObject):
    """Shows one page at a time; each keeps its own words in the search field.

    Attributes:
        stack: The pages.
        tabs: Their tabs.

    Signals:
        turned: Another page is shown.
    """

    turned = Signal()

    def __init__(self, search: SearchField, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stack = QStackedWidget()
        self.tabs = PageTabs()
        self.tabs.setObjectName("pageTabs")
        self.tabs.setAccessibleName(tr("Pages"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self._search = search
        self._pages: list[Page] = []
        self._words: dict[QWidget, str] = {}
        self._stand_in: QWidget | None = None
        self._shown = 0
        self.tabs.currentChanged.connect(self._turn)
        search.search_changed.connect(self._look_for)
        search.left.connect(self._enter)

    @property
    def current(self) -> QWidget:
        """The page whose tab is chosen."""
        return self._pages[self._shown].widget

    @property
    def all(self) -> tuple[Page, ...]:
        """The pages, in the order of their tabs."""
        return tuple(self._pages)

    def add(self, page: Page) -> None:
        """Add a page; the first one is shown until another is chosen."""
        self._pages.append(page)
        self.stack.addWidget(page.widget)
        index = self.tabs.addTab(no_mnemonic(page.title))
        self.tabs.setTabToolTip(index, as_typed(page.sentence))

    def show(self, widget: QWidget | None) -> None:
        """Show a page; None: the first one."""
        found = (i for i, page in enumerate(self._pages) if page.widget is widget)
        self.tabs.setCurrentIndex(next(found, 0))

    def offer(self, widget: QWidget, *, is_offered: bool) -> None:
        """Show the tab of a page, or leave it out; its command is there all the same."""
        index = next(i for i, page in enumerate(self._pages) if page.widget is widget)
        if self.tabs.isTabVisible(index) != is_offered:
            self.tabs.setTabVisible(index, is_offered)
            self.tabs.updateGeometry()

    def stand_in(self, widget: QWidget | None) -> None:
        """Let something stand in the first page's place; None: the page itself."""
        if widget is not None and self.stack.indexOf(widget) < 0:
            self.stack.addWidget(widget)
        before, self._stand_in = self._stand_in, widget
        self._place()
        is_seen = self._shown == 0  # on another page nobody's focus was there
        if before is not None and widget is None and is_seen and not self._search.text():
            # What had the focus is gone, and Qt gives it to the search field.
            self._enter()

    def set_words(self, widget: QWidget, words: str) -> None:
        """Look for other words on a page."""
        self._words[widget] = words
        if widget is self.current and self._search.text() != words:
            self._search.set_text(words)
            self._search.emit_now()

    def _turn(self, index: int) -> None:
        if index == self._shown or not 0 <= index < len(self._pages):
            return
        self._words[self.current] = self._search.text()
        self._shown = index
        self._place()
        self._search.set_hint(self._pages[index].hint)
        self._search.set_text(self._words.get(self.current, ""))
        self._search.emit_now()
        self.turned.emit()

    def _place(self) -> None:
        page = self.current
        first = self._shown == 0 and self._stand_in is not None
        self.stack.setCurrentWidget(self._stand_in if first and self._stand_in else page)

    def _look_for(self, text: str) -> None:
        self._pages[self._shown].search(text)

    def _enter(self) -> None:
        self._pages[self._shown].enter()
