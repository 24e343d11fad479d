"""What a `GenerativeJob` can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from queue_core.jobs.requests.request import Request, hidden, parameter


@dataclass(frozen=True, kw_only=True)
class GenerativeRequest(Request):
    """An exchange with a model, or a batch; `generative_process_id` alone names a stored one."""

    OWNER: ClassVar[str] = "GenerativeJob"

    session_id: int | None = parameter(
        "The conversation to go on with; empty: a new one.",
        title="Conversation", format="generative-session",
    )  # fmt: skip
    generator: str = parameter(
        "What runs the model.", title="Model kind", format="generator", default="",
        starts_as="openai_server",
    )  # fmt: skip
    model: str | None = parameter(
        "The model's file or folder, or its name on the server (empty: the server's first).",
        title="Model",
    )  # fmt: skip
    prompt: str = parameter(
        "What to ask; with a dataset, columns as {name}.",
        title="Prompt", format="multiline", default="", is_required=True,
    )  # fmt: skip
    system_prompt: str | None = parameter(
        "What the model is told before all else: its part, its tone.",
        title="System prompt", format="multiline",
    )  # fmt: skip
    dataset_id: int | None = parameter(
        "Ask about each row of a dataset; the answers are a new column of a new dataset.",
        title="For each row of", format="dataset",
    )  # fmt: skip
    column: str = parameter(
        "What to call the column of answers.",
        title="New column", default="response", depends_on="dataset_id",
    )  # fmt: skip
    limit: int | None = parameter(
        "Only the first rows, this many; empty: all.",
        title="Rows", minimum=1, depends_on="dataset_id",
    )  # fmt: skip
    params: Mapping[str, Any] = parameter(
        "Temperature, length and others, by the kind of model.", title="Parameters", default={}
    )
    name: str | None = parameter("What to call the exchange.", title="Name")
    generative_process_id: int | None = hidden()
    process_id: int | None = hidden()
