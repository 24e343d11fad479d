"""What a page of the details is."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import WaitReason


class DetailsPage(QWidget):
    """One tab of the details panel; subclasses show one side of a job."""

    def shows(self, record: JobRecord) -> bool:
        """Return whether there is anything to show of this job."""
        return True

    def show_record(self, record: JobRecord, reason: WaitReason | None) -> None:
        """Show a job, or what has changed of the one that is shown.

        Args:
            record: The job, with traceback and result.
            reason: Why it waits, where it does.
        """
        raise NotImplementedError

    def tick(self) -> None:
        """Note that a second went by; called only while the page can be seen."""
