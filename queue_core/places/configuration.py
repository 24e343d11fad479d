"""The places that the settings name, one TOML table each: `[places.main]`."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from queue_core.errors import ParameterError
from queue_core.extras import install_command

STORAGE_VARIABLE: Final = "DASHAI_STORAGE_URL"
SLURM, RAY = "slurm", "ray"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class PlaceConfig:
    """One place.

    Attributes:
        name: As jobs say it: kind and the table's name, e.g. `slurm:main`.
        kind: `slurm` or `ray`.
        storage: Folder that this computer and the machines share, or a URL that both reach.
        node_storage: The same folder as the machines see it; of no meaning for a URL.
        python: The interpreter on the machines.
        shares_folder: Whether the machines see this computer's local folder, at the same path.
        command: What is put before the place's own commands, e.g. `("ssh", "login")`.
        partition: SLURM's partition; empty for its default.
        options: More options for `sbatch`.
        url: Address of Ray's dashboard.
        token_file: File with Ray's token; empty: the environment's `RAY_AUTH_TOKEN`.
        most_jobs: How many jobs run there at once; 0 is no limit of ours.
        default_for: Types of jobs that a form offers to run there, e.g. `PythonJob`.
    """

    name: str
    kind: str
    storage: str
    node_storage: str
    python: str = "python3"
    shares_folder: bool = False
    command: tuple[str, ...] = ()
    partition: str = ""
    options: tuple[str, ...] = ()
    url: str = ""
    token_file: str = ""
    most_jobs: int = 0
    default_for: tuple[str, ...] = ()

    @property
    def is_remote(self) -> bool:
        """Whether the storage is a URL."""
        return "://" in self.storage


_KINDS_OF: Final[Mapping[str, type]] = {
    "kind": str, "storage": str, "node_storage": str, "python": str, "shares_folder": bool,
    "command": list, "partition": str, "options": list, "url": str, "token_file": str,
    "most_jobs": int, "default_for": list,
}  # fmt: skip


def read_places(tables: Mapping[str, Any]) -> tuple[tuple[PlaceConfig, ...], tuple[str, ...]]:
    """Return the places of *tables*, and a sentence for each one that cannot be used."""
    places: list[PlaceConfig] = []
    problems: list[str] = []
    for name, table in tables.items():
        try:
            places.append(_place(name, table))
        except ParameterError as error:
            problems.append(f"{error.message} {error.hint}".strip())
    return tuple(places), tuple(problems)


def find_place(places: tuple[PlaceConfig, ...], name: str) -> PlaceConfig | None:
    """Return the place that *name* means; the kind may be left out."""
    return next(
        (place for place in places if name in (place.name, place.name.partition(":")[2])), None
    )


def _place(name: str, table: object) -> PlaceConfig:
    if not _NAME.fullmatch(name) or not isinstance(table, Mapping):
        raise _wrong(name, "must be a table with a short name of letters and digits")
    for key, value in table.items():
        kind = _KINDS_OF.get(key)
        if kind is None:
            raise _wrong(name, f"knows no {key}", f"It may have {', '.join(_KINDS_OF)}.")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise _wrong(name, f"has a {key} that is no {kind.__name__}")
        if "\0" in "".join(map(str, value if isinstance(value, list) else (value,))):
            raise _wrong(name, f"has a {key} with a character that no program takes")
    if table.get("kind") not in (SLURM, RAY):
        raise _wrong(name, "does not say its kind", 'Write kind = "slurm" or kind = "ray".')
    if table["kind"] == RAY and not table.get("url"):
        raise _wrong(name, "has no url", 'Write url = "http://HEAD:8265".')
    storage = _storage(name, table.get("storage") or os.environ.get(STORAGE_VARIABLE) or "")
    given: dict[str, Any] = {
        key: tuple(map(str, value)) if isinstance(value, list) else value
        for key, value in table.items()
        if key not in ("storage", "node_storage")
    }
    given["name"] = f"{table['kind']}:{name}"
    return PlaceConfig(**given, storage=storage, node_storage=table.get("node_storage") or storage)


def _storage(name: str, url: str) -> str:
    """Return the shared folder that a URL or a path means, or the URL of another storage."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _wrong(
            name, "has a storage that is no URL", 'Write storage = "s3://bucket/folder".'
        ) from error
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        url = unquote(parts.path)
    elif "://" in url and len(parts.scheme) > 1:  # one letter is a drive
        return _url(name, url, parts)
    try:
        folder = Path(url).expanduser()
    except RuntimeError as error:
        raise _wrong(
            name, "has a storage in the home of a user who is not known here",
            'Write storage = "/a/shared/folder".',
        ) from error  # fmt: skip
    if not url or "\0" in url or not folder.is_absolute():
        raise _wrong(
            name, "does not say its storage",
            f'Write storage = "/a/shared/folder" or "s3://bucket/folder", or set '
            f"{STORAGE_VARIABLE}.",
        )  # fmt: skip
    return str(folder)


def _url(name: str, url: str, parts: SplitResult) -> str:
    if parts.password:
        raise _wrong(
            name, "has a password in its storage",
            "Tickets and commands would show it: keep it in the environment, or where the library "
            "for such URLs looks for it.",
        )  # fmt: skip
    if importlib.util.find_spec("fsspec") is None:
        raise _wrong(
            name, f"keeps its data at {parts.scheme}://, which needs the package fsspec",
            f"Install it with: {install_command('storage')}",
        )  # fmt: skip
    return url.rstrip("/")


def _wrong(name: str, what: str, hint: str = "") -> ParameterError:
    return ParameterError(
        f"The place {name} in the settings {what}.", parameter=f"places.{name}", hint=hint
    )
