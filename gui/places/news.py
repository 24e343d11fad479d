"""What is known of a place, as the page shows it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gui.format import format_bytes, format_count, format_duration, format_percent
from gui.i18n import tr, tr_plural
from queue_core.places.configuration import PlaceConfig
from queue_core.places.contract import Node
from queue_core.places.looking import Look
from queue_core.queue.place_jobs import PlaceJobs

# A silence is told in steps of this, from this on.
SHORT_S = 10.0


@dataclass(frozen=True)
class PlaceNews:
    """What is known of a place.

    Attributes:
        config: The place.
        look: What it has said last; None until it was asked.
        answered_s: When it has last answered, by the steady clock; None where it never has.
        asked_s: When it was first asked.
        storage: What is wrong with its storage, and what to do.
        jobs: What of ours runs there and waits for it.
    """

    config: PlaceConfig
    look: Look | None = None
    answered_s: float | None = None
    asked_s: float = field(default_factory=time.monotonic)
    storage: tuple[str, str] = ("", "")
    jobs: PlaceJobs = field(default_factory=PlaceJobs)

    @property
    def is_silent(self) -> bool:
        """Whether it was asked and has not answered."""
        return self.look is not None and bool(self.look.problem)


def state_of(news: PlaceNews) -> tuple[str, str, str]:
    """Return the state of a place: a word, its icon, and the role of its colour."""
    if news.look is None:
        return tr("Asking…"), "not_started", "muted"
    if not news.is_silent:
        if news.look.usable and not news.storage[0]:
            return tr("Reachable"), "finished", "finished"
        if news.look.usable:
            return tr("Its storage has a problem"), "warning", "killed"
        return tr("Takes no jobs now"), "warning", "killed"
    since_s = time.monotonic() - (news.asked_s if news.answered_s is None else news.answered_s)
    if since_s < SHORT_S:
        return tr("No answer"), "error", "error"
    since = format_duration(since_s // SHORT_S * SHORT_S)
    return tr("No answer for {time}", time=since), "error", "error"


def summary_of(look: Look) -> str:
    """Return what is free at a place, in one line."""
    usable = look.usable
    if not look.nodes:
        return tr("It has no machine.")
    machines = tr_plural(
        "{usable} of {count} machine takes jobs", "{usable} of {count} machines take jobs",
        len(look.nodes), usable=format_count(len(usable)),
    )  # fmt: skip
    parts = [machines]
    cores = sum(node.cores for node in usable)
    if cores:
        free = sum(node.free_cores for node in usable)
        parts.append(
            tr("{free} of {all} cores free", free=format_count(free), all=format_count(cores))
        )
    memory = sum(node.memory_bytes for node in usable)
    if memory:
        free_bytes = sum(node.free_memory_bytes for node in usable)
        parts.append(
            tr("{free} of {all} memory free", free=format_bytes(free_bytes),
               all=format_bytes(memory))
        )  # fmt: skip
    gpus = sum(node.gpus for node in usable)
    if gpus:
        free = sum(node.free_gpus for node in usable)
        parts.append(
            tr("{free} of {all} GPUs free", free=format_count(free), all=format_count(gpus))
        )
    return " · ".join(parts)


@dataclass(frozen=True)
class Machine:
    """A line of the table of machines.

    Attributes:
        node: What the place says of it.
        jobs: How many jobs of ours run there.
    """

    node: Node
    jobs: int = 0


def machines_of(news: PlaceNews) -> list[Machine]:
    """Return the machines of a place."""
    nodes = () if news.look is None else news.look.nodes
    return [Machine(node, news.jobs.by_node.get(node.name, 0)) for node in nodes]


Column = tuple[str, Callable[[Machine], str]]


def machine_columns(machines: Sequence[Machine]) -> list[Column]:
    """Return what is said of machines: a heading and what makes the text of each.

    Texts are made as they are seen: of a thousand machines most are not.
    """
    columns: list[Column] = [
        (tr("Machine"), lambda machine: machine.node.name),
        (tr("State"), lambda machine: node_state(machine.node)),
    ]
    if any(machine.jobs for machine in machines):
        columns.append(
            (tr("Your jobs"), lambda machine: format_count(machine.jobs) if machine.jobs else "")
        )
    if any(machine.node.is_usable for machine in machines):
        columns.append((tr("In use"), lambda machine: _use(machine.node)))
    columns.append(
        (tr("Free cores"), lambda machine: _of(machine.node.free_cores, machine.node.cores))
    )
    if any(machine.node.memory_bytes for machine in machines):
        columns.append((tr("Free memory"), lambda machine: _memory(machine.node)))
    if any(machine.node.gpus for machine in machines):
        columns.append(
            (tr("Free GPUs"), lambda machine: _of(machine.node.free_gpus, machine.node.gpus))
        )
    return columns


def node_state(node: Node) -> str:
    """Return what a machine's place says of it, in words where we know these."""
    word = node.state.rstrip("*")
    known = {
        "idle": tr("idle"), "mixed": tr("partly busy"), "allocated": tr("busy"),
        "completing": tr("ending a job"), "down": tr("down"), "drained": tr("drained"),
        "draining": tr("draining"), "alive": tr("alive"), "dead": tr("dead"),
        "unknown": tr("unknown"), "maint": tr("in maintenance"), "reserved": tr("reserved"),
    }  # fmt: skip
    shown = known.get(word, word)
    # SLURM's own sign for a machine that does not answer its controller.
    return tr("{state}, does not answer", state=shown) if node.state.endswith("*") else shown


def _use(node: Node) -> str:
    """Return how much of a machine is held; nothing where it takes no jobs."""
    if not node.cores or not node.is_usable:
        return ""
    return format_percent((node.cores - node.free_cores) / node.cores)


def _memory(node: Node) -> str:
    if not node.memory_bytes:
        return ""
    return _between(format_bytes(node.free_memory_bytes), format_bytes(node.memory_bytes))


def _of(free: int, whole: int) -> str:
    return _between(format_count(free), format_count(whole)) if whole else ""


def _between(free: str, whole: str) -> str:
    return tr("{free} of {all}", free=free, all=whole)
