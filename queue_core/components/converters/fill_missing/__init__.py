"""Missing values filled in, and extreme ones brought back."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind

LEARNED = {
    "mean": "avg(CAST({0} AS DOUBLE))",
    "median": "median({0})",
    "minimum": "min({0})",
    "maximum": "max({0})",
}
MOST_FREQUENT = "most_frequent"
BY_ORDER = ("previous", "next", "interpolate")
_PLAIN = ("number", "text", "category", "boolean", "date", "datetime", "time")

COMPONENTS = (
    Component(
        id="fill_missing",
        kind=ComponentKind.CONVERTER,
        title="Fill missing values",
        description="Fills missing values with a mean, a constant, the value before, …",
        factory=f"{__name__}.fill_missing_converter:FillMissing",
        schema={
            "type": "object",
            "properties": {
                "strategy": {
                    "type": "string",
                    "enum": [MOST_FREQUENT, *LEARNED, *BY_ORDER, "constant"],
                    "default": MOST_FREQUENT,
                    "description": "With what: learned from the values there, the value before "
                    "or after, a line between them, or a constant.",
                },
                "value": {
                    "type": ["string", "null"],
                    "default": None,
                    "depends-on": {"strategy": "constant"},
                    "description": "The constant.",
                },
            },
        },
        column_types=_PLAIN,
    ),
    Component(
        id="clip_outliers",
        kind=ComponentKind.CONVERTER,
        title="Clip outliers",
        description="Brings numbers beyond two quantiles back to them, or makes them missing.",
        factory=f"{__name__}.fill_missing_converter:ClipOutliers",
        schema={
            "type": "object",
            "properties": {
                "lower": {
                    "type": "number", "minimum": 0, "maximum": 1, "default": 0.01,
                    "description": "Quantile of the lower limit.",
                },
                "upper": {
                    "type": "number", "minimum": 0, "maximum": 1, "default": 0.99,
                    "description": "Quantile of the upper limit.",
                },
                "action": {
                    "type": "string",
                    "enum": ["clip", "missing"],
                    "enum-titles": ["bring them back to the limit", "make them missing"],
                    "default": "clip",
                    "description": "What to do with values beyond the limits.",
                },
            },
        },
        column_types=("number",),
    ),
)  # fmt: skip
