"""What can be seen of a job's result before it is complete."""

from __future__ import annotations

from queue_core.queue.job_record import JobRecord, JobStatus

GENERATIVE = "GenerativeJob"


def shows_while_running(record: JobRecord) -> bool:
    """Return whether a running job gives words that can be read while they come."""
    return record.task_type == GENERATIVE and record.status is JobStatus.STARTED
