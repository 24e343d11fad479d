"""What a `PredictJob` can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from queue_core.artifacts.table_files import TABLE_FORMAT_TITLES, TABLE_FORMATS
from queue_core.errors import ParameterError
from queue_core.jobs.requests.request import Request, hidden, parameter

SOURCES = ("dataset_id", "file_path", "rows")


@dataclass(frozen=True, kw_only=True)
class PredictRequest(Request):
    """What a run's model is asked: about a dataset, a file, or typed rows; none to forecast.

    Attributes:
        loader_options: How to read the file.
    """

    OWNER: ClassVar[str] = "PredictJob"

    run_id: int | None = parameter(
        "The finished run whose model is asked.", title="Model", format="run", is_required=True
    )
    dataset_id: int | None = parameter(
        "The dataset with the rows to predict.", title="Dataset", format="dataset"
    )
    file_path: str | None = parameter(
        "A file with the rows to predict, instead of a dataset.", title="File", format="path"
    )
    rows: tuple[Mapping[str, Any], ...] | None = parameter(
        "Rows typed by hand, instead of a dataset: one object for each.",
        title="Rows",
        advanced=True,
    )
    horizon: int | None = parameter(
        "How many steps a forecast goes; as many as it was tested with if empty.",
        title="Steps ahead", minimum=1, maximum=10_000, advanced=True,
    )  # fmt: skip
    level: float = parameter(
        "How often intervals around predicted numbers are to hold.",
        title="Interval", default=0.9, minimum=0.5, maximum=0.999, advanced=True,
    )  # fmt: skip
    format: str | None = parameter(
        "The kind of file that the result is also written to.",
        title="Also as a file",
        enum=[*TABLE_FORMATS, None],
        enum_titles=[*TABLE_FORMAT_TITLES, "No"],
    )
    export_path: str | None = parameter(
        "The file to write; beside the prediction if empty.",
        title="Where", format="save-path", depends_on={"format": list(TABLE_FORMATS)},
    )  # fmt: skip
    name: str | None = parameter("What to call the prediction and its dataset.", title="Name")
    loader_options: Mapping[str, Any] = hidden(default={})
    prediction_id: int | None = hidden()

    def __post_init__(self) -> None:
        """Refuse several sources.

        Raises:
            ParameterError: More than one is named.
        """
        named = self.sources
        if len(named) > 1:
            raise ParameterError(
                f"Only one source can be predicted, not {' and '.join(named)}.",
                parameter=named[1],
                hint="Name a dataset, or a file, or type rows.",
            )

    @property
    def sources(self) -> list[str]:
        """The parameters that name what is to be predicted; empty for a plain forecast."""
        return [name for name in SOURCES if getattr(self, name) is not None]
