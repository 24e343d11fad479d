"""The kinds of entity that the library lists, and what is said of each in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gui.format import format_bytes
from gui.i18n import mark, tr, tr_plural, translate, translate_message
from queue_core.components.registry import ComponentKind, components
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.library.entities import EntityRecord


@dataclass(frozen=True)
class LibraryKind:
    """One list of the library.

    Attributes:
        kind: What it lists.
        title: Its heading.
        icon: Name of its icon.
        empty: What to say where there are none.
    """

    kind: EntityKind
    title: str
    icon: str
    empty: str


LIBRARY_KINDS = (
    LibraryKind(
        EntityKind.DATASET, mark("Datasets"), "dataset",
        mark("No datasets yet. Drop a data file on the window to load one."),
    ),
    LibraryKind(
        EntityKind.NOTEBOOK, mark("Notebooks"), "converter",
        mark("No notebooks yet. Transform a dataset to begin one."),
    ),
    LibraryKind(
        EntityKind.EXPLORER, mark("Explorations"), "explorer",
        mark("No explorations yet. Explore a dataset to see its statistics and plots."),
    ),
    LibraryKind(
        EntityKind.MODEL_SESSION, mark("Model sessions"), "all",
        mark("No sessions yet. Train a model on a dataset to begin one."),
    ),
    LibraryKind(
        EntityKind.RUN, mark("Trained models"), "model",
        mark("No models yet. Train one on a dataset."),
    ),
    LibraryKind(
        EntityKind.EXPLAINER, mark("Explanations"), "explainer",
        mark("No explanations yet. Explain a trained model."),
    ),
    LibraryKind(
        EntityKind.PREDICTION, mark("Predictions"), "predict",
        mark("No predictions yet. Use a trained model on other data."),
    ),
    LibraryKind(
        EntityKind.GENERATIVE_SESSION, mark("Conversations"), "generative",
        mark("No conversations yet. Generate text to begin one."),
    ),
)  # fmt: skip

STATUS_WORDS = {
    EntityStatus.NOT_STARTED: (mark("Waiting"), "not_started"),
    EntityStatus.DELIVERED: (mark("Waiting"), "not_started"),
    EntityStatus.STARTED: (mark("Running"), "started"),
    EntityStatus.FINISHED: (mark("Finished"), "finished"),
    EntityStatus.ERROR: (mark("Failed"), "error"),
}


def status_word(status: EntityStatus) -> str:
    """Return the word for an entity's status."""
    return translate(STATUS_WORDS[status][0])


@cache
def component_titles() -> Mapping[str, str]:
    """Return what components are called, by id; the first time, the registry is read."""
    return {
        component.id: component.title
        for kind in ComponentKind
        if kind not in (ComponentKind.LOADER, ComponentKind.METRIC)
        for component in components(kind).values()
    }


def summary(record: EntityRecord) -> str:
    """Return what an entity is, in one line."""
    details = record.details
    if record.status is EntityStatus.ERROR:
        return translate_message(record.error or "") or tr("It failed.")
    parts: list[str] = []
    if details.get("row_count") is not None:
        parts.append(tr_plural("{count} row", "{count} rows", details["row_count"]))
    if details.get("column_count") is not None:
        parts.append(tr_plural("{count} column", "{count} columns", details["column_count"]))
    if details.get("size_bytes"):
        parts.append(format_bytes(details["size_bytes"]))
    if details.get("task"):
        parts.append(translate(str(details["task"]).replace("_", " ")))
    if details.get("output_columns"):
        parts.append(", ".join(details["output_columns"]))
    if not parts and details.get("component"):
        component = str(details["component"])
        parts.append(translate(component_titles().get(component, component)))
    return " · ".join(parts)
