"""Which columns the jobs table shows, where, how wide and in which order: as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from gui.jobs.columns import COLUMNS
from gui.jobs.table_view import JobTableView
from queue_core.queue.values import JobOrder

NARROWEST_PX = 40


@dataclass(frozen=True)
class ColumnPlace:
    """One column.

    Attributes:
        is_shown: Whether the user wants to see it.
        place: Its place from the left.
        width_px: How wide it is; 0: as wide as its texts.
    """

    is_shown: bool
    place: int
    width_px: int = 0


@dataclass(frozen=True)
class TableLayout:
    """All of it.

    Attributes:
        columns: By name; what is not named is as it is at first.
        order: By what the jobs are sorted.
        group: By what they stand together; nothing: by nothing.
    """

    columns: Mapping[str, ColumnPlace] = field(default_factory=dict)
    order: JobOrder = field(default_factory=JobOrder)
    group: str = ""

    @classmethod
    def of(cls, view: JobTableView, order: JobOrder) -> Self:
        """Return how a table is laid out now."""
        header = view.horizontalHeader()
        columns = {
            column.name: ColumnPlace(
                view.columns.is_wanted(column),
                header.visualIndex(section),
                0 if header.isSectionHidden(section) else header.sectionSize(section),
            )
            for section, column in enumerate(COLUMNS)
        }
        return cls(columns, order, view.grouping.name)

    def apply(self, view: JobTableView) -> None:
        """Lay a table out so."""
        header = view.horizontalHeader()
        places = {}
        for section, column in enumerate(COLUMNS):
            wanted = self.columns.get(column.name, ColumnPlace(column.is_shown, section))
            places[section] = wanted.place
            header.setSectionHidden(section, False)
            width_px = wanted.width_px or view.columns.natural_width(column)
            header.resizeSection(section, max(NARROWEST_PX, width_px))
            view.columns.set_wanted(column, wanted=wanted.is_shown)
        for place, section in enumerate(sorted(places, key=lambda s: (places[s], s))):
            header.moveSection(header.visualIndex(section), place)
        view.group_by(self.group)
        known = {column.order_by for column in COLUMNS if column.order_by}
        view.set_order(self.order if self.order.column in known else JobOrder())

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return a layout from JSON data.

        Raises:
            TypeError, KeyError, ValueError, AttributeError: It is none.
        """
        columns = {
            str(name): ColumnPlace(bool(c["is_shown"]), int(c["place"]), int(c["width_px"]))
            for name, c in data["columns"].items()
        }
        order = data["order"]
        descending = bool(order["descending"])
        return cls(columns, JobOrder(str(order["column"]), descending), str(data["group"]))
