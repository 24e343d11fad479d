"""What a job is judged by stands in its row, whatever its result looks like."""

from __future__ import annotations

import json
import math

import pytest
from sample_jobs import Echo

from queue_core import HueyJobQueue
from queue_core.queue.store.main_metric import main_metric
from queue_core.queue.values import JobFilter, JobOrder
from queue_core.queue.worker_name import read_worker_name

NOTHING = (None, None)


@pytest.mark.parametrize(
    ("result", "wanted"),
    [
        ({"metrics": {"accuracy": 0.96, "f1": 0.9}}, ("accuracy", 0.96)),
        ({"metrics": {"rows": 3}}, ("rows", 3.0)),
        ({"metrics": {"accuracy": None, "f1": 0.9}}, NOTHING),
        ({"metrics": {"good": True}}, NOTHING),
        ({"metrics": {"r2": math.nan}}, NOTHING),
        ({"metrics": {"huge": 10**400}}, NOTHING),
        ({"metrics": {}}, NOTHING),
        ({"metrics": ["accuracy"]}, NOTHING),
        (["metrics"], NOTHING),
        ({"other": 1}, NOTHING),
    ],
)
def test_the_first_metric_that_is_a_number_counts(result: object, wanted: object) -> None:
    assert main_metric(json.dumps(result)) == wanted


def test_texts_that_are_no_result_name_none() -> None:
    assert main_metric(None) == main_metric('{"metrics": ') == NOTHING
    assert main_metric("[" * 50_000 + '"metrics"') == NOTHING


def test_it_is_stored_with_the_end_and_so_is_who_ran_the_job(running: HueyJobQueue) -> None:
    scores = (0.5, 0.9, 0.7)
    ids = [running.put(Echo(value={"metrics": {"accuracy": score}})) for score in scores]
    plain = running.put(Echo(value="nothing"))
    for job_id in (*ids, plain):
        running.wait(job_id, 20)
    found = running.get(ids[1])
    assert (found.metric, found.metric_value) == ("accuracy", 0.9)
    assert running.get(plain).metric is None
    name = read_worker_name(found.worker or "")
    assert name is not None
    assert name.is_of_this_computer
    order = JobOrder("metric_value", descending=True)
    assert running.ids(JobFilter(query="metric:>0.6"), order) == (ids[1], ids[2])
    where = JobFilter(query=f"worker:{name.number} worker:{name.pid} worker:{name.host[:3]}")
    assert ids[1] in running.ids(where)
    assert running.ids(JobFilter(query="worker:99999")) == ()
