"""What an `ExplorerJob` can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from queue_core.jobs.requests.request import Request, hidden, parameter, seed_parameter


@dataclass(frozen=True, kw_only=True)
class ExplorerRequest(Request):
    """An exploration of a dataset or a notebook; `explorer_id` alone names a stored one."""

    OWNER: ClassVar[str] = "ExplorerJob"

    dataset_id: int | None = parameter(
        "The dataset to look at; leave it empty for a notebook.", title="Dataset", format="dataset"
    )
    notebook_id: int | None = parameter(
        "The notebook to look at, as it is after its steps.", title="Notebook", format="notebook"
    )
    explorer: str = parameter(
        "What to find out.", title="Explorer", format="explorer", default="",
        starts_as="describe", is_required=True,
    )  # fmt: skip
    columns: tuple[str, ...] | None = parameter(
        "The columns to look at; empty: all that fit.", title="Columns", format="columns",
        empty_title="All that fit",
    )  # fmt: skip
    params: Mapping[str, Any] = parameter(
        "Parameters of the explorer.", title="Parameters", default={}
    )
    name: str | None = parameter("What to call the result.", title="Name")
    seed: int = seed_parameter("The same seed draws the same rows.")
    explorer_id: int | None = hidden()
