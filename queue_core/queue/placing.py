"""Whether a job can run at the place that it is put for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from queue_core.errors import JobQueueError
from queue_core.paths import LocalFolder
from queue_core.places.configuration import find_place, read_places
from queue_core.queue.values import JobOptions
from queue_core.settings.store import Settings

if TYPE_CHECKING:
    from queue_core.jobs.base import BaseJob


def placed(folder: LocalFolder, job: BaseJob, options: JobOptions) -> JobOptions:
    """Return the options with the full name of their place.

    Raises:
        JobQueueError: There is no such place, or this job cannot run there.
    """
    if not options.place:
        return replace(options, place=None) if options.place is not None else options
    places, problems = read_places(Settings.load(folder.settings).places)
    place = find_place(places, options.place)
    if place is None:
        known = ", ".join(found.name for found in places) or "none is set"
        raise JobQueueError(
            f"The settings have no place named {options.place} (known: {known}).",
            hint=problems[0] if problems else f"Add it to {folder.settings}.",
        )
    if type(job).needs_library and not place.shares_folder:
        raise JobQueueError(
            f"{type(job).__name__} works with the datasets and results of this computer, which "
            f"{place.name} does not see.",
            hint="Run it here; or let the place share the folder, and say so in the settings: "
            "shares_folder = true.",
        )
    return replace(options, place=place.name)


def own_code(folder: LocalFolder, job: BaseJob, place_name: str | None) -> tuple[str, ...]:
    """Return the folders of code that a job brings to a place which does not see them."""
    if not place_name:
        return ()
    place = find_place(read_places(Settings.load(folder.settings).places)[0], place_name)
    if place is None or not place.is_remote:
        return ()
    return tuple(str(path) for path in job.code_folders())
