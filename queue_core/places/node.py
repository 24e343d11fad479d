"""On another machine: runs one ticket as the queue's own program would run the job.

The job gets a child process with its guardian, so that a killed machine agent takes the whole tree
with it; this process keeps its limits, tells the storage how far it is, listens there for the order
to end, and writes the outcome last.
"""

from __future__ import annotations

import logging
import os
import platform
import secrets
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Final

from queue_core.errors import MonitorError
from queue_core.paths import LIST_VARIABLE, LocalFolder, log_path
from queue_core.places.answering import Answering
from queue_core.places.courier import Courier
from queue_core.places.node_state import StateWriter
from queue_core.places.object_store import ObjectStore
from queue_core.places.storage import (
    BEGUN,
    LOG,
    OUTCOME,
    SENT_CODE,
    STOP,
    as_json,
    read_json,
    write_once,
)
from queue_core.places.ticket import Ticket, read_ticket
from queue_core.places.words import outcome_data
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome, RunOrder
from queue_core.runner.supervision.limits import Watch
from queue_core.runner.supervision.supervisor import Supervisor

logger = logging.getLogger(__name__)

ALREADY_BEGUN: Final = 75
_LOOK_S: Final = 0.2
_MEASURE_S: Final = 1.0
_TAKE_S: Final = 60.0
_WRITE_PATIENCE_S: Final = 60.0
_ENDED_BY_PLACE: Final = "The place has ended the job before it was through."


class NodeRun:
    """One start of a job on this machine.

    Args:
        folder: The folder of the start: in the shared storage, or of this machine alone.
        digest: What the ticket's digest must be.
        url: Where what is written there is to be carried; empty where others see the folder.
        packages: Where this machine has the job's code; None: where the ticket says.
    """

    def __init__(
        self, folder: Path, digest: str, url: str = "", packages: Sequence[str] | None = None
    ) -> None:
        self._folder = folder
        self._digest = digest
        self._ticket: Ticket = read_ticket(folder, digest)
        self._packages = self._ticket.packages[1:] if packages is None else tuple(packages)
        order = self._ticket.order
        self._courier = (
            Courier(url, folder, log_path(folder / LOG, order.job_id), order.log_limit_bytes)
            if url else None
        )  # fmt: skip
        self._is_told = threading.Event()
        self._outcome: Outcome | None = None
        self._state = StateWriter(folder, digest)

    def run(self) -> int:
        """Run it, unless it has begun elsewhere; return the exit code."""
        if not self._begins():
            return ALREADY_BEGUN
        if (stop := read_json(self._folder / STOP)) is not None:
            self._write(_stopped(stop))
            return 0
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._on_signal)
        order = self._order()
        _size_pools(self._ticket.cores)
        if self._courier is not None:
            os.environ[SENT_CODE] = os.pathsep.join(self._packages)
        if self._ticket.local_folder:
            os.environ[LIST_VARIABLE] = self._ticket.list_name
        supervisor = Supervisor(
            self._local_folder().root, self._folder / LOG, grace_s=self._ticket.grace_s
        )
        supervisor.start(1)
        try:
            outcome = self._run(supervisor, order)
            self._write(outcome)
            self._clean_up(supervisor, order, outcome)
        finally:
            supervisor.stop()
        return 0

    def _begins(self) -> bool:
        """Tell that it begins here; return False where it has begun elsewhere."""
        begun = as_json(
            {"ticket": self._digest, "host": platform.node(), "time_s": time.time(),
             "start": secrets.token_hex(8)}
        )  # fmt: skip
        if self._courier is not None:
            return self._courier.begin(begun)
        return write_once(self._folder / BEGUN, begun)

    # The job -------------------------------------------------------------------------------------

    def _run(self, supervisor: Supervisor, order: RunOrder) -> Outcome:
        child = supervisor.take(_TAKE_S)
        if child is None:
            why = supervisor.start_problem or "No process could be started on the machine."
            return Outcome(EndReason.NOT_STARTED, error=ErrorReport("PlaceError", why))
        watch = Watch(
            order.job_id, child.pid, order.attempt, order.timeout_s, order.memory_limit_bytes,
            inherited_bytes=child.inherited_bytes,
        )  # fmt: skip

        def work() -> None:
            self._outcome = supervisor.run(child, order, self._state)
            self._is_told.set()

        runner = threading.Thread(target=work, name="job", daemon=True)
        runner.start()
        answering = Answering(self._folder, self._digest, self._local_folder(), child.pid)
        while runner.is_alive():
            self._is_told.wait(_LOOK_S)
            self._is_told.clear()
            answering.look()
            self._look_after(supervisor, watch)
        supervisor.give_back(child)
        outcome = self._outcome or Outcome(EndReason.INTERRUPTED)
        if watch.peak_bytes:
            outcome = replace(outcome, peak_memory_bytes=watch.peak_bytes, cpu_time_s=watch.cpu_s)
        return self._explained(outcome)

    def _look_after(self, supervisor: Supervisor, watch: Watch) -> None:
        """Keep limits, carry out orders, tell how far it is."""
        job_id = watch.job_id
        if self._state.is_due(_MEASURE_S):
            watch.look()
            verdict = watch.verdict()
            if verdict is not None:
                supervisor.end(job_id, verdict.reason, verdict.detail, verdict.hint)
        watch.phase = self._state.phase
        self._state.write(watch)
        silent_s = self._courier.silent_s if self._courier else self._state.silent_s
        if silent_s > self._ticket.silence_s:
            self._was_cut_off = True
        if self._was_cut_off or self._ended_from_outside():
            supervisor.end(job_id, EndReason.INTERRUPTED)

    def _ended_from_outside(self) -> bool:
        return self._has_signal or (self._folder / STOP).exists()

    def _explained(self, outcome: Outcome) -> Outcome:
        """Say who has ended it, where somebody has."""
        # The place asks every process of the job to end, and the job may have heard it first.
        is_crash_of_it = outcome.reason is EndReason.CRASHED and self._ended_from_outside()
        if outcome.reason is not EndReason.INTERRUPTED and not is_crash_of_it:
            return outcome
        stop = read_json(self._folder / STOP)
        if stop is not None:
            told = _stopped(stop)
            return replace(outcome, reason=told.reason, error=told.error)
        why = _ENDED_BY_PLACE
        if self._was_cut_off:
            limit_s = self._ticket.silence_s
            why = f"The machine could not reach the storage for {limit_s:g} s, and ended the job."
        error = ErrorReport("Interrupted", why)
        return replace(outcome, reason=EndReason.INTERRUPTED, error=error)

    def _clean_up(self, supervisor: Supervisor, order: RunOrder, outcome: Outcome) -> None:
        """Let a job that ended without its own help clean up here, where its files are."""
        if self._ticket.local_folder or outcome.reason in (EndReason.FINISHED, EndReason.RAISED):
            return  # nothing is left, or the queue's own program sees to it
        ending = outcome.error.message if outcome.error else ""
        cancelled = outcome.reason is EndReason.CANCELLED
        supervisor.clean_up(order, cancelled=cancelled, ending=ending)

    # Around it -----------------------------------------------------------------------------------

    _has_signal = False
    _was_cut_off = False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._has_signal = True
        self._is_told.set()

    def _order(self) -> RunOrder:
        """Return the order with the places where this machine has its code."""
        order = self._ticket.order
        if self._ticket.local_folder:
            return order
        cwd = order.cwd
        if cwd is None or not Path(cwd).is_dir():
            work = self._folder / "work"
            work.mkdir(mode=0o700, exist_ok=True)
            cwd = str(work)
        return replace(order, cwd=cwd, import_path=self._packages)

    def _local_folder(self) -> LocalFolder:
        root = self._ticket.local_folder or str(self._folder / "local")
        return LocalFolder(Path(root)).create()

    def _write(self, outcome: Outcome) -> None:
        """Write the outcome; tried for a while, for nobody else knows it."""
        data = as_json(outcome_data(outcome, self._digest))
        give_up_at = time.monotonic() + _WRITE_PATIENCE_S
        while True:
            try:
                write_once(self._folder / OUTCOME, data)
            except OSError:
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(1.0)
            else:
                break
        if self._courier is not None:
            self._courier.finish()


def _stopped(stop: object) -> Outcome:
    """Return the outcome of a job that the queue has ended, in the queue's words."""
    given = stop if isinstance(stop, dict) else {}
    if given.get("reason") != EndReason.TIMED_OUT.value:
        return Outcome(EndReason.CANCELLED)
    error = ErrorReport("TimeLimitExceeded", str(given.get("detail")), str(given.get("hint")))
    return Outcome(EndReason.TIMED_OUT, error=error)


def _size_pools(cores: int) -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
                 "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS",
                 "RAYON_NUM_THREADS", "DASHAI_JOB_CORES"):  # fmt: skip
        os.environ[name] = str(cores)


def main(arguments: list[str]) -> int:
    """Run the ticket that the arguments name.

    Args:
        arguments: Its folder and its digest; then, where others do not see the folder, the URL to
            which it is carried, and the folders of the job's code.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    os.umask(0o077)
    folder, digest = Path(arguments[0]), arguments[1]
    url, packages = (arguments[2], arguments[3:]) if len(arguments) > 2 else ("", None)
    try:
        return NodeRun(folder, digest, url, packages).run()
    except (MonitorError, OSError) as error:
        logger.exception("the job could not be run")
        message = getattr(error, "message", "") or str(error)
        report = ErrorReport(type(error).__name__, message, getattr(error, "hint", ""))
        outcome = as_json(outcome_data(Outcome(EndReason.NOT_STARTED, error=report), digest))
        if url:
            ObjectStore(url).write_once(OUTCOME, outcome)
        else:
            write_once(folder / OUTCOME, outcome)
        return 1
    finally:
        if url:
            shutil.rmtree(folder.parent, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
