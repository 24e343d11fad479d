"""Who runs a job, for people: the computer, the program's process, the number of its worker.

What a row is owned by (`store.owner`) is for the program and goes with the end; this stays.
"""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

_NAME: Final = re.compile(r"(.*):(\d{1,10})/(\d{1,6})", re.ASCII | re.DOTALL)
_LONGEST_HOST: Final = 64


@dataclass(frozen=True)
class WorkerName:
    """A worker's name in its parts.

    Attributes:
        host: The computer.
        pid: The process of the program.
        number: Which of its workers, from 1.
    """

    host: str
    pid: int
    number: int

    @property
    def is_of_this_computer(self) -> bool:
        """Whether it works here."""
        return self.host == _host()


@cache
def _host() -> str:
    return platform.node()[:_LONGEST_HOST] or "localhost"


def worker_name(number: int) -> str:
    """Return the name of a worker of this process, e.g. `ana-laptop:4312/2`."""
    return f"{_host()}:{os.getpid()}/{number}"


def read_worker_name(text: str) -> WorkerName | None:
    """Return the parts of a stored name; None where it is none."""
    found = _NAME.fullmatch(text)
    return None if found is None else WorkerName(found[1], int(found[2]), int(found[3]))
