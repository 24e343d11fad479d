"""Jobs for the tests; importable by name in the child, beside nothing that is installed."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

from queue_core import BaseJob, JobError


class Echo(BaseJob):
    """Returns its parameters."""

    def run(self) -> Any:
        return self.kwargs.get("value")


class Wait(BaseJob):
    """Says that it runs, by a file, and sleeps until it is ended."""

    def run(self) -> None:
        Path(self.kwargs["started"]).touch()
        time.sleep(self.kwargs.get("seconds", 600))


class Append(BaseJob):
    """Adds a line to a file: how often, and in which order, jobs ran."""

    def run(self) -> None:
        with Path(self.kwargs["path"]).open("a") as file:
            file.write(f"{self.kwargs['line']}\n")


class PythonLoop(BaseJob):
    """Computes for ever in Python."""

    def run(self) -> None:
        Path(self.kwargs["started"]).touch()
        while True:
            pass


class NativeLoop(BaseJob):
    """Computes for ever in native code."""

    def run(self) -> None:
        import numpy as np

        matrix = np.random.default_rng(0).random((3000, 3000))
        Path(self.kwargs["started"]).touch()
        while True:
            matrix = matrix @ matrix
            matrix /= matrix.max()


class Grandchildren(BaseJob):
    """Starts processes that start processes, one of them in a session of its own."""

    def run(self) -> None:
        program = (
            "import subprocess, sys, time, os\n"
            "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
            "print(os.getpid(), p.pid, flush=True)\n"
            "time.sleep(600)\n"
        )
        pids: list[str] = []
        for own_session in (False, True):
            child = subprocess.Popen(
                [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
                start_new_session=own_session,
            )  # fmt: skip
            assert child.stdout is not None
            pids.extend(child.stdout.readline().split())
        temporary = Path(self.kwargs["started"]).with_suffix(".tmp")
        temporary.write_text(" ".join(pids))
        temporary.rename(self.kwargs["started"])
        time.sleep(600)


class IgnoresTerm(BaseJob):
    """Does not end when asked."""

    def run(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        Path(self.kwargs["started"]).touch()
        while True:
            time.sleep(1)


class Raises(BaseJob):
    """Fails with a cause."""

    def run(self) -> None:
        password = "do not show this"  # noqa: F841 - the report must hide it
        try:
            {}["age"]
        except KeyError as error:
            raise JobError("The column age is missing.", hint="Choose another column.") from error


class RaisesBadText(BaseJob):
    """Fails with an exception whose text cannot be made."""

    def run(self) -> None:
        class BadTextError(Exception):
            def __str__(self) -> str:
                raise RuntimeError("no text")

        raise BadTextError


class Unserialisable(BaseJob):
    """Returns what no serialiser takes."""

    def run(self) -> Any:
        return {"lock": threading.Lock(), "number": 1}


class Dies(BaseJob):
    """Ends its process in the way that `how` names."""

    def run(self) -> None:
        how = self.kwargs["how"]
        if how == "segfault":
            import ctypes

            ctypes.string_at(0)
        elif how == "exit":
            os._exit(self.kwargs.get("code", 0))
        elif how == "abort":
            os.abort()
        elif how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif how == "recursion":
            self._deeper(0)
        elif how == "sys.exit":
            sys.exit(3)

    def _deeper(self, depth: int) -> int:
        return self._deeper(depth + 1) + 1


class Talks(BaseJob):
    """Writes in every way there is."""

    def run(self) -> None:
        print("from print")
        print("from stderr", file=sys.stderr)
        logging.getLogger("talker").warning("from logging\nwith two lines")
        warnings.warn("from warnings", UserWarning, stacklevel=1)
        os.write(1, b"from the descriptor\n")
        subprocess.run(["echo", "from a process"], check=True)
        print("10 %\r50 %\r100 %")
        print("no end", end="")


class Floods(BaseJob):
    """Writes `megabytes` of lines."""

    def run(self) -> None:
        block = b"".join(b"line %07d of the flood\n" % n for n in range(40_000))
        size = 0
        while size < self.kwargs["megabytes"] * 1_000_000:
            os.write(1, block)
            size += len(block)
        print("the last line")


class Dirty(BaseJob):
    """Changes everything around it."""

    def run(self) -> None:
        os.chdir("/")
        os.environ["LEFT_BEHIND"] = "yes"
        sys.path.insert(0, "/left/behind")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        logging.getLogger().setLevel(logging.CRITICAL)
        os.close(1)
        if self.kwargs.get("thread"):
            threading.Thread(target=time.sleep, args=(600,), daemon=True).start()


class Looks(BaseJob):
    """Returns what it finds around it."""

    def run(self) -> dict[str, Any]:
        print("still heard")
        return {
            "pid": os.getpid(),
            "cwd": str(Path.cwd()),
            "environment": os.environ.get("LEFT_BEHIND"),
            "path": "/left/behind" in sys.path,
            "term": signal.getsignal(signal.SIGTERM) == signal.SIG_DFL,
            "level": logging.getLogger().level,
            "qt": [name for name in sys.modules if name.startswith(("PySide6", "shiboken6"))],
        }


class Progresses(BaseJob):
    """Reports progress and a warning."""

    def run(self) -> None:
        self.report_progress(0.25, "reading")
        self.report_warning("3 rows were left out")
        Path(self.kwargs["started"]).touch()
        while not Path(self.kwargs["go"]).exists():
            time.sleep(0.01)
        self.report_progress(0.75, "writing")


class CleansUp(BaseJob):
    """Leaves a half-written file, which `on_cancel` removes."""

    def run(self) -> None:
        Path(self.kwargs["half"]).write_text("half")
        Path(self.kwargs["started"]).touch()
        time.sleep(600)

    def on_cancel(self) -> None:
        Path(self.kwargs["half"]).unlink()


class FailsTwice(BaseJob):
    """Fails with a broken connection until its third attempt."""

    def run(self) -> int:
        path = Path(self.kwargs["path"])
        attempts = int(path.read_text()) if path.exists() else 0
        path.write_text(str(attempts + 1))
        if attempts < 2:
            raise ConnectionResetError("the server went away")
        return attempts + 1


class Balloon(BaseJob):
    """Takes `megabytes` of memory and holds it."""

    def run(self) -> None:
        held = []
        for _ in range(self.kwargs["megabytes"] // 10):
            held.append(bytearray(os.urandom(1)) * 10_000_000)
            time.sleep(0.01)
        self.report_progress(0.5, "holding")
        time.sleep(self.kwargs.get("seconds", 600))


class Environment(BaseJob):
    """Returns environment variables."""

    def run(self) -> dict[str, Any]:
        return {name: os.environ.get(name) for name in self.kwargs["names"]}


class Prints(BaseJob):
    """Prints some lines."""

    def run(self) -> None:
        for number in range(self.kwargs["lines"]):
            print("line", number)


class Held(BaseJob):
    """Says that it runs, and ends when a file appears."""

    def run(self) -> str:
        self.report_progress(0.5, "Holding")
        Path(self.kwargs["started"]).touch()
        while not Path(self.kwargs["release"]).exists():
            time.sleep(0.005)
        return "let go"
