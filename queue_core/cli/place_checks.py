"""The check of `doctor` for the places where jobs may run."""

from __future__ import annotations

from collections.abc import Iterator

from queue_core.cli.finding import Finding, Verdict
from queue_core.paths import LocalFolder
from queue_core.places.configuration import PlaceConfig, read_places
from queue_core.places.looking import look_at, look_at_storage
from queue_core.settings.store import Settings


def check_places(folder: LocalFolder) -> Iterator[Finding]:
    """Do the other places where jobs may run answer, and can their storage be written?"""
    places, problems = read_places(Settings.load(folder.settings).places)
    for problem in problems:
        yield Finding("places", Verdict.WARNING, problem, "The place is not used.")
    for place in places:
        yield from _check(place, folder)


def _check(place: PlaceConfig, folder: LocalFolder) -> Iterator[Finding]:
    title = f"place {place.name}"
    look = look_at(place)
    if look.problem:
        yield Finding(title, Verdict.WARNING, look.problem, "Jobs for it wait until it answers.")
    else:
        usable = [node for node in look.nodes if node.is_usable]
        cores = sum(node.cores for node in usable)
        verdict = Verdict.GOOD if usable else Verdict.WARNING
        yield Finding(
            title, verdict, f"{len(usable)} of {len(look.nodes)} machines take jobs, with {cores} "
            "cores.",
        )  # fmt: skip
    problem, hint = look_at_storage(place, folder)
    if problem:
        yield Finding(title, Verdict.WARNING, problem, hint)
