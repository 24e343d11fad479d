"""What a `DatasetJob` can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import unquote, urlsplit

from queue_core.errors import DataError, ParameterError
from queue_core.jobs.requests.request import Request, every_parameter, hidden, parameter

_REMOTE_SCHEMES = frozenset(("http", "https", "ftp", "s3"))
_PACKED_SUFFIXES = frozenset((".gz", ".bz2", ".xz", ".zst", ".zip"))


@dataclass(frozen=True, kw_only=True)
class DatasetRequest(Request):
    """A file to load; options of its loader may stand in `params`, or beside the parameters.

    Attributes:
        beside: The options that stood beside the parameters.
    """

    OWNER: ClassVar[str] = "DatasetJob"

    file_path: str | None = parameter(
        "The data file: CSV, Excel, Parquet, Feather, Arrow, JSON or ARFF; text formats also "
        "compressed.",
        title="File", format="path", is_required=True,
    )  # fmt: skip
    name: str | None = parameter("What to call the dataset; empty: the file's name.", title="Name")
    loader: str | None = parameter(
        "How to read the file; empty: as its content shows.",
        title="Format", format="loader", advanced=True,
    )  # fmt: skip
    params: Mapping[str, Any] = parameter(
        "Options of the format, e.g. the delimiter; the rest is found out.",
        title="Options", default={}, advanced=True,
    )  # fmt: skip
    path: str | None = hidden()
    url: str | None = hidden()
    dataset_id: int | None = hidden()
    beside: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """Return the request that *given* parameters make.

        Raises:
            ParameterError: One is of a wrong type.
        """
        own = every_parameter(cls)
        request = super().parse({k: v for k, v in given.items() if k in own})
        return replace(request, beside={k: v for k, v in given.items() if k not in own})

    @property
    def text(self) -> str | None:
        """The file as it was named; None where none was."""
        return self.file_path or self.path or self.url or None

    @property
    def is_remote(self) -> bool:
        """Whether it is an address on a network."""
        return urlsplit(self.text or "").scheme in _REMOTE_SCHEMES

    @property
    def given_path(self) -> Path | None:
        """The file, whether it can be loaded or not; None where none was named."""
        if self.text is None:
            return None
        parts = urlsplit(self.text)
        return Path(unquote(parts.path)) if parts.scheme == "file" else Path(self.text)

    @property
    def file(self) -> Path:
        """The file to load.

        Raises:
            ParameterError: None was named.
            DataError: It is not on this computer.
        """
        if self.given_path is None:
            raise ParameterError(
                "The job names no file to load.",
                parameter="file_path",
                hint="Give the path of a data file.",
            )
        if self.is_remote:
            raise DataError(
                f"{self.text} is an address on a network, not a file.",
                hint="Download it first, then load the file.",
            )
        return self.given_path

    @property
    def options(self) -> dict[str, Any]:
        """The options of the loader: those in `params`, and those beside it."""
        loader = {"loader": self.loader} if self.loader else {}
        return {**self.beside, **self.params, **loader}

    @property
    def dataset_name(self) -> str:
        """What to call the dataset: as was said, or the file's name without its suffixes."""
        if self.name:
            return self.name
        return "dataset" if self.given_path is None else plain_name(self.given_path)


def plain_name(path: Path) -> str:
    """Return a file's name without its suffixes: `flights` of `flights.csv.gz`."""
    plain = Path(path.name)
    if plain.suffix.lower() in _PACKED_SUFFIXES:
        plain = plain.with_suffix("")
    return plain.stem or path.name
