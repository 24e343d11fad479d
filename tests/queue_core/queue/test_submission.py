"""What `put` refuses, it refuses before anything is stored; what a job does wrong is no fault."""

from __future__ import annotations

import math
import os
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_jobs import Echo

from queue_core import BaseJob, HueyJobQueue, JobQueueError
from queue_core.errors import MonitorError
from queue_core.queue import submission
from queue_core.queue.values import JobOptions

NUMBERS = ("delay_s", "retry_delay_s", "timeout_s")
WHOLE = ("priority", "max_attempts")
NAN, INF = math.nan, math.inf
NO_NUMBERS = ["5", b"5", [], {}, object(), True, 1j, datetime(2026, 1, 1, tzinfo=UTC)]

REFUSED = [
    *((name, value) for name in NUMBERS for value in NO_NUMBERS),
    *((name, value) for name in WHOLE for value in [*NO_NUMBERS, 1.5, NAN, 10**30, -(10**30)]
      if value not in ([], {}) or name == "priority"),
    ("memory_limit_bytes", "1 GB"), ("memory_limit_bytes", -1), ("memory_limit_bytes", NAN),
    ("memory_limit_bytes", object()), ("timeout_s", -1), ("timeout_s", NAN),
    ("delay_s", INF), ("delay_s", NAN), ("delay_s", 1e300), ("delay_s", 10**400),
    ("not_before", "tomorrow"), ("not_before", 5), ("not_before", 5.5), ("not_before", object()),
    ("max_attempts", -1), ("priority", None), ("priority", 2_000_000_000),
    ("after", "an-id"), ("after", (5,)), ("after", (None,)), ("after", 5), ("after", {"a": 1}),
    ("after", (b"x",)), ("after_policy", "maybe"), ("after_policy", None), ("after_policy", 5),
    ("after_policy", []), ("group_id", 5), ("group_id", b"x"), ("group_id", []),
]  # fmt: skip


def _ids(values: list[tuple[str, Any]]) -> list[str]:
    return [f"{name}-{type(value).__name__}-{str(value)[:12]}" for name, value in values]


@pytest.mark.parametrize(("name", "value"), REFUSED, ids=_ids(REFUSED))
def test_a_wrong_option_is_named_and_nothing_is_stored(
    queue: HueyJobQueue, name: str, value: Any
) -> None:
    delivered = []

    class Delivers(Echo):
        def set_status_as_delivered(self) -> None:
            delivered.append(self)

    with pytest.raises(JobQueueError, match=name) as caught:
        queue.put(Delivers(), JobOptions(**{name: value}))
    assert caught.value.hint
    assert queue.counts().total == 0
    assert queue._database.read("SELECT * FROM task") == []
    assert delivered == [], "an entity of a job that is not put"


TAKEN = [
    ("priority", -1_000_000_000), ("priority", np.int64(3)), ("max_attempts", None),
    ("max_attempts", np.int32(2)), ("delay_s", -5), ("delay_s", 0), ("delay_s", np.float32(0.5)),
    ("retry_delay_s", INF), ("retry_delay_s", -1), ("retry_delay_s", NAN), ("timeout_s", 0),
    ("timeout_s", INF), ("timeout_s", 1e-9), ("memory_limit_bytes", 0),
    ("memory_limit_bytes", 10**30), ("memory_limit_bytes", INF), ("memory_limit_bytes", 1.5),
    ("not_before", datetime(1960, 1, 1, tzinfo=UTC)),
    ("not_before", datetime.max.replace(tzinfo=UTC)),
    ("not_before", datetime.now(UTC) + timedelta(days=1)), ("not_before", datetime(2026, 1, 1)),  # noqa: DTZ001
    ("after", []), ("after", ()), ("after_policy", "run_anyway"), ("pinned", 1), ("pinned", "yes"),
    ("group_id", "\udcff"), ("group_id", "a\0b"), ("group_id", "x" * 10_000),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), TAKEN, ids=_ids(TAKEN))
def test_what_is_taken_can_be_read(queue: HueyJobQueue, name: str, value: Any) -> None:
    job_id = queue.put(Echo(), JobOptions(**{name: value}))
    record = queue.get(job_id)
    assert record.damage == ""
    assert queue.why_waiting(job_id) is not None
    assert [other.id for other in queue.list()] == [job_id]


@given(
    options=st.fixed_dictionaries(
        {},
        optional={
            name: st.one_of(
                st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
                st.binary(max_size=5), st.lists(st.text(max_size=3), max_size=2), st.datetimes(),
            )
            for name in JobOptions.__dataclass_fields__
        },
    )
)  # fmt: skip
def test_any_options_are_stored_or_named(options: dict[str, Any]) -> None:
    refused: JobQueueError | None = None
    stored: dict[str, Any] = {}
    try:
        stored = submission.stored_options(JobOptions(**options))
    except JobQueueError as error:
        refused = error
    assert refused is None or any(name in refused.message for name in [*options, "delay"])
    for value in stored.values():
        assert value is None or isinstance(value, str | int | float)
        assert not isinstance(value, float) or math.isfinite(value)


def test_a_job_behind_one_that_is_not_there(queue: HueyJobQueue) -> None:
    with pytest.raises(MonitorError, match="no job"):
        queue.put(Echo(), JobOptions(after=("unknown",)))
    assert queue.counts().total == 0


@pytest.mark.parametrize("priority", ["high", 1.5, None, True, 10**12, b"1"])
def test_a_priority_is_changed_to_a_good_one_only(queue: HueyJobQueue, priority: Any) -> None:
    job_id = queue.put(Echo())
    with pytest.raises(JobQueueError, match="priority"):
        queue.set_priority(job_id, priority)
    assert queue.get(job_id).priority == 0


# Jobs that do wrong -------------------------------------------------------------------------------

RAISED = [ValueError("no"), SystemExit(3), MemoryError(), RecursionError(), GeneratorExit()]
HOOKS = ["get_job_name", "get_params", "set_status_as_error"]


def _raises(error: BaseException) -> Callable[..., Any]:
    def method(*_: object) -> Any:
        raise error

    return method


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("hook", HOOKS)
def test_a_method_that_fails_is_not_worth_the_job(
    queue: HueyJobQueue, hook: str, error: BaseException
) -> None:
    kind = type("Hooked", (Echo,), {hook: _raises(error), "__module__": "sample_jobs"})
    sys.modules["sample_jobs"].Hooked = kind  # type: ignore[attr-defined]
    job_id = queue.put(kind(value=1))
    record = queue.get(job_id)
    assert record.job_name == "Hooked"
    assert record.task_type == "Hooked"


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_a_delivery_that_fails_is_told_and_leaves_nothing(
    queue: HueyJobQueue, error: BaseException
) -> None:
    class Undelivered(Echo):
        set_status_as_delivered = _raises(error)

    with pytest.raises(type(error)):
        queue.put(Undelivered())
    assert queue.counts().total == 0


class Bad:
    def __init__(self, method: str, error: BaseException) -> None:
        self.method, self.error = method, error

    def __reduce__(self) -> Any:
        if self.method == "__reduce__":
            raise self.error
        return (str, ())

    def __repr__(self) -> str:
        if self.method == "__repr__":
            raise self.error
        return "bad"


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_a_value_that_cannot_be_shown_is_put_all_the_same(
    queue: HueyJobQueue, error: BaseException
) -> None:
    job_id = queue.put(Echo(value=Bad("__repr__", error)))
    assert type(error).__name__ in str(queue.get(job_id).params["value"])


UNSTORABLE = {
    "generator": lambda: (number for number in range(3)),
    "frame": sys._getframe,
    "local": threading.local,
    "bad": lambda: Bad("__reduce__", SystemExit(3)),
}


@pytest.mark.parametrize("make", UNSTORABLE.values(), ids=UNSTORABLE)
def test_what_cannot_be_stored_is_told_and_its_entity_closed(
    queue: HueyJobQueue, make: Callable[[], Any]
) -> None:
    steps: list[str] = []

    class Entity(Echo):
        def set_status_as_delivered(self) -> None:
            steps.append("delivered")

        def set_status_as_error(self) -> None:
            steps.append("error")
            raise SystemExit("here, too")

        def __reduce__(self) -> Any:
            return (dict, (self.kwargs,))

    with pytest.raises(JobQueueError) as caught:
        queue.put(Entity(value=make()))
    assert "cannot be stored" in caught.value.message
    assert steps == ["delivered", "error"]
    assert queue.counts().total == 0


def test_a_value_too_deep_for_python(queue: HueyJobQueue) -> None:
    """It is stored or refused with a sentence, as the version of Python can or cannot."""
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    refused: JobQueueError | None = None
    try:
        queue.put(Echo(value=value))
    except JobQueueError as error:
        refused = error
    assert refused is None or "cannot be stored" in refused.message
    assert queue.counts().total == (refused is None)


class Named(BaseJob):
    def run(self) -> None:
        """Do nothing."""

    def get_job_name(self) -> str:
        name: str = self.kwargs["name"]
        return name


@pytest.mark.parametrize(
    "name", [5, b"x", ["a"], None, "", "  ", Path("/x"), "a\0b", "\udcff", "x" * 1_000_000,
             {"m": 1}, "\u202egnp.exe", "\x1b[31m"],
    ids=lambda name: repr(name)[:12],
)  # fmt: skip
def test_a_name_is_text_whatever_the_job_says(queue: HueyJobQueue, name: Any) -> None:
    job_id = queue.put(Named(name=name))
    shown = queue.get(job_id).job_name
    assert isinstance(shown, str)
    assert 0 < len(shown) <= 500
    assert queue.get(job_id).damage == ""


@pytest.mark.parametrize(
    "params", [None, 5, [], {1: 2}, {None: None}, {"x": NAN}, {"x": INF}, {"x": "\udcff"},
               {"\udcff": 1}, {"x": {1: {2: 3}}}, {"x": "y" * 500_000}, {"x": b"y" * 500_000},
               {str(number): "y" * 100 for number in range(5_000)}, {(1, 2): 3}],
    ids=range(14),
)  # fmt: skip
def test_parameters_are_shown_whatever_they_are(queue: HueyJobQueue, params: Any) -> None:
    kind = type("Shows", (Echo,), {"get_params": lambda _: params, "__module__": "sample_jobs"})
    sys.modules["sample_jobs"].Shows = kind  # type: ignore[attr-defined]
    job_id = queue.put(kind())
    record = queue.get(job_id)
    assert record.damage == ""
    assert isinstance(record.params, dict)


def test_a_job_that_is_far_too_large(queue: HueyJobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    from queue_core.queue.store import serializer

    monkeypatch.setattr(serializer, "MOST_BYTES", 10_000)
    with pytest.raises(JobQueueError, match="too large") as caught:
        queue.put(Echo(value=bytes(20_000)))
    assert "file" in caught.value.hint
    assert queue.counts().total == 0


def test_a_working_folder_that_is_gone(queue: HueyJobQueue, tmp_path: Path) -> None:
    before = Path.cwd()
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    try:
        gone.rmdir()
        job_id = queue.put(Echo(value=1))
    finally:
        os.chdir(before)
    queue.start()
    assert queue.wait(job_id, 30).result == 1
