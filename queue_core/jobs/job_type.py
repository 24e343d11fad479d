"""What is known of a kind of job without importing its class."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from queue_core.components.parameters import complete_parameters

if TYPE_CHECKING:
    from queue_core.jobs.base import BaseJob
    from queue_core.jobs.requests.request import Request

NAME_PARAMETER: Final = "name"


@dataclass(frozen=True, kw_only=True)
class JobType:
    """One kind of job.

    Attributes:
        name: What the user types, e.g. `dataset`.
        title: What the user sees in a menu: a verb and what it is done to.
        noun: What one of them is called, e.g. in the table of jobs.
        description: What comes of it, one sentence.
        factory: `module:Class` of the job.
        request: `module:Class` of what it can be told; empty where the job's class says it.
        package: The installed package that brings it; empty for a built-in type.
    """

    name: str
    title: str
    noun: str
    description: str
    factory: str
    request: str = ""
    package: str = ""

    @property
    def task_type(self) -> str:
        """Its class name, as in the table of jobs."""
        return self.factory.rpartition(":")[2].rpartition(".")[2]

    @property
    def is_built_in(self) -> bool:
        """Whether it comes with the program."""
        return not self.package

    def load(self) -> type[BaseJob]:
        """Import and return its class."""
        job_class: type[BaseJob] = _imported(self.factory)
        return job_class

    @property
    def parameters(self) -> Mapping[str, Any] | None:
        """Its parameters as a JSON Schema object; None where it describes none.

        Imports what describes them: for a built-in type that takes no time.
        """
        return self._load_request().schema() if self.request else self.load().PARAMETERS

    def make(self, params: Mapping[str, Any]) -> BaseJob:
        """Return a job that can be put, its parameters checked and with defaults filled in.

        Args:
            params: Its parameters. `name`, what to call the job, is one of every type.

        Raises:
            ParameterError: One is unknown, missing, of a wrong type or out of bounds.
        """
        if self.request:
            self._load_request().parse(params)
            return self.load()(**params)
        job_class = self.load()
        schema = job_class.PARAMETERS
        if schema is None:
            return job_class(**params)
        given = dict(params)
        named = {}
        if NAME_PARAMETER not in schema.get("properties", {}) and NAME_PARAMETER in given:
            named = {NAME_PARAMETER: given.pop(NAME_PARAMETER)}
        completed = complete_parameters(schema, given, owner=self.title)
        # A default belongs to the class: the job gets one of its own.
        return job_class(**copy.deepcopy(completed), **named)

    def to_json(self) -> dict[str, Any]:
        """Return the description as JSON data; enough to draw a form."""
        return {
            "name": self.name,
            "task_type": self.task_type,
            "title": self.title,
            "description": self.description,
            "package": self.package,
            "parameters": self.parameters,
        }

    def _load_request(self) -> type[Request]:
        request: type[Request] = _imported(self.request)
        return request


def _imported(place: str) -> Any:
    module, _, path = place.partition(":")
    found: Any = importlib.import_module(module)
    for name in path.split("."):
        found = getattr(found, name)
    return found
