"""Ways to what somebody chose elsewhere: a job in the table, an entity in the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.i18n import tr
from gui.library.page import LibraryPage
from queue_core.library.entities import EntityRecord

if TYPE_CHECKING:
    from gui.main_window import MainWindow

PART_ROWS = 200


def go_to_job(window: MainWindow, job_id: str) -> None:
    """Show the jobs and select this one, however far away, and also where the filters hide it."""
    window.show_page(None)
    window.table.setFocus()
    if window.model.row_of(job_id) is not None:
        window.select_jobs((job_id,))
    else:
        window.bridge.start(_look_for(window, job_id), what=tr("Listing jobs"))


async def _look_for(window: MainWindow, job_id: str) -> None:
    """Find where a job stands in the list, and scroll there: the table reads what is in sight."""
    window.select_jobs((job_id,))
    for is_last in (False, True):
        model = window.model
        part = await window.bridge.page(
            model.where, model.order, start=0, size=PART_ROWS, around=job_id
        )
        if job_id in part.ids:
            index = model.index(part.start + part.ids.index(job_id), 0)
            window.table.scrollTo(index, window.table.ScrollHint.PositionAtCenter)
            return
        if not is_last:
            window.filter.clear()
            window.toolbar.search.clear_now()


def go_to_entity(window: MainWindow, record: EntityRecord) -> None:
    """Show the library with what has this entity's name."""
    page = window.findChild(LibraryPage)
    if isinstance(page, LibraryPage):
        window.show_page(page)
        page.show_kind(record.kind)
        window.pages.set_words(page, record.name)
