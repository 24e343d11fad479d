"""A server on this computer that speaks the OpenAI protocol: Ollama, LM Studio, llama.cpp."""

from __future__ import annotations

import ipaddress

from queue_core.components.component import Component, ComponentKind
from queue_core.components.generators.common_parameters import COMMON_PARAMETERS

COMPONENTS = (
    Component(
        id="openai_server",
        kind=ComponentKind.GENERATOR,
        title="Model server on this computer",
        description="A model behind Ollama, LM Studio, llama.cpp or another server that speaks "
        "the OpenAI protocol.",
        factory=f"{__name__}.openai_server_generator:OpenAIServer",
        schema={
            "type": "object",
            "properties": {
                **COMMON_PARAMETERS,
                "base_url": {
                    "type": "string",
                    "default": "http://127.0.0.1:11434/v1",
                    "description": "Its address. Ollama: port 11434, LM Studio: 1234, llama.cpp: "
                    "8080; then /v1.",
                },
                "context_tokens": {
                    "type": "integer", "minimum": 256, "default": 4096, "advanced": True,
                    "description": "How much of the conversation the model can hold in mind.",
                },
                "timeout_s": {
                    "type": "number", "exclusiveMinimum": 0, "default": 300, "advanced": True,
                    "description": "How long to wait for the next piece, in seconds.",
                },
                "key_variable": {
                    "type": ["string", "null"], "default": None, "advanced": True,
                    "description": "Environment variable that holds the server's key, if it wants "
                    "one; the key itself is stored nowhere.",
                },
                "allow_remote": {
                    "type": "boolean", "default": False, "advanced": True,
                    "description": "Allow a server on another computer; data leaves this one.",
                },
            },
        },
        tasks=("text_generation",),
        options={"model": "name", "model_help": "Its name there; empty: the first one."},
    ),
)  # fmt: skip


def _is_this_computer(host: str) -> bool:
    """Return whether an address never leaves this computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
