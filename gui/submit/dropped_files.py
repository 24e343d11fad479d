"""What a drag over the window carries and what a drop would make of it. Reads no disk."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from PySide6.QtCore import QMimeData, QUrl

from gui.i18n import tr, tr_plural

NAMES_SHOWN = 4

# Files that people drop by accident and no loader can read. Everything else is tried.
NOT_DATA = frozenset({
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".svg", ".ico", ".heic",
    ".mp3", ".wav", ".flac", ".ogg", ".mp4", ".mov", ".avi", ".mkv", ".webm",
    ".pdf", ".doc", ".docx", ".odt", ".ppt", ".pptx", ".odp", ".html", ".htm", ".epub",
    ".exe", ".msi", ".dmg", ".deb", ".rpm", ".appimage", ".iso", ".dll", ".so", ".lnk",
    ".py", ".ipynb", ".sh", ".bat", ".js", ".css", ".gguf", ".safetensors", ".onnx", ".skops",
})  # fmt: skip


@dataclass(frozen=True)
class DropOffer:
    """What a drop would do.

    Attributes:
        paths: The files and folders that would be loaded.
        title: What becomes of them, or why nothing does; for the overlay.
        detail: Their names, or what could be dropped instead.
        refused: Whether nothing of it can be used.
    """

    paths: tuple[Path, ...] = ()
    title: str = ""
    detail: str = ""
    refused: bool = False


def carries_files(data: QMimeData) -> bool:
    """Return whether a drag is about files at all, ours to accept or to refuse."""
    return data.hasUrls() or bool(_paths_in_text(data))


def offer_for(data: QMimeData) -> DropOffer:
    """Return what dropping *data* would do."""
    paths = local_paths(data)
    if not paths:
        return DropOffer(
            title=tr("Only files on this computer can be loaded"),
            detail=tr("Download the file first, then drop it here."),
            refused=True,
        )
    return offer_for_paths(paths)


def offer_for_paths(paths: Sequence[Path]) -> DropOffer:
    """Return what loading *paths* would do, judged by their names."""
    usable = tuple(path for path in paths if path.suffix.lower() not in NOT_DATA)
    if not usable:
        suffixes = ", ".join(sorted({path.suffix.lower() for path in paths}))
        return DropOffer(
            title=tr("{suffixes} files are not data files", suffixes=suffixes),
            detail=tr("CSV, Excel, Parquet, Feather, JSON and ARFF files can be loaded."),
            refused=True,
        )
    return DropOffer(usable, _title(usable, len(paths)), _names(usable))


def local_paths(data: QMimeData) -> tuple[Path, ...]:
    """Return the files and folders of this computer that *data* names, each once, in order."""
    urls = data.urls()
    paths = [_path_of(url) for url in urls] if urls else _paths_in_text(data)
    return tuple(dict.fromkeys(path for path in paths if path is not None))


def _title(paths: Sequence[Path], dropped: int) -> str:
    if len(paths) < dropped:
        return tr("Load {count} of {total} files as datasets", count=len(paths), total=dropped)
    if len(paths) == 1 and not paths[0].suffix:
        return tr("Load what {name} holds as datasets", name=_short(paths[0].name))
    return tr_plural("Load {count} file as a dataset", "Load {count} files as datasets", len(paths))


def _names(paths: Sequence[Path]) -> str:
    names = [_short(path.name) for path in paths[:NAMES_SHOWN]]
    more = len(paths) - len(names)
    if more:
        names.append(tr_plural("and {count} more", "and {count} more", more))
    return "\n".join(names)


def _short(name: str, limit: int = 48) -> str:
    if len(name) <= limit:
        return name
    return f"{name[: limit // 2]}…{name[-(limit // 2 - 1) :]}"


def _path_of(url: QUrl) -> Path | None:
    if not url.isLocalFile():
        return None
    text = url.toLocalFile()
    return Path(text) if text else None


def _paths_in_text(data: QMimeData) -> list[Path]:
    """Return what some file managers and terminals give: one path or file URL a line."""
    if not data.hasText() or data.hasUrls():
        return []
    paths = []
    for line in data.text().splitlines():
        text = line.strip().strip("'\"")
        if text.startswith("file://"):
            parts = urlsplit(text)
            if parts.netloc in ("", "localhost"):
                paths.append(Path(unquote(parts.path)))
        elif os.path.isabs(text):  # noqa: PTH117 - of a text, before it becomes a path
            paths.append(Path(text))
        elif text:
            return []
    return paths
