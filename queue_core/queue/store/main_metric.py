"""What a trained model is judged by: the first of the `metrics` that a job's result names.

It is stored in the row, so that a million jobs can be sorted by it and no list opens their results.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import Final

from queue_core.queue.store.stored import storable

# A result that names its metrics is short; a long one is not parsed only to see whether it does.
_LONGEST_RESULT: Final = 64 << 10
_LONGEST_NAME: Final = 80

# For the jobs of earlier versions, whose results have always named them.
_OF_RESULT: Final = "FROM json_each(task_copy.result, '$.metrics') LIMIT 1"
FILL_IN: Final = (
    f"UPDATE task_copy SET metric = (SELECT key {_OF_RESULT}), metric_value = (SELECT CASE WHEN "
    f"type IN ('integer', 'real') THEN value END {_OF_RESULT}) WHERE task_type = 'ModelJob' "
    "AND status = 'finished' AND metric IS NULL "
    "AND CASE WHEN json_valid(result) THEN json_type(result, '$.metrics') = 'object' END"
)


def main_metric(result_json: str | None) -> tuple[str | None, float | None]:
    """Return name and value of the main metric of a result; None twice where it names none."""
    if not result_json or len(result_json) > _LONGEST_RESULT or '"metrics"' not in result_json:
        return None, None
    try:
        result = json.loads(result_json)
        metrics = result.get("metrics") if isinstance(result, dict) else None
        name, value = next(iter(metrics.items())) if isinstance(metrics, dict) else ("", None)
        number = float(value) if isinstance(value, int | float) else float("nan")
    except (ValueError, OverflowError, RecursionError, StopIteration):
        return None, None
    if isinstance(value, bool) or not isfinite(number):
        return None, None
    return storable(name, _LONGEST_NAME), number
