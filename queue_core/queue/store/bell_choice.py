"""Which bell wakes the change feed on this system."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from queue_core.queue.store.bell import Bell, PollingBell
from queue_core.system.choice import is_portable

logger = logging.getLogger(__name__)


def make_bell(path: Path) -> Bell:
    """Return the best bell that this system has for a file."""
    if sys.platform == "linux" and not is_portable():
        from queue_core.queue.store.watching_bell import WatchingBell

        try:
            return WatchingBell(path)
        except (OSError, AttributeError) as error:
            logger.debug("writes to %s cannot be watched: %s", path, error)
    return PollingBell()
