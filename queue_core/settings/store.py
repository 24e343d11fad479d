"""The file that keeps what the user changed.

`settings.toml` holds only what differs from the defaults. Keys that this version does not know are
kept, so that a newer version's settings survive.
"""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from queue_core.errors import LocalFolderError, ParameterError
from queue_core.settings.known import OTHER_TYPES, SETTINGS, TIMEOUTS
from queue_core.settings.record import Setting, Value


@dataclass(frozen=True)
class Settings:
    """The settings as they were when they were read; `settings[WORKERS]` is an `int`.

    Attributes:
        values: What the user chose, by key; everything else has its default.
        problems: Sentences about what could not be read and was replaced by a default.
        places: The tables of other places where jobs may run, as they stand in the file.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    places: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, setting: Setting[Value]) -> Value:
        if setting.key in self.values:
            return cast("Value", self.values[setting.key])
        return setting.default_value()

    def timeout_s(self, task_type: str) -> float | None:
        """Return the time limit of a job class, in seconds; None where there is none."""
        return self[TIMEOUTS.get(task_type, TIMEOUTS[OTHER_TYPES])] or None

    @classmethod
    def load(cls, path: Path) -> Settings:
        """Read the file; whatever is wrong with it is reported in `problems`, never raised.

        A file that is not TOML is kept aside under another name, so that the next change of a
        setting does not overwrite it.
        """
        settings, damage = _read(path)
        if damage is None:
            return settings
        return cls(problems=(_keep_aside(path, damage),))


def read_problems(path: Path) -> tuple[str, ...]:
    """Return what is wrong with the file, and leave it where it is."""
    settings, damage = _read(path)
    return settings.problems if damage is None else (f"{path} is damaged: {damage}.",)


def _read(path: Path) -> tuple[Settings, Exception | None]:
    """Return the settings, and why the file is not TOML if it is not."""
    try:
        document = tomllib.loads(_text(path))
    except FileNotFoundError:
        return Settings(), None
    except OSError as error:
        problem = f"The settings in {path} cannot be read: {error.strerror}."
        return Settings(problems=(problem,)), None
    # Beside what is no TOML: a number of thousands of digits, and lists in lists without end.
    except (ValueError, RecursionError) as error:
        return Settings(), error
    values: dict[str, Any] = {}
    problems: list[str] = []
    for key, setting in SETTINGS.items():
        found = _find(document, key)
        if found is None:
            continue
        try:
            values[key] = setting.check(found)
        except ParameterError as error:
            problems.append(f"{error.message} {error.hint} The default is used instead.")
    places = document.get("places")
    return Settings(values, tuple(problems), places if isinstance(places, dict) else {}), None


def _text(path: Path) -> str:
    """Return what the file holds; a pipe or a device in its place would be read for ever."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "It is no file")
    return path.read_text(encoding="utf-8")


def change_settings(path: Path, changes: Mapping[str, object]) -> Settings:
    """Write *changes* (by key; None goes back to the default) and return the new settings.

    The file is read again first, so another process's changes stay, and so do comments and keys
    that this version does not know. It is replaced at once: never half written.

    Raises:
        ParameterError: There is no such setting, or the value does not fit; nothing is written.
        LocalFolderError: The file cannot be written.
    """
    checked = {key: _known(key, value) for key, value in changes.items()}
    import tomlkit

    Settings.load(path)  # puts a broken file aside
    try:
        text = _text(path) if path.exists() else ""
        document = tomlkit.parse(text)
        for key, value in checked.items():
            _set(document, key, value)
        _replace(path, tomlkit.dumps(document))
    except OSError as error:
        raise LocalFolderError(
            f"The settings cannot be written to {path}: {error.strerror or error}.",
            hint="Make room on the disk or make the folder writable, then try again.",
        ) from error
    return Settings.load(path)


def _known(key: str, value: object) -> object:
    setting = SETTINGS.get(key)
    if setting is None:
        import difflib

        near = difflib.get_close_matches(key, SETTINGS, n=1)
        raise ParameterError(
            f"There is no setting named {key}.",
            parameter=key,
            hint=f"Did you mean {near[0]}?" if near else "",
        )
    return None if value is None else setting.check(value)


def _find(document: Mapping[str, Any], key: str) -> object:
    *tables, name = key.split(".")
    for table in tables:
        inner = document.get(table)
        if not isinstance(inner, Mapping):
            return None
        document = inner
    return document.get(name)


def _set(document: Any, key: str, value: object) -> None:
    """Write into a tomlkit document; a value that stands where a table belongs gives way."""
    import tomlkit

    *tables, name = key.split(".")
    for table in tables:
        if not isinstance(document.get(table), Mapping):
            if value is None:
                return
            document[table] = tomlkit.table()
        document = document[table]
    if value is None:
        document.pop(name, None)
    else:
        document[name] = list(value) if isinstance(value, tuple) else value


def _keep_aside(path: Path, error: Exception) -> str:
    aside = path.with_name(f"{path.stem}.broken-{datetime.now(UTC):%Y%m%dT%H%M%S%f}{path.suffix}")
    try:
        path.rename(aside)
    except OSError as failure:
        return f"The settings in {path} are damaged ({error}) and in the way: {failure.strerror}."
    return f"The settings were damaged ({error}). They are kept in {aside}; defaults are used."


def _replace(path: Path, text: str) -> None:
    # mkstemp makes the file readable by its owner only.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)  # noqa: PTH105 - `temporary` is text
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise
