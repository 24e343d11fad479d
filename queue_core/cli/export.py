"""`dashai-monitor export`: a dataset, a notebook or a result as a file for other programs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from queue_core.artifacts.export import export_artifact, export_formats
from queue_core.artifacts.kinds import Artifact, ArtifactKind
from queue_core.artifacts.reader import read_artifacts
from queue_core.artifacts.table_files import TABLE_FORMATS, export_table
from queue_core.artifacts.writer import artifact_folder
from queue_core.cli.library import parse_entity, parse_kind
from queue_core.cli.terminal import Terminal, format_bytes
from queue_core.database.status import EntityKind
from queue_core.errors import EntityNotFoundError, ParameterError
from queue_core.paths import LocalFolder

TABLES: Final = (EntityKind.DATASET, EntityKind.NOTEBOOK)
USAGE: Final = "dashai-monitor export KIND ID [NAME] FILE [KIND ID [NAME] FILE ...]"
MODEL: Final = "model"
ARTIFACT: Final = "artifact"


@dataclass(frozen=True)
class Wish:
    """One file to write.

    Attributes:
        kind: What is exported: a kind of the library, or `model`.
        number: Its id.
        name: Which of its results; None: the only one that such a file can hold.
        target: The file.
    """

    kind: str
    number: str
    name: str | None
    target: Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "words", metavar="KIND ID [NAME] FILE", nargs="+",
        help="one or several of: "
        f"dataset ID FILE.({'|'.join(TABLE_FORMATS)}); notebook ID FILE; model RUN-ID FILE.skops;"
        " or of any other kind the result of this NAME, e.g. explorer 1 distribution "
        "FILE.png (`dashai-monitor library KIND ID` lists the names)",
    )  # fmt: skip
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="of a picture")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write the files; older ones of their names are replaced."""
    folder = LocalFolder.resolve().create()
    wishes = _wishes(arguments.words)
    # All are found before the first one is written.
    writers = [_writer(folder, wish, arguments.theme) for wish in wishes]
    written = []
    for write in writers:
        path = write()
        size = path.stat().st_size
        terminal.told(f"{path} is written ({format_bytes(size)}).")
        written.append({"path": str(path), "bytes": size})
    if terminal.json:
        terminal.document(written[0] if len(written) == 1 else written)
    return 0


def _wishes(words: Sequence[str]) -> list[Wish]:
    """Return what is to be written; each wish has three words or four.

    Raises:
        ParameterError: The words cannot be parted like that.
    """
    groups = _parted(list(words))
    if groups is None:
        if len(words) in (3, 4):  # one wish with a mistake: say which
            parse_entity(_library_kind(words[0]), words[1])
        raise ParameterError("It is not clear what to export.", hint=USAGE)
    return [
        Wish(kind, number, names[0] if names else None, Path(file).expanduser().absolute())
        for kind, number, *names, file in groups
    ]


def _parted(words: list[str]) -> list[list[str]] | None:
    """Return the words of each wish; None where they cannot be parted."""
    if not words:
        return []
    if words[0] == ARTIFACT:
        return _parted(words[1:])
    for size in (3, 4):
        if len(words) >= size and _is_kind(words[0]) and words[1].isdecimal():
            rest = _parted(words[size:])
            if rest is not None:
                return [words[:size], *rest]
    return None


def _library_kind(kind: str) -> str:
    return EntityKind.RUN.value if kind == MODEL else kind


def _is_kind(word: str) -> bool:
    try:
        parse_kind(_library_kind(word))
    except ParameterError:
        return False
    return True


def _writer(folder: LocalFolder, wish: Wish, theme: str) -> Callable[[], Path]:
    """Return what writes the file of a wish.

    Raises:
        JobError: There is no such thing, or such a file cannot hold it.
    """
    entity = parse_entity(_library_kind(wish.kind), wish.number)
    if entity[0] in TABLES and wish.name is None:
        table = _table(folder, *entity)
        return lambda: export_table(table, wish.target)
    artifacts = _artifacts(folder, *entity)
    if wish.kind == MODEL:
        artifacts = [item for item in artifacts if item.kind is ArtifactKind.MODEL]
    chosen = _choose(artifacts, wish.name, wish.target)
    return lambda: export_artifact(chosen, wish.target, theme=theme)


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
