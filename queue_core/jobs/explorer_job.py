"""ExplorerJob: looks at chosen columns of a dataset or notebook and stores what it sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from queue_core.database.status import EntityKind
from queue_core.jobs.entity_job import EntityJob

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from queue_core.database.tables.data import Dataset, Explorer, Notebook

# Shares of the time, roughly: looking at the data, then drawing and storing.
_LOOKED = 0.75


class ExplorerJob(EntityJob["Explorer"]):
    """Explores a dataset or a notebook.

    Attributes:
        kwargs: `dataset_id` or `notebook_id`, `explorer`, `columns`, `params`, `seed`, `name`; or
            `explorer_id` alone, to do an exploration of the database.
    """

    _made_from: Dataset | Notebook | None = None

    TYPE = "Explorer"
    ENTITY = EntityKind.EXPLORER
    PARAMETERS: ClassVar[Mapping[str, Any] | None] = {
        "type": "object",
        "properties": {
            "dataset_id": {
                "type": ["integer", "null"],
                "title": "Dataset",
                "format": "dataset",
                "default": None,
                "description": "The dataset to look at; leave it empty for a notebook.",
            },
            "notebook_id": {
                "type": ["integer", "null"],
                "title": "Notebook",
                "format": "notebook",
                "default": None,
                "description": "The notebook to look at, as it is after its steps.",
            },
            "explorer": {
                "type": "string",
                "title": "Explorer",
                "format": "explorer",
                "default": "describe",
                "description": "What to find out.",
            },
            "columns": {
                "type": ["array", "null"],
                "items": {"type": "string"},
                "title": "Columns",
                "format": "columns",
                "default": None,
                "description": "The columns to look at; empty: all that fit.",
            },
            "params": {
                "type": "object",
                "title": "Parameters",
                "default": {},
                "description": "Parameters of the explorer.",
            },
            "name": {
                "type": ["string", "null"],
                "title": "Name",
                "default": None,
                "description": "What to call the result.",
            },
            "seed": {
                "type": "integer",
                "title": "Seed",
                "default": 0,
                "minimum": 0,
                "maximum": 2**32 - 1,
                "advanced": True,
                "description": "The same seed draws the same rows.",
            },
        },
        "required": ["explorer"],
    }

    def create_entity(self, session: Session) -> Explorer:
        """Return a new exploration; its explorer and parameters are checked at once."""
        from queue_core.components.parameters import complete_parameters
        from queue_core.components.registry import ComponentKind, get_component
        from queue_core.database.tables.data import Explorer

        self._take_up_stored(session)
        component = get_component(ComponentKind.EXPLORER, str(self.kwargs.get("explorer") or ""))
        params = dict(self.kwargs.get("params") or {})
        complete_parameters(component.schema, params, owner=component.title)
        source = self._source(session)
        name = self.kwargs.get("name") or f"{component.title} of {source.name}"
        # The queue asks for the job's name after this.
        self.kwargs["name"] = name
        return Explorer(
            name=name,
            dataset_id=source.id if source.kind is EntityKind.DATASET else None,
            notebook_id=source.id if source.kind is EntityKind.NOTEBOOK else None,
            component=component.id,
            columns=list(self.kwargs.get("columns") or ()) or None,
            params=params,
        )

    def execute(self) -> Mapping[str, Any]:
        """Explore, then store all artifacts at once."""
        from queue_core.artifacts.writer import ArtifactWriter
        from queue_core.components.explorers.support.run import explore
        from queue_core.components.progress import Span
        from queue_core.database.session import read_session
        from queue_core.jobs.reporting import JobProgress
        from queue_core.library.sources import open_source

        progress = JobProgress(self)
        with read_session(self.context.folder) as session:
            source = self._source(session)
            dataset = open_source(self.context.folder, source)
            self._made_from = source
        drafts = explore(
            self.kwargs["explorer"],
            dataset,
            columns=self.kwargs.get("columns"),
            params=self.kwargs.get("params"),
            seed=self._seed,
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
            "explorer": self.kwargs["explorer"],
            "artifacts": [artifact.to_json() for artifact in writer.artifacts],
        }

    def store(self, session: Session, entity: Explorer, result: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Note what the exploration was made from."""
        from queue_core.database.provenance import provenance_of

        assert self._made_from is not None
        entity.provenance = provenance_of(
            self._made_from,
            seed=self._seed,
            libraries=("matplotlib", "statsmodels", "umap-learn"),
        )

    @property
    def _seed(self) -> int:
        return int(self.kwargs.get("seed") or 0)

    def _take_up_stored(self, session: Session) -> None:
        """Fill in what a stored exploration says, where only its id was given."""
        from queue_core.database.finding import load_entity

        entity_id = self.kwargs.get("explorer_id")
        if entity_id is None or self.kwargs.get("explorer"):
            return
        stored = cast("Explorer", load_entity(session, self.ENTITY, int(entity_id)))
        said = {
            "explorer": stored.component,
            "dataset_id": stored.dataset_id,
            "notebook_id": stored.notebook_id,
            "columns": stored.columns,
            "params": dict(stored.params),
            "name": stored.name or None,
            "seed": stored.provenance.get("seed"),
        }
        self.kwargs.update({key: value for key, value in said.items() if value is not None})

    def _source(self, session: Session) -> Dataset | Notebook:
        """Return the dataset or notebook to look at.

        Raises:
            ParameterError: Neither or both were named.
            EntityNotFoundError: There is no such one.
            DataError: Its data are not there yet.
        """
        from queue_core.library.sources import find_source

        return find_source(
            session,
            dataset_id=self.kwargs.get("dataset_id"),
            notebook_id=self.kwargs.get("notebook_id"),
        )
