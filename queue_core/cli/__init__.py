"""The command line: `dashai-monitor [FILE…]` opens the window, a subcommand works on the queue."""

from __future__ import annotations

from queue_core.cli.app import main

__all__ = ["main"]
