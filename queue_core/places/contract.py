"""What a place is: where a claimed job runs, other than in a child of this program.

The queue owns a job's status, order, attempts, time limit and end; a place only says where there is
room, runs what it is given, and ends it. What a job says on its way (progress, log, outcome) comes
through the storage (`storage.py`), which is the same for every place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from queue_core.errors import MonitorError


class PlaceError(MonitorError):
    """A place cannot do what was asked."""


class PlaceUnreachableError(PlaceError):
    """Nobody answers; whether an order was carried out is unknown unless it says so."""


class PlaceRefusedError(PlaceError):
    """The place has understood, and will not do it: asking again would not help."""


def sentence(error: Exception) -> str:
    """Return what an error says, in one line."""
    if isinstance(error, MonitorError):
        return f"{error.message} {error.hint}".strip()
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."
    return str(error) or type(error).__name__


@dataclass(frozen=True)
class Demand:
    """What a job asks for.

    Attributes:
        cores: Processor cores.
        memory_bytes: Memory; 0 where it does not say.
        gpus: Graphics processors.
    """

    cores: int = 1
    memory_bytes: int = 0
    gpus: int = 0


@dataclass(frozen=True)
class Node:
    """One machine of a place.

    Attributes:
        name: Its name.
        state: What the place says of it, in its own words.
        is_usable: Whether new jobs may run there.
        cores: How many it has.
        free_cores: How many of these nobody holds.
        memory_bytes: Its memory.
        free_memory_bytes: How much of that nobody holds.
        gpus: How many graphics processors it has.
        free_gpus: How many of these nobody holds.
    """

    name: str
    state: str
    is_usable: bool
    cores: int
    free_cores: int
    memory_bytes: int = 0
    free_memory_bytes: int = 0
    gpus: int = 0
    free_gpus: int = 0


class Stage(Enum):
    """Where a job stands, as its place says."""

    WAITING = auto()
    RUNNING = auto()
    ENDED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True)
class Sighting:
    """What a place says of a job.

    Attributes:
        stage: Where it stands.
        node: On which machine; empty where that is not known.
        detail: In the place's own words, e.g. `NODE_FAIL`, or why it waits.
    """

    stage: Stage
    node: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Start:
    """What a place is to run.

    Attributes:
        handle: Name of the start, made of job and attempt; a second one of this name is refused.
        command: The program and its arguments.
        demand: What it needs.
        output: File for what the program itself writes, as the machines see it; not the job's log.
    """

    handle: str
    command: Sequence[str]
    demand: Demand
    output: str


class Place(Protocol):
    """Where claimed jobs run. Each call ends within a bounded time, and may be made by any thread.

    Attributes:
        name: Its name, as jobs say it, e.g. `slurm:main`.
    """

    name: str

    def nodes(self) -> Sequence[Node]:
        """Return the machines and what is free on them.

        Raises:
            PlaceError: It cannot be said now.
        """

    def free(self, demand: Demand, soon: Sequence[Demand] = ()) -> str | None:
        """Return why a job of this demand must wait here; None where there is room now.

        Args:
            demand: What it asks for.
            soon: What jobs ask for that were started and hold nothing yet.

        Raises:
            PlaceError: It cannot be said now.
        """

    def start(self, start: Start) -> None:
        """Hand a job over.

        Raises:
            PlaceRefusedError: The place does not take it; nothing was started.
            PlaceUnreachableError: Nobody answers; `look` tells later whether it was started.
        """

    def look(self, handles: Collection[str]) -> Mapping[str, Sighting]:
        """Return where each of the jobs stands; `UNKNOWN` where the place does not know it.

        Raises:
            PlaceError: It cannot be said now.
        """

    def stop(self, handle: str) -> None:
        """End a job, be it running or waiting; also one that has ended is no error.

        Raises:
            PlaceError: The order could not be given.
        """

    def forget(self, handle: str) -> None:
        """Let the place forget an ended job, where it would keep it; never raises."""
