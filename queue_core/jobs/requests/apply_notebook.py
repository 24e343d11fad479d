"""What an `ApplyNotebookJob` can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from queue_core.jobs.requests.request import Request, hidden, parameter


@dataclass(frozen=True, kw_only=True)
class ApplyNotebookRequest(Request):
    """A notebook's table as a dataset, or its steps done to new data."""

    OWNER: ClassVar[str] = "ApplyNotebookJob"

    notebook_id: int | None = parameter(
        "The notebook whose steps are done.", title="Notebook", format="notebook", is_required=True
    )
    new_data_id: int | None = parameter(
        "The dataset to convert; empty: save the notebook's own table.",
        title="New data", format="dataset",
    )  # fmt: skip
    name: str | None = parameter("What to call the new dataset.", title="Name")
    dataset_id: int | None = hidden()
