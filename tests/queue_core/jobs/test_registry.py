"""The list of job types: built-in ones, those of other packages, and those that are broken."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from queue_core.errors import ParameterError
from queue_core.jobs import registry
from queue_core.jobs.catalogue import BUILT_IN
from queue_core.jobs.registry import (
    JobType,
    get_job_type,
    job_type_problems,
    job_types,
)
from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install packages that are a module and what pip writes beside it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    modules_before = set(sys.modules)

    def write(module: str, code: str, **points: str) -> None:
        (tmp_path / f"{module}.py").write_text(code)
        facts = tmp_path / f"{module}-1.0.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {module.replace('_', '-')}\nVersion: 1.0\n"
        )
        lines = [f"{name.replace('_', '-')} = {value}" for name, value in points.items()]
        (facts / "entry_points.txt").write_text("\n".join(["[dashai_monitor.jobs]", *lines]))

    registry._discovered.cache_clear()
    yield write
    registry._discovered.cache_clear()
    for name in set(sys.modules) - modules_before:
        if (tmp_path / f"{name}.py").exists():
            del sys.modules[name]


GOOD = """
from queue_core import BaseJob

class ScaleJob(BaseJob):
    '''Scales a picture
    to a width.

    More about it.
    '''
    PARAMETERS = {
        "type": "object",
        "properties": {
            "width": {"type": "integer", "minimum": 1},
            "tags": {"type": "array", "items": {"type": "string"}, "default": []},
        },
        "required": ["width"],
    }

    def run(self):
        return self.kwargs["width"]

class FreeJob(ScaleJob):
    TYPE = "Anything goes"
    PARAMETERS = None
"""


def test_the_built_in_types_are_there_and_importable() -> None:
    types = job_types()
    assert list(types)[: len(BUILT_IN)] == [
        "dataset", "explorer", "converter", "model", "predict", "explainer", "generative",
        "notebook", "apply-notebook", "python",
    ]  # fmt: skip
    for name, item in BUILT_IN.items():
        assert types[name] is item
        assert item.load().__name__ == item.task_type
        assert item.parameters is not None
        assert item.to_json()["parameters"]["properties"]
        assert item.description.endswith(".")
        assert get_job_type(item.task_type) is get_job_type(name) is item


def test_describing_all_types_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from queue_core.jobs.registry import job_types\n"
        "for item in job_types().values():\n"
        "    item.to_json()\n"
        "heavy = {'pandas', 'numpy', 'sklearn', 'sqlalchemy', 'duckdb', 'pyarrow', 'matplotlib',\n"
        "         'PySide6', 'huey', 'dill'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_another_packages_type_is_described_by_its_class(install: Install) -> None:
    install("picture_jobs", GOOD, scale="picture_jobs:ScaleJob", free_form="picture_jobs:FreeJob")
    assert list(job_types())[len(BUILT_IN) :] == ["free-form", "scale"]
    scale = job_types()["scale"]
    assert scale == JobType(
        name="scale", title="Scale", noun="Scale", description="Scales a picture to a width.",
        factory="picture_jobs:ScaleJob", package="picture-jobs",
    )  # fmt: skip
    assert not scale.is_built_in
    assert scale.task_type == "ScaleJob"
    assert job_types()["free-form"].title == "Anything goes"
    assert get_job_type("FreeJob").name == "free-form"
    assert job_type_problems() == ()


def test_parameters_are_checked_and_completed(install: Install) -> None:
    install("picture_jobs", GOOD, scale="picture_jobs:ScaleJob", free="picture_jobs:FreeJob")
    scale = get_job_type("scale")
    job = scale.make({"width": 3, "name": "Small"})
    assert job.kwargs == {"width": 3, "tags": [], "name": "Small"}
    job.kwargs["tags"].append("mine")
    assert scale.make({"width": 3}).kwargs == {"width": 3, "tags": []}
    assert get_job_type("free").make({"anything": 1}).kwargs == {"anything": 1}
    for params, why in (
        ({}, "needs the parameter “width”"),
        ({"width": 0}, "must be at least 1"),
        ({"width": "3"}, "must be a whole number"),
        ({"width": 1, "height": 2}, "has no parameter “height”"),
    ):
        with pytest.raises(ParameterError, match=why):
            scale.make(params)


@pytest.mark.parametrize(
    ("code", "target", "why"),
    [
        ("import not_installed_anywhere", "Job", "No module named 'not_installed_anywhere'"),
        ("raise SystemExit", "Job", "SystemExit"),
        ("x = (", "Job", "SyntaxError"),
        ("", "Job", "has no attribute 'Job'"),
        ("Job = 3", "Job", "is not a subclass of queue_core.BaseJob"),
        ("class Job: pass", "Job", "is not a subclass of queue_core.BaseJob"),
        ("from queue_core import BaseJob\nclass Job(BaseJob): pass", "Job", "no method run"),
        (GOOD + "    PARAMETERS = {'a': 1}", "FreeJob", "not a JSON Schema object"),
        (GOOD + "    PARAMETERS = {'properties': {'a': 1}}", "FreeJob", "not a JSON Schema object"),
        (GOOD + "    PARAMETERS = {'properties': {}, 'required': ['a']}", "FreeJob", "requires"),
    ],
)
def test_a_broken_type_is_told_and_harms_nobody(
    install: Install, code: str, target: str, why: str
) -> None:
    install("picture_jobs", GOOD, scale="picture_jobs:ScaleJob")
    install("broken_jobs", code, broken=f"broken_jobs:{target}")
    assert list(job_types())[len(BUILT_IN) :] == ["scale"]
    (problem,) = job_type_problems()
    assert (problem.name, problem.package) == ("broken", "broken-jobs")
    assert why in problem.message
    with pytest.raises(ParameterError, match="broken-jobs") as caught:
        get_job_type("broken")
    assert "broken-jobs" in caught.value.hint


def test_a_package_that_cannot_be_read_is_told_and_harms_nobody(
    install: Install, tmp_path: Path
) -> None:
    install("broken_jobs", "")
    facts = tmp_path / "broken_jobs-1.0.dist-info" / "entry_points.txt"
    facts.write_bytes(b"[dashai_monitor.jobs]\nx = \xff\xfe:y\n")
    install("good_jobs", GOOD, scale="good_jobs:ScaleJob")
    assert "scale" in registry.job_types()
    (problem,) = registry.job_type_problems()
    assert problem.package == "broken-jobs"
    assert "cannot be read" in problem.message


def test_names_are_unique_and_plain(install: Install) -> None:
    install(
        "a_jobs", GOOD, dataset="a_jobs:ScaleJob", scale="a_jobs:ScaleJob", Big="a_jobs:FreeJob"
    )
    install("b_jobs", GOOD, scale="b_jobs:ScaleJob")
    assert job_types()["dataset"] is BUILT_IN["dataset"]
    assert job_types()["scale"].package == "a-jobs"
    messages = {problem.name: problem.message for problem in job_type_problems()}
    assert "this program uses already" in messages["dataset"]
    assert "a-jobs uses already" in messages["scale"]
    assert "small letters" in messages["Big"]


def test_an_unknown_type_names_its_neighbours(install: Install) -> None:
    install("picture_jobs", GOOD, scale="picture_jobs:ScaleJob")
    with pytest.raises(ParameterError, match="no job type “scal”") as caught:
        get_job_type("scal")
    assert "scale" in caught.value.hint
    with pytest.raises(ParameterError) as caught:
        get_job_type("qqqqqq")
    assert "dataset, explorer" in caught.value.hint


@pytest.mark.parametrize(
    ("job_type", "params", "meant"),
    [
        ("explorer", {"dataset_id": 1, "explorer": "describe", "column": ["a"]}, "columns"),
        ("model", {"dataset_id": 1, "output_columns": ["y"], "sead": 1}, "seed"),
        ("predict", {"run_id": 1, "export": "x.csv"}, "export_path"),
        ("generative", {"generator": "gguf_file", "prompt": "x", "model_file": "m"}, "model"),
    ],
)
def test_a_misspelt_parameter_is_not_lost_in_silence(
    job_type: str, params: dict[str, Any], meant: str, local_folder: LocalFolder
) -> None:
    misspelt = list(params)[-1]
    with HueyJobQueue(local_folder.root) as queue:
        with pytest.raises(ParameterError, match=f"no parameter “{misspelt}”") as caught:
            queue.put(get_job_type(job_type).make(params))
        assert f"“{meant}” may be meant." in str(caught.value.hint)
        assert queue.is_empty()
