"""Unpacking in streams: gzip, bzip2, xz, zstd and the members of zip archives."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

from queue_core.errors import DataError

BLOCK_BYTES = 1 << 20
# Four bytes of zstd may stand for 128 kB, and all of a piece is unpacked at once.
ZSTD_PIECE_BYTES = 1 << 12


class Compression(StrEnum):
    """How the content of a file is packed."""

    NONE = "none"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZSTD = "zstd"
    ZIP = "zip"


_MAGIC = (
    (b"\x1f\x8b", Compression.GZIP),
    (b"BZh", Compression.BZIP2),
    (b"\xfd7zXZ\x00", Compression.XZ),
    (b"\x28\xb5\x2f\xfd", Compression.ZSTD),
)
SUFFIXES = {
    ".gz": Compression.GZIP,
    ".bz2": Compression.BZIP2,
    ".xz": Compression.XZ,
    ".zst": Compression.ZSTD,
    ".zip": Compression.ZIP,
}


DAMAGE = (
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    struct.error,
    NotImplementedError,
    IndexError,
    UnicodeDecodeError,
    OSError,
)
"""What unpacking damaged data raises."""


def compression_of(start: bytes, path: Path) -> Compression:
    """Return how a file with these first bytes is packed; a workbook's zip does not count.

    Raises:
        DataError: Its name promises a compressed file and its bytes are none.
    """
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")) and not is_workbook(path):
        return Compression.ZIP
    promised = SUFFIXES.get(path.suffix.lower())
    if promised is not None:
        raise DataError(
            f"{path.name} is not a {promised.value} file, in spite of its name.",
            hint="Download or copy it again; if it is not compressed, rename it.",
        )
    return Compression.NONE


def is_workbook(path: Path) -> bool:
    """Return whether a zip archive is a spreadsheet.

    Raises:
        DataError: It is a damaged archive.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except DAMAGE as error:
        raise damaged(path.name, error) from error
    return "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names


class Unpacked:
    """An iterator over blocks of unpacked bytes.

    Attributes:
        read_bytes: How many packed bytes were read so far.
        written_bytes: How many unpacked bytes they gave.
    """

    def __init__(self, file: BinaryIO, blocks: Iterator[bytes], name: str) -> None:
        self._file = file
        self._blocks = blocks
        self._name = name
        self.written_bytes = 0

    @property
    def read_bytes(self) -> int:
        """How many packed bytes were read so far."""
        return self._file.tell()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            block = next(self._blocks)
        except DAMAGE as error:
            raise damaged(self._name, error, self.written_bytes) from error
        self.written_bytes += len(block)
        return block


def unpack(
    file: BinaryIO, compression: Compression, name: str, member: str | None = None
) -> Unpacked:
    """Return the content of the open *file*, block by block.

    Raises:
        DataError: While iterating: the compressed data are cut off or damaged.
    """
    if compression is Compression.NONE:
        return Unpacked(file, _blocks(file), name)
    if compression is Compression.ZSTD:
        return Unpacked(file, _zstd_blocks(file), name)
    if compression is Compression.ZIP:
        return Unpacked(file, _zip_blocks(file, str(member)), name)
    opened: BinaryIO
    if compression is Compression.GZIP:
        opened = cast(BinaryIO, gzip.GzipFile(fileobj=file))
    elif compression is Compression.BZIP2:
        opened = cast(BinaryIO, bz2.BZ2File(file))
    else:
        opened = cast(BinaryIO, lzma.LZMAFile(file))  # noqa: SIM115 - the caller closes *file*
    return Unpacked(file, _blocks(opened), name)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK_BYTES):
        yield block


def _zip_blocks(file: BinaryIO, member: str) -> Iterator[bytes]:
    with zipfile.ZipFile(file) as archive, archive.open(member) as content:
        while block := content.read(BLOCK_BYTES):
            yield block


def _zstd_blocks(file: BinaryIO) -> Iterator[bytes]:
    # Frame by frame: zstandard's stream reader takes a file that is cut off for a complete one.
    import zstandard

    decompressor = zstandard.ZstdDecompressor(max_window_size=2**31)
    frame = decompressor.decompressobj()
    begun = False
    try:
        while block := file.read(ZSTD_PIECE_BYTES):
            while block:
                begun = True
                content = frame.decompress(block)
                block = b""
                if content:
                    yield content
                if frame.eof:
                    block = frame.unused_data
                    frame = decompressor.decompressobj()
                    begun = False
    except zstandard.ZstdError as error:
        raise EOFError(str(error)) from error
    if begun:
        raise EOFError("the last frame is not complete")


def damaged(name: str, error: Exception, after_bytes: int = 0) -> DataError:
    """Return the error for compressed data that cannot be unpacked."""
    if isinstance(error, NotImplementedError):
        return DataError(
            f"{name} is packed in a way that cannot be read ({_words(error)}).",
            hint="Unpack it with the program that packed it, then load what it holds.",
        )
    where = f" after {after_bytes:,} unpacked bytes" if after_bytes else ""
    return DataError(
        f"{name} is cut off or damaged: it cannot be unpacked{where} ({_words(error)}).",
        hint="Download or copy the file again, and check that the copy is complete.",
    )


def _words(error: Exception) -> str:
    text = str(error).strip().rstrip(".")
    return text[:1].lower() + text[1:] if text else type(error).__name__
