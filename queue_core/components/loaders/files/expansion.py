"""What was dropped, as files: folders are opened, and what cannot be data is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from queue_core.components.loaders.files.content import is_data_name

MAX_FILES = 10_000
MAX_DEPTH = 8


@dataclass(frozen=True)
class SkippedPath:
    """A path that is not loaded.

    Attributes:
        path: Where it is.
        reason: Why, e.g. `hidden`.
    """

    path: Path
    reason: str


@dataclass(frozen=True)
class ExpandedPaths(Sequence[Path]):
    """The files to load, one job each; a sequence of them.

    Attributes:
        files: The files, each once, those of a folder in the order of their names.
        skipped: What was left out, and why.
    """

    files: tuple[Path, ...] = ()
    skipped: tuple[SkippedPath, ...] = ()

    @overload
    def __getitem__(self, index: int) -> Path: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Path]: ...
    def __getitem__(self, index: int | slice) -> Path | Sequence[Path]:
        return self.files[index]

    def __len__(self) -> int:
        return len(self.files)


def expand_paths(paths: Iterable[Path]) -> ExpandedPaths:
    """Return the files that *paths* stand for.

    A file that was named itself is always kept: its job says what is wrong with it. Of a folder,
    the files whose names promise data are kept, down to eight levels; links to folders are not
    followed.
    """
    files: dict[Path, None] = {}
    skipped: list[SkippedPath] = []
    for path in paths:
        if not path.is_dir():
            files.setdefault(path)
            continue
        before = len(files)
        for item in _inside(path, skipped, MAX_DEPTH):
            if len(files) - before >= MAX_FILES:
                skipped.append(SkippedPath(path, f"more than {MAX_FILES:,} files"))
                break
            files.setdefault(item)
        if len(files) == before:
            skipped.append(SkippedPath(path, "holds no data file"))
    return ExpandedPaths(tuple(files), tuple(skipped))


def _inside(folder: Path, skipped: list[SkippedPath], depth: int) -> Iterator[Path]:
    try:
        items = sorted(folder.iterdir())
    except OSError as error:
        skipped.append(SkippedPath(folder, f"cannot be read: {error.strerror or error}"))
        return
    for item in items:
        if item.name.startswith("."):
            skipped.append(SkippedPath(item, "hidden"))
        elif item.is_symlink() and item.is_dir():
            skipped.append(SkippedPath(item, "a link to a folder"))
        elif item.is_dir():
            if depth == 1:
                skipped.append(SkippedPath(item, "too deep"))
            else:
                yield from _inside(item, skipped, depth - 1)
        elif not item.is_file():
            skipped.append(SkippedPath(item, "not a file, or a link to nothing"))
        elif not is_data_name(item):
            skipped.append(SkippedPath(item, "its name is not that of a data file"))
        else:
            yield item
