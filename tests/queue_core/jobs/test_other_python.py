from __future__ import annotations

import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from queue_core import HueyJobQueue
from queue_core.errors import JobError, ParameterError
from queue_core.failures.calls import Origin
from queue_core.failures.traceback_text import read_traceback
from queue_core.jobs.other_python import OtherPython
from queue_core.jobs.python_job import PythonJob
from queue_core.paths import LocalFolder
from queue_core.runner.job_process.context import JobContext
from queue_core.settings.known import SCRIPT_PYTHON
from queue_core.settings.store import change_settings


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an environment of the user's own, with a module that the program does not have."""
    folder = tmp_path_factory.mktemp("own") / "my env"
    venv.create(folder, symlinks=True, with_pip=False)
    library = next(folder.glob("lib/python*/site-packages"))
    (library / "only_there.py").write_text("VALUE = 42\n")
    return folder


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.py"
    path.write_text(
        "import os, sys, only_there\n"
        "print('printed by', sys.prefix)\n"
        "result = {'value': only_there.VALUE, 'words': sys.argv[1:], 'folder': os.getcwd()}\n"
    )
    return path


def run(folder: Path, **told: Any) -> Any:
    job = PythonJob(**told)
    job.bind(JobContext(job_id="p", folder=LocalFolder(folder)))
    return job.run()


def test_a_script_runs_with_the_libraries_of_its_own_environment(
    tmp_path: Path, script: Path, environment: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    result = run(tmp_path, script=str(script), arguments=["a b"], python=str(environment))
    assert result == {"value": 42, "words": ["a b"], "folder": str(tmp_path)}
    assert f"printed by {environment}" in capfd.readouterr().out


def test_the_settings_name_the_python_of_all_scripts(
    tmp_path: Path, script: Path, environment: Path
) -> None:
    folder = LocalFolder(tmp_path / "local")
    folder.monitor.mkdir(parents=True)
    change_settings(folder.settings, {SCRIPT_PYTHON.key: str(environment / "bin" / "python")})
    assert run(folder.root, script=str(script))["value"] == 42


def test_a_missing_module_says_where_and_what_to_do(tmp_path: Path, script: Path) -> None:
    with pytest.raises(JobError, match=r"needs the module only_there, which this program") as here:
        run(tmp_path, script=str(script))
    assert "Python for my scripts" in here.value.hint
    script.write_text("import missing_everywhere.inner\n")
    with pytest.raises(JobError, match=f"missing_everywhere, which {sys.executable}"):
        run(tmp_path, script=str(script), python=sys.executable)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise ValueError('no rows')", "The script ended with ValueError: no rows"),
        ("raise SystemExit(3)", "exit code 3"),
        ("import os; os._exit(4)", "exit code 4"),
        ("import os; os.kill(os.getpid(), 9)", "signal 9"),
    ],
)
def test_how_it_ended_is_said(tmp_path: Path, script: Path, code: str, said: str) -> None:
    script.write_text(code)
    with pytest.raises(JobError, match=said):
        run(tmp_path, script=str(script), python=sys.executable)


def test_a_script_that_raises_tells_its_calls_and_variables(tmp_path: Path, script: Path) -> None:
    script.write_text(
        "class Odd:\n    def __repr__(self):\n        raise KeyError('no')\n"
        "def load(rows, api_token='hunter2'):\n    odd = Odd()\n    raise ValueError('no rows')\n"
        "load(3)\n"
    )
    with HueyJobQueue(tmp_path / "local") as queue:
        job_id = queue.put(PythonJob(script=str(script), python=sys.executable))
        record = queue.wait(job_id, 60)
    assert (record.error_type, record.error_hint) == ("ValueError", None)
    assert record.error_msg == "The script ended with ValueError: no rows."
    (raised,) = read_traceback(record.traceback or "", record.error_frames)
    assert [(call.function, call.line) for call in raised.calls] == [("<module>", 7), ("load", 6)]
    assert all(call.origin is Origin.OWN for call in raised.calls)
    variables = dict(raised.calls[-1].variables)
    assert variables.pop("odd").startswith("<Odd")
    assert variables == {"rows": "3", "api_token": "(hidden)"}


def test_what_is_no_json_comes_back_as_text(tmp_path: Path, script: Path) -> None:
    script.write_text("result = {1, }\n")
    assert run(tmp_path, script=str(script), python=sys.executable) == "{1}"


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_what_is_no_python_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(ParameterError, match="There is no Python at") as refused:
        OtherPython.at(str(tmp_path / place))
    assert refused.value.parameter == "python"


def test_cancelling_ends_the_other_python_too(
    tmp_path: Path, script: Path, environment: Path, until: Callable[[Callable[[], bool]], None]
) -> None:
    script.write_text("print('begun', flush=True)\nwhile True:\n    pass\n")
    with HueyJobQueue(tmp_path / "local") as queue:
        job_id = queue.put(PythonJob(script=str(script), python=str(environment)))
        until(lambda: bool(queue.logs(job_id)))
        queue.cancel(job_id)
        assert queue.wait(job_id, 20).status == "cancelled"
