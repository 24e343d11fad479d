"""Stores the artifacts of one entity: all of them or none."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from queue_core.artifacts.figure import Figure
from queue_core.artifacts.figure_json import figure_to_json
from queue_core.artifacts.kinds import INDEX_NAME, INDEX_VERSION, Artifact, ArtifactKind
from queue_core.errors import DataError
from queue_core.paths import LocalFolder


def artifact_folder(folder: LocalFolder, entity_kind: str, entity_id: int) -> Path:
    """Return where the artifacts of an entity are, e.g. `("explorer", 12)`."""
    return folder.artifacts / entity_kind / str(entity_id)


class ArtifactWriter:
    """Collects artifacts in a temporary folder and moves them into place on leaving.

    Use it as a context manager. Leaving with an exception leaves nothing behind; leaving without
    one replaces what the entity had before.

    Attributes:
        path: The folder that the artifacts will be in.
    """

    def __init__(
        self,
        folder: LocalFolder,
        entity_kind: str,
        entity_id: int,
        *,
        temporary: Path | None = None,
    ) -> None:
        """Prepare to write.

        Args:
            folder: The local folder.
            entity_kind: Kind of the entity that the artifacts belong to.
            entity_id: Its id.
            temporary: Where to collect them, on the same disk; None: the local folder's place.
        """
        self.path = artifact_folder(folder, entity_kind, entity_id)
        self._temporary = temporary or folder.temporary
        self._staging: Path | None = None
        self._artifacts: list[Artifact] = []

    def __enter__(self) -> Self:
        self._temporary.mkdir(parents=True, exist_ok=True)
        prefix = f"artifacts-{self.path.parent.name}-{self.path.name}-"
        self._staging = Path(tempfile.mkdtemp(prefix=prefix, dir=self._temporary))
        self._artifacts = []
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        staging = self._folder
        self._staging = None
        try:
            if error is None:
                self._commit(staging)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    @property
    def artifacts(self) -> tuple[Artifact, ...]:
        """What was added so far, with the paths it will have."""
        return tuple(self._artifacts)

    def add_table(self, name: str, title: str, table: Any) -> Artifact:
        """Add a table: a pandas frame (its index is dropped) or a pyarrow table.

        Raises:
            DataError: A column holds values that no stored type can hold.
        """
        import pyarrow as pa
        import pyarrow.parquet as parquet

        artifact = self._new(ArtifactKind.TABLE, name, title)
        try:
            arrow = table if isinstance(table, pa.Table) else _to_arrow(table)
            parquet.write_table(arrow, self._staged(artifact), compression="zstd")
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as cause:
            raise DataError(
                f"The table “{title}” cannot be stored: {cause}.",
                hint="Change the type of that column to text.",
            ) from cause
        return artifact

    def add_figure(self, name: str, title: str, figure: Figure) -> Artifact:
        """Add a figure: its description and one picture; drawing two would double many a job."""
        from queue_core.artifacts.renderer import render

        artifact = self._new(ArtifactKind.FIGURE, name, title)
        self._staged(artifact).write_text(figure_to_json(figure), encoding="utf-8")
        (self._folder / artifact.light_svg.name).write_bytes(render(figure))
        return artifact

    def add_text(self, name: str, title: str, text: str) -> Artifact:
        """Add a plain text."""
        artifact = self._new(ArtifactKind.TEXT, name, title)
        self._staged(artifact).write_text(text, encoding="utf-8")
        return artifact

    def add_report(self, name: str, title: str, report: dict[str, Any]) -> Artifact:
        """Add a report: JSON data (numbers, texts, lists and objects with text keys)."""
        artifact = self._new(ArtifactKind.REPORT, name, title)
        text = json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False)
        self._staged(artifact).write_text(text, encoding="utf-8")
        return artifact

    def add_model(self, name: str, title: str, model: Path | bytes) -> Artifact:
        """Add a model that skops has stored, as a file (copied) or as bytes."""
        artifact = self._new(ArtifactKind.MODEL, name, title)
        if isinstance(model, bytes):
            self._staged(artifact).write_bytes(model)
        else:
            shutil.copyfile(model, self._staged(artifact))
        return artifact

    @property
    def _folder(self) -> Path:
        if self._staging is None:
            raise RuntimeError("ArtifactWriter is used outside of its `with` block.")
        return self._staging

    def _new(self, kind: ArtifactKind, name: str, title: str) -> Artifact:
        stem = _stem(name, {artifact.name for artifact in self._artifacts})
        artifact = Artifact(kind, stem, title, self.path / f"{stem}{kind.suffix}")
        self._artifacts.append(artifact)
        return artifact

    def _staged(self, artifact: Artifact) -> Path:
        return self._folder / artifact.path.name

    def _commit(self, staging: Path) -> None:
        index = {
            "version": INDEX_VERSION,
            "artifacts": [artifact.to_json() for artifact in self._artifacts],
        }
        text = json.dumps(index, ensure_ascii=False, indent=1)
        (staging / INDEX_NAME).write_text(text, encoding="utf-8")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # A folder cannot replace one that has files: step the old one aside first.
        replaced = staging.with_name(f"{staging.name}-replaced")
        if self.path.exists():
            self.path.replace(replaced)
        try:
            staging.replace(self.path)
        except OSError:
            if replaced.exists():
                replaced.replace(self.path)
            raise
        shutil.rmtree(replaced, ignore_errors=True)


def remove_artifacts(folder: LocalFolder, entity_kind: str, entity_id: int) -> None:
    """Delete the artifacts of an entity, half-written ones included."""
    shutil.rmtree(artifact_folder(folder, entity_kind, entity_id), ignore_errors=True)
    for rest in folder.temporary.glob(f"artifacts-{entity_kind}-{entity_id}-*"):
        shutil.rmtree(rest, ignore_errors=True)


def _to_arrow(frame: Any) -> Any:
    import pyarrow as pa

    return pa.Table.from_pandas(frame, preserve_index=False)


def _stem(name: str, taken: set[str]) -> str:
    """Return a file stem made of letters, digits, `-` and `_` that is not taken."""
    base = re.sub(r"[^\w-]+", "-", name, flags=re.ASCII).strip("-")[:60] or "artifact"
    stem, number = base, 2
    while stem in taken:
        stem, number = f"{base}-{number}", number + 1
    return stem
