"""Values of forms that somebody keeps under a name, for the next time. Knows no widgets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gui.i18n import tr
from queue_core.artifacts.table_files import write_whole
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
    path = folder.monitor / FILE
    found = _read(path)
    kept = {n: v for n, v in found.get(task_type, {}).items() if n != name}
    kept[name[:MOST_LETTERS]] = reusable(values)
    found[task_type] = dict(list(kept.items())[-MOST_PRESETS:])
    _write(path, found)


def forget_preset(folder: LocalFolder, task_type: str, name: str) -> None:
    """Forget a preset.

    Raises:
        DataError: That cannot be stored, or they cannot be read.
    """
    path = folder.monitor / FILE
    found = _read(path)
    found.get(task_type, {}).pop(name, None)
    _write(path, found)


def reusable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that another job can begin with.

    A session that was made for a dataset is left out: the form asks its questions anew.
    """
    left_out = OF_ONE_JOB | ({"session_id"} if values.get("dataset_id") is not None else set())
    return {name: value for name, value in values.items() if name not in left_out}


def _read(path: Path) -> Presets:
    """Return all presets.

    Raises:
        DataError: There are some that cannot be read: to write anew would lose them.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(
            tr("The presets in {path} cannot be read.", path=path),
            hint=tr("Mend the file, or move it away to begin anew."),
        ) from error
    kinds = found.items() if isinstance(found, dict) else ()
    return {
        str(kind): {str(n): v for n, v in named.items() if isinstance(v, dict)}
        for kind, named in kinds
        if isinstance(named, dict)
    }


def _write(path: Path, found: Presets) -> None:
    # Names of files may hold what UTF-8 cannot: JSON's own escapes hold everything.
    text = json.dumps(found, indent=1)
    write_whole(path, lambda half: half.write_text(text, encoding="utf-8"))
