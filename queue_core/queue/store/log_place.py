"""Where the log of a job lies, whatever stands in its row as its id."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from queue_core.paths import log_path

_PLAIN: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}", re.ASCII)


def log_of(logs: Path, job_id: str) -> Path:
    """Return the log of a job, always a file below *logs*.

    An id that another program has made up may be a path to somewhere else, or too long for a name:
    what is read, and deleted, is then a file named after its digest, which is not there.
    """
    if _PLAIN.fullmatch(job_id):
        return log_path(logs, job_id)
    return log_path(logs, hashlib.sha256(job_id.encode("utf-8", "surrogatepass")).hexdigest())
