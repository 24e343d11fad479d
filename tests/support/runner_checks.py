"""Runs code as a job in a supervisor's child, without a queue."""

from __future__ import annotations

import itertools
import pickle
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from queue_core import BaseJob
from queue_core.paths import LocalFolder, log_path
from queue_core.runner.log.logs import read_log
from queue_core.runner.outcome import Outcome, RunOrder
from queue_core.runner.supervision.supervisor import Supervisor

Until = Callable[[Callable[[], bool]], None]
_NUMBERS = itertools.count(1)
HERE = str(Path(__file__).parent)
TAKE_S = 30.0


class Executes(BaseJob):
    """Runs the code that it is given, with itself as `job`, and returns its `result`."""

    def run(self) -> Any:
        names: dict[str, Any] = {"job": self}
        exec(compile(self.kwargs["code"], "<job>", "exec"), names)
        return names.get("result")

    def on_cancel(self) -> None:
        if "on_cancel" in self.kwargs:
            exec(compile(self.kwargs["on_cancel"], "<clean-up>", "exec"), {"job": self})


@dataclass
class Heard:
    """Keeps what a job reports."""

    progress_reports: list[tuple[float | None, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    entities: list[tuple[str, int]] = field(default_factory=list)

    def progress(self, fraction: float | None, message: str) -> None:
        self.progress_reports.append((fraction, message))

    def warning(self, text: str) -> None:
        self.warnings.append(text)

    def entity(self, kind: str, entity_id: int) -> None:
        self.entities.append((kind, entity_id))


@dataclass
class Bench:
    """A supervisor with its folder."""

    supervisor: Supervisor
    folder: LocalFolder
    heard: Heard = field(default_factory=Heard)

    def order(self, code: str, *, reuse_key: str | None = None, **parameters: Any) -> RunOrder:
        """Return an order to run *code*."""
        job = Executes(code=code, **parameters)
        return RunOrder(
            job_id=f"job-{next(_NUMBERS)}", payload=pickle.dumps(job), cwd=str(self.folder.root),
            import_path=(HERE,), reuse_key=reuse_key,
        )  # fmt: skip

    def run(self, code: str) -> Outcome:
        """Run *code* in a fresh child, and let that go."""
        return self.run_order(self.order(code))

    def run_order(self, order: RunOrder) -> Outcome:
        """Carry out an order in a fresh child, and let that go."""
        child = self.supervisor.take(TAKE_S)
        assert child is not None, self.supervisor.start_problem
        try:
            return self.supervisor.run(child, order, self.heard)
        finally:
            self.supervisor.give_back(child)

    def lines(self, order: RunOrder) -> list[str]:
        """Return what the job has written."""
        return [line.text for line in read_log(log_path(self.folder.logs, order.job_id))]


@contextmanager
def bench(folder: LocalFolder, **options: Any) -> Iterator[Bench]:
    """A started supervisor, stopped at the end."""
    supervisor = Supervisor(folder.root, folder.logs, grace_s=0.5, **options)
    supervisor.start(1)
    try:
        yield Bench(supervisor, folder)
    finally:
        supervisor.stop()


class Background:
    """Runs an order on a thread of its own."""

    def __init__(self, runner: Bench, order: RunOrder) -> None:
        self.outcome: Outcome | None = None
        self._runner = runner
        self._order = order
        self._thread = threading.Thread(target=self._run, name="background-run")
        self._thread.start()

    def _run(self) -> None:
        self.outcome = self._runner.run_order(self._order)

    def wait(self) -> Outcome:
        self._thread.join(30)
        assert self.outcome is not None
        return self.outcome


def started(runner: Bench, code: str, until: Until) -> tuple[Background, str, int]:
    """Start a job that runs *code* once it has said that it runs; return its id and pid."""
    order = runner.order(f"job.report_progress(0.1, 'runs')\n{code}")
    background = Background(runner, order)
    until(lambda: bool(runner.heard.progress_reports))
    return background, order.job_id, runner.supervisor.running()[order.job_id]
