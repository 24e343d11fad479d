"""`connect`: the one door, whether the queue is in a folder or behind an address."""

from __future__ import annotations

import ipaddress
import os
from os import PathLike
from typing import Final
from urllib.parse import urlsplit

from queue_core.client.backend import Backend
from queue_core.client.client import Client
from queue_core.errors import JobQueueError
from queue_core.paths import LocalFolder

TOKEN_VARIABLE: Final = "DASHAI_MONITOR_TOKEN"


def connect(where: str | PathLike[str] | None = None, *, token: str | None = None) -> Client:
    """Return the queue of a folder, or one that is served over HTTP.

    Args:
        where: A folder; an address that begins with `http`; None: the folder that
            `$DASHAI_LOCAL_PATH` names, or `~/.DashAI`.
        token: What the server wants to be told; None: what `$DASHAI_MONITOR_TOKEN` holds, or
            for a server on this computer what stands in the folder's `monitor/api-token`.

    Raises:
        LocalFolderError: The folder cannot be used.
        JobQueueError: There is no token to send.
    """
    text = None if where is None else os.fspath(where)
    if text is None or urlsplit(text).scheme not in ("http", "https"):
        from queue_core.client.folder_backend import FolderBackend

        return Client(FolderBackend(text))
    from queue_core.client.http_backend import HttpBackend

    is_local = _is_this_computer(text)
    found = token or os.environ.get(TOKEN_VARIABLE) or (_own_token() if is_local else None)
    if not found or not found.isascii() or not found.isprintable():
        raise JobQueueError(
            f"There is no token to send to {text}.",
            hint="Give connect() the token: it stands in monitor/api-token of the server's folder.",
        )
    backend: Backend = HttpBackend(text.rstrip("/"), found, is_local=is_local)
    return Client(backend)


def _own_token() -> str | None:
    try:
        return LocalFolder.resolve().api_token.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None


def _is_this_computer(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
