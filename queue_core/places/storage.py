"""The folder of one start of a job, shared between the queue and the machine that runs it.

    STORAGE/packages/DIGEST/…       code by its content: the core, the user's modules
    STORAGE/jobs/JOB/ATTEMPT/       one start; made once, so that no second one has its handle
        ticket.json, job.bin        what is to be run
        begun.json                  made by the first machine that begins; the second one leaves
        state.json                  progress and use, written anew as a sign of life
        stop.json                   the queue's order to end; also for a machine that begins later
        look.json, looked.json      what the queue wants to see of it now, and the answer
        outcome.json                how it ended: made once, last
        log/                        the log, in frames
    output.txt                  what the start itself has printed, for whoever looks for a fault

Files appear whole, by a rename or a link: nobody reads half of one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

TICKET: Final = "ticket.json"
JOB: Final = "job.bin"
BEGUN: Final = "begun.json"
STATE: Final = "state.json"
STOP: Final = "stop.json"
LOOK: Final = "look.json"
LOOKED: Final = "looked.json"
OUTCOME: Final = "outcome.json"
LOG: Final = "log"
OUTPUT: Final = "output.txt"
# Names, for a job on a machine that sees nothing of its submitter's, the folders that came along.
SENT_CODE: Final = "DASHAI_SENT_CODE"
_MOST_BYTES: Final = 16 << 20
_PLAIN: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}", re.ASCII)


def attempt_folder(storage: Path, job_id: str, attempt: int) -> Path:
    """Return where one start of a job lies."""
    return storage / "jobs" / plain_id(job_id) / str(attempt)


def plain_id(job_id: str) -> str:
    """Return what stands for a job in names; an id that another program has made may be a path."""
    if _PLAIN.fullmatch(job_id):
        return job_id
    return hashlib.sha256(job_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def write_once(path: Path, data: bytes) -> bool:
    """Make a file, whole and on the disk; return False where it is there already.

    Raises:
        OSError: It cannot be written.
    """
    aside = _aside(path, data)
    try:
        os.link(aside, path)
    except FileExistsError:
        return False
    except OSError:
        if path.exists():
            return False
        aside.replace(path)  # a file system without links: as near as it gets
        return True
    finally:
        aside.unlink(missing_ok=True)
    return True


def write_anew(path: Path, data: bytes) -> None:
    """Replace a file, at once.

    Raises:
        OSError: It cannot be written.
    """
    _aside(path, data).replace(path)


def _aside(path: Path, data: bytes) -> Path:
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return aside


def as_json(data: Mapping[str, Any]) -> bytes:
    """Return data as the bytes of a JSON file."""
    return json.dumps(data).encode()


def read_json(path: Path) -> Mapping[str, Any] | None:
    """Return what a JSON file holds; None where it is not there, or is none.

    Raises:
        OSError: It is there and cannot be read.
    """
    try:
        with path.open("rb") as file:
            return json_object(file.read(_MOST_BYTES))
    except FileNotFoundError:
        return None


def json_object(text: bytes) -> Mapping[str, Any] | None:
    """Return what JSON text holds; None where it is none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def remove_attempt(folder: Path) -> None:
    """Delete one start of a job with all that it has left; its job's folder with the last one."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.parent.rmdir()
    except OSError:
        return  # other attempts are there
