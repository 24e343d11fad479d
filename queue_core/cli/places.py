"""`dashai-monitor places`: where jobs may run, what is free there, and what runs there."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

from queue_core.cli.output import clean
from queue_core.cli.queue_access import open_queue
from queue_core.cli.terminal import Terminal, format_bytes
from queue_core.errors import ParameterError
from queue_core.paths import LocalFolder
from queue_core.places.configuration import PlaceConfig, find_place, read_places
from queue_core.places.looking import Look, look_at
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import JobFilter
from queue_core.settings.store import Settings

_ACTIVE = frozenset({JobStatus.NOT_STARTED, JobStatus.STARTED})


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("names", metavar="PLACE", nargs="*", help="only these; else all")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print each place with its machines; return 1 where one does not answer."""
    settings = LocalFolder.resolve().settings
    places, problems = read_places(Settings.load(settings).places)
    for problem in problems:
        terminal.note(clean(problem))
    chosen = [_find(places, name) for name in arguments.names] or list(places)
    if not chosen and not terminal.json:
        terminal.note(f"No place is set: jobs run on this computer. Add one to {settings}.")
        return 0
    with ThreadPoolExecutor(max_workers=8) as pool:
        looks = list(pool.map(look_at, chosen))
    with open_queue() as queue:
        jobs = [job for job in queue.list(JobFilter(statuses=_ACTIVE)) if job.place]
    if terminal.json:
        terminal.document([_plain(look, jobs) for look in looks])
    for look in () if terminal.json else looks:
        _print(look, jobs, terminal)
    return 1 if problems or any(look.problem for look in looks) else 0


def _find(places: tuple[PlaceConfig, ...], name: str) -> PlaceConfig:
    place = find_place(places, name)
    if place is None:
        raise ParameterError(
            f"The settings have no place named {name}.",
            hint=f"They have {', '.join(found.name for found in places) or 'none'}.",
        )
    return place


def _plain(look: Look, jobs: Sequence[JobRecord]) -> dict[str, object]:
    here = [job for job in jobs if job.place == look.config.name]
    return {
        "name": look.config.name,
        "problem": look.problem or None,
        "nodes": [asdict(node) for node in look.nodes],
        "jobs": [
            {"id": job.id, "status": job.status.value, "node": job.node, "note": job.place_note}
            for job in here
        ],
    }


def _print(look: Look, jobs: Sequence[JobRecord], terminal: Terminal) -> None:
    here = [job for job in jobs if job.place == look.config.name]
    runs = [job for job in here if job.status is JobStatus.STARTED]
    terminal.line(
        f"{terminal.paint(look.config.name, 'bold')}  {len(runs)} of your jobs run there, "
        f"{len(here) - len(runs)} wait for it"
    )
    if look.problem:
        terminal.line(terminal.paint(f"  {clean(look.problem)}", "red"))
    elif not look.nodes:
        terminal.line("  It has no machine.")
    else:
        at = Counter(job.node for job in runs)
        rows = [
            (
                node.name, node.state, f"{node.free_cores} of {node.cores}",
                f"{format_bytes(node.free_memory_bytes)} of {format_bytes(node.memory_bytes)}"
                if node.memory_bytes else "",
                f"{node.free_gpus} of {node.gpus}" if node.gpus else "",
                str(at[node.name] or ""),
            )
            for node in look.nodes
        ]  # fmt: skip
        terminal.table(
            ("MACHINE", "STATE", "FREE CORES", "FREE MEMORY", "FREE GPUS", "YOUR JOBS"), rows
        )
    for job in here:
        if job.place_note:
            terminal.line(f"  {job.id[:13]}  {clean(job.job_name)}: {clean(job.place_note)}")
