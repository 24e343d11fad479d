"""Which fields of a form a failure talks about: those that it names, or whose value it quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gui.i18n import translate
from gui.submit.schema import Field

# Shorter words stand in every sentence: “a”, “id”, “name” is long enough to mean a field.
_NAME_LETTERS: Final = 4
_VALUE_LETTERS: Final = 3
_COMMON: Final = frozenset(("name", "file", "data", "model", "type", "none", "true", "false"))


def named_fields(fields: Sequence[Field], values: Mapping[str, Any], said: str) -> list[str]:
    """Return the names of the fields that a failure's sentence and next step talk about.

    Args:
        fields: The fields of a form.
        values: What the failed job had for them.
        said: Sentence and next step.
    """
    exact = [field.name for field in fields if any(mark in said for mark in _marks(field))]
    if exact:
        return exact  # the next step names it; what else the sentence mentions is by the way
    quoted = [field.name for field in fields if _is_quoted(field, values.get(field.name), said)]
    # A sentence says “dataset” of every dataset, but a field's own name or value only of this one.
    return quoted or [field.name for field in fields if _is_called(field, said)]


def _marks(field: Field) -> Iterator[str]:
    """Yield how a next step names a field and nothing else: “Test size” (test_size)."""
    yield f"({field.name})"
    for word in (field.name, field.title, translate(field.title)):
        yield from (f"“{word}”", f"«{word}»")


def _is_quoted(field: Field, value: Any, said: str) -> bool:
    name = field.name
    if name.lower() not in _COMMON and _stands_in(name, said, _NAME_LETTERS):
        return True
    return any(_stands_in(text, said, _VALUE_LETTERS) for text in _texts(value))


def _is_called(field: Field, said: str) -> bool:
    words = (field.name.replace("_", " "), field.title, translate(field.title))
    return any(
        word.lower() not in _COMMON and _stands_in(word, said, _NAME_LETTERS) for word in words
    )


def _stands_in(word: str, said: str, letters: int) -> bool:
    if len(word) < letters:
        return False
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said, re.IGNORECASE) is not None


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of a value as a sentence may quote them: a file by its name alone."""
    if isinstance(value, str) and value.lower() not in _COMMON:
        yield value
        yield re.split(r"[/\\]", value)[-1]
    elif isinstance(value, list | tuple):
        for item in value[:50]:
            if isinstance(item, str):
                yield item
