"""What a `PythonJob` can be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Self

from queue_core.errors import ParameterError
from queue_core.jobs.requests.request import Request, parameter

# What a function needs; a script is told by the parameters of the form.
_OF_FUNCTION = ("function", "args", "arguments")


@dataclass(frozen=True, kw_only=True)
class PythonRequest(Request):
    """A script with words, or a function with arguments of any kind.

    Attributes:
        function: What to call, instead of a script.
        args: Its arguments by place.
        keywords: Its arguments by name; they are given as `arguments`.
    """

    OWNER: ClassVar[str] = "PythonJob"

    script: str | None = parameter(
        "The Python file to run.", title="Script", format="path", is_required=True
    )
    arguments: tuple[str, ...] = parameter(
        "What stands behind the script's name on a command line.", title="Arguments", default=()
    )
    working_folder: str | None = parameter(
        "Where the script runs; empty: in its own folder.", title="Working folder", format="folder"
    )
    python: str | None = parameter(
        "Which Python runs the script: an interpreter, or the folder of an environment; empty: as "
        "the settings say.",
        title="Python", format="path",
    )  # fmt: skip
    name: str | None = parameter("What to call the job.", title="Name")
    function: Callable[..., Any] | None = None
    args: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """Return the request that *given* parameters make.

        Raises:
            ParameterError: There is neither a function nor a script, or both, or one is wrong.
        """
        function = given.get("function")
        if (function is None) == (not given.get("script")):
            raise ParameterError(
                "A Python job needs either a function or a script.", parameter="script",
                hint="Give function=… or script='path.py'.",
            )  # fmt: skip
        if function is None:
            words = given.get("arguments") or ()
            texts = words if isinstance(words, str) else [str(word) for word in words]
            return super().parse({**_without(given, "function", "args"), "arguments": texts})
        if not callable(function):
            raise ParameterError(
                f"“{function!r}” cannot be called.", parameter="function", hint="Give a function."
            )
        request = super().parse(_without(given, *_OF_FUNCTION))
        arguments = given.get("arguments") or {}
        if not isinstance(arguments, Mapping):
            raise ParameterError(
                "The arguments of a function must be an object.", parameter="arguments",
                hint="Give those by name as arguments={…}, those by place as args=[…].",
            )  # fmt: skip
        return replace(
            request, function=function, args=tuple(given.get("args") or ()),
            keywords=dict(arguments),
        )  # fmt: skip

    @property
    def script_path(self) -> Path:
        """The script, from whatever folder it is looked at."""
        return Path(self.script or "").expanduser().absolute()


def _without(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in names}
