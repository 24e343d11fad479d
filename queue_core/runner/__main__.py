"""Starts a child process; a module of its own, so that `__main__` stays free for the jobs."""

from queue_core.runner.child import main

if __name__ == "__main__":
    main()
