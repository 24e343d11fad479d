"""Values of forms that somebody keeps under a name, for the next time. Knows no widgets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gui.i18n import tr
from gui.submit.kept_file import changing, read_kept
from queue_core.errors import DataError
from queue_core.paths import LocalFolder

FILE = "presets.json"
MOST_PRESETS = 50
MOST_LETTERS = 80
# What belongs to one job, not to the next one that is like it.
OF_ONE_JOB = frozenset({"name", "run_id"})

Presets = dict[str, dict[str, dict[str, Any]]]


def presets_of(folder: LocalFolder, task_type: str) -> dict[str, dict[str, Any]]:
    """Return the presets of a type of job by name; a file that cannot be read has none."""
    try:
        return _read(folder.monitor / FILE).get(task_type, {})
    except DataError:
        return {}  # keeping one says what is wrong


def keep_preset(folder: LocalFolder, task_type: str, name: str, values: Mapping[str, Any]) -> None:
    """Keep values under a name; what had that name is replaced, the oldest give way.

    Raises:
        DataError: They cannot be stored, or those of before cannot be read.
    """
    with changing(folder.monitor / FILE, _read) as found:
        kept = {n: v for n, v in found.get(task_type, {}).items() if n != name}
        kept[name[:MOST_LETTERS]] = reusable(values)
        found[task_type] = dict(list(kept.items())[-MOST_PRESETS:])


def forget_preset(folder: LocalFolder, task_type: str, name: str) -> None:
    """Forget a preset.

    Raises:
        DataError: That cannot be stored, or they cannot be read.
    """
    with changing(folder.monitor / FILE, _read) as found:
        found.get(task_type, {}).pop(name, None)


def reusable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that another job can begin with.

    A session that was made for a dataset is left out: the form asks its questions anew.
    """
    left_out = OF_ONE_JOB | ({"session_id"} if values.get("dataset_id") is not None else set())
    return {name: value for name, value in values.items() if name not in left_out}


def _read(path: Path) -> Presets:
    """Return all presets.

    Raises:
        DataError: There are some that cannot be read.
    """
    said = tr("The presets in {path} cannot be read.", path=path)
    return read_kept(path, _is_named_values, said)


def _is_named_values(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(item, dict) for item in value.values())
