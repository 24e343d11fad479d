"""Options that several loaders take."""

from __future__ import annotations

from typing import Final

from queue_core.components.json_data import JsonMapping

ENCODING: Final[JsonMapping] = {
    "type": ["string", "null"],
    "default": None,
    "title": "Encoding",
    "description": "How bytes become characters; empty: found out.",
}
COMPRESSION: Final[JsonMapping] = {
    "enum": [None, "none", "gzip", "bzip2", "xz", "zstd", "zip"],
    "enum-titles": ["As found", "None", "gzip", "bzip2", "xz", "zstd", "zip"],
    "default": None,
    "title": "Compression",
    "description": "How the file is packed; empty: what its first bytes say.",
}
MEMBER: Final[JsonMapping] = {
    "type": ["string", "null"],
    "default": None,
    "title": "File in the archive",
    "description": "Which file of a zip archive is loaded.",
}
