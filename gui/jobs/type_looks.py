"""How the kinds of job look in the window: the one table beside the core's catalogue.

What they are called and what they do stands in `queue_core.jobs.catalogue`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gui.i18n import translate
from queue_core.jobs.catalogue import BUILT_IN


@dataclass(frozen=True, kw_only=True)
class TypeLook:
    """How one kind of job is shown.

    Attributes:
        icon: Name of its icon.
        starts_from: Kinds of entity that it can be started from, as the forms' formats.
        begins_with: The one of them of which the newest is chosen until another is.
    """

    icon: str = "job"
    starts_from: tuple[str, ...] = ()
    begins_with: str = ""


# By the type's name. A type of another package looks like any job.
LOOKS: Mapping[str, TypeLook] = {
    "dataset": TypeLook(icon="dataset"),
    "explorer": TypeLook(
        icon="explorer", starts_from=("dataset", "notebook"), begins_with="dataset"
    ),
    "converter": TypeLook(icon="converter", starts_from=("notebook", "dataset")),
    "model": TypeLook(icon="model", starts_from=("dataset", "session"), begins_with="dataset"),
    "predict": TypeLook(icon="predict", starts_from=("run",)),
    "explainer": TypeLook(icon="explainer", starts_from=("run",)),
    "generative": TypeLook(icon="generative", starts_from=("generative-session", "dataset")),
    "notebook": TypeLook(icon="undo", starts_from=("notebook",)),
    "apply-notebook": TypeLook(icon="copy", starts_from=("notebook",)),
    "python": TypeLook(icon="job"),
}
OTHER_LOOK = TypeLook()
_BY_CLASS = {item.task_type: item for item in BUILT_IN.values()}
# The class names of the built-in types, as jobs carry them.
TASK_TYPES = tuple(_BY_CLASS)


def look_of(task_type: str) -> TypeLook:
    """Return how the kind of job looks whose class has this name."""
    known = _BY_CLASS.get(task_type)
    return OTHER_LOOK if known is None else LOOKS[known.name]


def type_word(task_type: str) -> str:
    """Return what a job of a kind is called; foreign class names are split into words."""
    if task_type in _BY_CLASS:
        return translate(_BY_CLASS[task_type].noun)
    name = task_type.rpartition(".")[2].removesuffix("Job") or task_type
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ")


def type_icon(task_type: str) -> str:
    """Return the name of the icon of a kind of job."""
    return look_of(task_type).icon
