"""Who consumes: seen by other processes, withdrawn at the end, and a killed one does not count."""

from __future__ import annotations

import os
import subprocess
import sys

from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue

CONSUME = """
import sys
from queue_core.queue.huey_queue import HueyJobQueue
with HueyJobQueue() as queue:
    print("consuming", flush=True)
    sys.stdin.read()
"""


def test_a_queue_that_runs_jobs_says_so(local_folder: LocalFolder) -> None:
    queue = HueyJobQueue()
    try:
        assert queue.consumers() == ()
        queue.start(workers=1)
        (consumer,) = queue.consumers()
        assert (consumer.pid, consumer.workers) == (os.getpid(), 1)
        assert consumer.since is not None
        queue.start(workers=2)
        assert [found.workers for found in queue.consumers()] == [2]
        queue.stop()
        assert queue.consumers() == ()
    finally:
        queue.close()


def test_a_killed_consumer_does_not_count(local_folder: LocalFolder) -> None:
    queue = HueyJobQueue()
    process = subprocess.Popen(
        [sys.executable, "-c", CONSUME],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "consuming\n"
        assert [found.pid for found in queue.consumers()] == [process.pid]
        process.kill()
    assert queue.consumers() == ()
    queue.start()
    assert [found.pid for found in queue.consumers()] == [os.getpid()]
    queue.close()
