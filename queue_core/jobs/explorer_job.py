"""ExplorerJob: looks at chosen columns of a dataset or notebook and stores what it sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from queue_core.artifacts.writer import ArtifactWriter
from queue_core.components.parameters import complete_parameters
from queue_core.components.progress import Span
from queue_core.components.registry import ComponentKind, get_component
from queue_core.database.finding import find
from queue_core.database.provenance import provenance_of
from queue_core.database.session import read_session
from queue_core.database.status import EntityKind
from queue_core.database.tables import Dataset, Explorer, Notebook
from queue_core.jobs.entity_job import EntityJob
from queue_core.jobs.reporting import JobProgress
from queue_core.jobs.requests.explorer import ExplorerRequest
from queue_core.naming import name_of

# Shares of the time, roughly: looking at the data, then drawing and storing.
_LOOKED = 0.75


class ExplorerJob(EntityJob[Explorer, ExplorerRequest]):
    """Explores a dataset or a notebook.

    Attributes:
        kwargs: `dataset_id` or `notebook_id`, `explorer`, `columns`, `params`, `seed`, `name`; or
            `explorer_id` alone, to do an exploration of the database.
    """

    ENTITY = EntityKind.EXPLORER
    REQUEST = ExplorerRequest

    _made_from: Dataset | Notebook | None = None

    def create_entity(self, session: Session) -> Explorer:
        """Return a new exploration; its explorer and parameters are checked at once."""
        self._take_up_stored(session)
        told = self.request
        component = get_component(ComponentKind.EXPLORER, told.explorer)
        complete_parameters(component.schema, told.params, owner=component.title)
        source = self._source(session)
        # The queue asks for the job's name after this.
        self.settle(
            name=told.name or name_of("{component} of {source}", component.title, source.name)
        )
        return Explorer(
            name=self.request.name,
            dataset_id=source.id if source.kind is EntityKind.DATASET else None,
            notebook_id=source.id if source.kind is EntityKind.NOTEBOOK else None,
            component=component.id,
            columns=list(told.columns or ()) or None,
            params=dict(told.params),
        )

    def execute(self) -> Mapping[str, Any]:
        """Explore, then store all artifacts at once."""
        from queue_core.components.explorers.exploring.run_explorer import explore
        from queue_core.library.sources import open_source

        told, progress = self.request, JobProgress(self)
        with read_session(self.context.folder) as session:
            source = self._source(session)
            dataset = open_source(self.context.folder, source)
            self._made_from = source
        drafts = explore(
            told.explorer,
            dataset,
            columns=told.columns,
            params=told.params,
            seed=told.seed,
            name=source.name,
            progress=Span(progress, 0.0, _LOOKED),
            spill_folder=self.temporary_folder,
        )
        with ArtifactWriter(
            self.context.folder, self.ENTITY.value, self.entity_id, temporary=self.temporary_folder
        ) as writer:
            storing = Span(progress, _LOOKED, 1.0)
            for place, draft in enumerate(drafts):
                storing.step(place, len(drafts), f"storing “{draft.title}”")
                draft.write(writer)
        progress.report(1.0, "done")
        return {
            "explorer": told.explorer,
            "artifacts": [artifact.to_json() for artifact in writer.artifacts],
        }

    def store(self, session: Session, entity: Explorer, result: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Note what the exploration was made from."""
        assert self._made_from is not None
        entity.provenance = provenance_of(
            self._made_from,
            seed=self.request.seed,
            libraries=("matplotlib", "statsmodels", "umap-learn"),
        )

    def _take_up_stored(self, session: Session) -> None:
        """Fill in what a stored exploration says, where only its id was given."""
        entity_id = self.request.explorer_id
        if entity_id is None or self.request.explorer:
            return
        stored = find(session, Explorer, entity_id)
        self.take_up(
            {
                "explorer": stored.component,
                "dataset_id": stored.dataset_id,
                "notebook_id": stored.notebook_id,
                "columns": stored.columns,
                "params": dict(stored.params),
                "name": stored.name or None,
                "seed": stored.provenance.get("seed"),
            }
        )

    def _source(self, session: Session) -> Dataset | Notebook:
        from queue_core.library.sources import find_source

        return find_source(
            session, dataset_id=self.request.dataset_id, notebook_id=self.request.notebook_id
        )
