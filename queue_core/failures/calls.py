"""Whose code a call in a traceback is: the user's own, a library's, Python's, or this program's."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Final

_PACKAGES: Final = re.compile(r"[/\\](?:site|dist)-packages[/\\](?P<name>[^/\\]+)")
# On Linux and macOS `lib/python3.12`, on Windows `Python312\Lib`.
_STANDARD: Final = re.compile(
    r"[/\\]lib(?:64)?[/\\]python\d|[/\\]Python\d*[/\\]Lib[/\\]|^<frozen |python\d+\.zip[/\\]"
)
_PROGRAM: Final = str(Path(__file__).parents[1])
_ABSOLUTE: Final = re.compile(r"^(?:[/\\<]|[A-Za-z]:)")
_ENDING: Final = re.compile(r"\.(?:py\w?|pyx|so|pyd)$")


class Origin(StrEnum):
    """Whose code a call is."""

    OWN = "own"
    LIBRARY = "library"
    PYTHON = "python"
    PROGRAM = "program"


def origin_of(file: str) -> Origin:
    """Return whose code the file of a call is."""
    package = _package(file)
    if package == "queue_core" or file.startswith(_PROGRAM):
        return Origin.PROGRAM
    if package:
        return Origin.LIBRARY
    return Origin.PYTHON if _STANDARD.search(file) else Origin.OWN


def library_of(file: str) -> str:
    """Return the name of the library that a file belongs to, or `Python`; else nothing."""
    match origin_of(file):
        case Origin.LIBRARY:
            return _package(file)
        case Origin.PYTHON:
            return "Python"
        case _:
            return ""


def short_name(file: str) -> str:
    """Return the name of a file without its folders."""
    return re.split(r"[/\\]", file)[-1] or file


def _package(file: str) -> str:
    found = list(_PACKAGES.finditer(file))
    if found:
        return _ENDING.sub("", found[-1]["name"])
    # A packed program names the modules in it without a folder; extension modules do it as well.
    if not _ABSOLUTE.match(file) and re.search(r"[/\\]", file):
        return re.split(r"[/\\]", file)[0]
    return ""
