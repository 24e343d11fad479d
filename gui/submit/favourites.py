"""The components that somebody likes best, by type of job: they stand first in every form."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from shiboken6 import isValid

from gui.bridge import Bridge
from gui.i18n import tr
from gui.submit.component_list import ComponentList
from queue_core.artifacts.table_files import write_whole
from queue_core.errors import DataError
from queue_core.paths import LocalFolder

FILE = "favourites.json"


def with_favourites(bridge: Bridge, task_type: str, *, several: bool) -> ComponentList:
    """Return a list of components that knows the favourites, and keeps what is made one.

    Args:
        bridge: The way to other threads.
        task_type: Class name of the job.
        several: Whether several components may be used at once.
    """
    components = ComponentList(takes_several=several)
    clicked: dict[str, bool] = {}  # before it was known what there is

    async def read() -> None:
        found = await bridge.call(favourites_of, bridge.folder, task_type)
        if isValid(components):
            others = found - clicked.keys()
            components.set_favourites(others | {known for known, on in clicked.items() if on})

    def keep(component_id: str, is_favourite: bool) -> None:
        clicked[component_id] = is_favourite
        change = partial(
            keep_favourite, bridge.folder, task_type, component_id, is_favourite=is_favourite
        )
        # One after another, as orders are: each writes the whole file.
        bridge.start(bridge.order(lambda _queue: change()), what=tr("Keeping a favourite"))

    bridge.start(read(), what=tr("Reading the favourites"))
    components.starred.connect(keep)
    return components


def favourites_of(folder: LocalFolder, task_type: str) -> frozenset[str]:
    """Return the favourites of a type of job; a file that cannot be read has none."""
    try:
        return frozenset(_read(folder.monitor / FILE).get(task_type, ()))
    except DataError:
        return frozenset()  # making one says what is wrong


def keep_favourite(
    folder: LocalFolder, task_type: str, component_id: str, *, is_favourite: bool
) -> None:
    """Make a component a favourite, or not any more.

    Raises:
        DataError: That cannot be stored, or those of before cannot be read.
    """
    path = folder.monitor / FILE
    found = _read(path)
    kept = [known for known in found.get(task_type, ()) if known != component_id]
    found[task_type] = [*kept, component_id] if is_favourite else kept
    text = json.dumps(found, indent=1)
    write_whole(path, lambda half: half.write_text(text, encoding="utf-8"))


def _read(path: Path) -> dict[str, list[str]]:
    """Return all favourites by type of job.

    Raises:
        DataError: There are some that cannot be read: to write anew would lose them.
    """
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(path) from error
    if not isinstance(found, dict) or not all(map(_is_list_of_ids, found.values())):
        raise _unreadable(path)
    return found


def _is_list_of_ids(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _unreadable(path: Path) -> DataError:
    return DataError(
        tr("The favourites in {path} cannot be read.", path=path),
        hint=tr("Mend the file, or move it away to begin anew."),
    )
