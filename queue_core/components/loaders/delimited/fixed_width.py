"""Columns of fixed width: parted where all lines are blank at the same place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from queue_core.components.loaders.tables.header import votes
from queue_core.components.loaders.tables.text_rows import Row, cut_line
from queue_core.components.loaders.tables.text_values import is_typed, is_written_number
from queue_core.components.loaders.tables.value_notes import shown
from queue_core.errors import DataError

SEEN_LINES = 2_000
LEAST_LINES = 3
MOSTLY = 0.8
_RULE = re.compile(r"[-=]{2,}(?: +[-=]{2,})+ *")

Gaps = tuple[tuple[int, int], ...]


def looks_spaced(lines: Sequence[str]) -> bool:
    """Return whether lines of one column look like columns made with spaces."""
    lines = [line.strip() for line in lines if line.strip()][:200]
    if len(lines) < LEAST_LINES:
        return False
    words = [line.split() for line in lines[1:]]
    is_even = len({len(row) for row in words}) == 1 and len(words[0]) > 1
    if is_even and all(is_typed(word) for row in words for word in row):
        return not all(is_typed(line) or is_written_number(line) for line in lines[1:])
    return _share_of_wide_spaces(lines) >= MOSTLY


def _share_of_wide_spaces(lines: Sequence[str]) -> float:
    return sum("  " in line for line in lines) / len(lines)


def find_gaps(sample: str, *, is_all: bool) -> Gaps:
    """Return where columns of fixed width are parted; nothing: there is no strong sign of them.

    A place that is blank in every line parts two columns if both have a name in the first line;
    else it is one within the values of a column, as in “New York”.
    """
    lines = sample.splitlines()
    lines = [line for line in (lines if is_all else lines[:-1]) if line.strip()][:SEEN_LINES]
    if len(lines) < LEAST_LINES or "\t" in sample or not _share_of_wide_spaces(lines) >= MOSTLY:
        return ()
    rule = lines[1] if _RULE.fullmatch(lines[1]) else ""
    if rule:
        return tuple(found.span() for found in re.finditer(" +", rule.rstrip()))
    width = max(map(len, lines))
    used = [any(line[at : at + 1].strip() for line in lines) for at in range(width)]
    gaps = [found.span() for found in re.finditer("0+", "".join(str(int(u)) for u in used))]
    begins = [gap for gap in gaps if gap[0] and gap[1] < width and lines[0][gap[1] :].strip()]
    ends = [*(begin for begin, _end in begins[1:]), width]
    named = tuple(
        gap for gap, end in zip(begins, ends, strict=False) if lines[0][gap[1] : end].strip()
    )
    if not named or not lines[0][: named[0][0]].strip() or not _are_aligned(lines, named):
        return ()
    return named if _is_named(lines, named) else ()


def _is_named(lines: Sequence[str], gaps: Gaps) -> bool:
    """Return whether the first line is no row like those below."""
    rows = [Row(tuple((cut_line(line, gaps) or "").split("\t")), 0, 0) for line in lines]
    return votes(rows, len(gaps) + 1) >= 0


def _are_aligned(lines: Sequence[str], gaps: Sequence[tuple[int, int]]) -> bool:
    """Return whether the gaps are no accident: wide, or beside columns of numbers or dates."""
    begins = [0, *(end for _begin, end in gaps)]
    ends = [*(begin for begin, _end in gaps), max(map(len, lines))]
    kinds = []
    for begin, end in zip(begins, ends, strict=True):
        values = [line[begin:end].strip() for line in lines[1:]]
        present = [value for value in values if value]
        kinds.append(bool(present) and all(map(is_typed, present)))
    for number, (begin, end) in enumerate(gaps):
        if end - begin < 2 and not (kinds[number] or kinds[number + 1]):
            return False
    return any(kinds) or all(end - begin > 1 for begin, end in gaps)


def cut_lines(blocks: Iterator[bytes], gaps: Gaps, name: str) -> Iterator[bytes]:
    """Yield lines of fixed columns with tabs between their values.

    Raises:
        DataError: A line has text where columns are parted.
    """
    number = 0
    waiting = b""
    for block in blocks:
        *lines, waiting = (waiting + block).split(b"\n")
        yield b"".join(
            _cut(line + b"\n", gaps, number + n, name) for n, line in enumerate(lines, 1)
        )
        number += len(lines)
    if waiting:
        yield _cut(waiting, gaps, number + 1, name)


def _cut(raw: bytes, gaps: Gaps, number: int, name: str) -> bytes:
    line = raw.decode("utf-8", "surrogateescape")
    found = cut_line(line, gaps)
    if found is None:
        raise DataError(
            f"Line {number:,} of {name} does not fit columns of fixed width: “{shown(line)}” has "
            "text where two of them are parted.",
            hint="Correct it, or choose a delimiter: one that the file does not hold, such as “|”, "
            "reads each line as one value.",
        )
    return found.encode("utf-8", "surrogateescape")
