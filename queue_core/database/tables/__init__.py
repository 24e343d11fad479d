"""The tables of the main database, one class per kind of entity.

Foreign keys say what users mean: a child that is nothing without its parent goes with it
(CASCADE); a child that somebody waited for keeps its parent from being deleted (RESTRICT, see
`queue_core.database.deletion`); a child that stands on its own merely forgets it (SET NULL).
"""

from __future__ import annotations

from queue_core.database.columns import Base, Entity
from queue_core.database.status import EntityKind
from queue_core.database.tables.conversations import GenerativeProcess, GenerativeSession
from queue_core.database.tables.data import Converter, Dataset, Explorer, Notebook
from queue_core.database.tables.housekeeping import DatabaseInfo, PendingRemoval
from queue_core.database.tables.models import (
    Explainer,
    Metric,
    ModelSession,
    Prediction,
    Run,
    Trial,
)

__all__ = [
    "ENTITY_TABLES",
    "Base",
    "Converter",
    "DatabaseInfo",
    "Dataset",
    "Entity",
    "Explainer",
    "Explorer",
    "GenerativeProcess",
    "GenerativeSession",
    "Metric",
    "ModelSession",
    "Notebook",
    "PendingRemoval",
    "Prediction",
    "Run",
    "Trial",
]

ENTITY_TABLES: dict[EntityKind, type[Entity]] = {
    EntityKind.DATASET: Dataset,
    EntityKind.NOTEBOOK: Notebook,
    EntityKind.CONVERTER: Converter,
    EntityKind.EXPLORER: Explorer,
    EntityKind.MODEL_SESSION: ModelSession,
    EntityKind.RUN: Run,
    EntityKind.EXPLAINER: Explainer,
    EntityKind.PREDICTION: Prediction,
    EntityKind.GENERATIVE_SESSION: GenerativeSession,
    EntityKind.GENERATIVE_PROCESS: GenerativeProcess,
}
