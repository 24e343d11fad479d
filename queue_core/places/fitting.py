"""Whether a demand fits on the machines of a place, and what is missing if it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from queue_core.places.contract import Demand, Node


def why_not(nodes: Sequence[Node], demand: Demand, soon: Sequence[Demand] = ()) -> str | None:
    """Return why no machine has room for *demand*, one sentence; None where one has.

    Args:
        nodes: The machines.
        demand: What is asked for.
        soon: What will be taken first: each by the first machine with room for it.
    """
    usable = [node for node in nodes if node.is_usable]
    if not usable:
        states = ", ".join(sorted({node.state for node in nodes})) or "none is there"
        return f"No machine takes jobs ({states})."
    if not any(_fits(_emptied(node), demand) for node in usable):
        return f"No machine is large enough for {shown(demand)}."
    left = list(usable)
    for other in soon:
        place = next((i for i, node in enumerate(left) if _fits(node, other)), None)
        if place is not None:
            left[place] = _less(left[place], other)
    if any(_fits(node, demand) for node in left):
        return None
    free = max(node.free_cores for node in left)
    return f"No machine has room for {shown(demand)} now; the most free cores on one are {free}."


def shown(demand: Demand) -> str:
    """Return a demand as people read it."""
    cores = "1 core" if demand.cores == 1 else f"{demand.cores} cores"
    # Whole sentences' ends, so that each is translated as one.
    gibibytes = f"{demand.memory_bytes / (1 << 30):.3g}"
    match (demand.memory_bytes > 0, demand.gpus):
        case (False, 0):
            return cores
        case (True, 0):
            return f"{cores} and {gibibytes} GiB of memory"
        case (False, 1):
            return f"{cores} and 1 GPU"
        case (False, gpus):
            return f"{cores} and {gpus} GPUs"
        case (_, 1):
            return f"{cores}, {gibibytes} GiB of memory and 1 GPU"
    return f"{cores}, {gibibytes} GiB of memory and {demand.gpus} GPUs"


def _fits(node: Node, demand: Demand) -> bool:
    return (
        node.free_cores >= demand.cores
        and (not demand.memory_bytes or node.free_memory_bytes >= demand.memory_bytes)
        and node.free_gpus >= demand.gpus
    )


def _emptied(node: Node) -> Node:
    return replace(
        node, free_cores=node.cores, free_memory_bytes=node.memory_bytes, free_gpus=node.gpus
    )


def _less(node: Node, demand: Demand) -> Node:
    return replace(
        node,
        free_cores=node.free_cores - demand.cores,
        free_memory_bytes=node.free_memory_bytes - demand.memory_bytes,
        free_gpus=node.free_gpus - demand.gpus,
    )
