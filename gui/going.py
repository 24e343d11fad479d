"""Ways to what somebody chose elsewhere: a job in the table, an entity in the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.library.page import LibraryPage
from queue_core.library.entities import EntityRecord

if TYPE_CHECKING:
    from gui.main_window import MainWindow


def go_to_job(window: MainWindow, job_id: str) -> None:
    """Show the jobs and select this one, also where the filters hide it."""
    window.show_page(None)
    if window.model.row_of(job_id) is None and window.filter.is_active:
        window.filter.clear()
        window.toolbar.search.clear_now()
    window.select_jobs((job_id,))
    window.table.setFocus()


def go_to_entity(window: MainWindow, record: EntityRecord) -> None:
    """Show the library with what has this entity's name."""
    page = window.findChild(LibraryPage)
    if isinstance(page, LibraryPage):
        window.show_page(page)
        page.show_kind(record.kind)
        window.pages.set_words(page, record.name)
