"""What a job is: a class with parameters that a child process can run."""

from __future__ import annotations

import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from queue_core.errors import JobError
from queue_core.plain import as_fraction, plain_text, sentence
from queue_core.runner.job_process.context import JobContext

logger = logging.getLogger(__name__)

_MESSAGE_LIMIT = 500
_WARNING_LIMIT = 2_000


class BaseJob(ABC):
    """A piece of work that runs in a process of its own.

    Subclasses may live anywhere, `__main__` included. They override `run`; everything it needs
    comes from `kwargs`, which must be serialisable with dill.

    Attributes:
        TYPE: What kind of job it is, for people.
        PARAMETERS: JSON Schema object of its parameters; a form is made from it. None: no form.
        reuses_process: Whether a process that has run jobs of this class, put from the same place,
            may run another one. Say so of many small jobs that leave nothing behind: it saves the
            few milliseconds of a fresh process for each.
        needs_library: Whether it works with the datasets and results of the local folder, so that
            it runs only where that is.
        kwargs: The parameters.
    """

    TYPE: ClassVar[str] = "Job"
    PARAMETERS: ClassVar[Mapping[str, Any] | None] = None
    reuses_process: ClassVar[bool] = False
    needs_library: ClassVar[bool] = False

    # On the class, so that a subclass that forgets super().__init__() still runs.
    _context: JobContext | None = None

    def __init__(self, **kwargs: Any) -> None:
        nested = kwargs.pop("kwargs", {})
        self.kwargs: dict[str, Any] = {**kwargs, **nested}

    def __getstate__(self) -> dict[str, Any]:
        """Leave the context behind: it belongs to one process."""
        return {**self.__dict__, "_context": None}

    def code_folders(self) -> Sequence[Path]:
        """Return folders of code that a machine needs which sees none of this computer's."""
        return ()

    def bind(self, context: JobContext) -> None:
        """Tell the job where it is; the queue and the child process call this."""
        self._context = context

    @property
    def context(self) -> JobContext:
        """Where the job runs.

        Raises:
            JobError: The job was neither put nor run by a queue.
        """
        if self._context is None:
            raise JobError(
                f"{type(self).__name__} is not bound to a queue.",
                hint="Give it to HueyJobQueue.put, or call bind() first.",
            )
        return self._context

    @abstractmethod
    def run(self) -> Any:
        """Do the work. What it returns is kept as JSON data with the job."""

    def set_status_as_delivered(self) -> None:  # noqa: B027 - optional to override
        """Mark the job's entity as delivered; called by `put` in the submitter's process.

        May add to `kwargs`, e.g. the id of the entity that it made.
        """

    def set_status_as_error(self) -> None:  # noqa: B027 - optional to override
        """Mark the job's entity as failed; called in a child process after any failure."""

    def on_cancel(self) -> None:  # noqa: B027 - optional to override
        """Clean up what a cancelled, killed or crashed run left; called in a fresh child."""

    def get_job_name(self) -> str:
        """Return what the user sees in the table."""
        name = self.kwargs.get("name")
        if name is None or type(name) is str:
            return name or type(self).__name__
        return plain_text(name, _MESSAGE_LIMIT) or type(self).__name__

    def get_params(self) -> dict[str, Any]:
        """Return the parameters to show with the job."""
        return dict(self.kwargs)

    def report_progress(self, fraction: object, message: object = None) -> None:
        """Report progress. Takes anything and never raises.

        Args:
            fraction: 0 to 1, a number of any kind; “50%” is 0.5. None, or what is no number:
                the total work is unknown.
            message: What is done now; anything becomes its text.
        """
        if self._context is None or self._context.reporter is None:
            return
        phase = "" if message is None else plain_text(message, _MESSAGE_LIMIT)
        self._context.reporter.progress(as_fraction(fraction), phase)

    def report_warning(self, text: object) -> None:
        """Keep a sentence with the job that says what was done to the user's data.

        Takes anything and never raises: an exception becomes its class and text, all else its text.
        """
        warning = sentence(text, _WARNING_LIMIT)
        with contextlib.suppress(Exception):  # a job's own logging may be broken
            logger.warning("%s", warning)
        if self._context is not None and self._context.reporter is not None:
            self._context.reporter.warning(warning)
