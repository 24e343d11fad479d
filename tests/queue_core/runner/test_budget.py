from __future__ import annotations

import pytest
from sample_jobs import Environment

from queue_core import HueyJobQueue
from queue_core.runner.supervision.budget import default_workers, pool_environment, usable_cores


def test_jobs_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert pool_environment(1)["OMP_NUM_THREADS"] == str(usable_cores())
    assert pool_environment(1000)["OMP_NUM_THREADS"] == "1"
    assert 1 <= default_workers() <= max(1, usable_cores() - 1)


def test_the_users_own_choice_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert "OMP_NUM_THREADS" not in pool_environment(2)


def test_children_are_told(running: HueyJobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["DASHAI_JOB_CORES", "OMP_WAIT_POLICY"]
    found = running.wait(running.put(Environment(names=names)), 20).result
    assert found == {"DASHAI_JOB_CORES": str(usable_cores()), "OMP_WAIT_POLICY": "PASSIVE"}
