"""Which encoding a text has: a mark, strict UTF-8, else Windows-1252, which is a guess and said."""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from queue_core.components.loaders.files.content import looks_like_utf16
from queue_core.components.loaders.files.encoding_names import ALTERNATIVES, UTF8
from queue_core.components.loaders.files.source import SourceFile
from queue_core.errors import DataError, ParameterError

FALLBACK = "cp1252"
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", UTF8),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
SCAN_BYTES = 1 << 20
_LONGEST_CHARACTER = 4


@dataclass(frozen=True)
class Encoding:
    """How bytes become text.

    Attributes:
        name: Python's name of it.
        reason: Why, in a few words.
        is_guess: Whether nothing in the file proves it.
        has_multibyte: Whether UTF-8 sequences beyond ASCII were seen, which nearly proves UTF-8.
    """

    name: str
    reason: str
    is_guess: bool = False
    has_multibyte: bool = False

    @property
    def is_utf8(self) -> bool:
        """Whether an engine that reads UTF-8 only can read it."""
        return self.name == UTF8


def encoding_of(source: SourceFile, wanted: str | None = None) -> Encoding:
    """Return the encoding of *source*: the wanted one, or what its first bytes say.

    Raises:
        ParameterError: There is no encoding of the wanted name.
        DataError: The file lacks the mark that the wanted encoding begins with.
    """
    head = source.head
    if wanted:
        return Encoding(_with_byte_order(normal_name(wanted), head, source.name), "chosen")
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, "marked in the file", has_multibyte=True)
    if looks_like_utf16(head):
        little = head[1::2].count(0) > head[0::2].count(0)
        return Encoding("utf-16-le" if little else "utf-16-be", "every other byte is zero")
    position = invalid_utf8_at(head)
    if position is None or (
        not source.head_is_all and position >= len(head) - _LONGEST_CHARACTER + 1
    ):
        return Encoding(UTF8, "all bytes fit", has_multibyte=not head.isascii())
    return Encoding(FALLBACK, f"byte {position + 1:,} is not UTF-8", is_guess=True)


def _with_byte_order(name: str, head: bytes, file: str) -> str:
    """Return an encoding that needs no mark to tell which byte of a character comes first."""
    if name not in ("utf-16", "utf-32") or head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe")):
        return name
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if name == "utf-32" or even == odd:
        raise DataError(
            f"{file} does not begin with the mark of {name.upper()}.",
            hint=f"Choose {name}-le or {name}-be, or another encoding.",
        )
    return "utf-16-le" if odd > even else "utf-16-be"


def guess_notes(encoding: Encoding, name: str) -> list[str]:
    """Say that the encoding of the file *name* was guessed, where it was."""
    if not encoding.is_guess:
        return []
    return [
        f"{name} is not UTF-8 ({encoding.reason}); it was read as {encoding.name}, which is "
        "a guess. Choose another encoding if letters look wrong."
    ]


def normal_name(wanted: str) -> str:
    """Return Python's name of an encoding.

    Raises:
        ParameterError: There is none of this name.
    """
    try:
        info = codecs.lookup(wanted)
    except LookupError as error:
        raise ParameterError(
            f"There is no encoding “{wanted}”.",
            parameter="encoding",
            hint=f"Usual ones are: {UTF8}, {', '.join(ALTERNATIVES)}.",
        ) from error
    if not getattr(info, "_is_text_encoding", True) or info.name == "undefined":
        raise ParameterError(
            f"“{wanted}” is not an encoding of text.",
            parameter="encoding",
            hint=f"Usual ones are: {UTF8}, {', '.join(ALTERNATIVES)}.",
        )
    return UTF8 if info.name in (UTF8, "ascii", "utf-8-sig") else info.name


def invalid_utf8_at(data: bytes) -> int | None:
    """Return the position of the first byte that is not UTF-8."""
    try:
        data.decode(UTF8)
    except UnicodeDecodeError as error:
        return error.start
    return None


def decode_head(source: SourceFile, encoding: Encoding) -> str:
    """Return the head as text; what the cut at its end breaks is left out.

    Raises:
        DataError: A byte is not of this encoding; the message names its line.
    """
    decoder = codecs.getincrementaldecoder(encoding.name)()
    try:
        text = decoder.decode(source.head, final=source.head_is_all)
    except UnicodeDecodeError as error:
        lines = source.head[: error.start].count(b"\n") + 1
        raise wrong_encoding(source.name, encoding.name, error, line=lines, offset=0) from error
    except UnicodeError as error:
        raise _undecodable(source.name, encoding.name, error) from error
    return text.removeprefix("\ufeff")


def wrong_encoding(
    name: str, encoding: str, error: UnicodeDecodeError, *, line: int, offset: int
) -> DataError:
    """Return the error for a byte that is not of the encoding.

    Args:
        name: The file.
        encoding: What it was read as.
        error: What the decoder raised.
        line: The line of the byte, from 1.
        offset: Bytes before those that the decoder was given.
    """
    value = error.object[error.start]
    return DataError(
        f"Line {line:,} of {name} is not {encoding.upper()}: "
        f"byte {offset + error.start + 1:,} is 0x{value:02X}.",
        hint="Choose the encoding that the file was written in; "
        + (
            f"Western files are often {FALLBACK}."
            if normal_name(encoding) != FALLBACK
            else "Western files with such a byte are often mac_roman or latin-1, Japanese ones "
            "shift_jis, Chinese ones gb18030."
        ),
    )


def _undecodable(name: str, encoding: str, error: UnicodeError) -> DataError:
    """Return the error of a decoder that names no byte."""
    return DataError(
        f"{name} is not {encoding.upper()}: {error}.",
        hint="Choose the encoding that the file was written in.",
    )


def decoded(content: Iterable[bytes], encoding: Encoding, name: str) -> Iterator[str]:
    """Yield the content as text, without the mark of its encoding.

    Args:
        content: Blocks of bytes.
        encoding: What they are decoded as.
        name: The file, for messages.

    Raises:
        DataError: A byte is not of the encoding; the message names its line.
    """
    decoder = codecs.getincrementaldecoder(encoding.name)()
    lines = offset = 0
    first = True
    for block in itertools.chain(content, [b""]):
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(encoding.name, errors="replace")
            raise wrong_encoding(
                name,
                encoding.name,
                error,
                line=lines + before.count("\n") + 1,
                offset=offset - pending,
            ) from error
        except UnicodeError as error:
            raise _undecodable(name, encoding.name, error) from error
        offset += len(block)
        lines += text.count("\n")
        if text:
            yield text.removeprefix("\ufeff") if first else text
            first = False


@dataclass(frozen=True)
class InvalidByte:
    """A byte that is not UTF-8.

    Attributes:
        line: Its line, from 1.
        byte: Its place in the file, from 1.
        value: The byte.
        has_multibyte: Whether UTF-8 sequences beyond ASCII stand before it.
    """

    line: int
    byte: int
    value: int
    has_multibyte: bool


def find_invalid_utf8(path: Path) -> InvalidByte | None:
    """Return the first byte of a file that is not UTF-8."""
    decoder = codecs.getincrementaldecoder(UTF8)()
    line, offset, has_multibyte = 1, 0, False
    with path.open("rb") as file:
        while True:
            block = file.read(SCAN_BYTES)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                before = error.object[: error.start]
                return InvalidByte(
                    line + before.count(b"\n"),
                    offset - pending + error.start + 1,
                    error.object[error.start],
                    has_multibyte or not before.isascii(),
                )
            if not block:
                return None
            line += block.count(b"\n")
            offset += len(block)
            has_multibyte = has_multibyte or not text.isascii()
