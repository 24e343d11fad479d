"""Lets `python -m queue_core` do what `dashai-monitor` does."""

from __future__ import annotations

from queue_core.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
