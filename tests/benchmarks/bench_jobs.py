"""The jobs that the benchmarks put."""

from __future__ import annotations

import time
from pathlib import Path

from queue_core import BaseJob


class NoOp(BaseJob):
    """Does nothing."""

    def run(self) -> None:
        """Return at once."""


class Stamp(BaseJob):
    """Writes when it began."""

    def run(self) -> None:
        """Write the time to `path`."""
        Path(self.kwargs["path"]).write_text(repr(time.time()))


class ReusedNoOp(NoOp):
    """Does nothing, in a process that is used again."""

    reuses_process = True


class ReusedStamp(Stamp):
    """Writes when it began, in a process that is used again."""

    reuses_process = True


class Talker(BaseJob):
    """Says how far it is, writes a log, and fails."""

    def run(self) -> None:
        """Fail after some lines."""
        for line in range(20):
            self.report_progress(line / 20, f"line {line}")
            print(f"line {line} of this job")
        raise ValueError(f"{self.kwargs['name']} has nothing to say")


class Spin(BaseJob):
    """Computes for ever in Python."""

    def run(self) -> None:
        """Never return."""
        while True:
            pass
