"""Code that travels: folders of modules, stored under what they hold, each once."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from queue_core.places.contract import PlaceRefusedError

_MODULES: Final = (".py", ".pyi", ".json", ".toml", ".mako", ".txt", ".yaml", ".yml", ".typed")
_LEFT_OUT: Final = frozenset({"__pycache__", "node_modules", "site-packages", "venv", "build",
                              "dist"})  # fmt: skip
_MOST_FILES: Final = 5_000
_MOST_BYTES: Final = 100 << 20
_DEEPEST: Final = 8


def store_package(storage: Path, source: Path, *, inside: str = "") -> str:
    """Store the modules below a folder; return the name that their content gives them.

    Args:
        storage: The shared folder.
        source: The folder.
        inside: Put them into a folder of this name, for a package that is itself imported.

    Raises:
        PlaceRefusedError: It holds more than modules would, or cannot be read.
        OSError: The storage cannot be written.
    """
    files, digest = _read(source, inside)
    target = storage / "packages" / digest
    if target.is_dir():
        return digest
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{digest}."))
    try:
        for name, path in files:
            copy = aside / inside / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        aside.rename(target)
    except OSError:
        if not target.is_dir():  # another program has stored the same meanwhile
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return digest


def packed(source: Path, inside: str = "") -> tuple[str, bytes]:
    """Return the modules below a folder as one file, and the name that its content gives it.

    Args:
        source: The folder.
        inside: Put them into a folder of this name, for a package that is itself imported.

    Raises:
        PlaceRefusedError: It holds more than modules would, or cannot be read.
    """
    files, digest = _read(source, inside)
    data = _zipped(digest, tuple(files), inside)
    return hashlib.sha256(data).hexdigest(), data


@lru_cache(maxsize=4)
def _zipped(digest: str, files: tuple[tuple[str, Path], ...], inside: str) -> bytes:
    """Return files in one, always the same for the same content."""
    del digest  # it only tells one state of the files from another
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in files:
            entry = zipfile.ZipInfo(f"{inside}/{name}" if inside else name)
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def _read(source: Path, inside: str) -> tuple[list[tuple[str, Path]], str]:
    """Return the modules below a folder, and what their content comes to."""
    try:
        files = _modules(source)
        return files, _digest(files, inside)
    except OSError as error:
        # That of one job: as an error of the storage it would keep all others waiting.
        raise PlaceRefusedError(
            f"A module cannot be sent to another machine: {error.strerror or error}: "
            f"{error.filename or source}.",
            hint="Make it readable, or submit the job from a folder that holds its own modules "
            "only.",
        ) from error


def core_folder() -> Path | None:
    """Return the folder of this program's own core; None where it is frozen into a program."""
    folder = Path(__file__).parents[1]
    return folder if (folder / "errors.py").is_file() else None


def _modules(source: Path) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    size = 0
    for path in _files(source):
        found.append((path.relative_to(source).as_posix(), path))
        size += path.stat().st_size
        if len(found) > _MOST_FILES or size > _MOST_BYTES:
            raise _too_much(source)
    return sorted(found)


def _too_much(source: Path) -> PlaceRefusedError:
    return PlaceRefusedError(
        f"The folder {source} holds more than {_MOST_FILES:,} modules or folders, or "
        f"{_MOST_BYTES >> 20} MiB of modules, which is too much to send to another machine.",
        hint="Submit the job from a folder that holds its own modules only.",
    )


def _files(source: Path) -> Iterator[Path]:
    for count, (folder, names, files) in enumerate(os.walk(source)):
        if count > _MOST_FILES:
            raise _too_much(source)
        depth = len(Path(folder).relative_to(source).parts)
        names[:] = [] if depth >= _DEEPEST else [
            name for name in names if name not in _LEFT_OUT and not name.startswith(".")
            and not Path(folder, name, "pyvenv.cfg").exists()
        ]  # fmt: skip
        for name in files:
            path = Path(folder, name)
            # A link to nothing is no module, and a pipe would be waited for.
            if name.endswith(_MODULES) and not name.startswith(".") and path.is_file():
                yield path


def _digest(files: list[tuple[str, Path]], inside: str) -> str:
    whole = hashlib.sha256(inside.encode())
    for name, path in files:
        stat = path.stat()
        whole.update(
            f"\0{name}\0{_file_digest(str(path), stat.st_mtime_ns, stat.st_size)}".encode()
        )
    return whole.hexdigest()[:32]


@cache
def _file_digest(path: str, changed_ns: int, size: int) -> str:
    """Return the digest of a file as it was then."""
    del changed_ns, size  # they only tell one state of the file from another
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
