"""Runs a script with another Python: that of a virtual or conda environment of the user's own.

The program brings its own libraries, and an installed one can be given no others. A script that
needs more runs with the interpreter that has them, as a process below the job's own, so cancelling,
pausing and limits hold for it as for any other.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from queue_core.errors import JobError, ParameterError, ScriptError
from queue_core.jobs.script_code import RESULT_FILE, SCRIPT_RUNNER

RESULT_NAME = "result"
# Of the program's own Python; another one would stumble over them.
_OWN_VARIABLES = (
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "LD_LIBRARY_PATH",
    "__PYVENV_LAUNCHER__",
)


# Where the frozen program's start has kept what its user had set.
_KEPT_LIBRARY_PATH = "LD_LIBRARY_PATH_ORIG"


@dataclass(frozen=True)
class OtherPython:
    """An interpreter that is not the program's.

    Attributes:
        program: Its path.
    """

    program: Path

    @classmethod
    def at(cls, place: str) -> OtherPython:
        """Return the interpreter at *place*: its path, or the folder of an environment.

        Raises:
            ParameterError: There is none.
        """
        path = Path(place).expanduser()
        inside = ("bin/python3", "bin/python", "Scripts/python.exe", "python.exe")
        candidates = [path / name for name in inside] if path.is_dir() else [path]
        for candidate in candidates:
            if candidate.is_file() and os.access(candidate, os.X_OK):
                return cls(candidate.absolute())
        raise ParameterError(
            f"There is no Python at {place}.", parameter="python",
            hint="Give an interpreter, or the folder of a virtual or conda environment.",
        )  # fmt: skip

    def run(self, script: Path, words: Sequence[str], folder: Path) -> Any:
        """Run a script; what it prints goes to the job's log. Returns its variable `result`.

        Raises:
            JobError: It raised or ended itself; the message says what and why.
        """
        with tempfile.TemporaryDirectory() as place:
            target = Path(place) / "result.json"
            environment = _surroundings() | {RESULT_FILE: str(target)}
            try:
                done = subprocess.run(
                    [self.program, "-c", SCRIPT_RUNNER, script, *words],
                    cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False,
                )  # fmt: skip
            except OSError as error:
                raise JobError(
                    f"{self.program} could not be started: {error.strerror or error}.",
                    hint="Choose another Python in the settings.",
                ) from error
            told = _read(target)
        if done.returncode == 0:
            return told.get(RESULT_NAME)
        raise self._failure(done.returncode, told)

    def _failure(self, code: int, told: dict[str, Any]) -> JobError:
        if told.get("missing"):
            return missing_module(str(told["missing"]), f"{self.program}")
        if "type" in told:
            said = f"{told['type']}: {told['message']}".rstrip(": ")
            frames = told.get("frames")
            return ScriptError(
                f"The script ended with {said}.",
                kind=str(told["type"]),
                traceback=str(told.get("traceback") or ""),
                frames=frames if isinstance(frames, list) else (),
            )
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return JobError(f"The script ended with {how}.", hint="Its output is in the job's log.")


def missing_module(name: str, where: str) -> JobError:
    """Return the error of a script that needs a module which is not there.

    Args:
        name: The module.
        where: Which Python lacks it.
    """
    return JobError(
        f"The script needs the module {name}, which {where} does not have.",
        hint=f"Install {name.partition('.')[0]} into an environment of your own, and choose that "
        "one in the settings under “Python for my scripts”, or as the job's parameter “python”.",
    )


def _surroundings() -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if name not in _OWN_VARIABLES}
    if _KEPT_LIBRARY_PATH in kept:
        kept["LD_LIBRARY_PATH"] = kept.pop(_KEPT_LIBRARY_PATH)
    return {**kept, "PYTHONUNBUFFERED": "1"}


def _read(target: Path) -> dict[str, Any]:
    try:
        found = json.loads(target.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # it was killed, or has left by `os._exit`
        return {}
    return found if isinstance(found, dict) else {}
