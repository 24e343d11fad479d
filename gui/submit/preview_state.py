"""The files that wait to be loaded, what is known of each, and in which order to look into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any

# The option that names a file of an archive.
MEMBER = "member"


class FileState(Enum):
    """Where a file stands."""

    WAITING = auto()
    READING = auto()
    READY = auto()
    WARNED = auto()
    FAILED = auto()


@dataclass(frozen=True)
class PreviewAnswer:
    """What a look into a file found.

    Attributes:
        loader: Id of the loader; empty where none fits.
        loader_title: Its name.
        schema: Its options, as a form is made from them.
        options: Every option with the value that was used.
        reasons: Why an option has its value, by option.
        alternatives: What else an option could be, by option.
        columns: Name and type of each column.
        rows: The first rows as texts; None is a missing value.
        warnings: What is done to the data.
        estimated_rows: About how many rows the file has.
        is_complete: Whether `rows` are all.
        error: Why the file cannot be read; empty where it can.
        hint: What to do about it.
        line: The line that is at fault, from 1; 0 where none is known.
        excerpt: Number and text of the lines around it.
        remedies: Options with values that would let more of it be read as it was meant.
        size_bytes: Size of the file.
    """

    loader: str = ""
    loader_title: str = ""
    schema: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    alternatives: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    warnings: tuple[str, ...] = ()
    estimated_rows: int | None = None
    is_complete: bool = False
    error: str = ""
    hint: str = ""
    line: int = 0
    excerpt: tuple[tuple[int, str], ...] = ()
    remedies: tuple[tuple[str, Any], ...] = ()
    size_bytes: int = 0

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PreviewAnswer:
        """Return what the helper process has sent."""
        return cls(
            **{
                **data,
                "columns": tuple((name, kind) for name, kind in data.get("columns", ())),
                "rows": tuple(tuple(row) for row in data.get("rows", ())),
                "warnings": tuple(data.get("warnings", ())),
                "excerpt": tuple((number, text) for number, text in data.get("excerpt", ())),
                "remedies": tuple((option, value) for option, value in data.get("remedies", ())),
            }
        )


@dataclass(frozen=True)
class Part:
    """One table of a file that holds several.

    Attributes:
        option: The option of the loader that names it, e.g. `sheet`.
        value: Its name or number.
    """

    option: str
    value: Any


@dataclass(eq=False)
class FileEntry:
    """One file of the dialog, or one table of a file that holds several.

    Attributes:
        path: The file.
        name: What the dataset will be called.
        state: Where it stands.
        overrides: The options that the user has chosen.
        loader: The loader that the user has chosen; empty: the detected one.
        detected: The first answer, before any choice of the user's.
        answer: The last answer that is still right.
        retry_of: The job whose file is loaded again; empty: none.
        part: The table that it stands for; None: the file.
        is_ticked: Whether it is to be loaded.
        proposed: What the dataset is called as long as nobody names it.
        version: Counts the user's changes, so that a late answer is known as such.
    """

    path: Path
    name: str = ""
    state: FileState = FileState.WAITING
    overrides: dict[str, Any] = field(default_factory=dict)
    loader: str = ""
    retry_of: str = ""
    part: Part | None = None
    is_ticked: bool = True
    proposed: str = ""
    detected: PreviewAnswer | None = None
    answer: PreviewAnswer | None = None
    version: int = 0

    def __post_init__(self) -> None:
        self.proposed = self.proposed or self.path.name
        self.name = self.name or self.proposed

    @property
    def asked(self) -> dict[str, Any]:
        """The options that are not to be found out: the user's, and which table it is."""
        own = {} if self.part is None else {self.part.option: self.part.value}
        return {**self.overrides, **own}

    @property
    def will_load(self) -> bool:
        """Whether it is loaded with the others, as far as is known."""
        return self.is_ticked and self.state is not FileState.FAILED

    @property
    def can_load(self) -> bool:
        """Whether it has been looked into and nothing stands against loading it."""
        return self.state in (FileState.READY, FileState.WARNED)

    def override(self, option: str, value: Any) -> None:
        """Note a choice of the user's; what was detected anyway is no choice."""
        detected = self.detected
        if detected is not None and not self.loader and detected.options.get(option) == value:
            self.overrides.pop(option, None)
        else:
            self.overrides[option] = value
        self.outdate()

    def choose_loader(self, loader: str) -> None:
        """Read it as another kind of file, in which tables are found anew."""
        self.loader = loader
        self.overrides = {}
        if self.part is not None and self.part.option != MEMBER:  # a file of an archive stays it
            self.part = None
        self.outdate()

    def outdate(self) -> None:
        """Note that the last answer is not right any more."""
        self.version += 1
        self.state = FileState.WAITING

    def take(self, answer: PreviewAnswer, version: int) -> bool:
        """Take an answer to the question of *version*; return False for a late one."""
        if version != self.version:
            return False
        self.answer = answer
        if self.detected is None:
            self.detected = answer
        if answer.error:
            self.state = FileState.FAILED
        else:
            self.state = FileState.WARNED if answer.warnings else FileState.READY
        return True


def next_to_read(entries: Sequence[FileEntry], current: FileEntry | None) -> FileEntry | None:
    """Return what to look into next: what is shown first, then what is ticked, in order."""
    if current is not None and current.state is FileState.WAITING:
        return current
    waiting = (e for e in entries if e.is_ticked and e.state is FileState.WAITING)
    return next(waiting, None)


def of_same_kind(entries: Sequence[FileEntry], model: FileEntry) -> list[FileEntry]:
    """Return the other files that the same loader reads."""
    if model.answer is None:
        return []
    loader = model.answer.loader
    return [
        entry
        for entry in entries
        if entry is not model and entry.answer is not None and entry.answer.loader == loader
    ]
