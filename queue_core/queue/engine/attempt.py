"""One attempt of a job: the order for its child, its limits, its outcome, whether it goes again."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import Final

from queue_core.errors import UntrustedBlobError
from queue_core.queue.engine.options import EngineOptions
from queue_core.queue.engine.policies import decide_retry, retry_delay_s
from queue_core.queue.engine.recorder import JobReports, Recorder
from queue_core.queue.engine.watchdog import Watchdog
from queue_core.queue.store.handover import Claim, EndedAttempt
from queue_core.queue.store.serializer import Signer
from queue_core.queue.store.stored import number, whole
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome, RunOrder
from queue_core.runner.supervision.child_process import ChildProcess
from queue_core.runner.supervision.limits import Watch
from queue_core.runner.supervision.supervisor import Supervisor

logger = logging.getLogger(__name__)

# A limit beyond this is none; the clocks of the system do not count much further.
_LONGEST_S: Final = 3.2e9


class AttemptRunner:
    """Runs claimed jobs in children.

    Args:
        signer: Verifies stored jobs.
        supervisor: Who owns the children.
        recorder: Who writes what jobs report.
        watchdog: Who watches their limits.
        options: How jobs are run.
    """

    def __init__(
        self, *, signer: Signer, supervisor: Supervisor, recorder: Recorder, watchdog: Watchdog,
        options: EngineOptions,
    ) -> None:  # fmt: skip
        self._signer = signer
        self._supervisor = supervisor
        self._recorder = recorder
        self._watchdog = watchdog
        self._options = options

    def run(self, claim: Claim, child: ChildProcess) -> EndedAttempt:
        """Run a claimed job in *child*; return its end, whatever happens."""
        try:
            order = self.order(claim)
        except UntrustedBlobError as error:
            report = ErrorReport(type(error).__name__, error.message, error.hint)
            return EndedAttempt(claim, Outcome(EndReason.RAISED, error=report))
        outcome = self._run(claim, order, child)
        return self.with_next_attempt(claim, outcome)

    def order(self, claim: Claim) -> RunOrder:
        """Return what a child needs to run a job.

        Raises:
            UntrustedBlobError: The stored job does not carry our signature.
        """
        errand = self._signer.verify(claim.blob, claim.job_id)
        if errand.reuse_key != claim.reuse_key:
            raise UntrustedBlobError(
                "Another program has changed in which process the job is to run.",
                hint="Submit it again.",
            )
        if errand.place != claim.place:
            raise UntrustedBlobError(
                "Another program has changed where the job is to run.", hint="Submit it again."
            )
        return RunOrder(
            job_id=claim.job_id,
            payload=errand.payload,
            cwd=errand.cwd,
            import_path=errand.import_path,
            changes=errand.changes,
            attempt=claim.attempt,
            timeout_s=self._time_limit(claim),
            memory_limit_bytes=self._memory_limit(claim),
            log_limit_bytes=self._options.log_limit_bytes,
            reuse_key=errand.reuse_key,
        )

    def _time_limit(self, claim: Claim) -> float | None:
        """Return the job's own limit, the default where it has none; 0 stands for no limit."""
        try:
            own = None if claim.timeout_s is None else number(claim.timeout_s)
        except (TypeError, ValueError):
            own = None
        limit = self._options.timeout_of(claim.task_type) if own is None else own
        return limit if limit and 0 < limit < _LONGEST_S else None

    def _memory_limit(self, claim: Claim) -> int | None:
        try:
            own = None if claim.memory_limit_bytes is None else whole(claim.memory_limit_bytes)
        except (TypeError, ValueError):
            own = None
        return (self._options.memory_limit_bytes if own is None else own) or None

    def _run(self, claim: Claim, order: RunOrder, child: ChildProcess) -> Outcome:
        watch = Watch(
            order.job_id,
            child.pid,
            order.attempt,
            order.timeout_s,
            order.memory_limit_bytes,
            inherited_bytes=child.inherited_bytes,
        )
        self._watchdog.add(watch)
        try:
            listener = _Listener(self._recorder.listener(claim), watch)
            outcome = self._supervisor.run(child, order, listener)
        finally:
            self._watchdog.remove(watch)
        self._recorder.flush(order.job_id)
        if watch.peak_bytes:  # looked at, for it was not over at once
            outcome = replace(outcome, peak_memory_bytes=watch.peak_bytes, cpu_time_s=watch.cpu_s)
        return outcome

    def with_next_attempt(self, claim: Claim, outcome: Outcome) -> EndedAttempt:
        """Decide whether and when to try again."""
        most = claim.max_attempts or self._options.max_attempts
        if not decide_retry(outcome, attempt=claim.attempt, max_attempts=most).again:
            return EndedAttempt(claim, outcome, max_attempts=most)
        own = claim.retry_delay_s
        first = self._options.retry_delay_s if own is None else own
        return EndedAttempt(
            claim, outcome, retry_at_s=time.time() + retry_delay_s(first, claim.attempt),
            max_attempts=most,
        )  # fmt: skip


class _Listener:
    """Tells the recorder, and the watch about the phase."""

    def __init__(self, reports: JobReports, watch: Watch) -> None:
        self._watch = watch
        self._reports = reports
        self.warning = reports.warning
        self.entity = reports.entity

    def progress(self, fraction: float | None, message: str) -> None:
        """Keep the newest progress."""
        self._watch.phase = message
        self._reports.progress(fraction, message)
