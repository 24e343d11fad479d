"""Each job has a process of its own: nothing that it leaves in its interpreter reaches another."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from changes_of_a_job import CHANGES, DISABLING
from runner_checks import TAKE_S, Bench

from queue_core.runner.outcome import EndReason


class TestOneProcessOneJob:
    def test_there_are_fifty_ways(self) -> None:
        assert len(CHANGES) >= 50

    def test_nothing_that_a_job_changes_reaches_the_next(self, runner: Bench) -> None:
        changing = [
            f"try:\n exec({change!r}, {{'job': job}})\n"
            f"except Exception as e: failed.append(({name!r}, repr(e)))"
            for name, (change, _) in CHANGES.items()
            if name not in DISABLING
        ]
        first = runner.run("failed = []\n" + "\n".join(changing) + "\nresult = failed")
        assert first.reason is EndReason.FINISHED, first.error
        assert first.result_json == "[]"
        for name in DISABLING:
            runner.run(CHANGES[name][0])  # however it ends
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        checks = {name: check for name, (_, check) in CHANGES.items()}
        second = runner.run(
            f"CORES, NICE = {cores}, {os.nice(0)}\n"
            f"result = [n for n, c in {checks!r}.items() if not eval(c)]"
        )
        assert second.reason is EndReason.FINISHED, second.error
        assert second.result_json == "[]"

    def test_each_job_has_another_process_and_other_random_numbers(self, runner: Bench) -> None:
        code = (
            "import os, random, numpy, uuid\n"
            "result = [os.getpid(), random.random(), numpy.random.rand(), uuid.uuid4().hex]"
        )
        answers = [runner.run(code).result_json for _ in range(3)]
        for values in zip(*(eval(str(answer)) for answer in answers), strict=True):
            assert len(set(values)) == 3

    def test_a_module_that_was_edited_is_read_again(self, runner: Bench) -> None:
        module = runner.folder.root / "edited_module.py"
        for value in (1, 2):
            module.write_text(f"VALUE = {value}")
            code = f"import sys; sys.path.insert(0, {str(module.parent)!r}); import edited_module\n"
            assert runner.run(code + "result = edited_module.VALUE").result_json == str(value)

    def test_it_stands_where_a_program_of_its_own_stands(self, runner: Bench) -> None:
        code = (
            "import os, sys, signal, threading, __main__\n"
            "result = [os.getsid(0) == os.getpid(), os.getcwd(), sys.stdin.read(),\n"
            " 'PYTHONPATH' in os.environ, 'PySide6' in sys.modules,\n"
            " sorted({t.name for t in threading.enumerate()} - {'MainThread', 'order-listener'}),\n"
            " signal.getsignal(signal.SIGINT) == signal.SIG_IGN]"
        )
        outcome = runner.run(code)
        root = str(runner.folder.root)
        assert eval(str(outcome.result_json).replace("true", "True").replace("false", "False")) == [
            True, root, "", False, False, [], True,
        ]  # fmt: skip

    def test_the_environment_is_the_program_s_of_now(
        self, runner: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        runner.run("")  # the spare that stands by has the environment of before
        child = runner.supervisor.take(TAKE_S)
        assert child is not None
        monkeypatch.setenv("SET_LATER", "ñ")
        runner.supervisor.give_back(child)
        child = runner.supervisor.take(TAKE_S)  # made before or while it was set
        assert child is not None
        runner.supervisor.give_back(child)
        outcome = runner.run("import os; result = os.environ.get('SET_LATER')")
        assert outcome.result_json == '"\\u00f1"'

    def test_what_the_job_leaves_running_is_ended(self, runner: Bench, until: object) -> None:
        code = (
            "import os, subprocess, sys\n"
            "sleeper = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
            "a = subprocess.Popen(sleeper)\n"
            "b = subprocess.Popen(sleeper, start_new_session=True)\n"
            "result = [a.pid, b.pid]"
        )
        outcome = runner.run(code)
        pids = eval(str(outcome.result_json))
        assert len(set(pids)) == 2
        until(lambda: not any(_runs(pid) for pid in pids))  # type: ignore[operator]

    def test_exit_functions_run_and_cannot_hold_anybody_up(self, runner: Bench) -> None:
        mark = runner.folder.root / "at-exit"
        outcome = runner.run(
            f"import atexit, pathlib, time\natexit.register(time.sleep, 600)\n"
            f"atexit.register(pathlib.Path({str(mark)!r}).touch)\nresult = 1"
        )
        assert outcome.reason is EndReason.FINISHED
        assert runner.run("result = 2").result_json == "2"

    def test_a_temporary_folder_is_removed_as_in_a_script(
        self, runner: Bench, until: object
    ) -> None:
        outcome = runner.run(
            "import tempfile, builtins\nbuiltins.kept = tempfile.TemporaryDirectory()\n"
            "result = builtins.kept.name"
        )
        name = Path(eval(str(outcome.result_json)))
        assert name.is_absolute()
        until(lambda: not name.exists())  # type: ignore[operator]


class TestForkedCopies:
    """A copy of the job's process is a process of the job, and never the job."""

    @pytest.mark.parametrize(
        ("in_copy", "code", "said"),
        [
            ("pass", 0, ""),
            ("raise ValueError('in the copy')", 1, "ValueError: in the copy"),
            ("import sys; sys.exit(5)", 5, ""),
            ("import sys; sys.exit('bye')", 1, "bye"),
            ("job.report_progress(0.9, 'copy'); job.report_warning('copy')", 0, ""),
        ],
    )
    def test_it_ends_like_a_script(self, runner: Bench, in_copy: str, code: int, said: str) -> None:
        order = runner.order(
            "import os\npid = os.fork()\n"
            f"if pid == 0:\n {in_copy}\n"
            "else:\n status = os.waitpid(pid, 0)[1]\n"
            " job.report_progress(0.5, 'job')\n result = os.waitstatus_to_exitcode(status)"
        )
        outcome = runner.run_order(order)
        assert outcome.reason is EndReason.FINISHED, outcome.error
        assert outcome.result_json == str(code)
        assert [message for _, message in runner.heard.progress_reports] == ["job"]
        assert runner.heard.warnings == []
        assert said in "\n".join(runner.lines(order))

    def test_it_may_end_after_the_job(self, runner: Bench) -> None:
        code = (
            "import os, time\nif os.fork() == 0:\n time.sleep(0.2)\n raise ValueError\nresult = 1"
        )
        assert runner.run(code).result_json == "1"
        assert runner.run("result = 2").result_json == "2"

    def test_a_process_of_multiprocessing_may_fail(self, runner: Bench) -> None:
        code = (
            "import multiprocessing as m\ndef f(): raise ValueError\n"
            "p = m.get_context('fork').Process(target=f); p.start(); p.join(); result = p.exitcode"
        )
        assert runner.run(code).result_json == "1"


def _runs(pid: int) -> bool:
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")
