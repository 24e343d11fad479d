"""The child process: runs one job after another until its supervisor is gone.

Started as `python -P -m queue_core.runner CONNECTION`. It never imports Qt, and imports the
heavy libraries while it waits for its first job.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import logging
import operator
import os
import pickle
import select
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from queue_core.paths import LocalFolder
from queue_core.plain import as_fraction, plain_text
from queue_core.runner import process_tree
from queue_core.runner.child_logging import install_logging, write_output
from queue_core.runner.context import JobContext, RunnableJob
from queue_core.runner.hygiene import CleanSlate
from queue_core.runner.protocol import (
    CleanUp,
    Entity,
    Failed,
    Finished,
    Message,
    Progress,
    Ready,
    Run,
    Warned,
    decode_order,
    encode,
)
from queue_core.runner.reports import report_failure
from queue_core.runner.results import as_json
from queue_core.runner.stack_signal import listen_for_requests
from queue_core.runner.user_modules import UserModules

logger = logging.getLogger(__name__)

_PROGRESS_INTERVAL_S = 0.05
_TEXT_LIMIT = 2_000


class Channel:
    """The child's end of the connection; several threads may send."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        """Send a message; a supervisor that is gone is noticed by the watcher."""
        with self._lock, contextlib.suppress(OSError):
            self._connection.send_bytes(encode(message))

    def receive(self) -> tuple[Message, bytes]:
        """Wait for an order and its job.

        Raises:
            EOFError: The supervisor is gone.
        """
        return decode_order(self._connection.recv_bytes())

    def has_order(self) -> bool:
        """Return whether an order waits."""
        return self._connection.poll(0)

    @property
    def descriptor(self) -> int:
        """The file descriptor, for the watcher."""
        return self._connection.fileno()


class Reporter:
    """What a running job reports goes through here; see `context.JobReporter`."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._last_sent = 0.0
        self._last_message: str | None = None

    def progress(self, fraction: float | None, message: str) -> None:
        """Send progress, at most 20 times a second within a phase."""
        fraction, message = as_fraction(fraction), plain_text(message, _TEXT_LIMIT)
        now = time.monotonic()
        if (
            now - self._last_sent < _PROGRESS_INTERVAL_S
            and fraction != 1.0
            and message == self._last_message
        ):
            return
        self._last_sent, self._last_message = now, message
        self._channel.send(Progress(fraction, message))

    def warning(self, text: str) -> None:
        """Send a sentence to keep with the job."""
        self._channel.send(Warned(plain_text(text, _TEXT_LIMIT)))

    def output(self, text: str) -> None:
        """Write a piece of the job's output."""
        write_output(text)

    def entity(self, kind: str, entity_id: int) -> None:
        """Send which entity the job makes."""
        number = operator.index(entity_id)  # NumPy's numbers too
        if not 0 <= number < 1 << 63:
            raise ValueError(f"{number} is no id of an entity")
        self._channel.send(Entity(plain_text(kind, _TEXT_LIMIT), number))


def main(arguments: list[str] | None = None) -> None:
    """Serve a supervisor until it closes the connection."""
    arguments = sys.argv[1:] if arguments is None else arguments
    connection = Connection(int(arguments[0]))
    preload = arguments[1].split(",") if len(arguments) > 1 and arguments[1] else []
    os.environ.pop("PYTHONPATH", None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    _adopt_orphans()
    install_logging(int(arguments[2]))
    channel = Channel(connection)
    threading.Thread(
        target=_watch, args=(channel.descriptor,), name="parent-watcher", daemon=True
    ).start()
    channel.send(Ready(os.getpid()))
    _preload(preload, channel)
    runner = JobRunner(channel)
    with contextlib.suppress(EOFError, OSError):
        while True:
            order, payload = channel.receive()
            if isinstance(order, Run):
                channel.send(runner.run(order, payload))
            elif isinstance(order, CleanUp):
                channel.send(runner.clean_up(order, payload))


def _watch(descriptor: int) -> None:
    """End this process and all that it has started when its supervisor is gone."""
    poll = select.poll()
    poll.register(descriptor, select.POLLHUP | getattr(select, "POLLRDHUP", 0))
    while True:
        for _, event in poll.poll():
            if event:
                # Descendants first: those in sessions of their own are found through us only.
                process_tree.send(process_tree.tree(os.getpid()) - {os.getpid()}, signal.SIGKILL)
                os.killpg(os.getpgid(0), signal.SIGKILL)


def _adopt_orphans() -> None:
    """Become the parent of orphaned descendants, so that none of them can hide (Linux)."""
    if sys.platform == "linux":
        import ctypes

        pr_set_child_subreaper = 36
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def _preload(modules: list[str], channel: Channel) -> None:
    """Import heavy libraries while no job waits."""
    for name in modules:
        if channel.has_order():
            return
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 - an optional library that fails is not needed
            logger.debug("could not preload %s: %s", name, error)


class JobRunner:
    """Runs jobs one after another, each on a clean slate."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._slate = CleanSlate(os.environ.get("DASHAI_LOCAL_PATH", "/"))
        self._modules = UserModules()

    def run(self, order: Run, payload: bytes) -> Message:
        """Run a job; return its answer, whatever it does."""
        listen_for_requests(LocalFolder(Path(order.folder)))
        answer: Finished | Failed
        with self._slate:
            job: RunnableJob | None = None
            try:
                self._go_to_submitters_place(order)
                job = _load(payload, order.changes)
                job.bind(_context(order, Reporter(self._channel)))
                answer = Finished(as_json(job.run()), reusable=True)
            except BaseException as error:  # noqa: BLE001 - the border: all becomes a report
                answer = report_failure(error, reusable=True, searched=order.import_path)
                if job is not None:
                    _try(job, "set_status_as_error")
            del job
        self._modules.remember()
        if not self._slate.is_clean():
            answer = replace(answer, reusable=False)
        return answer

    def clean_up(self, order: CleanUp, payload: bytes) -> Message:
        """Let a job that was stopped from outside clean up after itself."""
        with self._slate:
            try:
                self._go_to_submitters_place(order)
                job = _load(payload, order.changes)
                job.bind(_context(order, None, order.ending))
                _try(job, "on_cancel")
                if not order.cancelled:
                    _try(job, "set_status_as_error")
            except BaseException as error:  # noqa: BLE001 - the border
                return report_failure(error, reusable=False, searched=order.import_path)
        self._modules.remember()
        return Finished(None, reusable=True)

    def _go_to_submitters_place(self, order: Run | CleanUp) -> None:
        """Work where the submitter worked: its folder and its import path."""
        self._modules.prepare(order.import_path, order.cwd)
        sys.path[:0] = [entry for entry in order.import_path if entry not in sys.path]
        if order.cwd is not None:
            # A folder that is gone is no reason not to run; relative paths then say so themselves.
            with contextlib.suppress(OSError):
                os.chdir(order.cwd)


def _context(order: Run | CleanUp, reporter: Reporter | None, ending: str = "") -> JobContext:
    folder = LocalFolder(Path(order.folder))
    return JobContext(order.job_id, folder, reporter, order.attempt, ending)


def _load(payload: bytes, changes: Mapping[str, Any]) -> RunnableJob:
    # The signature was verified by the supervisor. What pickle wrote, pickle reads ten times
    # faster than dill.
    if b"dill" in payload:
        import dill

        job: RunnableJob = dill.loads(payload)
    else:
        job = pickle.loads(payload)
    if changes:
        job.kwargs.update(changes)
    return job


def _try(job: RunnableJob, step: str) -> None:
    try:
        getattr(job, step)()
    except BaseException:
        with contextlib.suppress(Exception):  # a job's own logging may be broken
            logger.exception("%s failed", step)
