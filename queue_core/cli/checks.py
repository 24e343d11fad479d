"""The checks of `doctor`, one function each. They only look: nothing is created or repaired."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

from queue_core.cli.database_checks import check_jobs, check_main_database, check_queue_database
from queue_core.cli.finding import Finding, Verdict
from queue_core.cli.place_checks import check_places
from queue_core.cli.server_checks import check_server
from queue_core.cli.terminal import format_bytes
from queue_core.errors import LocalFolderError, MonitorError
from queue_core.extras import install_command
from queue_core.paths import ENVIRONMENT_VARIABLE, LocalFolder

LOW_DISK_BYTES: Final = 2 * 10**9
KEY_BYTES: Final = 32
PACKAGES: Final = (
    "huey", "dill", "SQLAlchemy", "duckdb", "pyarrow", "pandas", "scikit-learn",
    "PySide6-Essentials",
)  # fmt: skip


Check = Callable[[LocalFolder], Iterator[Finding]]


def check_folder(folder: LocalFolder) -> Iterator[Finding]:
    """Is the local folder there, ours, writable, and private?"""
    root = folder.root
    if not root.exists():
        yield Finding(
            "folder", Verdict.GOOD, f"{root} does not exist yet; it is made at first use."
        )
        return
    if not root.is_dir() or not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            "folder", Verdict.BAD, f"{root} cannot be written to.",
            f"Make it writable, or set {ENVIRONMENT_VARIABLE} to another folder.",
        )  # fmt: skip
        return
    yield Finding("folder", Verdict.GOOD, f"{root} can be used.")
    yield from check_permissions(folder)


def check_permissions(folder: LocalFolder) -> Iterator[Finding]:
    """Can other users of this computer read what is ours alone?"""
    if os.name != "posix":
        return
    ours = (folder.monitor, folder.queue_db, folder.main_db, folder.secret_key, folder.settings)
    # Files in a folder that only its owner enters are safe whatever their own mode.
    is_private = _is_private(folder.root)
    is_open = [path for path in ours if not is_private and not _is_private(path)]
    if is_open:
        names = ", ".join(str(path) for path in is_open)
        yield Finding(
            "permissions", Verdict.WARNING, f"Other users can enter or read {names}.",
            f"chmod go= {' '.join(str(path) for path in is_open)}",
        )  # fmt: skip
    else:
        yield Finding("permissions", Verdict.GOOD, "Only you can read jobs and data.")


def _is_private(path: Path) -> bool:
    try:
        return not stat.S_IMODE(path.stat().st_mode) & 0o077
    except FileNotFoundError:
        return True


def check_disk(folder: LocalFolder) -> Iterator[Finding]:
    """Is there room for datasets and results?"""
    place = next(path for path in (folder.root, *folder.root.parents) if path.exists())
    free = shutil.disk_usage(place).free
    if free < LOW_DISK_BYTES:
        yield Finding(
            "disk", Verdict.WARNING, f"Only {format_bytes(free)} are free on the disk of {place}.",
            "Delete what is not needed: a dataset needs up to its own size again.",
        )  # fmt: skip
    else:
        yield Finding("disk", Verdict.GOOD, f"{format_bytes(free)} are free.")


def check_key(folder: LocalFolder) -> Iterator[Finding]:
    """Is the key there that signs stored jobs?"""
    path = folder.secret_key
    if not path.exists():
        yield Finding("key", Verdict.GOOD, f"{path} does not exist yet; it is made at first use.")
    elif path.stat().st_size < KEY_BYTES:
        yield Finding(
            "key", Verdict.BAD, f"{path} is damaged.",
            "Move it away; jobs that wait must then be submitted again.",
        )  # fmt: skip
    else:
        yield Finding("key", Verdict.GOOD, f"{path} is there.")


def check_settings(folder: LocalFolder) -> Iterator[Finding]:
    """Can every setting be read?"""
    from queue_core.settings.store import read_problems

    problems = read_problems(folder.settings)
    for problem in problems:
        yield Finding("settings", Verdict.WARNING, problem, f"Correct it in {folder.settings}.")
    if not problems:
        yield Finding("settings", Verdict.GOOD, "The settings can be read.")


def check_packages(folder: LocalFolder) -> Iterator[Finding]:
    """Which versions work together here?"""
    del folder
    from queue_core.version import __version__

    versions = [f"{name} {_version(name) or 'missing'}" for name in PACKAGES]
    yield Finding(
        "versions", Verdict.GOOD,
        f"dashai-monitor {__version__}, Python {platform.python_version()} on "
        f"{platform.platform()}; {', '.join(versions)}.",
    )  # fmt: skip
    if _version("PySide6-Essentials") is None:
        yield Finding(
            "window", Verdict.WARNING, "The window's packages are not installed.",
            install_command("gui"),
        )  # fmt: skip
    found = _version("dashai")
    yield Finding(
        "DashAI", Verdict.GOOD,
        f"DashAI {found} is installed." if found else "DashAI is not installed; it is not needed.",
    )  # fmt: skip


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def check_job_types(folder: LocalFolder) -> Iterator[Finding]:
    """Can the job types of other packages be used?"""
    del folder
    from queue_core.jobs.registry import job_type_problems, job_types

    for problem in job_type_problems():
        yield Finding(
            "job types", Verdict.WARNING, problem.message, f"Repair or update {problem.package}."
        )
    others = [item for item in job_types().values() if not item.is_built_in]
    if others:
        listed = ", ".join(f"{item.name} ({item.package})" for item in others)
        yield Finding("job types", Verdict.GOOD, f"Other packages bring {listed}.")


def check_components(folder: LocalFolder) -> Iterator[Finding]:
    """Can the components of other packages be used?"""
    del folder
    from queue_core.components.registry import ComponentKind, component_problems, components

    for problem in component_problems():
        yield Finding(
            "components", Verdict.WARNING, problem.message, f"Repair or update {problem.package}."
        )
    count = sum(len(components(kind)) for kind in ComponentKind)
    yield Finding("components", Verdict.GOOD, f"{count} components can be used.")


CHECKS: Final[tuple[Check, ...]] = (
    check_folder, check_disk, check_queue_database, check_main_database, check_key,
    check_settings, check_server, check_places, check_jobs, check_packages, check_job_types,
    check_components,
)  # fmt: skip


def run_checks(folder: LocalFolder) -> Iterator[Finding]:
    """Yield what each check finds; one that cannot be made is a finding, too."""
    for check in CHECKS:
        try:
            yield from check(folder)
        except LocalFolderError as error:
            yield Finding(_name(check), Verdict.BAD, error.message, error.hint)
        except sqlite3.DatabaseError as error:
            yield Finding(
                _name(check), Verdict.BAD, f"A database cannot be read: {error}.",
                "Close all programs that use it, keep a copy of it, and start the program again.",
            )  # fmt: skip
        except (MonitorError, OSError) as error:
            yield Finding(_name(check), Verdict.BAD, f"This could not be looked at: {error}.")


def _name(check: Check) -> str:
    name: str = getattr(check, "__name__", "check")
    return name.removeprefix("check_").replace("_", " ")
