"""`dashai-monitor export`: a dataset, a notebook or a result as a file for other programs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from queue_core.artifacts.export import export_artifact, export_formats
from queue_core.artifacts.kinds import Artifact, ArtifactKind
from queue_core.artifacts.reader import read_artifacts
from queue_core.artifacts.table_files import TABLE_FORMATS, export_table
from queue_core.artifacts.writer import artifact_folder
from queue_core.cli.library import parse_entity
from queue_core.cli.terminal import Terminal, format_bytes
from queue_core.database.status import EntityKind
from queue_core.errors import EntityNotFoundError, ParameterError
from queue_core.paths import LocalFolder

TABLES: Final = (EntityKind.DATASET, EntityKind.NOTEBOOK)
USAGE: Final = "dashai-monitor export KIND ID [NAME] FILE"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "words", metavar="KIND ID [NAME] FILE", nargs="+",
        help=f"dataset ID FILE.({'|'.join(TABLE_FORMATS)}); notebook ID FILE; model RUN-ID "
        "FILE.skops; or of any other kind the result of this NAME, e.g. explorer 1 distribution "
        "FILE.png (`dashai-monitor library KIND ID` lists the names)",
    )  # fmt: skip
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="of a picture")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write the file; an older one of that name is replaced."""
    folder = LocalFolder.resolve().create()
    words = arguments.words[1:] if arguments.words[0] == "artifact" else arguments.words
    if len(words) not in (3, 4):
        raise ParameterError("It is not clear what to export.", hint=USAGE)
    kind, number, *names, file = words
    entity = parse_entity("run" if kind == "model" else kind, number)
    target = Path(file).expanduser().absolute()
    if entity[0] in TABLES and not names:
        path = export_table(_table(folder, *entity), target)
    else:
        artifacts = _artifacts(folder, *entity)
        if kind == "model":
            artifacts = [item for item in artifacts if item.kind is ArtifactKind.MODEL]
        chosen = _choose(artifacts, names[0] if names else None, target)
        path = export_artifact(chosen, target, theme=arguments.theme)
    size = path.stat().st_size
    terminal.told(f"{path} is written ({format_bytes(size)}).")
    if terminal.json:
        terminal.document({"path": str(path), "bytes": size})
    return 0


def _table(folder: LocalFolder, kind: EntityKind, entity_id: int) -> Path:
    """Return the Parquet file of a dataset, or of a notebook after its steps.

    Raises:
        EntityNotFoundError: There is no such entity.
        JobError: Its rows are not there.
    """
    from queue_core.database.finding import load_entity
    from queue_core.database.session import read_session
    from queue_core.database.tables import Dataset, Notebook
    from queue_core.library.sources import open_source

    with read_session(folder) as session:
        entity = load_entity(session, kind, entity_id)
        assert isinstance(entity, Dataset | Notebook)
        return open_source(folder, entity).parquet_path


def _artifacts(folder: LocalFolder, kind: EntityKind, entity_id: int) -> list[Artifact]:
    """Return the results of an entity.

    Raises:
        EntityNotFoundError: There is no such entity, or it has no result.
    """
    from queue_core.library.entities import get_entity

    record = get_entity(folder, kind, entity_id)
    found = list(read_artifacts(artifact_folder(folder, kind.value, entity_id)))
    if not found:
        status = record.status.value.lower().replace("_", " ")
        raise EntityNotFoundError(
            f"The {kind.label} “{record.name}” has no results to export; it is {status}.",
            hint="See its job with: dashai-monitor jobs" if record.job_id else "",
        )
    return found


def _choose(artifacts: Sequence[Artifact], name: str | None, target: Path) -> Artifact:
    """Return the result of this name; without one the only result that such a file can hold.

    Raises:
        ParameterError: There is none, or several could be meant.
    """
    listed = ", ".join(f"{item.name} ({item.kind.value})" for item in artifacts)
    if name is not None:
        for item in artifacts:
            if item.name == name:
                return item
        raise ParameterError(f"There is no result “{name}”.", hint=f"There are: {listed}.")
    suffix = target.suffix[1:].lower()
    fitting = [item for item in artifacts if suffix in export_formats(item)]
    if len(fitting) == 1:
        return fitting[0]
    problem = "Several results" if fitting else "No result"
    raise ParameterError(f"{problem} can be written as “{suffix}”.", hint=f"Name one: {listed}.")
