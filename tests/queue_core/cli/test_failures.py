"""`dashai-monitor failures`: alike ones as one, retried, ignored and restored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from seeded_folder import seed_folder

from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue


@pytest.fixture
def queue(local_folder: LocalFolder) -> Any:
    seed_folder(local_folder.root)
    with_failures = HueyJobQueue(local_folder.root)
    yield with_failures
    with_failures.close()


def test_failures_are_listed_retried_ignored_and_restored(
    queue: HueyJobQueue, run: Callable[..., Any]
) -> None:
    listed = run("failures")
    assert "Line 104 of iris.csv has 6 values" in listed.out
    assert "load in prepare.py" in listed.out
    first, second = run("failures", "--json").json
    assert (first["state"], first["count"]) == ("open", 1)

    (ignored,) = run("failures", "ignore", first["fingerprint"][:6], "--json").json
    assert ignored["state"] == "ignored"
    assert [g["fingerprint"] for g in run("failures", "--json").json] == [second["fingerprint"]]
    assert len(run("failures", "--all", "--json").json) == 2
    run("failures", "restore", first["fingerprint"])
    assert len(run("failures", "--json").json) == 2

    (again,) = run("failures", "retry", first["fingerprint"], "--json").json
    assert again["retry_of"] == first["latest_id"]
    assert "tried again already" in run("failures", "retry", first["fingerprint"]).err


@pytest.mark.parametrize("arguments", [("retry",), ("ignore", "zz"), ("ignore", "")])
def test_what_names_no_failure_is_refused(
    queue: HueyJobQueue, run: Callable[..., Any], arguments: tuple[str, ...]
) -> None:
    ended = run("failures", *arguments)
    assert (ended.code, "failures --all" in ended.err) == (2, True)
