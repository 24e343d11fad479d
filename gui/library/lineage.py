"""Where an entity comes from and what was made of it, as a graph in a window of its own."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QToolButton, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.i18n import tr, tr_plural
from gui.library.kinds import LIBRARY_KINDS, status_word
from gui.library.lineage_layout import places_of
from gui.placing import open_at_size
from gui.plain_text import as_title, as_typed, no_mnemonic
from gui.renewal.opening import open_renewal
from gui.results.loading import LoadingView
from gui.spoken import name_scrolled
from gui.theme import colours, current_theme, icon
from gui.widgets import muted_label, row, set_role, show_words, text_button
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.library.entities import EntityRecord
from queue_core.library.lineage import Lineage, LineageNode, NodeKey, lineage_of

SIZE = QSize(980, 560)
NODE = QSize(188, 40)
GAP_X, GAP_Y = 56, 12
MARGIN_PX = 20
LETTERS_PX = NODE.width() - 44


class LineageWindow(QDialog):
    """A window beside the main one.

    Signals:
        chosen: Carries kind and id of an entity to show.
    """

    chosen = Signal(object, int)

    def __init__(self, record: EntityRecord, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(as_title(tr("Origin and results of {name}", name=record.name)))
        open_at_size(self, SIZE)
        self.view = LineageView(record.kind, record.id, bridge)
        self.view.chosen.connect(self.chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)


class LineageView(LoadingView):
    """The graph around one entity.

    Signals:
        chosen: Carries kind and id of an entity to show.
    """

    chosen = Signal(object, int)

    def __init__(self, kind: EntityKind, entity_id: int, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._kind = kind
        self._id = entity_id
        self._area = QScrollArea()
        name_scrolled(self._area, tr("Where it comes from"))
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._note = muted_label()
        self._note.setWordWrap(True)
        self.renew = text_button(tr("Bring up to date…"), self._renew, icon_name="retry")
        self.renew.hide()
        below = row(self._note, self.renew)
        below.setStretch(0, 1)
        below.setContentsMargins(16, 0, 16, 10)
        self.body.addWidget(self._area, 1)
        self.body.addLayout(below)
        self.load()

    async def fill(self) -> None:
        """Read the graph and draw it."""
        found = await self.bridge.call(lineage_of, self.bridge.folder, self._kind, self._id)
        graph = _Graph(found)
        graph.chosen.connect(self.chosen)
        self._area.setWidget(graph)
        stale = sum(node.is_stale for node in found.nodes)
        self.renew.setVisible(stale > 0)
        said = []
        if stale:
            said.append(
                tr_plural(
                    "{count} result was made from data that have changed since.",
                    "{count} results were made from data that have changed since.",
                    stale,
                )
            )
        if found.hidden:
            said.append(
                tr_plural("{count} more is not shown.", "{count} more are not shown.", found.hidden)
            )
        self._note.setText(" ".join(said))
        self._note.setVisible(bool(said))
        QTimer.singleShot(0, self, lambda: self._area.ensureWidgetVisible(graph.root, 200, 100))

    def _renew(self) -> None:
        open_renewal(self, self.bridge, about=(self._kind, self._id))


class _Graph(QWidget):
    """A button for each node over the lines between them.

    Signals:
        chosen: Carries kind and id of an entity to show.
    """

    chosen = Signal(object, int)

    def __init__(self, lineage: Lineage) -> None:
        super().__init__()
        self._lineage = lineage
        self._boxes: dict[NodeKey, QRect] = {}
        self.root: QWidget = self
        places = places_of(lineage)
        for node in sorted(lineage.nodes, key=lambda node: places[node.key]):
            column, line = places[node.key]
            left = MARGIN_PX + column * (NODE.width() + GAP_X)
            top = MARGIN_PX + round(line * (NODE.height() + GAP_Y))
            self._boxes[node.key] = QRect(left, top, NODE.width(), NODE.height())
            self._add(node)
        right = max(box.right() for box in self._boxes.values())
        bottom = max(box.bottom() for box in self._boxes.values())
        self.resize(right + MARGIN_PX, bottom + MARGIN_PX)
        current_theme().changed.connect(self.update)

    def _add(self, node: LineageNode) -> None:
        is_root = node.key == self._lineage.root
        button = QToolButton(self)
        set_role(button, "node")
        button.setProperty("root", is_root)
        button.setFixedSize(NODE)
        button.setGeometry(self._boxes[node.key])
        elide = Qt.TextElideMode.ElideMiddle
        name = button.fontMetrics().elidedText(node.name, elide, LETTERS_PX)
        button.setText(no_mnemonic(name))
        failed = node.status is EntityStatus.ERROR
        old = node.is_stale or node.is_old
        picture = "warning" if old else "error" if failed else _icon_of(node.key[0])
        role = "killed" if old else "error" if failed else "muted"
        button.setIcon(icon(picture, role))
        show_words(button)
        said = _said(node)
        button.setToolTip(as_typed(said))
        button.setAccessibleName(said)
        kind, number = node.key
        if kind is not None:
            button.clicked.connect(lambda: self.chosen.emit(kind, number))
        if is_root:
            self.root = button

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines behind the nodes."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours().role("strong_border"), 1.4))
        for start, end in self._lineage.edges:
            left, right = self._boxes[start], self._boxes[end]
            a = QPointF(left.right(), left.center().y())
            b = QPointF(right.left(), right.center().y())
            middle = (a.x() + b.x()) / 2
            path = QPainterPath(a)
            path.cubicTo(QPointF(middle, a.y()), QPointF(middle, b.y()), b)
            painter.drawPath(path)
        painter.end()


def _icon_of(kind: EntityKind | None) -> str:
    return next((item.icon for item in LIBRARY_KINDS if item.kind is kind), "open")


def _said(node: LineageNode) -> str:
    """Return the whole name, what it is, how it stands."""
    if node.status is None:
        return tr("{name}, the file that was read", name=node.name)
    said = f"{node.name}\n{status_word(node.status)}"
    if node.is_old:
        said += "\n" + tr("A newer version of this dataset was loaded since.")
    if node.is_stale:
        said += "\n" + tr("It was made from data that have changed since.")
    return said
