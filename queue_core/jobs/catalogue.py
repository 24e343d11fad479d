"""The built-in job types: the one place where their names and sentences stand.

How the window shows them stands in `gui.jobs.type_looks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from queue_core.jobs.job_type import JobType


def _built_in(name: str, title: str, noun: str, description: str) -> JobType:
    """Return a type whose modules and classes are called after its name."""
    module = name.replace("-", "_")
    words = "".join(word.capitalize() for word in name.split("-"))
    return JobType(
        name=name, title=title, noun=noun, description=description,
        factory=f"queue_core.jobs.{module}_job:{words}Job",
        request=f"queue_core.jobs.requests.{module}:{words}Request",
    )  # fmt: skip


BUILT_IN: Final[Mapping[str, JobType]] = {
    item.name: item
    for item in (
        _built_in("dataset", "Load data", "Dataset", "Load a file as a dataset."),
        _built_in(
            "explorer", "Explore", "Exploration", "See statistics and plots of chosen columns."
        ),
        _built_in(
            "converter", "Transform", "Transform",
            "Change rows and columns; every step can be undone.",
        ),
        _built_in(
            "model", "Train a model", "Model", "Train and measure a model on a dataset."
        ),
        _built_in("predict", "Predict", "Prediction", "Use a trained model on other data."),
        _built_in(
            "explainer", "Explain a model", "Explanation", "See what a trained model looks at."
        ),
        _built_in(
            "generative", "Generate text", "Generation",
            "Talk to a language model on this computer.",
        ),
        _built_in(
            "notebook", "Change a notebook", "Notebook change",
            "Undo, redo, reorder or remove the steps of a notebook.",
        ),
        _built_in(
            "apply-notebook", "Apply a notebook", "Notebook result",
            "Do a notebook's steps to other data, or keep its table as a dataset.",
        ),
        _built_in(
            "python", "Run a script", "Script", "Run a Python file, with its output in the log."
        ),
    )
}  # fmt: skip
