"""Prompts with places for the columns of a table, e.g. `Translate {title}`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from queue_core.components.json_data import JsonMapping
from queue_core.errors import ParameterError

_PIECE = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}]*)\}|[{}]")


@dataclass(frozen=True)
class Template:
    """A prompt for each row of a table; `{{` and `}}` stand for braces.

    Attributes:
        pieces: Texts and, at odd places, names of columns.
    """

    pieces: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names, each once."""
        return tuple(dict.fromkeys(self.pieces[1::2]))

    def fill(self, row: JsonMapping) -> str:
        """Return the prompt for a row; a missing value is left empty."""
        return "".join(
            piece if place % 2 == 0 else _text(row[piece])
            for place, piece in enumerate(self.pieces)
        )


def parse_template(text: str, columns: Sequence[str]) -> Template:
    """Return the template that *text* is.

    Args:
        text: The prompt with `{column}` in places.
        columns: The columns of the table.

    Raises:
        ParameterError: It names no column, an unknown one, or has a brace that is not closed.
    """
    pieces = [""]
    position = 0
    for match in _PIECE.finditer(text):
        pieces[-1] += text[position : match.start()]
        position = match.end()
        if match.group() in ("{{", "}}"):
            pieces[-1] += match.group()[0]
        elif match["name"] is None:
            raise _wrong(f"The “{match.group()}” at character {match.start() + 1} has no partner.")
        else:
            pieces += [_known(match["name"].strip(), columns), ""]
    pieces[-1] += text[position:]
    if len(pieces) == 1:
        raise _wrong("The prompt names no column, so it would be the same for each row.")
    return Template(tuple(pieces))


def _known(name: str, columns: Sequence[str]) -> str:
    if name in columns:
        return name
    near = difflib.get_close_matches(name, columns, n=3) or list(columns)[:10]
    raise ParameterError(
        f"The prompt names the column “{name}”, which the dataset does not have.",
        parameter="prompt", hint=f"Choose one of: {', '.join(near)}.",
    )  # fmt: skip


def _wrong(problem: str) -> ParameterError:
    return ParameterError(
        problem, parameter="prompt",
        hint="Write columns as {name}, and braces that are meant as such twice: {{ }}.",
    )  # fmt: skip


def _text(value: object) -> str:
    return "" if value is None else str(value)
