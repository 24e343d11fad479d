"""The words for entities that need no database library: their kinds and their statuses."""

from __future__ import annotations

from enum import StrEnum

# What an entity's error says when nothing more is known of the end of its job.
STOPPED = "The job was stopped before it ended."


class EntityStatus(StrEnum):
    """Where an entity stands; stored by these names."""

    NOT_STARTED = "NOT_STARTED"
    DELIVERED = "DELIVERED"
    STARTED = "STARTED"
    FINISHED = "FINISHED"
    ERROR = "ERROR"

    @property
    def is_busy(self) -> bool:
        """Whether a job is going to work, or works, on the entity."""
        return self in (EntityStatus.DELIVERED, EntityStatus.STARTED)


class EntityKind(StrEnum):
    """The kinds of entity; the value is the table's name and the folder's name."""

    DATASET = "dataset"
    NOTEBOOK = "notebook"
    CONVERTER = "converter"
    EXPLORER = "explorer"
    MODEL_SESSION = "model_session"
    RUN = "run"
    METRIC = "metric"
    TRIAL = "trial"
    EXPLAINER = "explainer"
    PREDICTION = "prediction"
    GENERATIVE_SESSION = "generative_session"
    GENERATIVE_PROCESS = "generative_process"

    @property
    def label(self) -> str:
        """The word for it in a sentence."""
        if self is EntityKind.GENERATIVE_PROCESS:
            return "exchange"
        if self is EntityKind.GENERATIVE_SESSION:
            return "conversation"
        return self.value.replace("_", " ")

    def counted(self, number: int) -> str:
        """Return the number with the word, e.g. `1 dataset`, `2 model sessions`."""
        return f"{number} {self.label}" if number == 1 else f"{number} {self.label}s"


class ExplainerScope(StrEnum):
    """What an explainer explains."""

    GLOBAL = "global"
    LOCAL = "local"


class TrialState(StrEnum):
    """How a trial of a search stands; the words of Optuna's own states."""

    RUNNING = "running"
    COMPLETE = "complete"
    PRUNED = "pruned"
    FAIL = "fail"
