"""What the makers of all artefacts share: places, the version, tools, repeatable files."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
BUILD = ROOT / "build"
DIST = ROOT / "dist"
FROZEN = BUILD / "frozen" / "dashai-monitor"
NAME = "dashai-monitor"


class CannotMakeError(Exception):
    """This machine lacks something that an artefact needs; the text says what."""


def version() -> str:
    """Return the one version number of the project."""
    text = (ROOT / "queue_core" / "version.py").read_text(encoding="utf-8")
    found = re.search(r'__version__ = "([^"]+)"', text)
    if found is None:
        raise CannotMakeError("queue_core/version.py says no version.")
    return found[1]


def machine() -> str:
    """Return the kind of processor in Debian's words."""
    kind = platform.machine().lower()
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(kind, kind)


def source_date() -> int:
    """Return the moment of the newest change, in seconds: files made from it carry no other."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    found = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return int(found.stdout.strip() or 0)


def tool(name: str, package: str) -> str:
    """Return the path of a program.

    Raises:
        CannotMakeError: It is not installed; the text names the package that has it.
    """
    found = shutil.which(name)
    if found is None:
        raise CannotMakeError(f"{name} is missing: sudo apt-get install {package}")
    return found


def run(*command: str | Path, cwd: Path = ROOT, **variables: str) -> None:
    """Run a command whose failure ends the making."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(source_date()), **variables}
    subprocess.run([str(part) for part in command], cwd=cwd, check=True, env=environment)


def fresh(folder: Path) -> Path:
    """Return *folder*, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def set_times(folder: Path) -> None:
    """Give every file below *folder* the date of the source, so that packages are repeatable."""
    moment = source_date()
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (moment, moment), follow_symlinks=False)


def filled(template: Path, **values: str) -> str:
    """Return the text of a template; `@NAME@` stands for a value."""
    text = template.read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text
