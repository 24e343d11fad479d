"""Which failures are alike: by kind of error, by place, and by what they say without its values."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from queue_core.failures.calls import Origin, origin_of, short_name

_HEADER: Final = "Traceback (most recent call last):"
_CALL: Final = re.compile(r'^  File "(.*?)", line \d+, in (.*)$', re.MULTILINE)
# What is said in the first lines tells failures apart; a page of numbers behind it does not.
_LETTERS_READ: Final = 600
_LINES_READ: Final = 3
_VALUES: Final = (
    # Quoted values, whatever the quotes; an apostrophe within a word is none.
    (re.compile(r"(?<!\w)(['\"`])(?:(?!\1).)*\1|“[^”]*”|‘[^’]*’|«[^»]*»"), "…"),
    # Addresses and paths, with folders or with the ending of a file.
    (re.compile(r"\w+://\S+"), "…"),
    (re.compile(r"(?<!\w)(?:[A-Za-z]:)?(?:~|\.{1,2})?(?:[/\\][^\s/\\:,;()]+)+[/\\]?"), "…"),
    (re.compile(r"[\w*-][\w.*-]*\.[A-Za-z][A-Za-z0-9]{1,7}\b"), "…"),
    # Identifiers and addresses in memory, then every other number with its separators.
    (re.compile(r"\b(?:0x[0-9a-fA-F]+|[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})\b"), "0"),
    (re.compile(r"[-+]?\d[\d.,_]*(?:e[-+]?\d+)?", re.IGNORECASE), "0"),
)  # fmt: skip


def fingerprint(error_type: str, message: str, traceback: str) -> str:
    """Return the same short text for failures that are alike.

    Args:
        error_type: Class name of the error.
        message: What it says.
        traceback: As Python prints it; may be empty.
    """
    parts = (error_type, place_of(traceback), without_values(message))
    told = "\0".join(parts).encode("utf-8", "backslashreplace")
    return hashlib.blake2b(told, digest_size=8).hexdigest()


def place_of(traceback: str) -> str:
    """Return the innermost call of the user's own code, e.g. `load in prepare.py`.

    Where there is none, the innermost one of this program, else the innermost of all; no line, for
    an edit above it makes no other failure of it.
    """
    last = traceback[max(0, traceback.rfind(_HEADER)) :]
    calls = _CALL.findall(last)
    for wanted in (Origin.OWN, Origin.PROGRAM):
        for file, function in reversed(calls):
            if origin_of(file) is wanted:
                return f"{function} in {short_name(file)}"
    return f"{calls[-1][1]} in {short_name(calls[-1][0])}" if calls else ""


def without_values(message: str) -> str:
    """Return what a message says, without the numbers, paths and quoted values in it."""
    lines = message[:_LETTERS_READ].strip().splitlines()[:_LINES_READ]
    text = "\n".join(lines)
    for pattern, instead in _VALUES:
        text = pattern.sub(instead, text)
    return " ".join(text.split())
