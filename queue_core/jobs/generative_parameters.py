"""What a generative job can be told, as a JSON Schema object."""

from __future__ import annotations

from typing import Any

GENERATIVE_PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "session_id": {
            "type": ["integer", "null"],
            "title": "Conversation",
            "format": "generative-session",
            "default": None,
            "description": "The conversation to go on with; empty: a new one.",
        },
        "generator": {
            "type": "string",
            "title": "Model kind",
            "format": "generator",
            "default": "openai_server",
            "description": "What runs the model.",
        },
        "model": {
            "type": ["string", "null"],
            "title": "Model",
            "default": None,
            "description": "The model's file or folder, or its name on the server (empty: the "
            "server's first).",
        },
        "prompt": {
            "type": "string",
            "title": "Prompt",
            "format": "multiline",
            "description": "What to ask; with a dataset, columns as {name}.",
        },
        "system_prompt": {
            "type": ["string", "null"],
            "title": "System prompt",
            "format": "multiline",
            "default": None,
            "description": "What the model is told before all else: its part, its tone.",
        },
        "dataset_id": {
            "type": ["integer", "null"],
            "title": "For each row of",
            "format": "dataset",
            "default": None,
            "description": "Ask about each row of a dataset; the answers are a new column of a "
            "new dataset.",
        },
        "column": {
            "type": "string",
            "title": "New column",
            "default": "response",
            "depends-on": "dataset_id",
            "description": "What to call the column of answers.",
        },
        "limit": {
            "type": ["integer", "null"],
            "title": "Rows",
            "minimum": 1,
            "default": None,
            "depends-on": "dataset_id",
            "description": "Only the first rows, this many; empty: all.",
        },
        "params": {
            "type": "object",
            "title": "Parameters",
            "default": {},
            "description": "Temperature, length and others, by the kind of model.",
        },
        "name": {
            "type": ["string", "null"],
            "title": "Name",
            "default": None,
            "description": "What to call the exchange.",
        },
    },
    "required": ["prompt"],
}
