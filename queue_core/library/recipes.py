"""How an entity was made, as the parameters of a job that would make it again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from queue_core.database.status import EntityKind, ExplainerScope
from queue_core.library.steps import applied_steps

if TYPE_CHECKING:
    from queue_core.database.origins import Key
    from queue_core.database.tables import (
        Converter,
        Dataset,
        Explainer,
        Explorer,
        Notebook,
        Prediction,
        Run,
    )


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A job that would make an entity again.

    Attributes:
        task_type: The job's class name.
        params: What it is told, but for its name and what it is made from.
        name: What the result is called.
        uses: What it is made from, by parameter.
        shares: What it shares with others of its kind and makes if need be, by parameter.
        makes: What it makes, by the parameter that holds its id once the job has been put.
        seconds: How long it took; None where nobody knows.
    """

    task_type: str
    params: Mapping[str, Any]
    name: str
    uses: Mapping[str, Key]
    makes: Mapping[str, Key]
    shares: Mapping[str, Key] = field(default_factory=dict)
    seconds: float | None = None

    def mark(self, of: Callable[[Key], int]) -> str:
        """Return a text that two recipes share that make the same.

        Args:
            of: Returns the id that stands for one of the things it is made from.
        """
        used = {name: of(key) for name, key in self.uses.items()}
        told = json.dumps([self.params, used], sort_keys=True, default=str)
        return f"{self.task_type} {told}"


def recipes_of(entity: Any) -> tuple[Recipe, ...]:
    """Return how an entity was made, one job after the other; none where that is not known."""
    maker = _MAKERS.get(entity.kind)
    return () if maker is None else maker(entity)


def _dataset(dataset: Dataset) -> tuple[Recipe, ...]:
    own = {"dataset_id": (EntityKind.DATASET, dataset.id)}
    if dataset.source_path is not None:
        loading = Recipe(
            task_type="DatasetJob", name=dataset.name, uses={}, makes=own, seconds=_took(dataset),
            params={
                "file_path": dataset.source_path, "loader": dataset.loader,
                "params": {k: v for k, v in dataset.options.items() if v is not None},
            },
        )  # fmt: skip
        return (loading,)
    notebook_id = (dataset.provenance or {}).get("notebook_id")
    if not isinstance(notebook_id, int):
        return ()
    uses: dict[str, Key] = {"notebook_id": (EntityKind.NOTEBOOK, notebook_id)}
    inputs = [
        i for i in dataset.provenance.get("inputs", ()) if i["kind"] == EntityKind.DATASET.value
    ]
    if len(inputs) > 1:  # the steps were done to other data than the notebook's
        uses["new_data_id"] = (EntityKind.DATASET, int(inputs[0]["id"]))
    return (
        Recipe(
            task_type="ApplyNotebookJob", params={}, name=dataset.name, uses=uses, makes=own,
            seconds=_took(dataset),
        ),
    )  # fmt: skip


def _notebook(notebook: Notebook) -> tuple[Recipe, ...]:
    busy = [converter for converter in notebook.converters if converter.status.is_busy]
    steps = [*applied_steps(notebook.converters), *busy]
    return tuple(_step(notebook, converter) for converter in steps)


def _step(notebook: Notebook, converter: Converter) -> Recipe:
    own: Key = (EntityKind.NOTEBOOK, notebook.id)
    return Recipe(
        task_type="ConverterJob",
        params={
            "converter": converter.component, "params": dict(converter.params),
            "columns": converter.columns and list(converter.columns), "target": converter.target,
            "rows": converter.rows and dict(converter.rows), "seed": converter.seed,
        },
        name=converter.name,
        uses={"dataset_id": (EntityKind.DATASET, notebook.dataset_id)},
        shares={"notebook_id": own},
        makes={"converter_id": (EntityKind.CONVERTER, converter.id), "notebook_id": own},
        seconds=_took(converter),
    )  # fmt: skip


def _run(run: Run) -> tuple[Recipe, ...]:
    from queue_core.library.sessions import question_of

    asked: dict[str, Any] = asdict(question_of(run.session))
    dataset_id = asked.pop("dataset_id")
    own: Key = (EntityKind.MODEL_SESSION, run.session_id)
    return (
        Recipe(
            task_type="ModelJob",
            params={
                **asked, "model": run.component, "model_params": dict(run.params),
                "search": run.search and dict(run.search),
            },
            name=run.name,
            uses={"dataset_id": (EntityKind.DATASET, dataset_id)},
            shares={"session_id": own},
            makes={"run_id": (EntityKind.RUN, run.id), "session_id": own},
            seconds=_took(run),
        ),
    )  # fmt: skip


def _explorer(explorer: Explorer) -> tuple[Recipe, ...]:
    uses: dict[str, Key] = {}
    if explorer.dataset_id is not None:
        uses["dataset_id"] = (EntityKind.DATASET, explorer.dataset_id)
    elif explorer.notebook_id is not None:
        uses["notebook_id"] = (EntityKind.NOTEBOOK, explorer.notebook_id)
    return (
        Recipe(
            task_type="ExplorerJob",
            params={
                "explorer": explorer.component, "params": dict(explorer.params),
                "columns": explorer.columns and list(explorer.columns), **_seed(explorer),
            },
            name=explorer.name,
            uses=uses,
            makes={"explorer_id": (EntityKind.EXPLORER, explorer.id)},
            seconds=_took(explorer),
        ),
    )  # fmt: skip


def _explainer(explainer: Explainer) -> tuple[Recipe, ...]:
    params = dict(explainer.params)
    rows = params.pop("rows", None) if explainer.scope is ExplainerScope.LOCAL else None
    uses: dict[str, Key] = {"run_id": (EntityKind.RUN, explainer.run_id)}
    if explainer.dataset_id is not None:
        uses["dataset_id"] = (EntityKind.DATASET, explainer.dataset_id)
    return (
        Recipe(
            task_type="ExplainerJob",
            params={
                "explainer": explainer.component, "params": params, "rows": rows,
                **_seed(explainer),
            },
            name=explainer.name,
            uses=uses,
            makes={"explainer_id": (EntityKind.EXPLAINER, explainer.id)},
            seconds=_took(explainer),
        ),
    )  # fmt: skip


def _prediction(prediction: Prediction) -> tuple[Recipe, ...]:
    uses: dict[str, Key] = {"run_id": (EntityKind.RUN, prediction.run_id)}
    if prediction.dataset_id is not None:
        uses["dataset_id"] = (EntityKind.DATASET, prediction.dataset_id)
    rows = None if prediction.rows is None else [dict(row) for row in prediction.rows]
    return (
        Recipe(
            task_type="PredictJob",
            params={"file_path": prediction.file_path, "rows": rows, **prediction.params},
            name=prediction.name,
            uses=uses,
            makes={"prediction_id": (EntityKind.PREDICTION, prediction.id)},
            seconds=_took(prediction),
        ),
    )


def _seed(entity: Explorer | Explainer) -> dict[str, Any]:
    seed = (entity.provenance or {}).get("seed")
    return {"seed": seed if isinstance(seed, int) else 0}


def _took(entity: Any) -> float | None:
    if entity.started_at is None or entity.finished_at is None:
        return None
    took: float = (entity.finished_at - entity.started_at).total_seconds()
    return max(0.0, took)


_MAKERS: Mapping[EntityKind, Callable[[Any], tuple[Recipe, ...]]] = {
    EntityKind.DATASET: _dataset,
    EntityKind.NOTEBOOK: _notebook,
    EntityKind.RUN: _run,
    EntityKind.EXPLORER: _explorer,
    EntityKind.EXPLAINER: _explainer,
    EntityKind.PREDICTION: _prediction,
}
