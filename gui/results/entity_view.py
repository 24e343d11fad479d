"""The result of a job that made an entity: what it was made from, measures, artifacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.i18n import tr, translate_caption
from gui.results.artifact_view import artifact_view
from gui.results.contents_page import ContentsPage
from gui.results.export import table_export
from gui.results.loading import LoadingView
from gui.results.part_heading import PartHeading
from gui.results.save_button import save_button
from gui.results.written_files import WrittenFiles, files_beside, sizes_of
from gui.submit.library_options import FORMATS
from gui.submit.use_button import UseButton
from gui.widgets import Note, muted_label
from queue_core.artifacts.kinds import Artifact
from queue_core.artifacts.reader import read_artifacts
from queue_core.artifacts.writer import artifact_folder
from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.library.entities import (
    EntityDetails,
    get_details,
)
from queue_core.paths import LocalFolder

# A dataset that the job made is no origin.
RESULT = "result"


@dataclass(frozen=True)
class _Found:
    details: EntityDetails
    artifacts: tuple[Artifact, ...]
    files: tuple[tuple[Path, int], ...] = ()


class EntityView(LoadingView):
    """Everything that an entity's job left, one below the other."""

    def __init__(
        self, kind: EntityKind, entity_id: int, bridge: Bridge, *, files: Sequence[Path] = (),
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """Make the view.

        Args:
            kind: Kind of the entity.
            entity_id: Its id.
            bridge: The way to other threads.
            files: Files that its job wrote elsewhere.
            parent: The widget it belongs to.
        """
        super().__init__(bridge, parent)
        self._kind = kind
        self._id = entity_id
        self._files = tuple(files)
        self._page = ContentsPage(tr("Result"))
        self._layout = self._page.column
        self.body.addWidget(self._page, 1)
        self.load()

    async def fill(self) -> None:
        """Read the entity and list what it has."""
        found = await self.bridge.call(_read, self.bridge.folder, self._kind, self._id, self._files)
        self._show_origin(found.details)
        if found.files:
            self._layout.addWidget(WrittenFiles(found.files, self.bridge))
        for stored in found.artifacts:
            artifact = replace(stored, title=translate_caption(stored.title))
            self._add(artifact.title, artifact_view(artifact, self.bridge))
        if not found.artifacts:
            self._layout.addWidget(muted_label(tr("It left nothing to look at.")))
        self._layout.addStretch(1)

    def _show_origin(self, details: EntityDetails) -> None:
        use_as = FORMATS.get(self._kind)
        if use_as is not None and details.record.status is EntityStatus.FINISHED:
            self._offer_use(use_as, self._id)
        notebook = details.parents.get("notebook")
        if self._kind is EntityKind.CONVERTER and notebook is not None:
            self._offer_use("notebook", notebook.id)
        self._offer_rows(details)
        names = [
            parent.name
            for role, parent in details.parents.items()
            if parent.name and not role.startswith(RESULT)
        ]
        if names:
            label = muted_label(tr("Made from {names}", names=", ".join(dict.fromkeys(names))))
            label.setWordWrap(True)
            self._layout.addWidget(label)
        if details.record.status is EntityStatus.ERROR:
            note = Note("errorBox")
            note.show_text(details.record.error or tr("Its job failed."))
            self._layout.addWidget(note)

    def _offer_use(self, entity_format: str, entity_id: int) -> None:
        self._page.add_tool(UseButton(entity_format, entity_id, self.bridge))

    def _offer_rows(self, details: EntityDetails) -> None:
        """Let all rows be saved that the job made a dataset of; tables show the first only."""
        made = next((p for role, p in details.parents.items() if role.startswith(RESULT)), None)
        if made is None or made.kind is not EntityKind.DATASET:
            return
        source = StoredDataset(self.bridge.folder.datasets / str(made.id)).parquet_path
        save = save_button(
            tr("Save all rows…"), self.bridge, lambda: table_export(self.bridge, source, made.name),
            has_words=True,
        )  # fmt: skip
        self._page.add_tool(save)

    def _add(self, title: str, view: QWidget) -> None:
        self._layout.addWidget(PartHeading(title))
        self._layout.addWidget(view)


def _read(folder: LocalFolder, kind: EntityKind, entity_id: int, named: Sequence[Path]) -> _Found:
    details = get_details(folder, kind, entity_id)
    place = artifact_folder(folder, kind.value, entity_id)
    artifacts = read_artifacts(place)
    files = tuple(sizes_of([*named, *files_beside(place)]))
    return _Found(details, artifacts, files)
