"""Which lookout waits for children on this system."""

from __future__ import annotations

import sys

from queue_core.runner.supervision.lookout import LookingLookout, Lookout
from queue_core.system.choice import is_portable


def make_lookout() -> Lookout:
    """Return the best that this system has."""
    if sys.platform == "linux" and not is_portable():
        from queue_core.runner.supervision.poll_lookout import PollLookout

        try:
            return PollLookout()
        except OSError:
            pass  # no descriptors left: a look now and then has to do
    return LookingLookout()
