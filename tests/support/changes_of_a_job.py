"""What a job can change in its interpreter, and what the next one computes."""

# ruff: noqa: E501 - a table reads best with one change a line

from __future__ import annotations

# By name: the change, and an expression that is true in a process that it has not reached.
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
    "nice": ("import os; os.nice(5)", "__import__('os').nice(0) == NICE"),
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

# After these the runner can hardly answer: each has a job of its own, however that ends.
DISABLING = ("builtin", "deleted builtin", "patched library", "file limit", "address space")
