"""What a `NotebookJob` can be told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from queue_core.jobs.requests.request import Request, hidden, parameter


class NotebookAction(StrEnum):
    """What can be done with the steps of a notebook."""

    UNDO = "undo"
    REDO = "redo"
    REORDER = "reorder"
    REMOVE = "remove"


@dataclass(frozen=True, kw_only=True)
class NotebookRequest(Request):
    """A change of the steps of a notebook.

    Attributes:
        steps: For `reorder` the ids of the applied steps in their new order, for `remove` those
            to remove.
    """

    OWNER: ClassVar[str] = "NotebookJob"

    notebook_id: int | None = parameter(
        "The notebook to change.", title="Notebook", format="notebook", is_required=True
    )
    action: str = parameter(
        "What to do.",
        title="Action",
        default=NotebookAction.UNDO.value,
        is_required=True,
        enum=[action.value for action in NotebookAction],
        enum_titles=[
            "Undo the last step", "Redo the step undone last", "Reorder the steps", "Remove steps",
        ],
    )  # fmt: skip
    steps: tuple[int, ...] = parameter(
        "The ids of the steps: all applied ones in their new order, or those to remove.",
        title="Steps", default=(), depends_on={"action": ["reorder", "remove"]},
    )  # fmt: skip
    name: str | None = hidden()
