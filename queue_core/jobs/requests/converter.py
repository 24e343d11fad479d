"""What a `ConverterJob` can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from queue_core.jobs.requests.request import Request, hidden, parameter, seed_parameter


@dataclass(frozen=True, kw_only=True)
class ConverterRequest(Request):
    """A step of a notebook; `converter_id` alone names a stored one."""

    OWNER: ClassVar[str] = "ConverterJob"

    dataset_id: int | None = parameter(
        "The dataset to work on in a new notebook; it stays as it is.",
        title="Dataset", format="dataset",
    )  # fmt: skip
    notebook_id: int | None = parameter(
        "The notebook to add the step to, instead.", title="Notebook", format="notebook"
    )
    converter: str = parameter(
        "What to do.", title="Transform", format="converter", default="",
        starts_as="fill_missing", is_required=True,
    )  # fmt: skip
    columns: tuple[str, ...] | None = parameter(
        "The columns to work on; empty: all that fit.", title="Columns", format="columns",
        empty_title="All that fit",
    )  # fmt: skip
    target: str | None = parameter(
        "The column to be predicted later, for transforms that look at it.",
        title="Target", format="column", advanced=True,
    )  # fmt: skip
    params: Mapping[str, Any] = parameter(
        "Parameters of the transform.", title="Parameters", default={}
    )
    rows: str | Mapping[str, Any] | tuple[Any, ...] | None = parameter(
        'A condition, e.g. year < 2020; or {"first": 1000}, {"sample": 1000}, a list of row '
        "numbers; empty: all rows.",
        title="Rows to learn from", advanced=True,
    )  # fmt: skip
    save_as: str | None = parameter(
        "Also keep the result as a dataset of this name.", title="Save as dataset"
    )
    name: str | None = parameter("What to call the step.", title="Name", advanced=True)
    seed: int = seed_parameter("The same seed gives the same result.")
    converter_id: int | None = hidden()
