"""Runs code of a job's objects for a limited time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def within(budget_s: float, step: Callable[[], Value], fallback: Callable[[str], Value]) -> Value:
    """Return what *step* returns, or the fallback where it fails or takes too long.

    A step that takes too long is left alone on a thread of its own: Python cannot end it. The
    process is then not used for another job.

    Args:
        budget_s: How long to wait.
        step: What to do.
        fallback: Told why there is no value, as the end of a sentence; it must not fail.
    """
    found: list[Value] = []
    problem: list[str] = []

    def run() -> None:
        try:
            found.append(step())
        except BaseException as error:  # noqa: BLE001 - a user's methods may raise or exit
            problem.append(f"making it failed with {type(error).__name__}")

    try:
        thread = threading.Thread(target=run, name="report-maker", daemon=True)
        thread.start()
    except Exception:  # noqa: BLE001 - the system gives no thread, or the job has changed the class
        run()  # better without a limit than not at all
    else:
        thread.join(budget_s)
    if found:
        return found[0]
    return fallback(problem[0] if problem else f"making it took over {budget_s:g} s")
