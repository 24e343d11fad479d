"""What a job does now, as its machine tells it: asked for, and answered, by the storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from queue_core.plain import storable
from queue_core.runner.snapshots.snapshot import ProcessUse, SnapshotSource, StackSnapshot
from queue_core.runner.snapshots.stacks import StackFrame, ThreadStack

_TEXT_LIMIT: Final = 1 << 20
_SHORT_LIMIT: Final = 4_000
_MOST: Final = 10_000


def snapshot_data(snapshot: StackSnapshot, digest: str, token: str) -> dict[str, Any]:
    """Return a snapshot as JSON data: the answer to the question of this token."""
    taken_at = snapshot.taken_at.isoformat()
    return {
        "ticket": digest,
        "token": token,
        "snapshot": {**asdict(snapshot), "taken_at": taken_at},
    }


def problem_data(problem: str, digest: str, token: str) -> dict[str, Any]:
    """Return as JSON data why there is no snapshot."""
    return {"ticket": digest, "token": token, "problem": problem}


def read_snapshot(data: Mapping[str, Any], digest: str, token: str) -> StackSnapshot | str | None:
    """Return the snapshot in *data*, or why there is none; None where it answers another question.

    Whatever another machine writes is checked here.
    """
    if data.get("ticket") != digest or data.get("token") != token:
        return None
    if data.get("problem"):
        return storable(str(data["problem"]), _SHORT_LIMIT)
    try:
        given = data["snapshot"]
        return StackSnapshot(
            pid=int(given["pid"]),
            taken_at=datetime.fromisoformat(given["taken_at"]),
            source=SnapshotSource(given["source"]),
            threads=tuple(map(_thread, given["threads"][:_MOST])),
            processes=tuple(map(_process, given["processes"][:_MOST])),
            text=storable(str(given["text"]), _TEXT_LIMIT),
            note=storable(str(given["note"]), _SHORT_LIMIT),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return "What its machine has answered cannot be read."


def _thread(given: Mapping[str, Any]) -> ThreadStack:
    return ThreadStack(
        int(given["pid"]),
        int(given["id"]),
        _short(given["name"]),
        tuple(
            StackFrame(
                _short(frame["file"]),
                int(frame["line"]),
                _short(frame["function"]),
                frame.get("is_native") is True,
            )
            for frame in given["frames"][:_MOST]
        ),
        None if given.get("is_active") is None else bool(given["is_active"]),
    )


def _process(given: Mapping[str, Any]) -> ProcessUse:
    return ProcessUse(
        pid=int(given["pid"]),
        parent_pid=int(given["parent_pid"]),
        command=_short(given["command"]),
        status=_short(given["status"]),
        cpu_percent=float(given["cpu_percent"]),
        memory_bytes=int(given["memory_bytes"]),
    )


def _short(value: object) -> str:
    return storable(str(value), _SHORT_LIMIT)
