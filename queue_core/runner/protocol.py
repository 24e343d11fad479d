"""The messages between a child process and its supervisor: small frozen records, as JSON.

JSON and not pickle, because the child runs code of the user's: what comes back is data and never
opened as code in the program's process. Each message travels in an envelope that says which order
and which process it is from; `messages.decode` checks all of it where it arrives. The serialised
job follows its `Run` or `CleanUp` record as raw bytes, in the same packet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# In the place of an order: none will come any more. Only for those whose connection cannot be
# closed under the thread that listens to it.
GOODBYE: Final = b"\0"


@dataclass(frozen=True)
class Setup:
    """To a fresh child: where it stands.

    Attributes:
        folder: The local folder.
        program_pid: The program that it works for.
        changes: What is to change of the variables that it was started with; None for one that
            goes.
    """

    folder: str
    program_pid: int
    changes: Mapping[str, str | None]


@dataclass(frozen=True)
class Run:
    """To the child: run the job whose bytes come next.

    Attributes:
        reuse_key: Which jobs may follow in this process; None means none.
    """

    job_id: str
    attempt: int
    folder: str
    cwd: str | None
    import_path: list[str]
    changes: Mapping[str, Any]
    reuse_key: str | None = None


@dataclass(frozen=True)
class CleanUp:
    """To the child: the job whose bytes come next ended without its own help; clean up after it."""

    job_id: str
    attempt: int
    folder: str
    cwd: str | None
    import_path: list[str]
    changes: Mapping[str, Any]
    cancelled: bool
    ending: str


@dataclass(frozen=True)
class Ready:
    """From the child: it can take a job."""


@dataclass(frozen=True)
class Progress:
    """From the child: how far the job is, 0 to 1, and its phase."""

    fraction: float | None
    message: str


@dataclass(frozen=True)
class Warned:
    """From the child: something was done that the user should know."""

    text: str


@dataclass(frozen=True)
class Entity:
    """From the child: the entity of the main database that the job makes."""

    kind: str
    entity_id: int


@dataclass(frozen=True)
class Finished:
    """From the child: the job is done, its files are complete.

    Attributes:
        result: What `run` returned, as JSON text; None for None.
        reusable: Whether the process is clean enough for another job of the same key.
        modules: The submitter's own modules that it has loaded, by file, with their times of
            change in nanoseconds: when one is edited, the process is of no more use.
    """

    result: str | None
    reusable: bool
    modules: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Failed:
    """From the child: the job raised. See `outcome.ErrorReport` for the fields."""

    type: str
    message: str
    hint: str
    traceback: str
    causes: list[Mapping[str, str]]
    frames: list[Mapping[str, Any]] = field(default_factory=list)
    is_transient: bool = False
    reusable: bool = False


@dataclass(frozen=True)
class Ended:
    """From the child, as its last word: what it leaves.

    Attributes:
        leaves_processes: Whether processes that it has started still run.
    """

    leaves_processes: bool


Order = Setup | Run | CleanUp
Report = Progress | Warned | Entity
Answer = Finished | Failed
Message = Order | Ready | Report | Answer | Ended
