"""Files below a URL, by `fsspec`: whole at once, tried again a few times, and never for ever.

What a library of its own raises comes out of here as an `OSError`, as with any other file.
"""

from __future__ import annotations

import contextlib
import importlib.util
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from queue_core.errors import MissingPackageError

LIBRARY: Final = "fsspec"
EXTRA: Final = "storage"
# What is stored there appears at once; elsewhere it is written aside and renamed.
_WHOLE_AT_ONCE: Final = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "memory"})
_PAUSES_S: Final = (0.2, 1.0)
# Asked without an answer, S3's own client would wait for minutes.
_OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    scheme: {"config_kwargs": {"connect_timeout": 5, "read_timeout": 20,
                               "retries": {"max_attempts": 1}}}
    for scheme in ("s3", "s3a")
}  # fmt: skip
_MADE: Final = ".made"

_Answer = TypeVar("_Answer")


def is_installed() -> bool:
    """Return whether URLs can be opened at all."""
    return importlib.util.find_spec(LIBRARY) is not None


class ObjectStore:
    """The files below a URL, by names that are relative to it. Used by one thread at a time.

    Credentials come from where the library looks for them (environment, its own files).

    Args:
        url: Where they lie, e.g. `s3://bucket/jobs`.

    Raises:
        MissingPackageError: `fsspec`, or what it needs for such a URL, is not installed.
        OSError: There is no such kind of URL, or it cannot be reached.
    """

    def __init__(self, url: str) -> None:
        scheme = urlsplit(url).scheme
        if not is_installed():
            raise MissingPackageError(LIBRARY, extra=EXTRA, feature=f"A storage at {scheme}://")
        from fsspec.core import url_to_fs

        self.url = url.rstrip("/")
        self._is_whole = scheme in _WHOLE_AT_ONCE
        try:
            self._fs, self._root = url_to_fs(
                self.url,
                use_listings_cache=False,
                skip_instance_cache=True,
                **_OPTIONS.get(scheme, {}),
            )
        except ImportError as error:
            package = error.name or str(error)
            feature = f"A storage at {scheme}://"
            raise MissingPackageError(package, extra=EXTRA, feature=feature) from error
        except Exception as error:
            raise _as_os_error(error) from error

    def read(self, name: str) -> bytes | None:
        """Return a file; None where there is none.

        Raises:
            OSError: It cannot be read.
        """
        try:
            return bytes(self._tried(lambda: self._fs.cat_file(self._path(name))))
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Write a file anew.

        Raises:
            OSError: It cannot be written.
        """
        self._tried(lambda: self._put(name, data))

    def write_once(self, name: str, data: bytes) -> bool:
        """Make a file; return False where another one is there already.

        Raises:
            OSError: It cannot be written.
        """
        try:
            self._tried(lambda: self._make(name, data))
        except FileExistsError:
            # An answer may have been lost on its way: then it is this very one that is there.
            return self.read(name) == data
        return True

    def versions(self, folder: str) -> dict[str, object]:
        """Return the files below a folder, by their names in it, with what changes as they do.

        Raises:
            OSError: It cannot be listed.
        """
        path = self._path(folder)
        try:
            found = self._tried(lambda: self._fs.find(path, detail=True))
        except FileNotFoundError:
            return {}
        return {
            name.removeprefix(path).lstrip("/"): _version(facts) for name, facts in found.items()
        }

    def folders(self, folder: str) -> list[str]:
        """Return the names of what stands directly in a folder.

        Raises:
            OSError: It cannot be listed.
        """
        try:
            found = self._tried(lambda: self._fs.ls(self._path(folder), detail=False))
        except FileNotFoundError:
            return []
        names = (str(name).rstrip("/").rpartition("/")[2] for name in found)
        return [name for name in names if name and name != folder.rpartition("/")[2]]

    def exists(self, name: str) -> bool:
        """Return whether there is such a file.

        Raises:
            OSError: It cannot be said.
        """
        return bool(self._tried(lambda: self._fs.exists(self._path(name))))

    def remove(self, name: str) -> None:
        """Delete a file, or a folder with all that is in it; it need not be there.

        Raises:
            OSError: It cannot be deleted.
        """
        with contextlib.suppress(FileNotFoundError):
            self._tried(lambda: self._fs.rm(self._path(name), recursive=True))

    # Inside --------------------------------------------------------------------------------------

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _put(self, name: str, data: bytes) -> None:
        path = self._path(name)
        if self._is_whole:
            self._fs.pipe_file(path, data)
            return
        folder, _, last = path.rpartition("/")
        self._fs.makedirs(folder, exist_ok=True)
        aside = f"{folder}/.{last}.{secrets.token_hex(4)}"
        try:
            self._fs.pipe_file(aside, data)
            self._fs.mv(aside, path)
        except BaseException:
            with contextlib.suppress(Exception):
                self._fs.rm(aside)
            raise

    def _make(self, name: str, data: bytes) -> None:
        if self._is_whole:
            self._fs.pipe_file(self._path(name), data, mode="create")
            return
        # There a folder is what can be made only once.
        path = self._path(name)
        self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._fs.mkdir(f"{path}{_MADE}", create_parents=False)
        self._put(name, data)

    def _tried(self, work: Callable[[], _Answer]) -> _Answer:
        for pause_s in (*_PAUSES_S, None):
            try:
                return work()
            except (FileNotFoundError, FileExistsError, PermissionError):
                raise
            except Exception as error:
                if pause_s is None:
                    raise _as_os_error(error) from error
                time.sleep(pause_s)
        raise AssertionError


def _version(facts: Mapping[str, Any]) -> object:
    stamp = facts.get("ETag") or facts.get("mtime") or facts.get("LastModified")
    return (facts.get("size"), facts.get("ino"), str(stamp))


def _as_os_error(error: Exception) -> OSError:
    """Return an error of a library as one of a file: whoever reads and writes knows these."""
    said = " ".join(str(error).split())[:300] or type(error).__name__
    return OSError(getattr(error, "errno", None) or 5, said)
