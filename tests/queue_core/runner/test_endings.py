"""How jobs end: by themselves, by accident, by the user."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from sample_jobs import (
    CleansUp,
    Dies,
    Dirty,
    Echo,
    Floods,
    Grandchildren,
    IgnoresTerm,
    Looks,
    NativeLoop,
    PythonLoop,
    Raises,
    RaisesBadText,
    Talks,
    Unserialisable,
)

from queue_core import BaseJob, HueyJobQueue, JobStatus
from queue_core.queue.engine.options import EngineOptions
from queue_core.queue.values import LogSource

Until = Callable[[Callable[[], bool]], None]


class TestErrors:
    def test_an_error_says_why_with_its_causes(self, running: HueyJobQueue) -> None:
        record = running.wait(running.put(Raises()), 20)
        assert record.status is JobStatus.ERROR
        assert record.error_msg == "The column age is missing."
        assert record.error_hint == "Choose another column."
        assert record.error_type == "JobError"
        assert [cause["type"] for cause in record.error_causes] == ["KeyError"]
        assert record.traceback is not None
        assert "direct cause" in record.traceback
        assert "sample_jobs.py" in record.traceback
        assert "queue_core/runner" not in record.traceback

    def test_an_exception_whose_text_fails(self, running: HueyJobQueue) -> None:
        record = running.wait(running.put(RaisesBadText()), 20)
        assert record.status is JobStatus.ERROR
        assert "BadTextError" in (record.error_msg or "")

    def test_a_result_that_cannot_be_stored_becomes_text(self, running: HueyJobQueue) -> None:
        record = running.wait(running.put(Unserialisable()), 20)
        assert record.status is JobStatus.FINISHED
        assert record.result["number"] == 1
        assert "lock" in record.result["lock"]

    @pytest.mark.parametrize(
        ("how", "words", "signal_name"),
        [
            ("segfault", "segmentation fault", "SIGSEGV"),
            ("abort", "abort", "SIGABRT"),
            ("kill", "killed", "SIGKILL"),
            ("exit", "exit code 0", None),
            ("sys.exit", "sys.exit(3)", None),
            ("recursion", "called itself too often", None),
        ],
    )
    def test_a_process_that_dies(
        self, running: HueyJobQueue, how: str, words: str, signal_name: str | None
    ) -> None:
        record = running.wait(running.put(Dies(how=how)), 30)
        assert record.status is JobStatus.ERROR
        assert words in (record.error_msg or "")
        assert record.exit_signal == signal_name
        assert running.wait(running.put(Echo(value=1)), 20).result == 1

    def test_a_module_that_is_not_found_is_named(
        self, running: HueyJobQueue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        module = tmp_path / "beside_the_script.py"
        module.write_text(
            "from queue_core import BaseJob\n"
            "class Beside(BaseJob):\n    def run(self):\n        return 'found'\n"
        )
        monkeypatch.syspath_prepend(str(tmp_path))
        from beside_the_script import Beside  # type: ignore[import-not-found]

        assert running.wait(running.put(Beside()), 20).result == "found"
        module.unlink()
        record = running.wait(running.put(Beside()), 20)
        assert "“beside_the_script”" in (record.error_msg or "")
        assert str(tmp_path) in (record.error_msg or "")

    def test_a_class_with_lambdas_and_closures_runs(self, running: HueyJobQueue) -> None:
        base = 40

        class Local(BaseJob):
            def run(self) -> int:
                return int((lambda x: x + base)(self.kwargs["more"]()))

        assert running.wait(running.put(Local(more=lambda: 2)), 20).result == 42


class TestOutput:
    def test_everything_a_job_writes_is_in_its_log(self, running: HueyJobQueue) -> None:
        job_id = running.put(Talks())
        running.wait(job_id, 20)
        lines = running.logs(job_id)
        found = {(line.source, line.text) for line in lines}
        assert (LogSource.STDOUT, "from print") in found
        assert (LogSource.STDERR, "from stderr") in found
        assert (LogSource.LOGGING, "talker: from logging\nwith two lines") in found
        assert (LogSource.STDOUT, "from the descriptor") in found
        assert (LogSource.STDOUT, "from a process") in found
        assert (LogSource.STDOUT, "100 %") in found
        assert (LogSource.STDOUT, "no end") in found
        assert any("from warnings" in t for s, t in found if s is LogSource.WARNINGS)
        assert [line.number for line in lines] == list(range(1, len(lines) + 1))
        assert running.logs(job_id, after=3) == lines[3:]
        assert running.logs(job_id, limit=2) == lines[-2:]

    def test_a_flood_is_cut_in_the_middle_and_says_so(self, queue: HueyJobQueue) -> None:
        queue.start(options=EngineOptions(log_limit_bytes=4 << 20))
        job_id = queue.put(Floods(megabytes=40))
        assert queue.wait(job_id, 60).status is JobStatus.FINISHED
        folder = queue.folder.logs / "jobs" / job_id[-2:]
        assert sum(file.stat().st_size for file in folder.iterdir()) < 5e6
        lines = queue.logs(job_id)
        assert lines[0].text.startswith("line 0000000")
        assert lines[-1].text == "the last line"
        (cut,) = [line for line in lines if line.source is LogSource.MONITOR]
        assert "lines cut" in cut.text

    def test_removing_a_job_removes_its_log(self, running: HueyJobQueue) -> None:
        job_id = running.put(Talks())
        running.wait(job_id, 20)
        running.remove([job_id])
        assert not list((running.folder.logs / "jobs" / job_id[-2:]).iterdir())


class TestFreshChild:
    def test_the_next_job_finds_a_clean_slate(self, running: HueyJobQueue) -> None:
        first = running.wait(running.put(Looks()), 20).result
        running.wait(running.put(Dirty()), 20)
        job_id = running.put(Looks())
        second = running.wait(job_id, 20).result
        assert second.pop("pid") != first.pop("pid")
        assert second == first
        assert first["qt"] == []
        assert [line.text for line in running.logs(job_id)] == ["still heard"]


class TestCancel:
    @pytest.mark.parametrize("kind", [PythonLoop, NativeLoop, Grandchildren])
    def test_the_whole_tree_is_gone_at_once(
        self, running: HueyJobQueue, tmp_path: Path, until: Until, kind: type[BaseJob]
    ) -> None:
        started = tmp_path / "started"
        job_id = running.put(kind(started=str(started)))
        until(started.exists)
        pids = [int(word) for word in started.read_text().split()]
        pid = running.get(job_id).pid
        assert pid is not None
        following = running.put(Echo(value=1))
        began = time.monotonic()
        assert running.cancel(job_id)
        until(lambda: not any(psutil.pid_exists(p) for p in [pid, *pids]))
        assert time.monotonic() - began < 3.0  # 0.3 s on a quiet machine; see the benchmarks
        assert running.get(job_id).status is JobStatus.CANCELLED
        assert running.wait(following, 20).result == 1

    def test_a_job_that_ignores_the_request_is_killed(
        self, running: HueyJobQueue, tmp_path: Path, until: Until
    ) -> None:
        started = tmp_path / "started"
        job_id = running.put(IgnoresTerm(started=str(started)))
        until(started.exists)
        pid = running.get(job_id).pid
        running.cancel(job_id)
        assert running.wait(job_id, 20).status is JobStatus.CANCELLED
        assert pid is not None
        assert not psutil.pid_exists(pid)

    def test_a_waiting_job_never_runs(self, queue: HueyJobQueue, tmp_path: Path) -> None:
        job_id = queue.put(PythonLoop(started=str(tmp_path / "started")))
        assert queue.cancel(job_id)
        queue.start()
        assert queue.wait(queue.put(Echo(value=1)), 20).result == 1
        assert queue.get(job_id).status is JobStatus.CANCELLED
        assert not (tmp_path / "started").exists()

    def test_another_process_cancels(
        self, running: HueyJobQueue, tmp_path: Path, until: Until
    ) -> None:
        started = tmp_path / "started"
        job_id = running.put(PythonLoop(started=str(started)))
        until(started.exists)
        other = HueyJobQueue(running.folder.root)
        assert other.cancel(job_id)
        assert other.wait(job_id, 20).status is JobStatus.CANCELLED
        other.close()

    def test_half_written_files_are_cleaned_up(
        self, running: HueyJobQueue, tmp_path: Path, until: Until
    ) -> None:
        half, started = tmp_path / "half", tmp_path / "started"
        job_id = running.put(CleansUp(half=str(half), started=str(started)))
        until(started.exists)
        assert half.exists()
        assert running.cancel(job_id)
        until(lambda: not half.exists())
        assert running.wait(job_id, 20).status is JobStatus.CANCELLED

    def test_a_cancel_at_the_end_of_a_job_never_hits_the_next(self, running: HueyJobQueue) -> None:
        for _ in range(20):
            first, second = running.put(Echo(value=1)), running.put(Echo(value=2))
            racer = threading.Thread(target=running.cancel, args=(first,))
            racer.start()
            racer.join()
            assert running.wait(second, 20).result == 2
            assert running.wait(first, 20).status in (JobStatus.FINISHED, JobStatus.CANCELLED)

    def test_stop_leaves_no_process(self, running: HueyJobQueue) -> None:
        running.wait(running.put(Echo()), 20)
        running.stop()
        me = psutil.Process(os.getpid())
        assert not [p for p in me.children() if "queue_core.runner" in p.cmdline()]
