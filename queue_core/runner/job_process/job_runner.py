"""In the child: runs one order and says how it ended, whatever the job's code does."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from queue_core.paths import LocalFolder
from queue_core.plain import plain_text
from queue_core.runner.job_process.channel import Channel, Reporter
from queue_core.runner.job_process.context import JobContext, RunnableJob
from queue_core.runner.job_process.job_pickle import load_job
from queue_core.runner.job_process.reports import report_failure
from queue_core.runner.job_process.results import as_json
from queue_core.runner.messages import PACKET_LIMIT_BYTES, encode
from queue_core.runner.protocol import Answer, CleanUp, Failed, Finished, Run
from queue_core.runner.reuse import ReuseCheck
from queue_core.runner.snapshots.stack_signal import listen_for_requests

logger = logging.getLogger(__name__)

_SHORT_CHARACTERS = 4_000
_CUT_CHARACTERS = 50_000


class JobRunner:
    """Runs the orders of this process: one, or several of a class that allows it.

    Args:
        channel: Where its jobs report.
        program_pid: The program that may look into this process.
    """

    def __init__(self, channel: Channel, program_pid: int) -> None:
        self._channel = channel
        self._program_pid = program_pid
        self._pid = os.getpid()
        self._reuse: ReuseCheck | None = None

    def run(self, order: Run, payload: bytes) -> Answer:
        """Run a job; return its answer, whatever it does."""
        listen_for_requests(LocalFolder(Path(order.folder)), self._program_pid)
        if order.reuse_key is not None and self._reuse is None:
            self._reuse = ReuseCheck()
        answer: Answer
        job: RunnableJob | None = None
        try:
            _go_to_submitters_place(order)
            job = _load(payload, order.changes)
            job.bind(_context(order, Reporter(self._channel)))
            result = job.run()
            self._end_if_copy(None)
            answer = Finished(as_json(result), reusable=True)
        except BaseException as error:  # noqa: BLE001 - the border: all becomes a report
            self._end_if_copy(error)
            answer = report_failure(error, reusable=True, searched=order.import_path)
            if job is not None:
                self._try(job.set_status_as_error)
        del job
        _flush_streams()
        return _fitting(self._with_reuse(answer))

    def clean_up(self, order: CleanUp, payload: bytes) -> Answer:
        """Let a job that was stopped from outside clean up after itself."""
        try:
            _go_to_submitters_place(order)
            job = _load(payload, order.changes)
            job.bind(_context(order, None, order.ending))
            self._try(job.on_cancel)
            if not order.cancelled:
                self._try(job.set_status_as_error)
        except BaseException as error:  # noqa: BLE001 - the border
            self._end_if_copy(error)
            return _fitting(report_failure(error, reusable=False, searched=order.import_path))
        _flush_streams()
        return Finished(None, reusable=False)

    def _with_reuse(self, answer: Answer) -> Answer:
        if self._reuse is None or not self._reuse.is_clean():
            return replace(answer, reusable=False)
        if isinstance(answer, Finished):
            return replace(answer, modules=self._reuse.user_modules())
        return replace(answer, reusable=False)  # what an error has left half done, nobody knows

    def _end_if_copy(self, error: BaseException | None) -> None:
        """End a forked copy of this process as the end of a script would: it is not the job."""
        if os.getpid() != self._pid:
            end_copy(error)

    def _try(self, step: Callable[[], object]) -> None:
        try:
            step()
        except BaseException as error:
            self._end_if_copy(error)
            logger.exception("%s failed", getattr(step, "__name__", step))
        self._end_if_copy(None)


def end_copy(error: BaseException | None) -> NoReturn:
    """Leave a forked copy of a job's process: traceback, exit code, and nothing else."""
    code = 0
    try:
        if isinstance(error, SystemExit):
            code = _exit_code(error)
        elif error is not None:
            code = 1
            traceback.print_exception(error)
        _flush_streams()
    finally:
        os._exit(code)


def _exit_code(error: SystemExit) -> int:
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    sys.stderr.write(f"{plain_text(error.code, _CUT_CHARACTERS)}\n")
    return 1


def _flush_streams() -> None:
    for stream in (sys.stdout, sys.stderr):
        # The job may have closed or replaced them, by anything.
        with contextlib.suppress(Exception):
            stream.flush()


def _go_to_submitters_place(order: Run | CleanUp) -> None:
    """Work where the submitter worked: its folder and its import path."""
    # Nothing is left beside the user's modules; and compiled code is believed by the second, so a
    # module that is edited and run again at once would run as it was.
    sys.dont_write_bytecode = True
    sys.path[:0] = [entry for entry in order.import_path if entry not in sys.path]
    if order.cwd is not None:
        # A folder that is gone is no reason not to run; relative paths then say so themselves.
        with contextlib.suppress(OSError):
            os.chdir(order.cwd)


def _context(order: Run | CleanUp, reporter: Reporter | None, ending: str = "") -> JobContext:
    folder = LocalFolder(Path(order.folder))
    return JobContext(order.job_id, folder, reporter, order.attempt, ending)


def _load(payload: bytes, changes: Mapping[str, Any]) -> RunnableJob:
    job: RunnableJob = load_job(payload)  # its signature was verified by the supervisor
    if changes:
        job.kwargs.update(changes)
    return job


def _fitting(answer: Answer) -> Answer:
    """Return the answer, cut where it is more than the supervisor takes."""
    if isinstance(answer, Finished) or len(encode(answer, order_id="", pid=0)) < PACKET_LIMIT_BYTES:
        return answer
    return Failed(
        type=plain_text(answer.type, _SHORT_CHARACTERS),
        message=plain_text(answer.message, _SHORT_CHARACTERS),
        hint=plain_text(answer.hint, _SHORT_CHARACTERS),
        traceback=plain_text(answer.traceback, _CUT_CHARACTERS),
        causes=[],
        is_transient=answer.is_transient,
        reusable=False,
    )
