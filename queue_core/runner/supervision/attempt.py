"""What is known of the order that a child carries out now, changed under the child's lock only."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field

from queue_core.runner.outcome import EndReason


@dataclass
class Attempt:
    """One order to one child.

    Attributes:
        job_id: The job that it is about.
        order_id: What its messages carry, so that they are known from those of all others.
        reason: Why somebody ends it; None while nobody does.
        detail: That as a sentence.
        hint: What to do next.
        ender: The thread that ends the process tree.
        paused_since: When the tree was suspended; None while it is not.
        paused_s: How long it was before.
        is_given_up: Set when all was done to end it; nothing more is to be waited for.
    """

    job_id: str
    order_id: str = field(default_factory=lambda: secrets.token_hex(16))
    reason: EndReason | None = None
    detail: str = ""
    hint: str = ""
    ender: threading.Thread | None = None
    paused_since: float | None = None
    paused_s: float = 0.0
    is_given_up: threading.Event = field(default_factory=threading.Event)

    def pause(self) -> None:
        """Note that the tree is suspended from now on."""
        if self.paused_since is None:
            self.paused_since = time.monotonic()

    def go_on(self) -> bool:
        """Note that the tree goes on; return whether it was suspended."""
        if self.paused_since is None:
            return False
        self.paused_s += time.monotonic() - self.paused_since
        self.paused_since = None
        return True
