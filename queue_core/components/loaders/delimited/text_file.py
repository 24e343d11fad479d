"""A file that the engine reads as it is: plain, UTF-8, one kind of line end.

Most files are that already. Others are rewritten once, block by block, into the dataset's scratch
folder: unpacked, decoded, with even line ends, or with runs of spaces made into tabs.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from queue_core.components.loaders.delimited.blanking import Blanked, Blanking, blanked_lines
from queue_core.components.loaders.delimited.fixed_width import cut_lines
from queue_core.components.loaders.files.compression import Unpacked
from queue_core.components.loaders.files.encodings import Encoding, decoded
from queue_core.components.loaders.files.line_limit import limited_lines
from queue_core.components.loaders.files.source import SourceFile
from queue_core.components.loaders.files.space import require_space

SPACE_CHECK_BYTES = 32 << 20
NEWLINES = {"\n": "\\n", "\r\n": "\\r\\n", "\r": "\\r"}
_SPACES = re.compile(rb"[ \t]+")


@dataclass(frozen=True)
class TextFile:
    """What the engine reads.

    Attributes:
        path: The source itself, or the rewritten copy.
        newline: How its lines end.
        is_copy: Whether it is a copy.
    """

    path: Path
    newline: str = "\n"
    is_copy: bool = False


@dataclass(frozen=True)
class Rewriting:
    """What has to be done to a source before the engine can read it.

    Attributes:
        encoding: What its bytes are decoded as.
        even_newlines: Whether all line ends outside of quotes become line feeds.
        collapse_spaces: Whether runs of spaces and tabs outside of quotes become one tab.
        gaps: Where columns of fixed width are parted, to become columns between tabs.
        drop_lines: How many lines at the start are left out.
        quote: What encloses values.
        spaces_after: The separator behind which spaces are left out; empty: they are kept.
        blanking: Which lines are made blank ones; None: none.
    """

    encoding: Encoding
    even_newlines: bool = False
    collapse_spaces: bool = False
    drop_lines: int = 0
    quote: str = '"'
    spaces_after: str = ""
    blanking: Blanking | None = None
    gaps: tuple[tuple[int, int], ...] = ()

    def is_needed(self, source: SourceFile) -> bool:
        """Return whether the engine cannot read *source* as it is."""
        return (
            source.compression.value != "none"
            or not self.encoding.is_utf8
            or self.even_newlines
            or self.collapse_spaces
            or self.drop_lines > 0
            or bool(self.spaces_after)
            or bool(self.gaps)
            or self.blanking is not None
        )


def newline_of(text: str) -> tuple[str, bool]:
    """Return how the lines of *text* end, and whether all of them end in that way."""
    pairs = text.count("\r\n")
    feeds = text.count("\n") - pairs
    returns = text.count("\r") - pairs - text.endswith("\r")
    counts = {"\r\n": pairs, "\n": feeds, "\r": returns}
    usual = max(counts, key=lambda newline: counts[newline])
    if not counts[usual]:
        return "\n", True
    return usual, sum(count > 0 for count in counts.values()) == 1


def rewrite(
    source: SourceFile,
    target: Path,
    rewriting: Rewriting,
    on_progress: Callable[[int], None] = lambda _read_bytes: None,
    on_blank: Callable[[Blanked], None] = lambda _line: None,
) -> TextFile:
    """Write *source* to *target* as the engine reads it.

    Args:
        source: The file.
        target: Where the copy goes.
        rewriting: What is done.
        on_progress: Told how many bytes of the source were read.
        on_blank: Told of each line that was made blank.

    Raises:
        DataError: A byte is not of the encoding, the compressed data are damaged, or the copy
            does not fit on the disk.
    """
    with source.unpacked() as content, target.open("wb") as file:
        blocks = limited_lines(_decoded(content, rewriting.encoding, source.name), source.name)
        if rewriting.drop_lines:
            blocks = _without_lines(blocks, rewriting.drop_lines)
        if rewriting.even_newlines or rewriting.collapse_spaces or rewriting.spaces_after:
            blocks = _evened(blocks, rewriting)
        if rewriting.gaps:
            blocks = cut_lines(blocks, rewriting.gaps, source.name)
        if rewriting.blanking is not None:
            first_line = rewriting.drop_lines + 1
            blocks = blanked_lines(blocks, rewriting.blanking, first_line, on_blank)
        written = unchecked = 0
        for block in blocks:
            unchecked += len(block)
            if unchecked >= SPACE_CHECK_BYTES:
                require_space(source.name, target, written)
                unchecked = 0
            written += file.write(block)
            on_progress(content.read_bytes)
    return TextFile(target, is_copy=True)


def _decoded(content: Unpacked, encoding: Encoding, name: str) -> Iterator[bytes]:
    """Yield the content as UTF-8 without its mark."""
    if encoding.is_utf8:
        # Left as it is: the engine checks it, and names the line of a byte that does not fit.
        first = True
        for raw in content:
            yield raw.removeprefix(codecs.BOM_UTF8) if first else raw
            first = False
        return
    for text in decoded(content, encoding, name):
        yield text.encode()


def _without_lines(blocks: Iterator[bytes], count: int) -> Iterator[bytes]:
    for block in blocks:
        while count and block:
            _, newline, block = block.partition(b"\n")
            count -= bool(newline)
        if block:
            yield block


def _evened(blocks: Iterator[bytes], rewriting: Rewriting) -> Iterator[bytes]:
    """Change line ends and spaces in the parts outside of quotes, whole lines at a time."""
    quote = rewriting.quote.encode()
    waiting = b""
    inside = False
    for block in blocks:
        waiting += block
        # A cut at a line feed splits neither a pair of line ends nor a run of spaces.
        cut = waiting.rfind(b"\n") + 1 or (0 if len(waiting) < 1 << 24 else len(waiting) - 1)
        if cut:
            text, inside = _even(waiting[:cut], quote, inside, rewriting)
            waiting = waiting[cut:]
            yield text
    if waiting:
        yield _even(waiting, quote, inside, rewriting)[0]


def _even(text: bytes, quote: bytes, inside: bool, rewriting: Rewriting) -> tuple[bytes, bool]:
    parts = text.split(quote) if quote else [text]
    for position, part in enumerate(parts):
        if inside == bool(position % 2):
            parts[position] = _even_part(part, rewriting, starts_line=position == 0)
    return quote.join(parts), inside ^ (len(parts) % 2 == 0)


def _even_part(part: bytes, rewriting: Rewriting, *, starts_line: bool) -> bytes:
    if rewriting.even_newlines:
        part = part.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if rewriting.collapse_spaces:
        part = _SPACES.sub(b"\t", part)
        part = part.replace(b"\n\t", b"\n").replace(b"\t\n", b"\n").replace(b"\t\r\n", b"\r\n")
        if starts_line:
            part = part.removeprefix(b"\t")
    if rewriting.spaces_after:
        sign = re.escape(rewriting.spaces_after.encode())
        part = re.sub(rb"(" + sign + rb"|\n) +", rb"\1", part)
        if not starts_line:
            part = re.sub(rb"^ +(?=" + sign + rb"|\r?\n|$)", b"", part)
    return part
