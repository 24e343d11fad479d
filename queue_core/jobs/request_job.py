"""A job whose parameters are read once, checked, and used by their names from then on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Generic, TypeVar, cast

from queue_core.jobs.base import BaseJob
from queue_core.jobs.requests.request import Request, is_empty

RequestT = TypeVar("RequestT", bound=Request)


class RequestJob(BaseJob, Generic[RequestT]):
    """A job that a request describes.

    `kwargs` is what travels: it is stored with the job, shown, and changed by a retry. All work
    reads `request`, which is made of it.

    Attributes:
        REQUEST: What the job can be told; `PARAMETERS`, its form, is made of it.
    """

    REQUEST: ClassVar[type[Request]] = Request

    _request: RequestT | None = None

    def __init_subclass__(cls, **more: Any) -> None:
        """Describe the form by the request."""
        super().__init_subclass__(**more)
        cls.PARAMETERS = cls.REQUEST.schema()

    def __getstate__(self) -> dict[str, Any]:
        """Leave the request behind: a retry changes what it was made of."""
        return {**super().__getstate__(), "_request": None}

    @property
    def request(self) -> RequestT:
        """What the job was told.

        Raises:
            ParameterError: Something of it cannot be right.
        """
        if self._request is None:
            self._request = cast("RequestT", self.REQUEST.parse(self.kwargs))
        return self._request

    def set_status_as_delivered(self) -> None:
        """Check the parameters.

        Raises:
            ParameterError: Something of them cannot be right.
        """
        self._request = None
        self.request  # noqa: B018 - reading it checks it

    def settle(self, **found: Any) -> None:
        """Keep what was found out, e.g. the id of what was made, as if the job had been told it."""
        self._request = replace(self.request, **found)
        self.kwargs |= found

    def take_up(self, stored: Mapping[str, Any]) -> None:
        """Let the job be told what something stored says, wherever it was told nothing."""
        given = {name: value for name, value in self.kwargs.items() if not is_empty(value)}
        said = {name: value for name, value in stored.items() if not is_empty(value)}
        self.kwargs = {**said, **given}
        self._request = None
