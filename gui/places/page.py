"""The page of places: each is asked now and then, while the page is seen, in nobody's way."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.i18n import tr, translate_message
from gui.jobs.states import EmptyState
from gui.places.card import MOST_JOBS, PlaceCard
from gui.places.news import PlaceNews
from gui.theme import STEP_PX
from gui.throttle import Throttle
from gui.widgets import TextLabel, text_button
from queue_core.paths import LocalFolder
from queue_core.places.configuration import PlaceConfig, read_places
from queue_core.places.looking import Look, look_at, look_at_storage
from queue_core.queue.place_jobs import PlaceJobs
from queue_core.queue.values import ChangeBatch
from queue_core.settings.store import Settings

ASK_EVERY_MS = 5_000
SHORTEST_S = 1.0
STORAGE_EVERY_S = 60.0


class PlacesPage(QWidget):
    """The places of the settings.

    Attributes:
        cards: What stands on the page, by the place's name.

    Signals:
        job_wanted: The id of a job to go to.
        found: How many places the settings have, and whether one cannot be used.
    """

    job_wanted = Signal(str)
    found = Signal(int)

    def __init__(
        self, bridge: Bridge, open_settings: Callable[[], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.cards: dict[str, PlaceCard] = {}
        self._news: dict[str, PlaceNews] = {}
        self._asking: dict[str, Throttle] = {}
        self._words = ""
        self._problems: tuple[str, ...] = ()
        self._problem = TextLabel(role="error")
        self._list = QVBoxLayout()
        self._stack = QStackedWidget()
        self._read = Throttle(
            bridge, self._look, what=tr("Reading the places"), interval_s=SHORTEST_S, parent=self
        )
        self._timer = QTimer(self, interval=ASK_EVERY_MS)
        self._timer.timeout.connect(self.ask)
        self._build(open_settings)
        bridge.changed.connect(self._on_changed)
        self._read.request()

    def look_for(self, words: str) -> None:
        """Show only places that have these words, in their name or a machine's."""
        self._words = words.strip().casefold()
        self._filter()

    def ask(self) -> None:
        """Ask each place again, and look whether the settings have others by now."""
        self._read.request()
        for throttle in self._asking.values():
            throttle.request()

    # --- building -----------------------------------------------------------------------------

    def _build(self, open_settings: Callable[[], object]) -> None:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(STEP_PX * 4, STEP_PX * 4, STEP_PX * 4, STEP_PX * 4)
        layout.setSpacing(STEP_PX * 3)
        self._list.setSpacing(STEP_PX * 3)
        self._problem.hide()
        layout.addWidget(self._problem)
        layout.addLayout(self._list)
        layout.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(content)
        empty = EmptyState(
            "workers", tr("Jobs run on this computer"),
            tr("A cluster (SLURM or Ray) can run them, too, once the settings file names it."),
            text_button(tr("Open the settings file"), open_settings, role="primary"),
        )  # fmt: skip
        self._stack.addWidget(area)
        self._stack.addWidget(empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self._stack.setCurrentIndex(1)

    # --- reading ------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Read which places there are, and what of ours they have."""
        folder = self._bridge.folder
        configs, self._problems = await self._bridge.call(_configured, folder)
        jobs = await self._bridge.ask(
            lambda queue: {
                config.name: queue.jobs_at(config.name, limit=MOST_JOBS) for config in configs
            }
        )
        self._show(configs, jobs)

    def _show(self, configs: Sequence[PlaceConfig], jobs: dict[str, PlaceJobs]) -> None:
        known = {name: news.config for name, news in self._news.items()}
        for name in [n for n, config in known.items() if config not in configs]:
            self._forget(name)
        for config in configs:
            news = self._news.get(config.name, PlaceNews(config))
            self._news[config.name] = replace(news, jobs=jobs[config.name])
            if config.name not in self.cards:
                self._add(config)
            self.cards[config.name].show_news(self._news[config.name])
        self._problem.set_text("\n".join(map(_translated, self._problems)))
        self._problem.setVisible(bool(self._problems))
        self._stack.setCurrentIndex(0 if configs or self._problems else 1)
        self.found.emit(len(configs) + len(self._problems))
        self._filter()

    def _add(self, config: PlaceConfig) -> None:
        card = PlaceCard(self._news[config.name])
        card.job_wanted.connect(self.job_wanted)
        self.cards[config.name] = card
        self._list.addWidget(card)
        asking = _Asking(self, config)
        self._asking[config.name] = throttle = Throttle(
            self._bridge, asking.ask, what=tr("Asking {place}", place=config.name),
            interval_s=SHORTEST_S, parent=card,
        )  # fmt: skip
        if self.isVisible():
            throttle.request()

    def _forget(self, name: str) -> None:
        del self._news[name], self._asking[name]
        card = self.cards.pop(name)
        card.hide()
        card.deleteLater()

    async def ask_one(self, config: PlaceConfig, *, with_storage: bool) -> None:
        """Ask one place for its machines, and look at its storage."""
        look = await self._bridge.call_far(look_at, config)
        self._tell(config, look, None)
        if with_storage:
            storage = await self._bridge.call_far(look_at_storage, config, self._bridge.folder)
            self._tell(config, look, storage)

    def _tell(self, config: PlaceConfig, look: Look, storage: tuple[str, str] | None) -> None:
        news = self._news.get(config.name)
        if news is None or news.config != config:
            return
        answered_s = news.answered_s if look.problem else time.monotonic()
        # A machine that was seen before is more than none.
        seen = news.look
        if look.problem and seen is not None and seen.nodes:
            look = Look(config, seen.nodes, look.problem)
        news = replace(news, look=look, answered_s=answered_s)
        if storage is not None:
            news = replace(news, storage=storage)
        self._news[config.name] = news
        self.cards[config.name].show_news(news)
        self._filter()

    def _filter(self) -> None:
        for name, card in self.cards.items():
            look = self._news[name].look
            names = [name, *(node.name for node in (look.nodes if look is not None else ()))]
            card.setVisible(any(self._words in text.casefold() for text in names))

    def _on_changed(self, _batch: ChangeBatch) -> None:
        if self.isVisible():
            self._read.request()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask now, and again while it is seen."""
        super().showEvent(event)
        self._timer.start()
        self.ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the clusters alone."""
        super().hideEvent(event)
        self._timer.stop()


class _Asking:
    """Asks one place; its storage, where writing costs something, rarely.

    Args:
        page: Is told.
        config: The place.
    """

    def __init__(self, page: PlacesPage, config: PlaceConfig) -> None:
        self._page = page
        self._config = config
        self._storage_s = -STORAGE_EVERY_S

    async def ask(self) -> None:
        """Ask it once."""
        now_s = time.monotonic()
        is_due = now_s - self._storage_s >= STORAGE_EVERY_S
        if is_due:
            self._storage_s = now_s  # before it is asked: an error is not told every few seconds
        await self._page.ask_one(self._config, with_storage=is_due)


def _configured(folder: LocalFolder) -> tuple[tuple[PlaceConfig, ...], tuple[str, ...]]:
    return read_places(Settings.load(folder.settings).places)


def _translated(problem: str) -> str:
    """Return a problem and what to do about it; each is a sentence of its own."""
    what, dot, hint = problem.partition(". ")
    return " ".join(filter(None, (translate_message(what + dot.strip()), translate_message(hint))))
