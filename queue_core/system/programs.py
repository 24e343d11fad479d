"""Programs of ours: how they are started, and what is handed down to them to speak through.

Both sides are here, the starter's and that of the program that was started. The calls themselves
are each system's own, in `posix` and `windows`, which have the same names. What is handed down is
named by a number: a descriptor, or a handle on Windows.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from queue_core.system.windows import (
        OPEN_FILES_STAY,
        forget_program,
        groups,
        interpreter,
        interpreter_variables,
        number_of,
        priority,
        start_program,
        take_connection,
        take_pipe,
    )
else:
    from queue_core.system.posix import (
        OPEN_FILES_STAY,
        forget_program,
        groups,
        interpreter,
        interpreter_variables,
        number_of,
        priority,
        start_program,
        take_connection,
        take_pipe,
    )

__all__ = [
    "OPEN_FILES_STAY", "forget_program", "groups", "interpreter", "interpreter_variables",
    "lower_priority", "number_of", "start_program", "take_connection", "take_pipe",
]  # fmt: skip


def lower_priority(pid: int, nice: int) -> None:
    """Leave the desktop its share of the processor.

    Args:
        pid: The process.
        nice: How much lower, from 0 to 19.
    """
    import psutil

    if not nice:
        return
    try:
        psutil.Process(pid).nice(priority(nice))
    except (psutil.Error, OSError):
        return  # it has ended, or may not: it works all the same
