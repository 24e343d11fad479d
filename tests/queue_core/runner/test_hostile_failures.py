"""Exceptions that misbehave: each ends in a report that says why, in plain text, in time."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from queue_core import BaseJob, HueyJobQueue, JobStatus
from queue_core.errors import JobError
from queue_core.runner.job_process import reports
from queue_core.runner.job_process.reports import report_failure
from queue_core.runner.protocol import Failed


def report_of(make: Callable[[], BaseException]) -> Failed:
    def fail() -> None:
        raise make()

    try:
        fail()
    except BaseException as error:  # noqa: BLE001 - of any kind
        report = report_failure(error, reusable=True, searched=["/caf\udce9"])
    check_storable(report)
    return report


def check_storable(report: Failed) -> None:
    """Everything is plain, bounded text that a database and JSON can hold."""
    told = json.dumps(vars(report), ensure_ascii=False, allow_nan=False)
    told.encode()
    assert "\\u0000" not in told
    assert len(told) < 400_000
    for text in (report.type, report.message, report.hint, report.traceback):
        assert type(text) is str
        sqlite3.connect(":memory:").execute("SELECT ?", (text,))
    assert report.message
    assert type(report.is_transient) is bool


class NoSuperError(JobError):
    def __init__(self, code: int) -> None:
        self.code = code


class MessageRaisesError(JobError):
    @property
    def message(self) -> str:  # type: ignore[override]
        raise SystemExit(1)

    @message.setter
    def message(self, value: str) -> None:
        pass


class StrExitsError(Exception):
    def __str__(self) -> str:
        raise SystemExit(0)


class StrIsNoneError(Exception):
    def __str__(self) -> str:
        return None  # type: ignore[return-value]


class RecursiveError(Exception):
    def __str__(self) -> str:
        return str(self)


class AllRaiseError(Exception):
    """Raises from whatever Python or a report may look at."""

    def _raise(self, *arguments: object) -> Any:
        raise KeyboardInterrupt

    __cause__ = __context__ = __traceback__ = args = property(_raise)  # type: ignore[assignment]
    __class__ = __notes__ = __suppress_context__ = property(_raise)  # type: ignore[assignment]
    __len__ = __bool__ = __eq__ = __hash__ = __repr__ = _raise  # type: ignore[assignment]
    __getattr__ = _raise


class OddOsError(OSError):
    errno = filename = property(lambda self: 1 / 0)  # type: ignore[assignment]


class Loud:
    def __repr__(self) -> str:
        raise SystemExit(1)


def attributes(**values: object) -> Callable[[], BaseException]:
    def make() -> BaseException:
        error = JobError("bad")
        vars(error).update(values)
        return error

    return make


def cyclic() -> BaseException:
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    return one


def syntax_error() -> BaseException:
    error = SyntaxError("odd")
    error.lineno, error.text, error.offset = "x", 5, []  # type: ignore[assignment]
    return error


def chain() -> BaseException:
    error = ValueError("0")
    for number in range(1, 5_000):
        last, error = error, ValueError(str(number))
        error.__cause__ = last
    return error


def noted() -> BaseException:
    error = ValueError("noted")
    error.__notes__ = [Loud(), 5]  # type: ignore[list-item]
    return error


HOSTILE: dict[str, tuple[Callable[[], BaseException], str]] = {
    "number": (lambda: JobError(404), "404"),
    "exception": (lambda: JobError(ValueError("why")), "ValueError: why"),
    "none": (lambda: JobError(None), "JobError was raised without a message."),
    "no super": (lambda: NoSuperError(5), "NoSuperError: 5"),
    "list hint": (lambda: JobError("bad", hint=["this", "that"]), "bad"),
    "dict hint": (attributes(hint={"a": Loud()}), "bad"),
    "object message": (attributes(message=Loud()), "Loud"),
    "bytes message": (attributes(message=b"\xff"), "b'\\xff'"),
    "message raises": (lambda: MessageRaisesError("why"), "why"),
    "str exits": (lambda: StrExitsError("inner"), "'inner'"),
    "str is none": (StrIsNoneError, "TypeError in __str__"),
    "str recurses": (RecursiveError, "RecursionError"),
    "all raise": (lambda: AllRaiseError("why"), "AllRaiseError: why"),
    "system error": (lambda: OddOsError(2, "no", "file"), "file does not exist"),
    "system error of objects": (lambda: OSError(Loud(), Loud()), "OSError"),
    "key": (lambda: KeyError(Loud()), "there is no <Loud: SystemExit in __repr__>"),
    "exit text": (lambda: SystemExit("text"), "'text'"),
    "exit object": (lambda: SystemExit(Loud()), "Loud"),
    "interrupt": (KeyboardInterrupt, "KeyboardInterrupt"),
    "generator": (GeneratorExit, "GeneratorExit"),
    "cycle": (cyclic, "ValueError: one"),
    "syntax": (syntax_error, "odd"),
    "group": (lambda: ExceptionGroup("many", [ValueError(1), TypeError(2)]), "many"),
    "chain": (chain, "4999"),
    "notes": (noted, "noted"),
    "surrogate": (lambda: ValueError("caf\udce9.csv has no header"), "caf\\udce9.csv has no"),
    "nul": (lambda: ValueError("a\0b"), "a\\x00b"),
    "huge": (lambda: ValueError("x" * 100_000_000), "more characters"),
    "module": (lambda: ModuleNotFoundError("m", name=Loud()), "Loud"),  # type: ignore[arg-type]
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_it_says_why(name: str) -> None:
    make, words = HOSTILE[name]
    assert words in report_of(make).message


def test_a_class_without_a_usable_name_is_named() -> None:
    class Meta(type):
        def __getattribute__(cls, name: str) -> Any:
            if name in ("__name__", "__qualname__", "__module__"):
                raise RuntimeError(name)
            return super().__getattribute__(name)

    class NamelessError(Exception, metaclass=Meta):
        pass

    assert report_of(lambda: NamelessError("why")).message.endswith("NamelessError: why")


class TestTime:
    @pytest.fixture(autouse=True)
    def _short(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reports, "_PART_S", 0.3)

    def test_a_text_that_never_comes_is_not_waited_for(self) -> None:
        never = threading.Event()

        class SleepsError(Exception):
            def __str__(self) -> str:
                never.wait()
                return ""

        began = time.monotonic()
        report = report_of(SleepsError)
        never.set()
        assert time.monotonic() - began < 10
        assert "SleepsError was raised; its text cannot be shown" in report.message
        assert "test_hostile_failures.py" in report.traceback

    def test_values_that_take_too_long_are_left_out(self) -> None:
        never = threading.Event()

        class Slow:
            def __repr__(self) -> str:
                never.wait()
                return ""

        def fail(value: object) -> None:
            number = 3  # noqa: F841 - shown in the report
            raise ValueError("why")

        try:
            fail_outside = Slow()
            fail(1)
        except ValueError as error:
            report = report_failure(error, reusable=True, searched=[])
        never.set()
        assert fail_outside is not None
        check_storable(report)
        assert report.message == "ValueError: why"
        assert report.frames[-1]["locals"]["number"] == "3"
        assert "fail_outside" not in report.frames[0]["locals"]


class FailsIn(BaseJob):
    """Fails in one of the ways above, or outside of `run`."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        if self.kwargs["where"] == "unpickling":
            raise ValueError("not to be opened")

    def bind(self, context: Any) -> None:
        super().bind(context)
        if self.kwargs["where"] == "bind" and context.reporter is not None:
            raise SystemExit("not to be bound")

    def run(self) -> None:
        if self.kwargs["where"] == "run":
            raise HOSTILE[self.kwargs["name"]][0]()
        raise ValueError("the first why")

    def set_status_as_error(self) -> None:
        if self.kwargs["where"] == "set_status_as_error":
            raise KeyboardInterrupt("the second why")


@pytest.mark.parametrize("name", ["number", "all raise", "str exits", "surrogate", "exit object"])
def test_a_job_that_fails_so_says_why_and_the_next_one_runs(
    running: HueyJobQueue, name: str
) -> None:
    record = running.wait(running.put(FailsIn(where="run", name=name)), 20)
    assert record.status is JobStatus.ERROR
    assert HOSTILE[name][1] in (record.error_msg or "")


@pytest.mark.parametrize(
    ("where", "words"), [("unpickling", "not to be opened"), ("bind", "not to be bound")]
)
def test_what_fails_before_run_says_why(running: HueyJobQueue, where: str, words: str) -> None:
    record = running.wait(running.put(FailsIn(where=where)), 20)
    assert record.status is JobStatus.ERROR
    assert words in (record.error_msg or "")


def test_what_fails_after_run_is_in_the_log(running: HueyJobQueue) -> None:
    job_id = running.put(FailsIn(where="set_status_as_error"))
    record = running.wait(job_id, 20)
    assert record.error_msg == "ValueError: the first why"
    assert any("the second why" in line.text for line in running.logs(job_id))
