from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import dill
import pytest

from queue_core.errors import JobError, ParameterError
from queue_core.jobs.python_job import PythonJob
from queue_core.paths import LocalFolder
from queue_core.runner.job_process.context import JobContext


class Progress:
    def __init__(self) -> None:
        self.reports: list[tuple[float | None, str]] = []

    def progress(self, fraction: float | None, message: str) -> None:
        self.reports.append((fraction, message))

    def warning(self, text: str) -> None: ...

    def output(self, text: str) -> None: ...

    def entity(self, kind: str, entity_id: int) -> None: ...


def ran(job: PythonJob, folder: Path, reporter: Progress | None = None) -> Any:
    job.bind(JobContext(job_id="p", folder=LocalFolder(folder), reporter=reporter))
    job.set_status_as_delivered()
    job = dill.loads(dill.dumps(job))
    job.bind(JobContext(job_id="p", folder=LocalFolder(folder), reporter=reporter))
    return job.run()


def test_a_function_with_arguments_and_closures(tmp_path: Path) -> None:
    factor = 3

    def scaled(x: int, *, plus: int = 0) -> int:
        return x * factor + plus

    job = PythonJob(function=scaled, args=[2], arguments={"plus": 1})
    assert ran(job, tmp_path) == 7
    assert job.get_job_name() == "scaled"
    assert "scaled" in job.get_params()["function"]


def test_a_function_may_ask_for_the_job(tmp_path: Path) -> None:
    def work(job: Any) -> str:
        job.report_progress(0.5, "half")
        return "done"

    reporter = Progress()
    assert ran(PythonJob(function=work), tmp_path, reporter) == "done"
    assert reporter.reports == [(0.5, "half")]


def test_a_script_runs_as_a_program_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "my scripts"
    place.mkdir()
    (place / "helper.py").write_text("FACTOR = 10\n")
    script = place / "main.py"
    script.write_text(
        "import os, sys\n"
        "from helper import FACTOR\n"
        "if __name__ == '__main__':\n"
        "    print('hello', sys.argv[1:])\n"
        "    os.environ['LEFT_BEHIND'] = '1'\n"
        "    result = {'value': FACTOR * int(sys.argv[1]), 'folder': os.getcwd()}\n"
    )
    before = (list(sys.argv), list(sys.path), Path.cwd())
    result = ran(PythonJob(script=str(script), arguments=["4", "ü"]), tmp_path)
    assert result == {"value": 40, "folder": str(place)}
    assert capsys.readouterr().out == "hello ['4', 'ü']\n"
    assert (sys.argv, sys.path, Path.cwd()) == before
    assert "LEFT_BEHIND" not in os.environ
    sys.modules.pop("helper")


@pytest.mark.parametrize(
    ("ending", "words"),
    [("sys.exit(3)", "exit code 3"), ("sys.exit('no data')", "no data")],
)
def test_an_exit_code_is_an_error(tmp_path: Path, ending: str, words: str) -> None:
    script = tmp_path / "s.py"
    script.write_text(f"import sys\n{ending}\n")
    with pytest.raises(JobError, match=words):
        ran(PythonJob(script=str(script)), tmp_path)


def test_a_good_exit_is_none(tmp_path: Path) -> None:
    script = tmp_path / "s.py"
    script.write_text("import sys\nsys.exit(0)\n")
    assert ran(PythonJob(script=str(script)), tmp_path) is None


def test_what_the_code_raises_reaches_the_queue_as_it_is(tmp_path: Path) -> None:
    def fails() -> None:
        raise ZeroDivisionError("by zero")

    with pytest.raises(ZeroDivisionError, match="by zero"):
        ran(PythonJob(function=fails), tmp_path)


@pytest.mark.parametrize(
    "kwargs", [{}, {"function": print, "script": "x.py"}, {"function": "not one"}]
)
def test_wrong_parameters_show_when_the_job_is_put(tmp_path: Path, kwargs: Any) -> None:
    with pytest.raises(ParameterError):
        ran(PythonJob(**kwargs), tmp_path)


def test_a_missing_script_or_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"There is no script .*none\.py"):
        ran(PythonJob(script=str(tmp_path / "none.py")), tmp_path)
    script = tmp_path / "s.py"
    script.write_text("")
    with pytest.raises(ParameterError, match="There is no folder"):
        ran(PythonJob(script=str(script), working_folder=str(tmp_path / "no")), tmp_path)
