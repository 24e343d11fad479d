"""Starts a child or the template; a module of its own, so that `__main__` stays free for jobs."""

import sys

from queue_core.runner.entry import main

if __name__ == "__main__":
    main(sys.argv[1:])
