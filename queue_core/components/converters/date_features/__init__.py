"""Dates as numbers that a model can use."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind

DATE_PARTS = {
    "year": "year({0})",
    "quarter": "quarter({0})",
    "month": "month({0})",
    "week": "week({0})",
    "day": "day({0})",
    "weekday": "isodow({0})",
    "day_of_year": "dayofyear({0})",
    "is_weekend": "isodow({0}) >= 6",
    "is_month_end": "day({0}) = day(last_day({0}))",
}
TIME_PARTS = {"hour": "hour({0})", "minute": "minute({0})", "second": "second({0})"}
ELAPSED = "days_since_first"
PARTS = (*DATE_PARTS, *TIME_PARTS, ELAPSED)

COMPONENTS = (
    Component(
        id="date_features",
        kind=ComponentKind.CONVERTER,
        title="Date to features",
        description="Turns dates and times into numbers such as year, month, weekday and hour.",
        factory=f"{__name__}.date_features_converter:DateFeatures",
        schema={
            "type": "object",
            "properties": {
                "parts": {
                    "type": "array",
                    "items": {"type": "string", "enum": list(PARTS)},
                    "minItems": 1,
                    "default": ["year", "month", "day", "weekday", "hour"],
                    "description": "What to take from the dates; hours only where there are any.",
                },
                "cyclic": {
                    "type": "boolean",
                    "default": False,
                    "description": "Sine and cosine instead of numbers: December is near January.",
                },
                "keep_original": {
                    "type": "boolean",
                    "default": False,
                    "description": "Keep the dates too.",
                },
            },
        },
        column_types=("date", "datetime", "time"),
    ),
)
