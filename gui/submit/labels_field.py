"""Which workers may run a new job: those with all of these labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QWidget

from gui.i18n import tr
from gui.plain_text import no_mnemonic
from gui.theme import icon
from gui.widgets import row
from queue_core.queue.store.labels import checked
from queue_core.queue.values import JobOptions


class LabelsField(QWidget):
    """A line of labels, and a menu of those that workers have now.

    Attributes:
        line: Where they are written, with commas or spaces between them.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("Any worker"))
        self.line.setToolTip(tr("Only a worker that has all of these labels runs the job."))
        self._button = QToolButton()
        self._button.setIcon(icon("chevron_down", "muted"))
        self._button.setAccessibleName(tr("Labels that workers have now"))
        self._button.setToolTip(tr("Labels that workers have now"))
        self._button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self._button)
        self._menu.aboutToShow.connect(self._tick)
        self._button.setMenu(self._menu)
        layout = row(self.line, self._button)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.offer(())

    def offer(self, labels: Iterable[str]) -> None:
        """Offer these labels in the menu."""
        self._menu.clear()
        for label in sorted(set(labels)):
            action = self._menu.addAction(no_mnemonic(label))
            action.setData(label)
            action.setCheckable(True)
            action.triggered.connect(self._on_ticked)
        self._button.setVisible(self.has_offers)

    @property
    def has_offers(self) -> bool:
        """Whether a worker has labels."""
        return not self._menu.isEmpty()

    def labels(self) -> tuple[str, ...]:
        """Return what is written.

        Raises:
            ParameterError: One is no label, or there are too many.
        """
        return checked(self._written())

    def added_to(self, options: JobOptions) -> JobOptions:
        """Return the options with what is written here."""
        return replace(options, labels=self.labels())

    def _written(self) -> list[str]:
        return self.line.text().replace(",", " ").split()

    def _tick(self) -> None:
        written = self._written()
        for action in self._menu.actions():
            action.setChecked(action.data() in written)

    def _on_ticked(self) -> None:
        offered = {action.data(): action.isChecked() for action in self._menu.actions()}
        kept = [label for label in self._written() if offered.get(label, True)]
        new = [label for label, is_on in offered.items() if is_on and label not in kept]
        self.line.setText(", ".join((*kept, *new)))
