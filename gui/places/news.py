"""What is known of a place, as the page shows it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from gui.format import format_bytes, format_count, format_duration, format_percent
from gui.i18n import tr, tr_plural, translate_message
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


def machine_table(news: PlaceNews) -> tuple[list[str], list[list[str]]]:
    """Return the headings and rows of the machines; a column that says nothing is left out."""
    look = news.look
    nodes = [] if look is None else list(look.nodes)
    mine: dict[str, int] = {}
    for record in news.jobs.records:
        if record.node:
            mine[record.node] = mine.get(record.node, 0) + 1
    columns = [
        (tr("Machine"), [node.name for node in nodes]),
        (tr("State"), [node_state(node) for node in nodes]),
        (tr("Your jobs"), [format_count(mine[n.name]) if n.name in mine else "" for n in nodes]),
        (tr("In use"), [_load(node) for node in nodes]),
        (tr("Free cores"), [_of(node.free_cores, node.cores) for node in nodes]),
        (
            tr("Free memory"),
            [
                _between(format_bytes(node.free_memory_bytes), format_bytes(node.memory_bytes))
                if node.memory_bytes else "" for node in nodes
            ],
        ),
        (tr("Free GPUs"), [_of(node.free_gpus, node.gpus) if node.gpus else "" for node in nodes]),
    ]  # fmt: skip
    shown = [(title, cells) for title, cells in columns if any(cells)]
    rows = [list(cells) for cells in zip(*(cells for _, cells in shown), strict=True)]
    return [title for title, _ in shown], rows


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


def waiting_reason(note: str | None) -> str:
    """Return why a job waits for its place, or what there is to say of it there."""
    return translate_message(note or "")


def _load(node: Node) -> str:
    """Return how much of a machine is held; nothing where it takes no jobs."""
    if not node.cores or not node.is_usable:
        return ""
    return format_percent((node.cores - node.free_cores) / node.cores)


def _of(free: int, whole: int) -> str:
    return _between(format_count(free), format_count(whole))


def _between(free: str, whole: str) -> str:
    return tr("{free} of {all}", free=free, all=whole)
