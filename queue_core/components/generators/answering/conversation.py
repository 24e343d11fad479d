"""What of a conversation a model is given: as much of its end as fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from queue_core.components.generators.answering.generator import (
    TOKENS_PER_MESSAGE,
    Generator,
    Message,
    Role,
)
from queue_core.errors import DataError


@dataclass(frozen=True)
class Exchange:
    """A prompt and its answer."""

    prompt: str
    response: str


@dataclass(frozen=True)
class Fitted:
    """What the model is given.

    Attributes:
        messages: System prompt, the newest exchanges that fit, and the prompt.
        forgotten: How many of the oldest exchanges did not fit.
    """

    messages: tuple[Message, ...]
    forgotten: int


def fit_conversation(
    generator: Generator,
    prompt: str,
    *,
    system_prompt: str = "",
    history: Sequence[Exchange] = (),
) -> Fitted:
    """Return the messages for *prompt*, leaving room for the answer.

    Args:
        generator: Counts tokens and knows its limits.
        prompt: What is asked now.
        system_prompt: What the model is told before all else.
        history: The exchanges so far, oldest first.

    Raises:
        DataError: Not even the prompt fits.
    """
    answer = min(int(generator.params["max_tokens"]), generator.context_tokens // 2)
    room = generator.context_tokens - answer
    opening = (Message(Role.SYSTEM, system_prompt),) if system_prompt.strip() else ()
    question = Message(Role.USER, prompt)
    room -= sum(_cost(generator, message) for message in (*opening, question))
    if room < 0:
        raise DataError(
            f"The prompt is longer than the model can hold in mind "
            f"({generator.context_tokens:,} tokens, of which {answer:,} are for the answer).",
            hint="Shorten it, or set more context tokens if the model allows them.",
        )
    kept: list[Message] = []
    for number, exchange in enumerate(reversed(history)):
        pair = (Message(Role.USER, exchange.prompt), Message(Role.ASSISTANT, exchange.response))
        room -= sum(_cost(generator, message) for message in pair)
        if room < 0:
            return Fitted((*opening, *kept, question), len(history) - number)
        kept[:0] = pair
    return Fitted((*opening, *kept, question), 0)


def _cost(generator: Generator, message: Message) -> int:
    return generator.count_tokens(message.text) + TOKENS_PER_MESSAGE
