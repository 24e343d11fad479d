"""The plainest forecasts: they learn nothing, and every other model has to beat them."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.json_data import JsonObject
from queue_core.components.models.tasks import Task

_HOME = "queue_core.components.models.training.naive"


def _baseline(
    name: str, title: str, description: str, properties: JsonObject | None = None,
    from_series: dict[str, str] | None = None,
) -> Component:  # fmt: skip
    return Component(
        id=name,
        kind=ComponentKind.MODEL,
        title=title,
        description=description,
        factory=f"{_HOME}:{name}",
        schema={
            "type": "object",
            "properties": properties or {},
            "additionalProperties": False,
        },
        tasks=(Task.FORECASTING.value,),
        options={"profile": "lags", "featured": True, "from_series": from_series or {}},
    )


COMPONENTS = (
    _baseline("NaiveForecast", "Naive forecast", "Repeats the last value."),
    _baseline(
        "SeasonalNaiveForecast",
        "Seasonal naive forecast",
        "Repeats the value one season ago.",
        {
            "period": {
                "type": ["integer", "null"],
                "default": None,
                "minimum": 1,
                "maximum": 400,
                "description": "Steps in a season; the session's if empty.",
            }
        },
        {"period": "period"},
    ),
    _baseline(
        "MovingAverageForecast",
        "Moving average forecast",
        "Repeats the mean of the last values.",
        {
            "window": {
                "type": "integer",
                "default": 3,
                "minimum": 1,
                "maximum": 500,
                "search": {"low": 1, "high": 12, "log": False},
                "description": "How many values are averaged.",
            }
        },
    ),
    _baseline(
        "DriftForecast",
        "Drift forecast",
        "Goes on along the line from the oldest past value to the newest.",
    ),
)
