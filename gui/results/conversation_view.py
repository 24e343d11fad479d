"""A conversation with a model: past exchanges, and the words of the running one as they come."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.format import format_duration
from gui.i18n import tr, tr_plural
from gui.results.loading import LoadingView
from gui.results.scrolled_column import ScrolledColumn
from gui.widgets import Note, TextLabel, icon_button, muted_label, row, set_role
from queue_core.database.library import EntityFilter, EntityRecord, get_entity, list_entities
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.paths import LocalFolder
from queue_core.queue.base import ChangeBatch, LogSource

SHOWN = 200


class ConversationView(LoadingView):
    """The exchanges of a session; follows the one whose job runs."""

    def __init__(self, exchange_id: int, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._exchange_id = exchange_id
        self._running_job: str | None = None
        self._log_position = 0
        self._live: TextLabel | None = None
        self._scroll = ScrolledColumn(spacing=12)
        self._layout = self._scroll.column
        self.body.addWidget(self._scroll, 1)
        bridge.changed.connect(self._on_changed)
        self.load()

    async def fill(self) -> None:
        """Read the exchanges, and what the running one has said so far."""
        exchanges = await self.bridge.call(_exchanges, self.bridge.folder, self._exchange_id)
        _clear(self._layout)
        self._live = None
        self._running_job = None
        self._log_position = 0
        for exchange in exchanges:
            self._add(exchange)
        self._layout.addStretch(1)
        await self._read_words()
        QTimer.singleShot(0, self._scroll.scroll_to_end)

    @property
    def live_text(self) -> str:
        """What the running exchange has said so far."""
        return self._live.text if self._live is not None else ""

    def _add(self, exchange: EntityRecord) -> None:
        details = exchange.details
        self._layout.addWidget(_bubble(tr("You"), details["prompt"], is_prompt=True))
        box = _bubble(tr("Model"), details.get("response") or "", is_prompt=False)
        self._layout.addWidget(box)
        if exchange.status.is_busy and exchange.job_id:
            self._running_job = exchange.job_id
            self._live = box.findChild(TextLabel, "words")
        elif exchange.status is EntityStatus.ERROR:
            note = Note("errorBox")
            note.show_text(exchange.error or tr("It failed."))
            self._layout.addWidget(note)
        else:
            self._layout.addWidget(_facts(exchange))

    def _on_changed(self, batch: ChangeBatch) -> None:
        if self._running_job is not None and (batch.reset or self._running_job in batch.changed):
            self.run(self._follow())

    async def _follow(self) -> None:
        """Add the new words; read everything again when the exchange has ended."""
        await self._read_words()
        exchange = await self.bridge.call(
            get_entity, self.bridge.folder, EntityKind.GENERATIVE_PROCESS, self._exchange_id
        )
        if not exchange.status.is_busy:
            await self.fill()

    async def _read_words(self) -> None:
        if self._running_job is None or self._live is None:
            return
        lines = await self.bridge.logs(self._running_job, after=self._log_position)
        if lines:
            self._log_position = lines[-1].number
            words = "\n".join(line.text for line in lines if line.source is LogSource.STDOUT)
            text = f"{self._live.text}\n{words}" if self._live.text else words
            self._live.set_text(text)
            QTimer.singleShot(0, self._scroll.scroll_to_end)


def _exchanges(folder: LocalFolder, exchange_id: int) -> list[EntityRecord]:
    """Return the exchanges of the session that this one belongs to, oldest first."""
    kind = EntityKind.GENERATIVE_PROCESS
    session_id = get_entity(folder, kind, exchange_id).details["session_id"]
    where = EntityFilter(having={"session_id": session_id})
    return list(reversed(list_entities(folder, kind, where, limit=SHOWN)))


def _bubble(who: str, text: str, *, is_prompt: bool) -> QFrame:
    frame = QFrame()
    set_role(frame, "note" if is_prompt else "panel")
    name = muted_label(who)
    words = TextLabel(text)
    words.setObjectName("words")
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
