"""What a report says of the program and the computer."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import sys
from importlib.metadata import distributions
from typing import Any

from queue_core.paths import LocalFolder
from queue_core.version import __version__


def machine_facts(folder: LocalFolder) -> dict[str, Any]:
    """Return the versions and sizes that may have to do with a failure, as JSON data."""
    import psutil

    memory = psutil.virtual_memory()
    try:
        free_disk_bytes = shutil.disk_usage(folder.root).free
    except OSError:
        free_disk_bytes = None
    return {
        "program": __version__,
        "python": sys.version,
        "executable": sys.executable,
        "is_frozen": bool(getattr(sys, "frozen", False)),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "libc": " ".join(platform.libc_ver()).strip(),
        "language": ".".join(part for part in locale.getlocale() if part),
        "cores": os.cpu_count(),
        "memory_bytes": int(memory.total),
        "free_memory_bytes": int(memory.available),
        "free_disk_bytes": free_disk_bytes,
        "local_folder": str(folder.root),
        "thread_variables": {
            name: value for name, value in sorted(os.environ.items())
            if name.endswith(("_NUM_THREADS", "_MAX_THREADS"))
        },
    }  # fmt: skip


def package_versions() -> list[str]:
    """Return the installed packages as `name==version`, by name."""
    found = {
        str(item.metadata["Name"]).casefold(): f"{item.metadata['Name']}=={item.version}"
        for item in distributions()
        if item.metadata["Name"]
    }
    return [found[name] for name in sorted(found)]
