"""A file that holds several tables: each is an entry of its own, and those that are ticked load."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from gui.i18n import tr
from gui.plain_text import one_line
from gui.submit.preview_state import MEMBER, FileEntry, FileState, Part
from queue_core.jobs.requests.dataset import plain_name

# Options that name a table of a file, or a file of an archive.
PART_OPTIONS = ("sheet", "records", "table", MEMBER)
# Options that are right for one table and need not be for the next.
OF_ONE_PART = frozenset(("header", "header_row", "column_types"))
MOST_LETTERS = 80


def title_of(part: Part) -> str:
    """Return what a table is called; pages only number theirs."""
    if part.option == "table":
        return tr("Table {number}", number=part.value)
    return one_line(str(part.value))


def split(entries: list[FileEntry], entry: FileEntry) -> bool:
    """Make an entry of each table of a file, as soon as it is known that it holds several.

    *entry* goes on as the table that was read and alone is ticked.

    Returns:
        Whether there are several.
    """
    values = _values_of(entry)
    if values is None or entry not in entries:  # which may have been left out meanwhile
        return False
    option, current, every = values
    parts = [
        entry
        if value == current
        else FileEntry(entry.path, loader=entry.loader, part=Part(option, value), is_ticked=False)
        for value in every
    ]
    entry.part = Part(option, current)
    place = entries.index(entry)
    entries[place : place + 1] = parts
    taken = {other.name for other in entries if other not in parts}
    for part in parts:
        _propose(part, taken)
        taken.add(part.name)
    if entry.answer is not None and entry.answer.error:
        entry.outdate()  # which table the error was about is known when each is read by itself
    return True


def join(entries: list[FileEntry], entry: FileEntry) -> bool:
    """Make one entry of a file again, now that *entry* stands for all of it.

    Returns:
        Whether it had several.
    """
    parts = [other for other in entries if other.path == entry.path and other.part is not None]
    if entry.part is not None or not parts:
        return False
    entries[:] = [other for other in entries if other is entry or other not in parts]
    own_name = entry.name if entry.name != entry.proposed else entry.path.name
    entry.proposed, entry.name, entry.is_ticked = entry.path.name, own_name, True
    return True


def start_from_others(entries: Iterable[FileEntry], entry: FileEntry) -> None:
    """Let a table that nobody has looked at yet be read as the others of its file are."""
    is_new = entry.answer is None and not entry.version and entry.state is FileState.WAITING
    if entry.part is None or not is_new:
        return
    for other in entries:
        if other is not entry and other.path == entry.path and other.is_ticked:
            of_file = {k: v for k, v in other.overrides.items() if k not in OF_ONE_PART}
            entry.loader, entry.overrides = other.loader, of_file
            return


def _values_of(entry: FileEntry) -> tuple[str, Any, list[Any]] | None:
    """Return the option that names a table of a file, which was read, and all there are."""
    answer = entry.answer
    is_known = entry.state not in (FileState.WAITING, FileState.READING)
    if entry.part is not None or entry.retry_of or answer is None or not is_known:
        return None
    for option in PART_OPTIONS:
        if option in entry.overrides:
            continue
        if others := answer.alternatives.get(option):
            current = answer.options.get(option)
            every = [current, *others]
            # Tables of a page have their order in their numbers.
            return option, current, sorted(every) if option == "table" else every
        if offered := [value for name, value in answer.remedies if name == option]:
            return option, offered[0], offered
    return None


def _propose(entry: FileEntry, taken: Collection[str]) -> None:
    """Name the dataset of a table, as long as nobody has."""
    assert entry.part is not None
    is_file = entry.part.option == MEMBER
    title = plain_name(Path(entry.part.value)) if is_file else title_of(entry.part)
    title = title if len(title) <= MOST_LETTERS else f"{title[: MOST_LETTERS - 1]}…"
    proposed = base = f"{plain_name(entry.path)} · {title}"
    number = 1
    while proposed in taken:
        number += 1
        proposed = f"{base} ({number})"
    if entry.name == entry.proposed:
        entry.name = proposed
    entry.proposed = proposed
