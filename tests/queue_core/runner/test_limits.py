"""What a job's processes use: memory that they share counts once, and what is not theirs not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from runner_checks import TAKE_S, Bench, bench

from queue_core.paths import LocalFolder
from queue_core.runner.outcome import EndReason
from queue_core.runner.supervision.limits import Watch, measure
from queue_core.system.choice import is_portable

Until = Callable[[Callable[[], bool]], None]
MIB = 1 << 20

pytestmark = pytest.mark.skipif(is_portable(), reason="what is shared is known on Linux only")


@pytest.fixture
def loaded(local_folder: LocalFolder, until: Until) -> Iterator[Bench]:
    """A supervisor whose template holds some hundred megabytes."""
    with bench(local_folder, preload=("pandas",)) as runner:
        runner.run("")
        until(lambda: runner.supervisor._source.generation > 0)
        yield runner


def watched(runner: Bench, code: str, until: Until) -> int:
    """Return how much memory a job holds that has run *code*."""
    child = runner.supervisor.take(TAKE_S)
    assert child is not None
    order = runner.order(f"{code}\njob.report_progress(1, 'held')\nimport time; time.sleep(600)")
    thread = threading.Thread(
        target=runner.supervisor.run, args=(child, order, runner.heard), name="watched"
    )
    thread.start()
    until(lambda: bool(runner.heard.progress_reports))
    usage = measure(child.pid, inherited_bytes=child.inherited_bytes)
    watch = Watch(order.job_id, child.pid, inherited_bytes=child.inherited_bytes)
    watch.look()
    assert abs(watch.memory_bytes - usage.memory_bytes) < 20 * MIB
    runner.supervisor.end(order.job_id, EndReason.CANCELLED)
    thread.join()
    runner.supervisor.give_back(child)
    return usage.memory_bytes


def test_what_a_child_has_got_from_the_template_is_not_the_job_s(
    loaded: Bench, until: Until
) -> None:
    child = loaded.supervisor.take(TAKE_S)
    assert child is not None
    assert child.inherited_bytes > 30 * MIB
    loaded.supervisor.give_back(child)
    assert watched(loaded, "", until) < 60 * MIB


def test_what_a_job_takes_counts(loaded: Bench, until: Until) -> None:
    held = watched(loaded, f"held = bytearray(b'x' * {200 * MIB})", until)
    assert 190 * MIB < held < 280 * MIB


def test_what_a_job_shares_with_its_own_forks_counts_once(loaded: Bench, until: Until) -> None:
    code = (
        f"import os, time\nheld = bytearray(b'x' * {200 * MIB})\n"
        "for _ in range(3):\n if os.fork() == 0:\n  time.sleep(600)"
    )
    assert 190 * MIB < watched(loaded, code, until) < 320 * MIB
