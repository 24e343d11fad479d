"""One job that runs at another place, as it is followed from here until its end is known.

Its end is what the machine has written, and only for this very start. Where the place says that it
has ended and no such word comes for `LOST_AFTER_S`, it is lost. That nothing is heard is a note for
people, and never a status.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from queue_core.places.contract import Sighting, Stage
from queue_core.places.log_copy import LogCopy
from queue_core.places.start_files import StartFiles
from queue_core.places.storage import BEGUN, OUTCOME, STATE, as_json, plain_id, read_json
from queue_core.places.words import State, read_outcome, read_state
from queue_core.plain import storable
from queue_core.queue.engine.recorder import JobReports
from queue_core.queue.store.away import Handed, Waiting
from queue_core.queue.store.clock import from_text
from queue_core.queue.store.handover import Claim
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome

# A machine whose agent was killed is rid of the job within 63 s, as measured, whatever was killed.
LOST_AFTER_S: Final = 90.0
_SILENT_AFTER_S: Final = 30.0
LOST: Final = "Lost"
NOT_BEGUN: Final = "NotBegun"
# The machine keeps the limit itself; this is for one that does not.
_LIMIT_SLACK_S: Final = 60.0
# By then a machine that has begun is to be seen on the storage.
_STOP_SETTLES_S: Final = 2.0
_OUTPUT_BYTES: Final = 4_000


class AwayJob:
    """What is known of one start.

    Args:
        handed: What was claimed, and its ticket.
        files: What the start leaves on the storage.
        log: Brings its log here.
        reports: Is told what it reports.
        timeout_s: Its time limit; None for none.
        lost_after_s: How long to wait for a word of a job that has ended.

    Attributes:
        sighting: What the place has said last.
        has_begun: Whether a machine has begun it.
        began_at: When, until that is stored.
        told: What was stored of it last: its machine and a note.
        is_told_to_place: Whether its place was ordered to end it, beside the storage.
        samples: How many samples of its use are stored.
    """

    def __init__(
        self, handed: Handed, files: StartFiles, log: LogCopy, reports: JobReports, *,
        timeout_s: float | None, lost_after_s: float = LOST_AFTER_S,
    ) -> None:  # fmt: skip
        self.claim: Claim = handed.claim
        self.demand: Waiting = handed.demand
        self.files = files
        self._ticket = handed.ticket or ""
        self._log = log
        self._reports = reports
        self._timeout_s = timeout_s
        self._lost_after_s = lost_after_s
        self._stopped_s = 0.0
        self.sighting: Sighting | None = None
        self.has_begun = False
        self.began_at: datetime | None = None
        self._host = ""
        self._state = State()
        self._heard_s = time.monotonic()
        self._begun_s = self._heard_s
        self._ended_since: float | None = None
        self._is_new = False
        self.is_told_to_place = False
        self.samples = 0
        self.told: tuple[str | None, str | None] = (None, None)

    @property
    def handle(self) -> str:
        """The name of the start."""
        return handle_of(self.claim)

    @property
    def is_stopping(self) -> bool:
        """Whether it was ordered to end."""
        return bool(self._stopped_s)

    @property
    def holds_nothing_yet(self) -> bool:
        """Whether what it asks for is still to be taken from what is free."""
        return self.sighting is None or self.sighting.stage is Stage.WAITING

    # What comes ----------------------------------------------------------------------------------

    def listen(self) -> Outcome | None:
        """Take in what has come by the storage; return the outcome if that has come, too.

        Raises:
            OSError: The storage cannot be read.
        """
        self.files.pull()
        if not self.has_begun:
            self._see_begin()
        self._take_state()
        data = read_json(self.files.folder / OUTCOME)
        is_whole = self._log.follow()
        if data is None:
            return None
        outcome = read_outcome(data, self._ticket)
        if outcome is None or is_whole:
            return outcome
        self._heard_s = time.monotonic()  # it is not lost while the rest of its log comes
        return None

    def _see_begin(self) -> None:
        begun = read_json(self.files.folder / BEGUN)
        if begun is None:
            return
        self.has_begun = True
        self._host = str(begun.get("host", ""))[:200]
        self._heard_s = self._begun_s = time.monotonic()
        claimed, now = from_text(self.claim.started_at), datetime.now(UTC)
        with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError, OSError):
            # The clock of the machine may be another one.
            moment = datetime.fromtimestamp(float(begun["time_s"]), UTC)
            self.began_at = min(now, max(claimed or now, moment))

    def _take_state(self) -> None:
        data = read_json(self.files.folder / STATE)
        state = read_state(data, self._ticket) if data is not None else None
        if state is None or state.beat == self._state.beat:
            return
        self._heard_s = time.monotonic()
        self._begun_s = self._heard_s - state.elapsed_s
        before, self._state, self._is_new = self._state, state, True
        said = (state.fraction, state.message)
        if state.has_progress and said != (before.fraction, before.message):
            self._reports.progress(state.fraction, state.message)
        for text in state.warnings[len(before.warnings) :]:
            self._reports.warning(text)
        if state.entity is not None and state.entity != before.entity:
            self._reports.entity(*state.entity)

    def take_usage(self) -> State | None:
        """Return what it uses, if that has changed since the last call."""
        is_new, self._is_new = self._is_new, False
        return self._state if is_new and self._state.peak_bytes else None

    def saw(self, sighting: Sighting) -> None:
        """Take in what the place says."""
        self.sighting = sighting
        if sighting.stage in (Stage.ENDED, Stage.UNKNOWN):
            self._ended_since = self._ended_since or time.monotonic()
        else:
            self._ended_since = None

    # What follows --------------------------------------------------------------------------------

    def lost(self) -> Outcome | None:
        """Return the outcome of a job of which no word will come any more; None while one may."""
        if self._ended_since is None or self.sighting is None:
            return None
        now = time.monotonic()
        if not self.has_begun and self._stopped_s and now - self._stopped_s > _STOP_SETTLES_S:
            return Outcome(EndReason.CANCELLED)  # whoever begins it now reads the order, and leaves
        patience_s = self._lost_after_s if self.has_begun else self._lost_after_s / 4
        if now - max(self._ended_since, self._heard_s) < patience_s:
            return None
        self.forbid(EndReason.CANCELLED)
        said = self.sighting.detail or "it does not know the job"
        if not self.has_begun:
            report = ErrorReport(
                NOT_BEGUN, f"The job did not begin at its place, which says: {said}."
                f"{self._last_words()}",
            )  # fmt: skip
            return Outcome(EndReason.NOT_STARTED, error=report)
        where = self.sighting.node or self._host or "its machine"
        report = ErrorReport(
            LOST, f"Interrupted: the job ended on {where} and left no result; "
            f"its place says: {said}.",
        )  # fmt: skip
        return Outcome(EndReason.INTERRUPTED, self._state.elapsed_s, error=report)

    @property
    def never_arrived(self) -> bool:
        """Whether the start was lost, or killed without a word: to try again is safe."""
        if self.has_begun or self.sighting is None:
            return False
        return self.sighting.stage is Stage.UNKNOWN or not self._last_words()

    def _last_words(self) -> str:
        """Return what the start itself has printed, e.g. that there is no such interpreter."""
        lines = [line for line in self.files.last_words().splitlines() if line.strip()]
        return f" {storable(lines[-1].strip(), _OUTPUT_BYTES)}" if lines else ""

    def forbid(self, reason: EndReason, detail: str = "", hint: str = "") -> None:
        """Order the end by the storage: also a machine that begins later reads it.

        Raises:
            OSError: It cannot be written.
        """
        order = {"reason": reason.value, "detail": detail, "hint": hint}
        self.files.forbid(as_json(order))
        self._stopped_s = self._stopped_s or time.monotonic()

    def is_overdue(self) -> bool:
        """Return whether it runs on far beyond its limit: its machine does not keep it."""
        if not self._timeout_s or not self.has_begun or self.is_stopping:
            return False
        return time.monotonic() - self._begun_s > self._timeout_s + _LIMIT_SLACK_S

    def note(self, trouble: str) -> tuple[str | None, str | None]:
        """Return its machine and what there is to say of it now."""
        node = (self.sighting.node if self.sighting else "") or self._host or None
        if trouble:
            return node, trouble
        if not self.has_begun:
            why = self.sighting.detail if self.sighting is not None else ""
            return node, f"Handed over; it has not begun ({why})." if why else "Handed over."
        silent_s = time.monotonic() - self._heard_s
        if silent_s < _SILENT_AFTER_S:
            return node, None
        return node, f"No contact with {node or 'its machine'} for {_shown(silent_s)}."

    def close(self) -> None:
        """Close its log."""
        self._log.close()

    def timed(self, outcome: Outcome) -> Outcome:
        """Return the outcome with how long it ran, where the machine could not say."""
        known_s = outcome.elapsed_s or self._state.elapsed_s
        peak = outcome.peak_memory_bytes or self._state.peak_bytes or None
        return replace(outcome, elapsed_s=known_s, peak_memory_bytes=peak)


def handle_of(claim: Claim) -> str:
    """Return the name of a start: job and attempt, so that a second one is refused."""
    return f"dm-{plain_id(claim.job_id)}-{claim.attempt}"


def _shown(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes >= 120:
        return f"{minutes // 60} h"
    return f"{minutes} min" if minutes else f"{int(seconds // 10) * 10} s"
