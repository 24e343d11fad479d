"""Reads a traceback as Python prints it: which errors, and through which calls each came.

The text is what every version of the program has stored, so old failures have their structure too;
the variables, which newer ones keep beside it, are put to the calls that they belong to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from queue_core.failures.calls import Origin, origin_of

_HEADER: Final = "Traceback (most recent call last):"
_CALL: Final = re.compile(
    r'^  File "(?P<file>.*?)", line (?P<line>\d{1,9})(?:, in (?P<function>.*))?$'
)
_REPEATED: Final = re.compile(r"^  \[Previous line repeated (\d{1,9}) more times?\]$")
_MARKS: Final = re.compile(r"^\s*[~^]+\s*$")
_CAUSE: Final = "The above exception was the direct cause of the following exception:"
_MEANWHILE: Final = "During handling of the above exception, another exception occurred:"
# Groups of exceptions are drawn with lines; they are shown as the text that they are.
_GROUP: Final = re.compile(r"^\s*\+ Exception Group Traceback|^\s+\+-\+-+ ", re.MULTILINE)
MOST_CALLS: Final = 2_000


class Link(StrEnum):
    """What an error has to do with the one that came of it."""

    NONE = ""
    CAUSE = "cause"
    MEANWHILE = "meanwhile"


@dataclass(frozen=True)
class Call:
    """One call.

    Attributes:
        file: The source file.
        line: The line, from 1.
        function: Name of the function; empty for the place of a syntax error.
        code: The source line; empty where it was not known.
        variables: Its local variables as short texts, where they were kept.
        repeats: How often the same call stands there once more.
    """

    file: str
    line: int
    function: str
    code: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    repeats: int = 0

    @property
    def origin(self) -> Origin:
        """Whose code it is."""
        return origin_of(self.file)


@dataclass(frozen=True)
class Raised:
    """One error of a chain.

    Attributes:
        text: Class and message, as printed.
        calls: The calls on the way to it, outermost first.
        link: What it has to do with the error that came of it; nothing for the last one.
    """

    text: str
    calls: tuple[Call, ...]
    link: Link = Link.NONE


def read_traceback(text: str, frames: Sequence[Mapping[str, Any]] = ()) -> tuple[Raised, ...]:
    """Return the errors of a traceback, the last one first; nothing where it has another form.

    Args:
        text: As Python prints it.
        frames: What was kept of its calls, with their variables; may be anything.
    """
    if _GROUP.search(text):
        return ()
    blocks = _blocks(text.splitlines())
    if not blocks or sum(len(block.calls) for block in blocks) > MOST_CALLS:
        return ()
    return tuple(_with_variables(list(reversed(blocks)), frames))


def _blocks(lines: Sequence[str]) -> list[Raised]:
    """Return the errors in the order in which they are printed: the first cause first."""
    blocks: list[Raised] = []
    calls: list[Call] = []
    words: list[str] = []
    is_open = False

    def close(link: Link) -> None:
        nonlocal is_open
        if is_open:
            blocks.append(Raised("\n".join(words).strip(), tuple(calls), link))
        calls.clear()
        words.clear()
        is_open = False

    for line in lines:
        if line == _HEADER and not words:
            is_open = True
        elif line in (_CAUSE, _MEANWHILE):
            close(Link.CAUSE if line == _CAUSE else Link.MEANWHILE)
        elif is_open and not words and line.startswith("  "):
            _read_line(line, calls)
        elif is_open:
            words.append(line)
    close(Link.NONE)
    return blocks


def _read_line(line: str, calls: list[Call]) -> None:
    """Take one of the lines about calls."""
    if found := _CALL.match(line):
        calls.append(Call(found["file"], int(found["line"]), found["function"] or ""))
    elif calls and (repeated := _REPEATED.match(line)):
        calls[-1] = replace(calls[-1], repeats=int(repeated[1]))
    elif calls and not calls[-1].code and not _MARKS.match(line):
        calls[-1] = replace(calls[-1], code=line.strip())


def _with_variables(
    chain: Iterable[Raised], frames: Sequence[Mapping[str, Any]]
) -> Iterable[Raised]:
    """Put the variables to the calls; frames say which error of the chain they are of."""
    kept: dict[tuple[object, ...], Mapping[str, Any]] = {}
    for frame in frames:
        place = (frame.get("error", 0), frame.get("file"), frame.get("line"))
        kept[place] = frame
    for number, raised in enumerate(chain):
        calls = [_with_frame(call, kept.get((number, call.file, call.line)))
                 for call in raised.calls]  # fmt: skip
        yield replace(raised, calls=tuple(calls))


def _with_frame(call: Call, frame: Mapping[str, Any] | None) -> Call:
    if frame is None:
        return call
    found = frame.get("locals")
    variables = {str(n): str(v) for n, v in found.items()} if isinstance(found, Mapping) else {}
    function = str(frame.get("function") or call.function)
    return replace(call, variables=variables, function=function)
