"""Children come, go, misbehave and are ended; no job but their own takes notice of it."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from runner_checks import TAKE_S, Background, Bench, Executes, bench, started

from queue_core.paths import LocalFolder
from queue_core.runner import entry, process_tree
from queue_core.runner.outcome import EndReason
from queue_core.runner.reuse import reuse_key
from queue_core.runner.supervision.orphans import end_orphans, is_orphan
from queue_core.system.choice import is_portable

Until = Callable[[Callable[[], bool]], None]


class TestEnding:
    def test_a_job_that_has_ended_takes_the_order_with_it(self, runner: Bench) -> None:
        order = runner.order("result = 1")
        assert runner.run_order(order).reason is EndReason.FINISHED
        assert not runner.supervisor.end(order.job_id, EndReason.CANCELLED)
        assert not runner.supervisor.pause(order.job_id)
        assert not runner.supervisor.resume(order.job_id)

    def test_an_order_that_comes_as_a_job_ends_reaches_no_other(self, runner: Bench) -> None:
        for number in range(30):
            order = runner.order("result = 1")
            after = runner.order("result = 2")
            background = Background(runner, order)
            deadline = time.monotonic() + 10
            while order.job_id not in runner.supervisor.running() and background.outcome is None:
                assert time.monotonic() < deadline
            if number % 2:
                runner.supervisor.pause(order.job_id)
                threading.Event().wait(number / 1000)
                runner.supervisor.resume(order.job_id)
            else:
                runner.supervisor.pause(order.job_id)
                runner.supervisor.end(order.job_id, EndReason.CANCELLED)
            background.wait()
            assert runner.run_order(after).result_json == "2"

    def test_a_suspended_job_counts_its_pause_and_goes_on(
        self, runner: Bench, until: Until
    ) -> None:
        mark = runner.folder.root / "go"
        code = (
            f"import os, time\nwhile not os.path.exists({str(mark)!r}): time.sleep(0.01)\n"
            "result = 1"
        )
        background, job_id, pid = started(runner, code, until)
        assert runner.supervisor.pause(job_id)
        until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED)
        mark.touch()
        threading.Event().wait(0.3)
        assert background.outcome is None
        assert runner.supervisor.resume(job_id)
        assert not runner.supervisor.resume(job_id)
        outcome = background.wait()
        assert outcome.result_json == "1"
        assert 0.3 <= outcome.paused_s <= outcome.elapsed_s

    def test_a_suspended_job_can_be_ended(self, runner: Bench, until: Until) -> None:
        background, job_id, pid = started(runner, "import time; time.sleep(600)", until)
        assert runner.supervisor.pause(job_id)
        assert runner.supervisor.end(job_id, EndReason.CANCELLED)
        assert background.wait().reason is EndReason.CANCELLED
        until(lambda: not process_tree.is_running(pid))

    def test_exit_codes_are_known(self, runner: Bench) -> None:
        assert runner.run("import os; os._exit(7)").exit_code == 7
        assert runner.run("import os; os.kill(os.getpid(), 9)").exit_signal == "SIGKILL"

    def test_the_job_of_a_dead_process_leaves_nothing(self, runner: Bench, until: Until) -> None:
        pids = runner.folder.root / "pids"
        code = (
            "import os, subprocess, sys\n"
            "sleeper = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
            "p = [subprocess.Popen(sleeper).pid]\n"
            f"open({str(pids)!r}, 'w').write(repr(p)); os._exit(1)"
        )
        assert runner.run(code).exit_code == 1
        until(lambda: not any(process_tree.is_running(p) for p in eval(pids.read_text())))

    def test_clean_ups_run_in_a_fresh_process(self, runner: Bench) -> None:
        mark = runner.folder.root / "cleaned"
        order = runner.order(
            "", on_cancel=f"import os; open({str(mark)!r}, 'w').write(str(os.getpid()))"
        )
        assert runner.supervisor.clean_up(order, cancelled=True)
        assert int(mark.read_text()) != os.getpid()


class TestReuse:
    def test_only_a_class_that_says_so_has_a_key(self) -> None:
        class Reuses(Executes):
            reuses_process = True

        assert reuse_key(Executes, "/a", ()) is None
        assert reuse_key(Reuses, "/a", ()) == reuse_key(Reuses, "/a", ())
        keys = {
            reuse_key(Reuses, folder, path) for folder in ("/a", None) for path in ((), ("/b",))
        }
        assert len(keys) == 4

    def test_a_class_that_allows_it_runs_in_one_process(self, runner: Bench) -> None:
        child = runner.supervisor.take(TAKE_S)
        assert child is not None
        pids = set()
        for _ in range(3):
            order = runner.order("import os; result = os.getpid()", reuse_key="a")
            pids.add(runner.supervisor.run(child, order, runner.heard).result_json)
            assert child.is_reusable
        assert pids == {str(child.pid)}
        refused = runner.supervisor.run(
            child, runner.order("result = 1", reuse_key="b"), runner.heard
        )
        assert refused.reason is EndReason.NOT_STARTED
        refused = runner.supervisor.run(child, runner.order("result = 1"), runner.heard)
        assert refused.reason is EndReason.NOT_STARTED
        runner.supervisor.give_back(child)

    @pytest.mark.parametrize(
        "code",
        [
            "import threading as t, time; t.Thread(None, time.sleep, '', (60,), daemon=1).start()",
            "import subprocess; subprocess.Popen(['sleep', '60'])",
            "import builtins; builtins.kept = bytearray(b'x' * (1 << 30) + b'x' * (1 << 26))",
            "import os; os.environ['LEFT'] = '1'",
            "raise ValueError",
        ],
    )
    def test_a_process_that_is_not_clean_is_not_used_again(self, runner: Bench, code: str) -> None:
        child = runner.supervisor.take(TAKE_S)
        assert child is not None
        runner.supervisor.run(child, runner.order(code, reuse_key="a"), runner.heard)
        assert not child.is_reusable
        runner.supervisor.give_back(child)

    def test_an_edited_module_ends_it(self, runner: Bench) -> None:
        module = runner.folder.root / "reused_module.py"
        module.write_text("VALUE = 1")
        code = f"import sys; sys.path.insert(0, {str(module.parent)!r}); import reused_module"
        child = runner.supervisor.take(TAKE_S)
        assert child is not None
        runner.supervisor.run(child, runner.order(code, reuse_key="a"), runner.heard)
        before = child.is_reusable
        os.utime(module, ns=(1, 1))
        assert (before, child.is_reusable) == (True, False)
        runner.supervisor.give_back(child)


class TestChildrenThatDie:
    @pytest.mark.expects_log  # one of them may not have been ready yet
    def test_one_that_dies_while_it_waits_is_replaced(self, runner: Bench, until: Until) -> None:
        runner.run("")
        child = runner.supervisor.take(TAKE_S)
        assert child is not None
        runner.supervisor.give_back(child)
        pids = list(runner.supervisor._children)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not any(process_tree.is_running(pid) for pid in pids))
        assert runner.run("result = 1").result_json == "1"

    def test_the_guardian_is_started_again(
        self, runner: Bench, until: Until, caplog: pytest.LogCaptureFixture
    ) -> None:
        guardian = runner.supervisor._guardian
        assert guardian is not None
        with caplog.at_level("CRITICAL", logger="queue_core"):
            guardian.kill()
            until(lambda: runner.supervisor._guardian not in (None, guardian))
        assert runner.supervisor._guardian is not None
        assert runner.supervisor._guardian.poll() is None

    def test_orphans_are_recognised(
        self, runner: Bench, local_folder: LocalFolder, until: Until, tmp_path: Path
    ) -> None:
        background, _, pid = started(runner, "import time; time.sleep(600)", until)
        root = local_folder.root
        assert not is_orphan(pid, root, {os.getpid()})
        assert not is_orphan(pid, tmp_path / "another", set())
        for not_ours in (os.getpid(), os.getppid(), 1, 0, -1, 1 << 40):
            assert not is_orphan(not_ours, root, set())
        end_orphans([pid, os.getpid()], root, {os.getpid()})
        assert process_tree.is_running(pid)
        assert is_orphan(pid, root, set())
        end_orphans([pid, os.getpid()], root, set())
        assert background.wait().reason is EndReason.CRASHED
        assert not is_orphan(pid, root, set())


@pytest.mark.expects_log
class TestWhenNoneCanBeMade:
    def test_a_broken_interpreter_is_told_and_stop_returns(
        self, twin: str, local_folder: LocalFolder, monkeypatch: pytest.MonkeyPatch, until: Until
    ) -> None:
        del twin
        monkeypatch.setenv("PYTHONHASHSEED", "bad")
        with bench(local_folder) as runner:
            until(lambda: runner.supervisor.start_problem is not None)
            assert "PYTHONHASHSEED" in str(runner.supervisor.start_problem)
            assert runner.supervisor.take(0.05) is None
            began = time.monotonic()
            runner.supervisor.stop()
            assert time.monotonic() - began < 10

    def test_it_goes_on_when_the_cause_is_gone(
        self, twin: str, local_folder: LocalFolder, monkeypatch: pytest.MonkeyPatch, until: Until
    ) -> None:
        del twin
        monkeypatch.setenv("PYTHONHASHSEED", "bad")
        with bench(local_folder) as runner:
            until(lambda: runner.supervisor.start_problem is not None)
            monkeypatch.delenv("PYTHONHASHSEED")
            assert runner.run("result = 1").result_json == "1"
            assert runner.supervisor.start_problem is None

    def test_no_descriptors_for_a_while(self, runner: Bench, until: Until) -> None:
        runner.run("")
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        in_use = len(list(Path("/proc/self/fd").iterdir()))
        resource.setrlimit(resource.RLIMIT_NOFILE, (in_use + 40, hard))
        held: list[int] = []
        try:
            _take_all_descriptors(held)
            for pid in list(runner.supervisor._children):
                os.kill(pid, signal.SIGKILL)

            def is_told() -> bool:
                _take_all_descriptors(held)  # those of the dead child too
                return runner.supervisor.start_problem is not None

            until(is_told)
        finally:
            for descriptor in held:
                os.close(descriptor)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert runner.run("result = 1").result_json == "1"
        names = {thread.name for thread in threading.enumerate()}
        assert {"spare-maker-0", "spare-maker-1"} <= names

    def test_it_stops_in_time_with_a_child_that_hangs(
        self, twin: str, local_folder: LocalFolder
    ) -> None:
        del twin
        with bench(local_folder) as runner:
            runner.run("")
            child = runner.supervisor.take(TAKE_S)
            assert child is not None
            os.kill(child.pid, signal.SIGSTOP)
            runner.supervisor.give_back(child)
            began = time.monotonic()
            runner.supervisor.stop()
            runner.supervisor.stop()
            assert time.monotonic() - began < 10
            assert not process_tree.is_running(child.pid)


@pytest.mark.expects_log
class TestTemplate:
    def test_one_that_is_killed_is_started_again(self, forking: Bench, until: Until) -> None:
        background, _, pid = started(forking, "import time; time.sleep(600)", until)
        template = forking.supervisor._source.template
        assert template is not None
        os.kill(template.pid, signal.SIGKILL)
        outcome = background.wait()
        assert outcome.reason is EndReason.CRASHED
        assert outcome.error is not None
        assert "not known" in outcome.error.message
        until(lambda: not process_tree.is_running(pid))
        assert forking.run("result = 1").result_json == "1"
        assert forking.supervisor._source.template is not template

    def test_its_command_line_says_what_it_is(self, forking: Bench) -> None:
        forking.run("")
        template = forking.supervisor._source.template
        assert template is not None
        words = psutil.Process(template.pid).cmdline()
        assert "queue_core.runner" in words
        assert entry.TEMPLATE in words

    @pytest.mark.skipif(is_portable(), reason="only Linux forks children from a template")
    def test_it_has_one_thread_after_all_was_loaded(
        self, local_folder: LocalFolder, until: Until
    ) -> None:
        libraries = ("pandas", "pyarrow", "duckdb", "sklearn", "matplotlib", "shap")
        with bench(local_folder, preload=libraries) as runner:
            # In its first second, between two imports.
            assert runner.run("result = 1").result_json == "1"
            source = runner.supervisor._source

            def has_loaded() -> bool:
                return source.template is not None and source.generation > 0

            _wait_long(has_loaded)
            assert source.template is not None
            assert source.template.threads == 1
            assert len(list(Path(f"/proc/{source.template.pid}/task").iterdir())) == 1
            outcome = runner.run(
                "import sys, os, threadpoolctl\n"
                "result = ['sklearn' in sys.modules, 'shap' in sys.modules,\n"
                " sorted({p['num_threads'] for p in threadpoolctl.threadpool_info()}),\n"
                " int(os.environ['OMP_NUM_THREADS'])]"
            )
            loaded, shap, counts, cores = eval(
                str(outcome.result_json).replace("true", "True").replace("false", "False")
            )
            assert loaded
            assert shap
            assert counts == [cores]


def _wait_long(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline
        pause.wait(0.05)


def _take_all_descriptors(held: list[int]) -> None:
    while True:
        try:
            held.append(os.open("/dev/null", os.O_RDONLY))
        except OSError:
            return
