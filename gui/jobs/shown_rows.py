"""What a table knows of its rows: how many there are, and which jobs stand in a part of them."""

from __future__ import annotations

from queue_core.queue.values import JobPage

NOTHING = JobPage(0, 0, ())


class ShownRows:
    """A list of jobs of which a part is known; rows elsewhere have no name yet.

    Attributes:
        total: How many rows there are.
        start: The first row that is known.
        ids: The jobs from there on.
    """

    def __init__(self) -> None:
        self.total = 0
        self.start = 0
        self.ids: list[str] = []
        self._rows: dict[str, int] = {}

    @property
    def page(self) -> JobPage:
        """What is known."""
        return JobPage(self.total, self.start, tuple(self.ids))

    @property
    def is_whole(self) -> bool:
        """Whether all rows are known."""
        return len(self.ids) == self.total

    def holds(self, first: int, last: int) -> bool:
        """Return whether all of these rows are known."""
        return self.start <= first and min(last, self.total - 1) < self.start + len(self.ids)

    def id_at(self, row: int) -> str:
        """Return the job in *row*; nothing where it is not known."""
        place = row - self.start
        return self.ids[place] if 0 <= place < len(self.ids) else ""

    def ids_of(self, first: int, last: int) -> list[str]:
        """Return the jobs in these rows, as far as they are known."""
        return self.ids[max(0, first - self.start) : max(0, last + 1 - self.start)]

    def row_of(self, job_id: str) -> int | None:
        """Return the row of a job; None where it is not known to have one."""
        place = self._rows.get(job_id)
        return None if place is None else place + self.start

    def set(self, page: JobPage) -> None:
        """Know this, and nothing else."""
        self.total, self.start, self.ids = page.total, page.start, list(page.ids)
        self._rows = {job_id: place for place, job_id in enumerate(page.ids)}

    def remove(self, first: int, last: int) -> None:
        """Take rows out."""
        count = last - first + 1
        left, right = first - self.start, last + 1 - self.start
        del self.ids[max(0, left) : max(0, right)]
        self.start -= max(0, min(count, self.start - first))
        self.total -= count
        self._number()

    def insert(self, first: int, last: int, page: JobPage) -> None:
        """Put rows in; which jobs these are stands in *page*, as far as it is known."""
        count = last - first + 1
        place = first - self.start
        known = page.ids[max(0, first - page.start) : max(0, last + 1 - page.start)]
        if 0 <= place <= len(self.ids) and len(known) == count:
            self.ids[place:place] = known
        elif place <= 0:
            self.start += count
        elif place < len(self.ids):  # not known what came in between: know what stands before
            del self.ids[place:]
        self.total += count
        self._number()

    def _number(self) -> None:
        self._rows = {job_id: place for place, job_id in enumerate(self.ids)}
