"""What a table of results shows of its file: in which order, and which of its rows."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject

from gui.bridge import Bridge
from gui.helper import helpers_of
from queue_core.library.arranging import arrange_table


@dataclass(frozen=True)
class Arrangement:
    """An order and a choice of rows.

    Attributes:
        column: The column that is sorted by; None: the order of the file.
        descending: Largest first.
        condition: What rows must meet; empty: all of them.
    """

    column: str | None = None
    descending: bool = False
    condition: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it is the file as it is."""
        return self.column is None and not self.condition


class ArrangedFiles:
    """Files that hold a table as somebody wants to see it; they go with the view."""

    def __init__(self, source: Path, bridge: Bridge) -> None:
        self._source = source
        self._bridge = bridge
        self._numbers = count()
        self._place: Path | None = None

    async def file_of(self, wanted: Arrangement, owner: QObject) -> Path:
        """Return the file to show.

        Args:
            wanted: What to show.
            owner: With it goes the file.

        Raises:
            MonitorError: It cannot be arranged so.
        """
        if wanted.is_plain:
            return self._source
        if self._place is None:
            self._place = Path(await self._bridge.call(tempfile.mkdtemp, None, "dashai-table-"))
            owner.destroyed.connect(_Remover(self._place))
        target = self._place / f"{next(self._numbers)}.parquet"
        await helpers_of(self._bridge).arranging.call(
            arrange_table, source=str(self._source), target=str(target),
            order_by=wanted.column, descending=wanted.descending, condition=wanted.condition,
        )  # fmt: skip
        return target


class _Remover:
    """Removes a folder when it is called; holds nothing of the view that is going."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __call__(self, _gone: object = None) -> None:
        shutil.rmtree(self._place, ignore_errors=True)
