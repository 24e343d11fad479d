"""The parameters that every generator takes."""

from __future__ import annotations

from typing import Any

# What every generator takes; each adds its own behind.
COMMON_PARAMETERS: dict[str, Any] = {
    "temperature": {
        "type": "number", "minimum": 0, "maximum": 2, "default": 0.7,
        "description": "0 always takes the likeliest word; higher is more varied.",
    },
    "top_p": {
        "type": "number", "exclusiveMinimum": 0, "maximum": 1, "default": 0.95,
        "description": "Only the likeliest words that make up this share are drawn from.",
    },
    "max_tokens": {
        "type": "integer", "minimum": 1, "maximum": 1_000_000, "default": 512,
        "description": "Longest answer, in tokens (about four letters each).",
    },
    "seed": {
        "type": "integer", "minimum": 0, "maximum": 2**31 - 1, "default": 0,
        "description": "The same seed gives the same answer, where the model allows it.",
    },
    "stop": {
        "type": "array", "items": {"type": "string"}, "default": [], "advanced": True,
        "description": "The answer ends where one of these texts would come.",
    },
}  # fmt: skip
