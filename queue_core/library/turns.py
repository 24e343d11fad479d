"""Jobs that build on what others of their notebook or conversation make go in their order."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from queue_core.database.status import EntityStatus

_LOOK_EVERY_S = 0.1
# What was put before and has not begun is waited for only this long: it may be held back.
_WAIT_FOR_DELIVERED_S = 2.0


def wait_for_earlier(
    unfinished: Callable[[], Collection[EntityStatus]], report: Callable[[], None]
) -> None:
    """Wait until what was put before is finished.

    Args:
        unfinished: Returns how the earlier ones stand that are not finished.
        report: Says, again and again, that this is waited for.
    """
    begun = time.monotonic()
    while waiting := unfinished():
        if EntityStatus.STARTED not in waiting and time.monotonic() - begun > _WAIT_FOR_DELIVERED_S:
            return
        report()
        time.sleep(_LOOK_EVERY_S)
