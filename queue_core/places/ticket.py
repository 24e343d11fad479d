"""What travels to a machine: an order, the code that it needs, and how both are recognised."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from queue_core.errors import MonitorError
from queue_core.places.storage import JOB, TICKET
from queue_core.runner.outcome import RunOrder

FORMAT = 1
_ORDER_FIELDS = tuple(
    field.name for field in dataclasses.fields(RunOrder) if field.name != "payload"
)


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """One start of a job, as the machine that runs it reads it.

    Attributes:
        order: The job, as a child of this program would get it.
        python: Version of Python that stored it; another one may not be able to open it.
        packages: Code for the import path, the core first: folders as the machine sees them, or
            what it fetches of the storage by these names.
        local_folder: The queue's own local folder, where the machine sees it; empty: it gets an
            empty one of its own.
        list_name: Which list on a server that folder is of; empty: a file in it. Its URL does not
            travel: the machine's own environment has it.
        grace_s: Seconds between the request to end and the kill.
        cores: How many cores it was given.
        silence_s: After how long without the storage the machine ends the job.
    """

    order: RunOrder
    python: str
    packages: tuple[str, ...] = ()
    local_folder: str = ""
    list_name: str = ""
    grace_s: float = 2.0
    cores: int = 1
    silence_s: float = 120.0


def ticket_files(ticket: Ticket) -> tuple[dict[str, bytes], str]:
    """Return the files of a start, by name, and the ticket's digest, which covers them all."""
    order = ticket.order
    shown: dict[str, Any] = {
        "format": FORMAT,
        "python": ticket.python,
        "packages": list(ticket.packages),
        "local_folder": ticket.local_folder,
        "list_name": ticket.list_name,
        "grace_s": ticket.grace_s,
        "cores": ticket.cores,
        "silence_s": ticket.silence_s,
        "payload": hashlib.sha256(order.payload).hexdigest(),
        "order": {name: getattr(order, name) for name in _ORDER_FIELDS},
    }
    data = json.dumps(shown).encode()
    return {JOB: order.payload, TICKET: data}, hashlib.sha256(data).hexdigest()


def read_ticket(folder: Path, digest: str) -> Ticket:
    """Return the ticket in *folder*.

    Raises:
        MonitorError: It is not the one of this digest.
        OSError: It cannot be read.
    """
    data, payload = (folder / TICKET).read_bytes(), (folder / JOB).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise MonitorError("The ticket of the job was changed after it was handed over.")
    found = json.loads(data)
    if hashlib.sha256(payload).hexdigest() != found["payload"]:
        raise MonitorError("The stored job was changed after it was handed over.")
    given = found["order"]
    given["import_path"] = tuple(given["import_path"])
    return Ticket(
        order=RunOrder(payload=payload, **given),
        python=found["python"],
        packages=tuple(found["packages"]),
        local_folder=found["local_folder"],
        list_name=found["list_name"],
        grace_s=float(found["grace_s"]),
        cores=int(found["cores"]),
        silence_s=float(found["silence_s"]),
    )
