"""Processes that wait for their job: a worker holds one that knows all that is loaded ahead."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from queue_core import HueyJobQueue
from queue_core.jobs.python_job import PythonJob
from queue_core.queue.engine.options import EngineOptions
from queue_core.system.choice import is_portable

Until = Callable[[Callable[[], bool]], None]


@pytest.mark.skipif(is_portable(), reason="each process loads what it needs itself")
def test_a_worker_lets_the_one_go_that_it_took_before_all_was_loaded(
    queue: HueyJobQueue, until: Until
) -> None:
    queue.start(workers=1, options=EngineOptions(preload=("pandas",)))
    assert queue._engine is not None
    source = queue._engine.supervisor._source
    until(lambda: source.generation > 0)
    assert queue._engine._consumer is not None
    [(worker, _)] = queue._engine._consumer.worker_threads
    until(lambda: worker._fresh is not None and worker._fresh.generation == source.generation)
    is_loaded = PythonJob(function=_has_pandas)
    assert queue.wait(queue.put(is_loaded), 30).result is True


def _has_pandas() -> bool:
    return "pandas" in sys.modules
