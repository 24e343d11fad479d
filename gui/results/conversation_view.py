"""A conversation with a model: past exchanges, and the words of the running one as they come."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.format import format_duration
from gui.i18n import tr, tr_plural
from gui.results.failed_exchange import FailedExchange
from gui.results.loading import LoadingView
from gui.results.reply_field import ReplyField
from gui.results.scrolled_column import ScrolledColumn
from gui.results.table_view import TableView
from gui.submit.use_button import UseButton
from gui.widgets import TextLabel, icon_button, muted_label, row, set_role
from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.errors import MonitorError
from queue_core.jobs.catalogue import BUILT_IN
from queue_core.library.entities import EntityFilter, EntityRecord, get_entity, list_entities
from queue_core.paths import LocalFolder
from queue_core.queue.values import LogSource

SHOWN = 200
FOLLOW_MS = 200
WORDS = "words"
EXCHANGE = EntityKind.GENERATIVE_PROCESS

Find = Callable[[LocalFolder], list[EntityRecord]]


class ConversationView(LoadingView):
    """The exchanges of a session; follows the one whose job runs."""

    def __init__(self, find: Find, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._find = find
        self._running: EntityRecord | None = None
        self._log_position = 0
        self._live: TextLabel | None = None
        self._scroll = ScrolledColumn(tr("Conversation"), spacing=12)
        self._layout = self._scroll.column
        self._session_id: int | None = None
        self.reply = ReplyField()
        self.reply.hide()
        self.reply.sent.connect(self._send)
        self.body.addWidget(self._scroll, 1)
        self.body.addWidget(self.reply)
        # The words of a running job are in its log, which the change feed does not tell of.
        self._follow_timer = QTimer(self, interval=FOLLOW_MS)
        self._follow_timer.timeout.connect(self._follow_if_seen)
        self.load()

    async def fill(self) -> None:
        """Read the exchanges, and what the running one has said so far."""
        exchanges = await self.bridge.call(self._find, self.bridge.folder)
        _clear(self._layout)
        self._live = None
        self._running = None
        self._log_position = 0
        for exchange in exchanges:
            self._add(exchange)
        self._session_id = exchanges[-1].details["session_id"] if exchanges else None
        self.reply.setVisible(self._session_id is not None)
        self._layout.addStretch(1)
        await self._read_words()
        if self.is_following:
            self._follow_timer.start()
        else:
            self._follow_timer.stop()
        QTimer.singleShot(0, self, self._scroll.scroll_to_end)

    @property
    def is_following(self) -> bool:
        """Whether an exchange of the session is still going on."""
        return self._running is not None

    @property
    def live_text(self) -> str:
        """What the running exchange has said so far."""
        return self._live.text if self._live is not None else ""

    def _add(self, exchange: EntityRecord) -> None:
        details = exchange.details
        self._layout.addWidget(_bubble(tr("You"), details["prompt"], is_prompt=True))
        if details.get("result_dataset_id"):
            self._add_rows(details["result_dataset_id"], exchange.name)
        elif details.get("response") or exchange.status is not EntityStatus.ERROR:
            box = _bubble(tr("Model"), details.get("response") or "", is_prompt=False)
            self._layout.addWidget(box)
            if exchange.status.is_busy and exchange.job_id:
                self._running = exchange
                self._live = box.findChild(TextLabel, WORDS)
        if exchange.status is EntityStatus.ERROR:
            failed = FailedExchange(exchange, self.bridge)
            failed.outdated.connect(self.load)
            self._layout.addWidget(failed)
        elif exchange.status is EntityStatus.FINISHED:
            self._layout.addWidget(_facts(exchange))

    def _add_rows(self, dataset_id: int, name: str) -> None:
        """Show the answers to a prompt that was asked about each row of a dataset."""
        stored = StoredDataset(self.bridge.folder.datasets / str(dataset_id))
        self._layout.addLayout(row(UseButton("dataset", dataset_id, self.bridge), None))
        table = TableView(stored.parquet_path, name, self.bridge, fits_rows=True)
        self._layout.addWidget(table)

    def _send(self, words: str) -> None:
        self.reply.setEnabled(False)  # once is enough
        self.run(self._put(words))

    async def _put(self, words: str) -> None:
        """Go on with the conversation; a reply that cannot be put stays in its field."""
        values = {"session_id": self._session_id, "prompt": words}
        try:
            job = await self.bridge.call(BUILT_IN["generative"].make, values)
            await self.bridge.submit(job)
        except MonitorError as error:
            self.show_problem(error)
            return
        finally:
            self.reply.setEnabled(True)
        self.reply.clear()
        await self._fill()
        self.reply.setFocus(Qt.FocusReason.OtherFocusReason)

    def _follow_if_seen(self) -> None:
        if self.isVisible() and not self.is_loading:
            self.run(self._follow())

    async def _follow(self) -> None:
        """Add the new words; read everything again when the exchange has ended."""
        await self._read_words()
        running = self._running
        if running is not None:
            now = await self.bridge.call(get_entity, self.bridge.folder, running.kind, running.id)
            if not now.status.is_busy:
                await self.fill()

    async def _read_words(self) -> None:
        if self._running is None or self._live is None or self._running.job_id is None:
            return
        lines = await self.bridge.logs(self._running.job_id, after=self._log_position)
        if lines:
            self._log_position = lines[-1].number
            # Each line is a piece, as the model gave it; its line breaks are inside.
            words = "".join(line.text for line in lines if line.source is LogSource.OUTPUT)
            self._live.set_text(self._live.text + words)
            QTimer.singleShot(0, self, self._scroll.scroll_to_end)


def of_exchange(exchange_id: int) -> Find:
    """Return what finds the exchanges of the session that one of them belongs to."""

    def find(folder: LocalFolder) -> list[EntityRecord]:
        session_id = get_entity(folder, EXCHANGE, exchange_id).details["session_id"]
        return of_session(session_id)(folder)

    return find


def of_job(job_id: str) -> Find:
    """Return what finds the exchanges of the session that a job works in."""

    def find(folder: LocalFolder) -> list[EntityRecord]:
        own = list_entities(folder, EXCHANGE, EntityFilter(having={"job_id": job_id}), limit=1)
        return of_session(own[0].details["session_id"])(folder) if own else []

    return find


def of_session(session_id: int) -> Find:
    """Return what finds the exchanges of a session, oldest first."""

    def find(folder: LocalFolder) -> list[EntityRecord]:
        where = EntityFilter(having={"session_id": session_id})
        return list(reversed(list_entities(folder, EXCHANGE, where, limit=SHOWN)))

    return find


def _bubble(who: str, text: str, *, is_prompt: bool) -> QFrame:
    frame = QFrame()
    set_role(frame, "note" if is_prompt else "panel")
    name = muted_label(who)
    words = TextLabel(text)
    words.setObjectName(WORDS)
    copy = icon_button("copy", tr("Copy"), lambda: _copy(words.text))
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(12, 8, 12, 8)
    layout.setSpacing(4)
    layout.addLayout(row(name, None, copy))
    layout.addWidget(words)
    return frame


def _facts(exchange: EntityRecord) -> QLabel:
    parts = []
    tokens = exchange.details.get("response_tokens")
    seconds = (exchange.details.get("timing") or {}).get("total_s")
    if tokens:
        parts.append(tr_plural("{count} token", "{count} tokens", tokens))
    if seconds:
        parts.append(format_duration(float(seconds)))
    if tokens and seconds:
        parts.append(tr("{number} tokens a second", number=round(tokens / seconds)))
    return muted_label(" · ".join(parts))


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.deleteLater()
