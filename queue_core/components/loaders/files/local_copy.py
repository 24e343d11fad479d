"""A file that a library opens by its path: the source itself, or its content unpacked."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

from queue_core.components.loaders.files.compression import Compression
from queue_core.components.loaders.files.source import SourceFile
from queue_core.components.loaders.files.space import require_space

SPACE_CHECK_BYTES = 32 << 20


def plain_path(
    source: SourceFile,
    folder: Path,
    on_progress: Callable[[float], None] = lambda _fraction: None,
) -> Path:
    """Return a path of the unpacked content: the source's own, or a copy in *folder*.

    Raises:
        DataError: It cannot be unpacked, or does not fit on the disk.
    """
    if source.compression is Compression.NONE:
        return source.path
    target = folder / f"unpacked{PurePath(source.inner_name).suffix}"
    with source.unpacked() as content, target.open("wb") as file:
        unchecked = 0
        for block in content:
            unchecked += file.write(block)
            if unchecked >= SPACE_CHECK_BYTES:
                require_space(source.name, target, content.written_bytes)
                unchecked = 0
            on_progress(content.read_bytes / source.size)
    return target


@contextmanager
def preview_path(source: SourceFile) -> Iterator[Path]:
    """Give a path of the unpacked content for as long as a preview needs it."""
    with tempfile.TemporaryDirectory(prefix="preview-") as folder:
        yield plain_path(source, Path(folder))
