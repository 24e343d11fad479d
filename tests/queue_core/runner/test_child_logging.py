"""What a job logs and warns about, rightly or wrongly, is in its log and ends nothing."""

from __future__ import annotations

import io
import logging
import sys
import warnings
from typing import Any

from queue_core import BaseJob, HueyJobQueue, JobStatus


class Talks(BaseJob):
    """Runs one of its methods."""

    def run(self) -> Any:
        return getattr(self, self.kwargs["what"])()

    def wrong_calls(self) -> str:
        logging.raiseExceptions = True
        lib = logging.getLogger("lib")
        lib.warning("%d rows of %d", 1)
        lib.warning("%d rows", "many")
        lib.warning("no arguments", 1)
        lib.warning(Raises())
        lib.warning("%s", Raises())
        lib.warning(5)
        lib.log(10**9, "a level of its own")
        lib.warning("\udcff")
        return "done"

    def hostile_warnings(self) -> str:
        warnings.warn(BadWarning("unseen"), stacklevel=1)
        shown = io.StringIO()
        warnings.showwarning("to a file", UserWarning, "here.py", 3, file=shown)
        shown.close()
        warnings.showwarning("closed", UserWarning, "here.py", 3, file=shown)
        return "done"

    def own_file(self) -> str:
        shown = io.StringIO()
        warnings.showwarning("to a file", UserWarning, "here.py", 3, file=shown)
        return shown.getvalue()

    def closed_streams(self) -> str:
        sys.stdout.close()
        sys.stderr.close()
        logging.getLogger("lib").warning("still heard")
        warnings.warn("still warned", stacklevel=1)
        return "done"

    def long_texts(self) -> str:
        logging.getLogger("lib").warning("x" * 100_000)
        logging.getLogger("lib").warning("y" * 50_000_000)
        reporter = self.context.reporter
        assert reporter is not None
        reporter.output("ñ" * 300_000)
        reporter.output("")
        return "done"

    def values(self) -> str:
        for fraction in ("50%", object(), Raises(), float("nan"), None, 10**400, "\udcff"):
            self.report_progress(fraction, Raises())
            self.report_progress(fraction, "\udcff" * 1_000_000)
        for text in (5, None, ValueError("x"), Raises(), "caf\udce9", "z" * 10_000_000):
            self.report_warning(text)
        logging.setLogRecordFactory(lambda *arguments, **more: 1 / 0)  # type: ignore[arg-type]
        self.report_warning("the last")
        return "done"


class Raises:
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__

    def __float__(self) -> float:
        raise SystemExit(1)


class BadWarning(UserWarning):
    """Has a text for Python's own look at it only."""

    looks = 0

    def __str__(self) -> str:
        self.looks += 1
        if self.looks > 1:
            raise RuntimeError("no text")
        return "seen once"


def lines_of(queue: HueyJobQueue, what: str) -> list[tuple[str, str]]:
    job_id = queue.put(Talks(what=what))
    record = queue.wait(job_id, 30)
    assert record.error_msg is None
    assert (record.status, record.result) == (JobStatus.FINISHED, "done")
    return [(line.source.value, line.text) for line in queue.logs(job_id)]


def test_wrong_calls_are_told(running: HueyJobQueue) -> None:
    found = [text for source, text in lines_of(running, "wrong_calls") if source == "logging"]
    assert len(found) == 8
    assert found[0].startswith("lib: %d rows of %d (this logging call at ")
    assert "not enough arguments" in found[0]
    assert "its arguments are (1,)" in found[0]
    assert "'many'" in found[1]
    assert "RuntimeError" in found[3]
    assert found[5:] == ["lib: 5", "lib: a level of its own", "lib: \\udcff"]


def test_hostile_warnings_are_told(running: HueyJobQueue) -> None:
    found = lines_of(running, "hostile_warnings")
    assert any(text.startswith("BadWarning: (BadWarning: its text") for _, text in found)


def test_a_warning_for_a_file_goes_there(running: HueyJobQueue) -> None:
    record = running.wait(running.put(Talks(what="own_file")), 20)
    assert record.result == "here.py:3: UserWarning: to a file\n"


def test_records_need_no_stream(running: HueyJobQueue) -> None:
    found = lines_of(running, "closed_streams")
    assert ("logging", "lib: still heard") in found
    assert any("still warned" in text for source, text in found if source == "warnings")


def test_long_texts_come_whole_or_say_what_was_cut(running: HueyJobQueue) -> None:
    found = lines_of(running, "long_texts")
    logged = [text for source, text in found if source == "logging"]
    assert logged[0] == "lib: " + "x" * 100_000
    assert len(logged[1]) < 600_000
    assert logged[1].endswith("more bytes)")
    assert "".join(text for source, text in found if source == "output") == "ñ" * 300_000


def test_any_value_is_taken(running: HueyJobQueue) -> None:
    job_id = running.put(Talks(what="values"))
    record = running.wait(job_id, 30)
    assert (record.status, record.error_msg) == (JobStatus.FINISHED, None)
    assert record.warnings[0] == "5"
    assert "ValueError: x" in record.warnings
    assert "caf\\udce9" in record.warnings
    assert record.warnings[-1] == "the last"
    assert max(map(len, record.warnings)) < 2_100
