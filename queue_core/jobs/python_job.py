"""PythonJob: runs any Python code: a function, or a script file with arguments."""

from __future__ import annotations

import contextlib
import inspect
import os
import runpy
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from queue_core.errors import JobError, ParameterError
from queue_core.jobs.other_python import RESULT_NAME, OtherPython, missing_module
from queue_core.jobs.request_job import RequestJob
from queue_core.jobs.requests.python import PythonRequest
from queue_core.places.storage import SENT_CODE
from queue_core.settings.known import SCRIPT_PYTHON
from queue_core.settings.store import Settings

JOB_PARAMETER = "job"


class PythonJob(RequestJob[PythonRequest]):
    """Runs a function, or a script as `python script.py arguments…` would.

    What it prints goes to the job's log. A function that has a parameter `job` is given the job, to
    report progress with; what it returns is the result. A script's result is what it leaves in a
    variable `result`.

    Attributes:
        kwargs: `function`, `args` and `arguments` (its keyword arguments); or `script`,
            `arguments` (a list of words), `working_folder` (None: the script's own) and `python`
            (None: as the settings say).
    """

    REQUEST = PythonRequest

    def get_job_name(self) -> str:
        """Return the given name, or that of the function or script."""
        told = self.request
        if told.name:
            return told.name
        if told.function is not None:
            return str(getattr(told.function, "__name__", type(told.function).__name__))
        return told.script_path.name

    def get_params(self) -> dict[str, Any]:
        """Return the parameters, the function by its name."""
        function = self.kwargs.get("function")
        shown = {} if function is None else {"function": _described(function)}
        return {**self.kwargs, **shown}

    def set_status_as_delivered(self) -> None:
        """Check what can be checked at once; the script is found from another folder, too.

        Raises:
            ParameterError: There is neither a function nor a script, or both.
        """
        super().set_status_as_delivered()
        if self.request.function is None:
            self.settle(script=str(self.request.script_path))

    def code_folders(self) -> Sequence[Path]:
        """Return the script's folder: it and the modules beside it."""
        return () if self.request.script is None else (self.request.script_path.parent,)

    def run(self) -> Any:
        """Run the code and return its result.

        Raises:
            JobError: The script is not there, lacks a module, or ended with an exit code.
        """
        with _exits_as_errors():
            if self.request.function is None:
                return self._run_script()
            return self._call_function(self.request.function)

    def _call_function(self, function: Callable[..., Any]) -> Any:
        keywords = dict(self.request.keywords)
        if JOB_PARAMETER not in keywords and _takes_job(function):
            keywords[JOB_PARAMETER] = self
        return function(*self.request.args, **keywords)

    def _run_script(self) -> Any:
        script = self.request.script_path
        own = script.parent
        if not script.is_file():
            script, own = _sent_along(script), Path.cwd()
        folder = Path(self.request.working_folder or own).expanduser()
        if not folder.is_dir():
            raise ParameterError(
                f"There is no folder {folder} to work in.", parameter="working_folder",
                hint="Make it, or leave it empty for the script's own.",
            )  # fmt: skip
        python = self.request.python or Settings.load(self.context.folder.settings)[SCRIPT_PYTHON]
        if python:
            return OtherPython.at(python).run(script, self.request.arguments, folder)
        try:
            with _as_program(script, self.request.arguments, folder):
                names = runpy.run_path(str(script), run_name="__main__")
        except ModuleNotFoundError as error:
            raise missing_module(error.name or str(error), "this program") from error
        return names.get(RESULT_NAME)


def _sent_along(script: Path) -> Path:
    """Return a script that is not where it was, and came with the job's code to this machine.

    Raises:
        JobError: It did not.
    """
    for folder in reversed(os.environ.get(SENT_CODE, "").split(os.pathsep)):
        if folder and (path := Path(folder, script.name)).is_file():
            return path
    raise JobError(
        f"There is no script {script}.", hint="Correct the path and submit the job again."
    )


@contextlib.contextmanager
def _as_program(script: Path, words: Sequence[str], folder: Path) -> Iterator[None]:
    """Give the script the surroundings of a program of its own, and take them back."""
    before = (sys.argv, sys.path[:], Path.cwd(), dict(os.environ))
    sys.argv = [str(script), *words]
    sys.path.insert(0, str(script.parent))
    os.chdir(folder)
    try:
        yield
    finally:
        sys.argv, sys.path[:] = before[0], before[1]
        os.chdir(before[2])
        os.environ.clear()
        os.environ.update(before[3])


@contextlib.contextmanager
def _exits_as_errors() -> Iterator[None]:
    """Turn `sys.exit` with a code or a message into an error; without, it is a good end."""
    try:
        yield
    except SystemExit as stop:
        if stop.code in (None, 0):
            return
        what = f"exit code {stop.code}" if isinstance(stop.code, int) else str(stop.code)
        raise JobError(
            f"The program ended itself: {what}.", hint="Its output is in the job's log."
        ) from stop


def _takes_job(function: Any) -> bool:
    try:
        return JOB_PARAMETER in inspect.signature(function).parameters
    except (TypeError, ValueError):  # some functions written in C do not tell
        return False


def _described(function: Any) -> str:
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return f"{getattr(function, '__module__', '')}.{name}".lstrip(".")
