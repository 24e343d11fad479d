"""The components that somebody likes best, by type of job: they stand first in every form."""

from __future__ import annotations

from pathlib import Path

from shiboken6 import isValid

from gui.bridge import Bridge
from gui.i18n import tr
from gui.submit.component_list import ComponentList
from gui.submit.kept_file import changing, read_kept
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
        # On any thread: `changing` lets one change the file at a time.
        change = bridge.call(
            keep_favourite, bridge.folder, task_type, component_id, is_favourite=is_favourite
        )
        bridge.start(change, what=tr("Keeping a favourite"))

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
    with changing(folder.monitor / FILE, _read) as found:
        kept = [known for known in found.get(task_type, ()) if known != component_id]
        found[task_type] = [*kept, component_id] if is_favourite else kept


def _read(path: Path) -> dict[str, list[str]]:
    """Return all favourites by type of job.

    Raises:
        DataError: There are some that cannot be read.
    """
    said = tr("The favourites in {path} cannot be read.", path=path)
    return read_kept(path, _is_list_of_ids, said)


def _is_list_of_ids(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
