"""Which loader reads a file, by what its bytes are; the name only decides between text formats."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path, PurePath

from queue_core.components.loaders.files.compression import SUFFIXES, Compression
from queue_core.components.loaders.files.source import SourceFile
from queue_core.components.loaders.html.page_tables import has_table
from queue_core.errors import DataError

DELIMITED, EXCEL, PARQUET, ARROW, JSON, ARFF, HTML = (
    "delimited_text", "excel", "parquet", "arrow", "json", "arff", "html_table",
)  # fmt: skip

SUFFIX_LOADERS = {
    ".csv": DELIMITED, ".tsv": DELIMITED, ".tab": DELIMITED, ".txt": DELIMITED, ".dat": DELIMITED,
    ".data": DELIMITED, ".psv": DELIMITED, ".asc": DELIMITED,
    ".xlsx": EXCEL, ".xlsm": EXCEL, ".xls": EXCEL, ".xlsb": EXCEL, ".ods": EXCEL,
    ".parquet": PARQUET, ".pq": PARQUET, ".parq": PARQUET,
    ".feather": ARROW, ".arrow": ARROW, ".arrows": ARROW, ".ipc": ARROW,
    ".json": JSON, ".jsonl": JSON, ".ndjson": JSON, ".geojson": JSON,
    ".arff": ARFF, ".html": HTML, ".htm": HTML,
}  # fmt: skip

BINARY = frozenset((EXCEL, PARQUET, ARROW))

TITLES = {
    DELIMITED: "a text table",
    EXCEL: "a workbook",
    PARQUET: "a Parquet file",
    ARROW: "a Feather or Arrow file",
    JSON: "JSON",
    ARFF: "an ARFF file",
    HTML: "a web page with a table",
}

_LOADER_MAGIC = (
    (b"PAR1", PARQUET),
    (b"ARROW1", ARROW),
    (b"FEA1", ARROW),
    (b"\xff\xff\xff\xff", ARROW),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", EXCEL),
    (b"PK\x03\x04", EXCEL),
)

_FOREIGN_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\x80\x05\x95", "a Python pickle"),
    (b"\x28\xb5\x2f\xfd", "a compressed file"),
    (b"\x1f\x8b", "a compressed file"),
    (b"BZh", "a compressed file"),
    (b"\xfd7zXZ\x00", "a compressed file"),
)
TAR_MAGIC = b"ustar"
TAR_MAGIC_OFFSET = 257
UNICODE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
MAX_CONTROL_SHARE = 0.02
MAX_CONTROL_CHARACTERS = 4
SAMPLE_BYTES = 64 << 10
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1b\x1c\x1d\x1e\x1f\x01\x00")


@dataclass(frozen=True)
class Content:
    """What a file holds.

    Attributes:
        loader: Id of the loader that reads it.
        warnings: Where its name says something else.
        broken_promise: What its name says it is, where it is a text that may be no table at all,
            e.g. `a workbook`.
    """

    loader: str
    warnings: tuple[str, ...] = ()
    broken_promise: str = ""


def content_of(source: SourceFile, encoding: str | None = None) -> Content:
    """Return which loader reads *source*.

    Args:
        source: The file.
        encoding: What the user says its text is encoded in; it may look like no text at all.

    Raises:
        DataError: Its bytes are of no kind that a loader reads; the message names what they are.
    """
    head = source.head
    if not head:
        raise DataError(
            f"{source.name} is empty once it is unpacked.",
            hint="Check the program that wrote it, then load the new file.",
        )
    by_name = _promised_by(source)
    if head.startswith(b"PK\x03\x04") and source.compression is not Compression.NONE:
        _require_workbook_name(source, by_name)
    loader = _by_magic(head, source.name) or _by_text(source, head, by_name, encoding)
    if by_name in (None, loader) or (by_name, loader) == (DELIMITED, DELIMITED):
        return Content(loader)
    return Content(
        loader,
        (f"{source.name} is {TITLES[loader]}, in spite of its name; it was read as one.",),
        TITLES[by_name] if by_name in BINARY and loader not in BINARY else "",
    )


def _promised_by(source: SourceFile) -> str | None:
    """Return the loader of the files that are named so; a packed file is named for its content.

    One that is packed in spite of its name is not what it says, whatever stands in it.
    """
    outer = source.path.suffix.lower()
    if source.compression is not Compression.NONE and SUFFIX_LOADERS.get(outer) in BINARY:
        return SUFFIX_LOADERS[outer]
    return SUFFIX_LOADERS.get(PurePath(source.inner_name).suffix.lower())


def is_data_name(path: Path) -> bool:
    """Return whether the name alone tells that a loader reads the file."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if not suffixes:
        return False
    if suffixes[-1] == ".zip":
        return True
    if suffixes[-1] in SUFFIXES:
        return len(suffixes) > 1 and suffixes[-2] in SUFFIX_LOADERS
    return suffixes[-1] in SUFFIX_LOADERS


def _require_workbook_name(source: SourceFile, by_name: str | None) -> None:
    if by_name != EXCEL:
        raise DataError(
            f"{source.name} is an archive inside of an archive.",
            hint="Unpack the outer one first, then load what it holds.",
        )


def _by_magic(head: bytes, name: str) -> str | None:
    for magic, loader in _LOADER_MAGIC:
        if head.startswith(magic):
            return loader
    for magic, title in _FOREIGN_MAGIC:
        if head.startswith(magic):
            raise _foreign(name, title)
    if head[TAR_MAGIC_OFFSET:].startswith(TAR_MAGIC):
        raise DataError(
            f"{name} is a tar archive.", hint="Unpack it first, then load the files in it."
        )
    return None


def _by_text(
    source: SourceFile, head: bytes, by_name: str | None, encoding: str | None = None
) -> str:
    if head.startswith(UNICODE_MARKS[:2]) or looks_like_utf16(head):
        big = head.startswith(b"\xfe\xff") or head[:1] == b"\0"
        text = head[: SAMPLE_BYTES & ~1].decode("utf-16-be" if big else "utf-16-le", "replace")
        if by_name in (EXCEL, HTML) and "<table" in text.casefold() and has_table(text):
            return HTML
        return by_name if by_name in (JSON, ARFF) else DELIMITED
    sample = head[:SAMPLE_BYTES]
    nul_share = sample.count(b"\0") / len(sample)
    control = len(sample) - len(sample.translate(None, _CONTROL))
    strange = max(control / len(sample), nul_share)
    if (
        not encoding
        and strange > MAX_CONTROL_SHARE
        and strange * len(sample) > MAX_CONTROL_CHARACTERS
    ):
        raise _foreign(source.name, "a binary file")
    text = sample.decode("utf-8-sig", errors="replace").lstrip()
    lowered = text[:2000].casefold()
    is_page = lowered.startswith(("<!doctype html", "<html"))
    if (is_page or "<table" in lowered) and by_name in (EXCEL, HTML) and has_table(text):
        return HTML
    if is_page:
        raise DataError(
            f"{source.name} is a web page, not a table.",
            hint="The download may have saved an error or login page: open it in a browser.",
        )
    if lowered.startswith("<?xml") or (source.head_is_all and _is_element(text)):
        raise _foreign(source.name, "an XML document")
    if by_name == ARFF or re.search(r"^\s*@relation\s", lowered, re.MULTILINE):
        return ARFF
    if by_name == JSON or _is_json(text):
        return JSON
    return DELIMITED


def _is_element(text: str) -> bool:
    """Return whether a text is one element of XML, from its first sign to its last."""
    found = re.match(r"<([A-Za-z_][\w:.-]*)(?:\s[^<>]*)?>", text)
    return found is not None and text.rstrip().endswith(f"</{found[1]}>")


def _is_json(text: str) -> bool:
    """Return whether a text of no telling name is JSON: its first line is an object, or opens."""
    if not text.startswith(("{", "[")):
        return False
    line = text.splitlines()[0].strip().rstrip(",")
    try:
        value = json.loads(line)
        return isinstance(value[0] if isinstance(value, list) and value else value, dict)
    except ValueError:
        return bool(re.match(r'(\[\s*)?\{\s*("|$)', text)) or line == "["


def looks_like_utf16(head: bytes) -> bool:
    """Return whether every other byte is zero, as in Western text of two bytes a character."""
    sample = head[: 4096 & ~1]
    half = len(sample) // 2
    if half < 4:
        return False
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    return max(even, odd) > 0.7 * half and min(even, odd) < 0.1 * half


def _foreign(name: str, title: str) -> DataError:
    return DataError(
        f"{name} is {title}, not a table.",
        hint="Choose a CSV, Excel, Parquet, Feather, Arrow, JSON or ARFF file, or export to one.",
    )
