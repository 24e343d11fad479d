"""What a generator is: a loaded model that continues a conversation, piece by piece."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from queue_core.components.component import Component
from queue_core.components.json_data import JsonMapping
from queue_core.components.progress import ProgressReporter
from queue_core.errors import JobError

CHARACTERS_PER_TOKEN = 4
# What a message costs beside its text, in the templates of common models.
TOKENS_PER_MESSAGE = 8


class Role(StrEnum):
    """Who says a message; the words of the chat formats."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True)
class Message:
    """A part of a conversation."""

    role: Role
    text: str

    def to_json(self) -> dict[str, str]:
        """Return it in the form of the chat formats."""
        return {"role": self.role.value, "content": self.text}


@dataclass(frozen=True)
class Usage:
    """What an answer took.

    Attributes:
        prompt_tokens: Tokens that the model read; None where it does not tell.
        response_tokens: Tokens that it wrote; None where it does not tell.
        ended_by: Why it stopped: `stop`, or `length` where the limit of tokens was reached.
    """

    prompt_tokens: int | None = None
    response_tokens: int | None = None
    ended_by: str | None = None


class GeneratorUnavailableError(JobError):
    """The model cannot answer anything at all: the server is gone, the file is not there."""


class Generator(ABC):
    """A loaded model; a context manager that lets go of it.

    Attributes:
        component: What it is.
        model: The model's file, folder, or name on a server.
        params: Its parameters, complete and checked.
        usage: What the last answer took; complete when its stream has ended.
    """

    def __init__(self, component: Component, model: str, params: JsonMapping) -> None:
        self.component = component
        self.model = model
        self.params = dict(params)
        self.usage = Usage()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @abstractmethod
    def load(self, reporter: ProgressReporter) -> None:
        """Make the model ready.

        Raises:
            GeneratorUnavailableError: It is not there or cannot be used.
        """

    @abstractmethod
    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Yield the answer to *messages* in pieces, as they come.

        Raises:
            GeneratorUnavailableError: The model is gone.
            JobError: It cannot answer this.
        """

    @property
    @abstractmethod
    def context_tokens(self) -> int:
        """How many tokens the model can hold in mind: conversation and answer."""

    def count_tokens(self, text: str) -> int:
        """Return about how many tokens *text* is."""
        return len(text) // CHARACTERS_PER_TOKEN + 1

    def close(self) -> None:  # noqa: B027 - optional
        """Let go of the model."""

    @property
    def model_name(self) -> str:
        """The model's name for people."""
        return self.model
