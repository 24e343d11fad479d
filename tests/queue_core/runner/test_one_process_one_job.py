"""Each job has a process of its own: nothing that it leaves in its interpreter reaches another."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from runner_checks import TAKE_S, Bench

from queue_core.runner.outcome import EndReason

# What a job changes, and what the next one computes: all in one word list, so that one pair of
# processes tells of all of them. Each pair: (the change, an expression of the next job).
CHANGES: dict[str, tuple[str, str]] = {
    "umask": ("import os; os.umask(0o777)", "__import__('os').umask(0o22) != 0o777"),
    "file limit": (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))",
        "__import__('resource').getrlimit(7)[0] > 12",
    ),
    "address space": (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))",
        "len(bytearray(1 << 30)) == 1 << 30",
    ),
    "nice": ("import os; os.nice(5)", "__import__('os').nice(0) == 0"),
    "affinity": (
        "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])",
        "len(__import__('os').sched_getaffinity(0)) == CORES",
    ),
    "folder": ("import os; os.chdir('/')", "__import__('os').getcwd() != '/'"),
    "environ": ("import os; os.environ['LEFT'] = '1'", "'LEFT' not in __import__('os').environ"),
    "putenv": (
        "import os; os.putenv('PUT', '1')",
        "__import__('subprocess').run('echo $PUT', shell=True, capture_output=True).stdout == b'\\n'",
    ),
    "signal handler": (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "__import__('signal').getsignal(15) == 0",
    ),
    "ignored signal": (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)",
        "__import__('signal').getsignal(1) == 0",
    ),
    "signal mask": (
        "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, {10, 12, 15})",
        "not __import__('signal').pthread_sigmask(0, ())",
    ),
    "stack signal": ("import signal; signal.signal(signal.SIGURG, lambda *a: None)", "True"),
    "profiling timer": (
        "import signal; signal.setitimer(signal.ITIMER_PROF, 1)",
        "__import__('signal').getitimer(2) == (0.0, 0.0)",
    ),
    "alarm": ("import signal; signal.alarm(100)", "__import__('signal').alarm(0) == 0"),
    "recursion limit": (
        "import sys; sys.setrecursionlimit(5000)", "__import__('sys').getrecursionlimit() == 1000",
    ),
    "trace": ("import sys; sys.settrace(lambda *a: None)", "__import__('sys').gettrace() is None"),
    "profile": (
        "import sys; sys.setprofile(lambda *a: None)", "__import__('sys').getprofile() is None",
    ),
    "switch interval": (
        "import sys; sys.setswitchinterval(1)", "__import__('sys').getswitchinterval() < 0.1",
    ),
    "collector": ("import gc; gc.disable()", "__import__('gc').isenabled()"),
    "collector's thresholds": (
        "import gc; gc.set_threshold(1, 1, 1)", "__import__('gc').get_threshold()[0] > 1",
    ),
    "path": ("import sys; sys.path.insert(0, '/left')", "'/left' not in __import__('sys').path"),
    "arguments": ("import sys; sys.argv.append('left')", "'left' not in __import__('sys').argv"),
    "hooks": (
        "import sys; sys.excepthook = print", "__import__('sys').excepthook is not print",
    ),
    "module": (
        "import sys, types; sys.modules['left'] = types.ModuleType('left')",
        "'left' not in __import__('sys').modules",
    ),
    "main module": ("import __main__; __main__.left = 1", "not hasattr(__import__('__main__'), 'left')"),
    "builtin": ("import builtins; builtins.len = lambda x: 0", "len([1, 2]) == 2"),
    "deleted builtin": ("import builtins; del builtins.sorted", "sorted([2, 1]) == [1, 2]"),
    "new builtin": ("import builtins; builtins.left = 1", "not hasattr(__import__('builtins'), 'left')"),
    "patched library": ("import json; json.dumps = None", "__import__('json').dumps is not None"),
    "logging disabled": ("import logging; logging.disable()", "__import__('logging').root.manager.disable == 0"),
    "root level": (
        "import logging; logging.getLogger().setLevel(50)", "__import__('logging').root.level == 20",
    ),
    "a logger's level": (
        "import logging; logging.getLogger('lib').setLevel(50)",
        "__import__('logging').getLogger('lib').isEnabledFor(30)",
    ),
    "handlers": (
        "import logging; logging.getLogger().handlers.clear()", "__import__('logging').root.handlers",
    ),
    "log record factory": (
        "import logging; logging.setLogRecordFactory(lambda *a, **k: None)",
        "__import__('logging').getLogRecordFactory() is __import__('logging').LogRecord",
    ),
    "warnings": (
        "import warnings; warnings.simplefilter('error')",
        "all(f[0] != 'error' for f in __import__('warnings').filters)",
    ),
    "socket timeout": (
        "import socket; socket.setdefaulttimeout(0.01)",
        "__import__('socket').getdefaulttimeout() is None",
    ),
    "decimal context": (
        "import decimal; decimal.getcontext().prec = 3", "__import__('decimal').getcontext().prec == 28",
    ),
    "locale": (
        "import locale; locale.setlocale(locale.LC_ALL, 'C')", "__import__('locale').localeconv() is not None",
    ),
    "time zone": (
        "import os, time; os.environ['TZ'] = 'Asia/Tokyo'; time.tzset()",
        "'JST' not in __import__('time').tzname",
    ),
    "numpy errors": (
        "import numpy; numpy.seterr(all='raise')", "__import__('numpy').geterr()['divide'] == 'warn'",
    ),
    "numpy printing": (
        "import numpy; numpy.set_printoptions(precision=1)",
        "__import__('numpy').get_printoptions()['precision'] == 8",
    ),
    "numpy seed": (
        "import numpy; numpy.random.seed(0)",
        "abs(__import__('numpy').random.rand() - 0.5488135039273248) > 1e-9",
    ),
    "seed": ("import random; random.seed(0)", "abs(__import__('random').random() - 0.8444218515250481) > 1e-9"),
    "pandas option": (
        "import pandas; pandas.set_option('display.precision', 1)",
        "__import__('pandas').get_option('display.precision') == 6",
    ),
    "start method": (
        "import multiprocessing as m; m.set_start_method('spawn')",
        "__import__('multiprocessing').get_start_method(allow_none=True) is None",
    ),
    "descriptors": (
        "import os, builtins; builtins.held = [os.open('/dev/null', 0) for _ in range(200)]",
        "len(__import__('os').listdir('/proc/self/fd')) < 60",
    ),
    "standard input": ("import sys; sys.stdin.close()", "not __import__('sys').stdin.closed"),
    "standard output": ("import sys; sys.stdout = None", "__import__('sys').stdout is not None"),
    "thread": (
        "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        "all('_sleep' not in t.name for t in __import__('threading').enumerate())",
    ),
    "exit function": ("import atexit, os; atexit.register(os._exit, 3)", "True"),
    "class attribute": (
        "type(job).run = lambda self: 'another job'", "'Executes' == type(job).__name__",
    ),
}  # fmt: skip


class TestOneProcessOneJob:
    def test_there_are_fifty_ways(self) -> None:
        assert len(CHANGES) >= 50

    def test_nothing_that_a_job_changes_reaches_the_next(self, runner: Bench) -> None:
        changing = [
            f"try:\n exec({change!r}, {{'job': job}})\nexcept Exception as e: failed.append(({name!r}, repr(e)))"
            for name, (change, _) in CHANGES.items()
            # The last ones: the runner's own answer needs them.
            if name not in ("builtin", "deleted builtin", "patched library", "file limit", "address space")
        ]
        first = runner.run("failed = []\n" + "\n".join(changing) + "\nresult = failed")
        assert first.reason is EndReason.FINISHED, first.error
        assert first.result_json == "[]"
        for name in ("builtin", "deleted builtin", "patched library", "file limit", "address space"):
            runner.run(CHANGES[name][0])  # however it ends
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        checks = {name: check for name, (_, check) in CHANGES.items()}
        second = runner.run(
            f"CORES = {cores}\nresult = [n for n, c in {checks!r}.items() if not eval(c)]"
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
            " [t.name for t in threading.enumerate() if t.name not in ('MainThread', 'parent-watcher')],\n"
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
    def test_it_ends_like_a_script(
        self, runner: Bench, in_copy: str, code: int, said: str
    ) -> None:
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
        code = "import os, time\nif os.fork() == 0:\n time.sleep(0.2)\n raise ValueError\nresult = 1"
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

