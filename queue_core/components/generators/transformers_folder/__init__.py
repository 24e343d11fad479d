"""A model folder in the format of Hugging Face, run in this process by transformers."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.generators.common_parameters import COMMON_PARAMETERS

COMPONENTS = (
    Component(
        id="transformers_folder",
        kind=ComponentKind.GENERATOR,
        title="Transformers model folder",
        description="A model folder on this computer, run by transformers; nothing leaves it.",
        factory=f"{__name__}.transformers_folder_generator:TransformersFolder",
        schema={"type": "object", "properties": COMMON_PARAMETERS},
        tasks=("text_generation",),
        extra="transformers",
        package="transformers",
        options={"model": "folder", "model_help": "The folder with config.json."},
    ),
)
