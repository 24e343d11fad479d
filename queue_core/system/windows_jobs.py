"""Job objects: Windows' way to keep a process together with all that it starts.

Whoever was started by a member is a member, wherever it hides. The system ends them all when the
last handle is closed, that is, also when the program that holds it is killed.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from ctypes import wintypes
from functools import cache

assert sys.platform == "win32"  # what follows is no matter of mypy for other systems

_PROCESS_TERMINATE, _PROCESS_SET_QUOTA = 0x0001, 0x0100
_LIMITS, _MEMBERS = 9, 3  # what is set, and what is asked
_KILL_ON_CLOSE = 0x2000
_MOST_MEMBERS = 4_096


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("process_time", ctypes.c_int64), ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32), ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t), ("most_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t), ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )  # fmt: skip


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("basic", BasicLimits), ("transfers", ctypes.c_ulonglong * 6),
        ("process_memory", ctypes.c_size_t), ("job_memory", ctypes.c_size_t),
        ("process_memory_peak", ctypes.c_size_t), ("job_memory_peak", ctypes.c_size_t),
    )  # fmt: skip


class MemberList(ctypes.Structure):
    """JOBOBJECT_BASIC_PROCESS_ID_LIST, with room for many."""

    _fields_ = (
        ("assigned", ctypes.c_uint32), ("listed", ctypes.c_uint32),
        ("pids", ctypes.c_size_t * _MOST_MEMBERS),
    )  # fmt: skip


_lock = threading.Lock()
# By the process for which it was made.
_jobs: dict[int, int] = {}


def enclose(pid: int) -> None:
    """Keep a process together with all that it will start; it has not started anything yet.

    Raises:
        OSError: The system refuses.
    """
    job = _kernel().CreateJobObjectW(None, None)
    if not job:
        raise ctypes.WinError(ctypes.get_last_error())
    limits = ExtendedLimits()
    limits.basic.flags = _KILL_ON_CLOSE
    process = _kernel().OpenProcess(_PROCESS_TERMINATE | _PROCESS_SET_QUOTA, False, pid)
    try:
        if not (
            process
            and _kernel().SetInformationJobObject(
                job, _LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
            )
            and _kernel().AssignProcessToJobObject(job, process)
        ):
            error = ctypes.WinError(ctypes.get_last_error())
            _kernel().CloseHandle(job)
            raise error
    finally:
        if process:
            _kernel().CloseHandle(process)
    with _lock:
        before, _jobs[pid] = _jobs.get(pid), job
    if before is not None:  # the number was given away again
        _kernel().CloseHandle(before)


def release(pid: int) -> None:
    """Let a process go, and end whatever it has left."""
    with _lock:
        job = _jobs.pop(pid, None)
    if job is not None:
        _kernel().CloseHandle(job)


def members() -> dict[int, int]:
    """Return, by pid, for which process the job object was made that it is in."""
    found: dict[int, int] = {}
    with _lock:
        for leader, job in _jobs.items():
            listed = MemberList()
            # An answer that had no room for all is an error, and yet has as many as there was for.
            _kernel().QueryInformationJobObject(
                job, _MEMBERS, ctypes.byref(listed), ctypes.sizeof(listed), None
            )
            found.update(dict.fromkeys(listed.pids[: min(listed.listed, _MOST_MEMBERS)], leader))
    return found


@cache
def _kernel() -> ctypes.WinDLL:
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    # Handles are pointers; ctypes would cut them to 32 bits.
    for name in ("CreateJobObjectW", "OpenProcess"):
        getattr(kernel, name).restype = wintypes.HANDLE
    kernel.CreateJobObjectW.argtypes = (wintypes.LPVOID, wintypes.LPCWSTR)
    kernel.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
    kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
    kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    about_job = (wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD)
    kernel.SetInformationJobObject.argtypes = about_job
    kernel.QueryInformationJobObject.argtypes = (*about_job, wintypes.LPVOID)
    return kernel
