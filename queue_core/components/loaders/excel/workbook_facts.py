"""What a workbook's own parts say that the reader of its cells does not."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from queue_core.components.loaders.files.compression import DAMAGE

BOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
MAX_PART_BYTES = 16 << 20
BLOCK_BYTES = 4 << 20
HEAD_BYTES = 4096
MOST_CELLS = 150_000_000
_BOOK_PROPERTIES = re.compile(rb"<(?:[\w.]+:)?workbookPr\b[^>]*/?>")
_COUNTS_FROM_1904 = re.compile(rb"""\bdate1904\s*=\s*["'](?:1|true|on)["']""")
_DIMENSION = re.compile(rb"""<dimension\s+ref=["'](?:[A-Z]+[0-9]+:)?([A-Z]+)([0-9]+)["']""")
_VALUE_CELL = re.compile(rb"""<c\b[^>]*?\br=["']([A-Z]+)([0-9]+)["'][^>]*>\s*<[vif]""")
_SHEET = re.compile(rb"<(?:[\w.]+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:[\w.]+:)?Relationship\b[^>]*>")
_OPEN_FORMULA = re.compile(
    rb"""<c\b[^>]*?\br=["']([A-Z]+)([0-9]+)["'][^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)"""
    rb"""\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"""
)


def even_workbook(path: Path) -> bytes | None:
    """Return a workbook that counts its days from 1904 so that this is seen; None: it is.

    WORKAROUND: the reader takes a second element of the same name, in the list of extensions, for
    the workbook's own, and reads all dates four years early (tafia/calamine#706).
    """
    try:
        with zipfile.ZipFile(path) as archive:
            book = _part(archive, BOOK)
            found = list(_BOOK_PROPERTIES.finditer(book))
            if len(found) < 2 or not _COUNTS_FROM_1904.search(found[0][0]):
                return None
            first = found[0].end()
            book = book[:first] + _BOOK_PROPERTIES.sub(b"", book[first:])
            copy = io.BytesIO()
            with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as target:
                for item in archive.infolist():
                    content = book if item.filename == BOOK else archive.read(item)
                    target.writestr(item.filename, content)
            return copy.getvalue()
    except (*DAMAGE, KeyError, ValueError, RuntimeError):
        return None  # whoever reads its cells says what is wrong


def formulas_without_value(path: Path, sheet: str) -> dict[int, list[str]]:
    """Return the cells with a formula and no stored value, by column (from 0), if it is an xlsx."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = _part_of_sheet(archive, sheet)
            if part is None:
                return {}
            found: dict[int, list[str]] = {}
            with archive.open(part) as file:
                for block in _whole_cells(file):
                    for match in _OPEN_FORMULA.finditer(block):
                        letters = match[1].decode()
                        cells = found.setdefault(_number_of(letters), [])
                        cells.append(f"{letters}{match[2].decode()}")
            return found
    except (*DAMAGE, KeyError, ValueError, RuntimeError):
        return {}


def is_too_large(path: Path, sheet: str) -> str:
    """Return the last cell of a sheet that no memory holds, as one cell far away makes it.

    The reader of the cells makes room for all of them, from the first to the last.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            part = _part_of_sheet(archive, sheet)
            if part is None:
                return ""
            with archive.open(part) as file:
                found = _DIMENSION.search(file.read(HEAD_BYTES))
            if found and _count(found[1], found[2]) <= MOST_CELLS:
                return ""
            column, row = b"A", 1
            with archive.open(part) as file:
                for block in _whole_cells(file, b"<v"):
                    for letters, number in _VALUE_CELL.findall(block):
                        column = max(column, letters, key=lambda text: (len(text), text))
                        row = max(row, int(number))
            is_large = _count(column, str(row).encode()) > MOST_CELLS
            return f"{column.decode()}{row}" if is_large else ""
    except (*DAMAGE, KeyError, ValueError, RuntimeError):
        return ""


def _count(letters: bytes, row: bytes) -> int:
    return (_number_of(letters.decode()) + 1) * int(row)


def _whole_cells(file: IO[bytes], mark: bytes = b"<f") -> Iterator[bytes]:
    """Yield the text of a sheet in blocks that end behind a cell and hold *mark*."""
    waiting = b""
    while block := file.read(BLOCK_BYTES):
        waiting += block
        cut = waiting.rfind(b"</c>") + 4
        if cut >= 4:
            if mark in waiting:
                yield waiting[:cut]
            waiting = waiting[cut:]
        elif len(waiting) > 4 * BLOCK_BYTES:
            return


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > MAX_PART_BYTES:
        raise KeyError(name)
    return archive.read(name)


def _part_of_sheet(archive: zipfile.ZipFile, sheet: str) -> str | None:
    relation = None
    for found in _SHEET.findall(_part(archive, BOOK)):
        if _attribute(found, b"name") == sheet:
            relation = _attribute(found, rb"[\w.]+:id")
    for found in _RELATION.findall(_part(archive, RELATIONS)):
        if relation and _attribute(found, b"Id") == relation:
            target = (_attribute(found, b"Target") or "").lstrip("/")
            return target if target.startswith("xl/") else f"xl/{target}"
    return None


def _attribute(element: bytes, name: bytes) -> str | None:
    found = re.search(rb"\s" + name + rb"""\s*=\s*(?:"([^"]*)"|'([^']*)')""", element)
    if not found:
        return None
    text = (found[1] if found[1] is not None else found[2]).decode("utf-8", "replace")
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'")):
        text = text.replace(entity, sign)
    return text.replace("&amp;", "&")


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
