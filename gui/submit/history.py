"""How long like jobs took on this computer."""

from __future__ import annotations

from statistics import median

from gui.bridge import Bridge
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobFilter

MOST_LOOKED_AT = 200


async def usual_durations_s(
    bridge: Bridge, task_type: str, component_field: str
) -> dict[str, float]:
    """Return how long finished jobs of a type took, by their component, in seconds."""
    where = JobFilter(statuses=frozenset({JobStatus.FINISHED}), task_types=frozenset({task_type}))
    found = await bridge.ask(lambda queue: queue.list(where, limit=MOST_LOOKED_AT))
    times: dict[str, list[float]] = {}
    for record in found:
        span = record.duration()
        if span is not None:
            component = str(record.params.get(component_field) or "")
            times.setdefault(component, []).append(span.total_seconds())
    return {component: median(spans) for component, spans in times.items()}
