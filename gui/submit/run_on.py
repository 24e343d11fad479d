"""Where a new job runs: this computer, or a place of the settings, and what it needs there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from gui.i18n import tr
from gui.inputs import ComboBox, DoubleSpinBox, SpinBox
from gui.theme import STEP_PX
from gui.widgets import row
from queue_core.places.configuration import PlaceConfig
from queue_core.queue.values import JobOptions

MOST_CORES = 10_000
GIGABYTE = 10**9


class RunOn(QWidget):
    """A place, and cores, memory and GPUs; these are open where a place is chosen.

    Attributes:
        place: Chooses it; the first entry is this computer.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = ComboBox()
        self.place.addItem(tr("This computer"), None)
        self.place.setSizeAdjustPolicy(
            ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.place.setMinimumContentsLength(16)
        self.place.setAccessibleName(tr("Run on"))
        self.cores = SpinBox(minimum=1, maximum=MOST_CORES)
        self.cores.setPrefix(tr("Cores: "))
        self.memory = DoubleSpinBox(maximum=1e5, decimals=1, suffix=tr(" GB"))
        self.memory.setSpecialValueText(tr("Memory: –"))
        self.gpus = SpinBox(maximum=MOST_CORES)
        self.gpus.setPrefix(tr("GPUs: "))
        self._demands = (self.cores, self.memory, self.gpus)
        for number, name in zip(
            self._demands, (tr("Cores"), tr("Memory"), tr("GPUs")), strict=True
        ):
            number.setAccessibleName(name)
            number.setToolTip(tr("What the job needs at its place; it starts when that is free."))
            number.lineEdit().setTextMargins(STEP_PX + 2, 0, 0, 0)
        layout = row(self.place, *self._demands)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self._defaults: dict[str, str] = {}
        self._is_chosen = False
        self.place.activated.connect(self._on_chosen)
        self.place.currentIndexChanged.connect(self._open)
        self._open()

    def offer(self, places: Sequence[PlaceConfig]) -> None:
        """Offer these places beside this computer."""
        for place in places:
            for kind in place.default_for:
                self._defaults.setdefault(_plain(kind), place.name)
            if self.place.findData(place.name) < 0:
                self.place.addItem(place.name, place.name)

    def choose_for(self, kind: str) -> None:
        """Choose where the settings let jobs of this class run, unless somebody has chosen."""
        if not self._is_chosen:
            self.place.setCurrentIndex(
                max(0, self.place.findData(self._defaults.get(_plain(kind), "")))
            )

    def added_to(self, options: JobOptions) -> JobOptions:
        """Return the options with what was chosen here."""
        place = self.place.currentData()
        if place is None:
            return options
        return replace(
            options, place=str(place), cores=self.cores.value(), gpus=self.gpus.value() or None,
            asked_memory_bytes=round(self.memory.value() * GIGABYTE) or None,
        )  # fmt: skip

    def _on_chosen(self) -> None:
        self._is_chosen = True

    def _open(self) -> None:
        is_away = self.place.currentData() is not None
        for number in self._demands:
            number.setVisible(is_away)


def _plain(kind: str) -> str:
    """Return a kind of job as both ways to write it have it: `PythonJob` and `python`."""
    return kind.casefold().removesuffix("job")
