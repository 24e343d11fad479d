"""What stands on the pages of a PDF file that Qt wrote: texts, as they were drawn."""

from __future__ import annotations

import re
import unicodedata
import zlib
from pathlib import Path

# A space may share its sign with a tab, and two letters may be drawn as one.
JOINED = re.compile("[\ufb00-\ufb06]")


def pages_of(file: Path) -> list[list[str]]:
    """Return the texts of each page in the order in which they were drawn."""
    data = file.read_bytes()
    objects = dict(re.findall(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", data, re.DOTALL))
    letters = {
        number: _letters(_stream(objects[found[1]]))
        for number, text in objects.items()
        if (found := re.search(rb"/ToUnicode (\d+) 0 R", text))
    }
    pages = [text for text in objects.values() if re.search(rb"/Type /Page\b", text)]
    contents = [re.search(rb"/Contents (\d+) 0 R", page) for page in pages]
    return [_texts(_stream(objects[found[1]]), letters) for found in contents if found]


def size_of(file: Path) -> tuple[float, float]:
    """Return width and height of the first page in points."""
    found = re.search(rb"/MediaBox \[0(?:\.0+)? 0(?:\.0+)? ([\d.]+) ([\d.]+)\]", file.read_bytes())
    assert found
    return float(found[1]), float(found[2])


def _stream(text: bytes) -> bytes:
    body = re.search(rb"stream\r?\n(.*)\r?\nendstream", text, re.DOTALL)
    assert body
    return zlib.decompress(body[1]) if b"/FlateDecode" in text[: body.start()] else body[1]


def _letters(table: bytes) -> dict[int, str]:
    """Read which letter each sign of a font is."""
    known: dict[int, str] = {}
    for first, last, found in re.findall(rb"<(\w+)> <(\w+)> (\[.*?\]|<\w+>)", table, re.DOTALL):
        codes = [bytes.fromhex(c.decode()).decode("utf-16-be") for c in re.findall(rb"\w+", found)]
        for place, number in enumerate(range(int(first, 16), int(last, 16) + 1)):
            known[number] = codes[place] if len(codes) > 1 else chr(ord(codes[0]) + place)
    return known


def _texts(content: bytes, letters: dict[bytes, dict[int, str]]) -> list[str]:
    texts = []
    for drawn in re.findall(rb"BT\n(.*?)\nET", content, re.DOTALL):
        font = re.search(rb"/F(\d+) ", drawn)
        assert font
        signs = re.findall(rb"<(\w+)> Tj", drawn)
        text = "".join(letters[font[1]].get(int(sign, 16), "\ufffd") for sign in signs)
        texts.append(JOINED.sub(_parted, text).replace("\t", " "))
    return texts


def _parted(joined: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", joined[0])
