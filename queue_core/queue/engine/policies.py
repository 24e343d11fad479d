"""Decisions as values: whether a failed attempt is worth another one."""

from __future__ import annotations

from dataclasses import dataclass

from queue_core.runner.outcome import EndReason, Outcome

_MAX_DELAY_S = 3600.0


@dataclass(frozen=True)
class RetryDecision:
    """Whether to try again.

    Attributes:
        again: Whether to.
        why: The reason, one sentence.
    """

    again: bool
    why: str


def decide_retry(outcome: Outcome, *, attempt: int, max_attempts: int) -> RetryDecision:
    """Decide whether an attempt that has ended is worth another one.

    What the surroundings caused (a broken connection, a crash of native code, the machine short of
    memory) may go away; what the job itself says (a bad file, a wrong column, its own limits) will
    not.
    """
    if not outcome.reason.is_failure:
        return RetryDecision(again=False, why="The job did not fail.")
    if attempt >= max_attempts:
        return RetryDecision(again=False, why=f"All {max_attempts} attempts were used.")
    match outcome.reason:
        case EndReason.RAISED if outcome.error is not None and outcome.error.is_transient:
            return RetryDecision(again=True, why="The cause may go away by itself.")
        case EndReason.CRASHED:
            return RetryDecision(again=True, why="A crash may not happen again.")
        case EndReason.MEMORY_FLOOR | EndReason.NOT_STARTED:
            return RetryDecision(again=True, why="The computer may have more room later.")
        case _:
            return RetryDecision(again=False, why="The same error would come again.")


def retry_delay_s(first_delay_s: float, attempt: int) -> float:
    """Return the seconds before the attempt after *attempt*: doubled each time, an hour at most."""
    return float(min(_MAX_DELAY_S, first_delay_s * 2 ** max(0, attempt - 1)))
