"""What is done with all jobs that match: select, cancel, retry, remove, save, print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from gui.actions import Selection
from gui.bridge import Bridge, Message
from gui.format import format_count
from gui.helper import helpers_of
from gui.i18n import tr, tr_plural
from gui.jobs.commands import JobCommands
from gui.jobs.printed_list import print_list
from gui.jobs.table_model import JobTableModel
from gui.jobs.table_view import JobTableView
from gui.notifications import ToastArea
from gui.results.export import TABLE_FILTERS, Export, ask_and_write
from queue_core.queue.exporting import save_list
from queue_core.queue.finding.finder import MOST_ROWS

# Each selected job is known by its id, and looked at for what can be done with it.
MOST_SELECTED = 20_000


class WholeList(QObject):
    """Reads the ids of a list and gives them to a command."""

    def __init__(
        self, bridge: Bridge, table: JobTableView, model: JobTableModel, commands: JobCommands,
        toasts: ToastArea,
    ) -> None:  # fmt: skip
        super().__init__(table)
        self._bridge = bridge
        self._table = table
        self._model = model
        self._commands = commands
        self._toasts = toasts
        table.far_rows_selected.connect(self.select_far)

    def cancel(self) -> None:
        """Stop all that match and have not ended."""
        self._with_all(self._commands.cancel)

    def retry(self) -> None:
        """Put all that match again."""
        self._with_all(self._commands.retry)

    def remove(self) -> None:
        """Remove all that match and have ended; it can be undone for a while."""
        self._with_all(self._commands.remove)

    def save(self) -> None:
        """Ask for a file, and write all that match to it as a table."""
        where, order, helper = self._model.where, self._model.order, helpers_of(self._bridge).saving

        async def write(target: Path) -> str:
            count = await helper.call(
                save_list, folder=str(self._bridge.folder.root), target=str(target),
                statuses=sorted(where.statuses), task_types=sorted(where.task_types),
                search=where.search, query=where.query, order_by=order.column,
                descending=order.descending,
            )  # fmt: skip
            return tr_plural("Saved {count} job to {file}.", "Saved {count} jobs to {file}.",
                             count, file=target.name)  # fmt: skip

        ask_and_write(self._table, self._bridge, Export(tr("Jobs"), TABLE_FILTERS, write))

    def print_jobs(self) -> None:
        """Print the beginning of the list, as the table shows it."""
        self._bridge.start(
            print_list(self._bridge, self._table, self._model), what=tr("Printing the list")
        )

    def select_far(self) -> None:
        """Read which jobs stand in selected rows that the table does not know."""
        spans = self._table.selected_rows()
        first, last = spans[0][0], spans[-1][1]
        whole = len(spans) == 1
        what = tr("Selecting jobs")
        self._bridge.start(self._select(first, last - first + 1, is_whole=whole), what=what)

    async def _select(self, first: int, count: int, *, is_whole: bool) -> None:
        if not is_whole:  # the spans that are not known are left as they are
            return
        ids = await self._read(first, count) if self._may_be_selected(count) else ()
        rows = self._table.selected_rows()
        if ids and rows and rows[0][0] == first:
            self._table.select(ids, scroll=False)

    def _with_all(self, command: Callable[[Selection], None]) -> None:
        self._bridge.start(self._do(command), what=tr("Reading the jobs"))

    async def _do(self, command: Callable[[Selection], None]) -> None:
        ids = await self._read(0, MOST_ROWS)
        if ids:
            command(Selection(ids, ()))

    def _may_be_selected(self, count: int) -> bool:
        if count <= MOST_SELECTED:
            return True
        text = tr("{count} jobs are too many to be selected.", count=format_count(count))
        hint = tr("Search for them, e.g. “age:>30d”: “All that match” has no limit.")
        self._toasts.show_message(Message(text=text, hint=hint))
        return False

    async def _read(self, start: int, count: int) -> tuple[str, ...]:
        page = await self._bridge.page(
            self._model.where, self._model.order, start=start, size=count
        )
        return page.ids[start - page.start :]
