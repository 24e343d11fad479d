"""Ways to what somebody chose elsewhere: a job in the table, an entity in the library."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gui.i18n import tr
from gui.library.page import LibraryPage
from queue_core.library.entities import EntityRecord

if TYPE_CHECKING:
    from gui.main_window import MainWindow

PART_ROWS = 200
MOST_LOOKS = 20
LOOK_S = 0.15


def go_to_job(window: MainWindow, job_id: str) -> None:
    """Show the jobs and select this one, however far away, and also where the filters hide it."""
    window.show_page(None)
    window.table.setFocus()
    if window.model.row_of(job_id) is not None:
        window.select_jobs((job_id,))
    else:
        window.bridge.start(_look_for(window, job_id), what=tr("Listing jobs"))


async def _look_for(window: MainWindow, job_id: str) -> None:
    """Find where a job stands in the list, and scroll there: the table reads what is in sight.

    News that arrive meanwhile may take the table back to where it was, so it is looked again.
    """
    window.select_jobs((job_id,))
    model, table = window.model, window.table
    for _ in range(MOST_LOOKS):
        part = await window.bridge.page(
            model.where, model.order, start=0, size=PART_ROWS, around=job_id
        )
        if job_id in part.ids:
            row = part.start + part.ids.index(job_id)
            table.scrollTo(model.index(row, 0), table.ScrollHint.PositionAtCenter)
        elif window.filter.is_active:
            window.filter.clear()
            window.toolbar.search.clear_now()
        await asyncio.sleep(LOOK_S)
        if model.row_of(job_id) is not None:
            return


def go_to_entity(window: MainWindow, record: EntityRecord) -> None:
    """Show the library with what has this entity's name."""
    page = window.findChild(LibraryPage)
    if isinstance(page, LibraryPage):
        window.show_page(page)
        page.show_kind(record.kind)
        window.pages.set_words(page, record.name)
