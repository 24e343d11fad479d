"""What a job is told is read once, checked, and used by its names."""

from __future__ import annotations

import dataclasses
import pickle
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from queue_core.components.models.tasks import Task
from queue_core.errors import ParameterError
from queue_core.jobs.catalogue import BUILT_IN
from queue_core.jobs.explorer_job import ExplorerJob
from queue_core.jobs.requests.converter import ConverterRequest
from queue_core.jobs.requests.dataset import DatasetRequest
from queue_core.jobs.requests.explainer import ExplainerRequest
from queue_core.jobs.requests.explorer import ExplorerRequest
from queue_core.jobs.requests.model import ModelRequest
from queue_core.jobs.requests.predict import PredictRequest
from queue_core.jobs.requests.python import PythonRequest
from queue_core.jobs.requests.request import Request, every_parameter


def request_of(name: str) -> type[Request]:
    module, class_name = BUILT_IN[name].request.split(":")
    found: type[Request] = getattr(import_module(module), class_name)
    return found


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_parameter_is_described_and_its_default_fits(name: str) -> None:
    request = request_of(name)
    schema = request.schema()
    assert set(schema["required"]) <= set(schema["properties"]) <= set(every_parameter(request))
    for key, item in schema["properties"].items():
        assert item["description"].endswith((".", "?")), key
        assert item["type"], key
    begins = {k: p["default"] for k, p in schema["properties"].items() if "default" in p}
    if name != "python":
        assert request.parse(begins)  # what a form begins with can be submitted


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_request_cannot_be_changed(name: str) -> None:
    given = {"script": "a.py"} if name == "python" else {}
    request = request_of(name).parse(given)
    field = dataclasses.fields(request)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(request, field, None)


@pytest.mark.parametrize(
    ("request_class", "given", "sentence"),
    [
        (ExplorerRequest, {"dataset_id": "one"}, "“dataset_id” of .* must be a whole number"),
        (ExplorerRequest, {"dataset_id": True}, "must be a whole number"),
        (ExplorerRequest, {"datset_id": 1}, "has no parameter “datset_id”"),
        (ExplorerRequest, {"columns": [1]}, "has an item that must be text"),
        (ExplainerRequest, {"rows": ["first"]}, "must be a whole number or an object"),
        (ConverterRequest, {"params": [1]}, "“params” .* must be an object"),
        (ModelRequest, {"task": "guessing"}, "must be one of classification"),
        (ModelRequest, {"seed": -1}, "The parameter “seed” of ModelJob must be at least 0"),
        (ModelRequest, {"sample_rows": 3}, "must be at least 10"),
        (DatasetRequest, {"params": "x"}, "“params” .* must be an object"),
        (DatasetRequest, {"file_path": 7}, "“file_path” .* must be text"),
        (PredictRequest, {"dataset_id": 1, "rows": [{}]}, "Only one source .* dataset_id and rows"),
        (PredictRequest, {"format": "doc"}, "must be one of csv"),
        (PythonRequest, {}, "needs either a function or a script"),
        (PythonRequest, {"function": 3}, "cannot be called"),
        (PythonRequest, {"function": print, "arguments": [1]}, "must be an object"),
        (PythonRequest, {"function": print, "speed": 1}, "has no parameter “speed”"),
    ],
)
def test_what_cannot_be_right_is_said_in_a_sentence(
    request_class: type[Request], given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ParameterError, match=sentence):
        request_class.parse(given)


def test_values_of_python_and_numpy_are_taken_as_what_they_mean() -> None:
    asked = ModelRequest.parse(
        {
            "dataset_id": np.int64(3), "task": Task.REGRESSION, "output_columns": "price",
            "input_columns": iter(["a", "b"]), "metrics": None,
        }
    )  # fmt: skip
    assert (asked.dataset_id, asked.task) == (3, "regression")
    assert (asked.output_columns, asked.input_columns) == (("price",), ("a", "b"))
    assert (type(asked.dataset_id), type(asked.task)) == (int, str)
    assert asked.metrics is None
    assert DatasetRequest.parse({"file_path": Path("a.csv")}).file_path == "a.csv"
    assert ExplainerRequest.parse({"rows": 4}).rows == (4,)
    assert ConverterRequest.parse({"rows": "year < 2020"}).rows == "year < 2020"
    assert ConverterRequest.parse({"rows": [1, 2]}).rows == (1, 2)


def test_options_of_a_loader_may_stand_beside_the_parameters() -> None:
    told = DatasetRequest.parse(
        {"url": "file:///a%20b/flights.csv.gz", "delimiter": ";", "params": {"header": False}}
    )
    assert told.options == {"delimiter": ";", "header": False}
    assert (told.file, told.dataset_name) == (Path("/a b/flights.csv.gz"), "flights")


def test_a_default_belongs_to_one_request() -> None:
    first, second = ExplorerRequest(), ExplorerRequest()
    assert first.params == second.params == {}
    assert first.params is not second.params


def test_a_change_of_the_stored_parameters_is_read_by_the_copy() -> None:
    job = ExplorerJob(dataset_id=1, explorer="describe", seed=1)
    assert job.request.seed == 1
    copy = pickle.loads(pickle.dumps(job))
    copy.kwargs.update(seed=2)
    assert (job.request.seed, copy.request.seed) == (1, 2)


def test_what_is_found_out_travels_with_the_job() -> None:
    job = ExplorerJob(explorer_id=5, name="mine")
    job.take_up({"explorer": "describe", "name": "stored", "seed": None})
    job.settle(dataset_id=3)
    assert job.kwargs == {
        "explorer": "describe", "name": "mine", "explorer_id": 5, "dataset_id": 3,
    }  # fmt: skip
    told = pickle.loads(pickle.dumps(job)).request
    assert (told.explorer, told.name, told.dataset_id) == ("describe", "mine", 3)
