"""The one door to the terminal: whatever goes out shows every sign that it holds.

Names, errors, logs and parameters are texts of others. What would steer a terminal, turn the
direction of a line or hide is written as its code; only colours of ours pass.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import sys
from typing import TYPE_CHECKING, Any, Final, TextIO

from queue_core.plain import finite

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_LETTER_BESIDE: Final = r"[^\x00-\x7f\u2000-\u206f]"
# Controls but for line end and tab; halves of characters; what turns the direction, joins, hides
# or is nothing at all. Joiners are part of some scripts and pictures, between letters of theirs.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    f"|(?<!{_LETTER_BESIDE})[\u200c\u200d]|[\u200c\u200d](?!{_LETTER_BESIDE})"
)
_BREAKS: Final = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
# Nobody outside of this process can write a colour, since nobody knows how it is marked here.
_COLOUR: Final = f"\x1b{os.urandom(8).hex()}:"
_COLOUR_PART: Final = re.compile(re.escape(_COLOUR) + r"(\d+)m")


def visible(text: str) -> str:
    """Return *text* with everything that is not seen as its code; line ends and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(_code, text.replace("\r\n", "\n"))


def clean(text: str) -> str:
    """Return *text* on one line, with everything that is not seen as its code."""
    return visible(_BREAKS.sub(" ", text))


def painted(text: str, color: int) -> str:
    """Return *text* in a colour of the terminal, for `write` alone."""
    return f"{_COLOUR}{color}m{text}{_COLOUR}0m"


def write(stream: TextIO, text: str, end: str = "\n") -> None:
    """Write *text* to a standard stream, whatever it holds and whatever that can show."""
    parts = _COLOUR_PART.split(text)
    shown = "".join(
        f"\x1b[{part}m" if number % 2 else visible(part) for number, part in enumerate(parts)
    )
    _put(stream, shown + end)


def redraw(stream: TextIO, text: str) -> None:
    """Write *text* in the place of the line that the cursor is on."""
    _put(stream, f"\r\x1b[2K{clean(text)}")


def write_json(stream: TextIO, data: Any) -> None:
    """Write one JSON document: exact, and strict."""
    encoding = (stream.encoding or "").lower().replace("-", "")
    _put(stream, json_text(data, ascii_only=encoding != "utf8") + "\n")


def json_text(data: Any, *, ascii_only: bool) -> str:
    """Return *data* as JSON that any reader reads.

    JSON knows no number that is infinite or none: these are the texts `NaN`, `Infinity` and
    `-Infinity`. What is not seen is escaped, which changes nothing for a reader.
    """
    try:
        text = _dumped(data, ascii_only=ascii_only)
    except ValueError:
        text = _dumped(finite(data), ascii_only=ascii_only)
    return _UNSEEN.sub(_json_code, text)


class VisibleFormatter(logging.Formatter):
    """Formats what loggers say for the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record with every sign shown."""
        return visible(super().format(record))


class VisibleParser(argparse.ArgumentParser):
    """Says what is wrong with arguments, which may hold anything, through the door."""

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        if message:
            is_result = file is sys.stdout
            write(sys.stdout if is_result else sys.stderr, message, end="")


def _put(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()


def _code(found: re.Match[str]) -> str:
    code = ord(found[0])
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else (f"\\U{code:08x}")
    )


def _json_code(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))


def _dumped(data: Any, *, ascii_only: bool) -> str:
    return json.dumps(data, indent=2, ensure_ascii=ascii_only, allow_nan=False, default=str)
