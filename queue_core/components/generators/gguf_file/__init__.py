"""A GGUF model file, run in this process by llama.cpp."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.generators.common_parameters import COMMON_PARAMETERS

COMPONENTS = (
    Component(
        id="gguf_file",
        kind=ComponentKind.GENERATOR,
        title="GGUF model file",
        description="A model file on this computer, run by llama.cpp; nothing leaves it.",
        factory=f"{__name__}.gguf_file_generator:GgufFile",
        schema={
            "type": "object",
            "properties": {
                **COMMON_PARAMETERS,
                "context_tokens": {
                    "type": "integer", "minimum": 128, "default": 4096, "advanced": True,
                    "description": "How much of the conversation the model can hold in mind.",
                },
                "threads": {
                    "type": ["integer", "null"], "minimum": 1, "default": None, "advanced": True,
                    "description": "How many processors work; empty: all.",
                },
                "gpu_layers": {
                    "type": "integer", "minimum": -1, "default": 0, "advanced": True,
                    "description": "How many layers the graphics card takes; -1: all.",
                },
            },
        },
        tasks=("text_generation",),
        extra="generate",
        package="llama_cpp",
        options={"model": "path", "model_help": "The .gguf file."},
    ),
)  # fmt: skip
