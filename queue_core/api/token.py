"""The word that a client of the API must know, kept in a file that only its owner reads."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Final

from queue_core.errors import LocalFolderError

_FORM: Final = re.compile(r"[A-Za-z0-9_-]{32,200}", re.ASCII)


def load_token(path: Path) -> str:
    """Return the token in *path*; made at first use, readable by the owner only.

    Raises:
        LocalFolderError: It cannot be read or made, or is no token.
    """
    try:
        if not path.exists():
            _make(path)
        if not path.is_file():
            raise FileNotFoundError(2, "It is no file")  # to read a pipe would take for ever
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LocalFolderError(
            f"The token {path} cannot be used: {reason}.",
            hint="Make the folder writable for its owner, or move the file away.",
        ) from error
    if not _FORM.fullmatch(token):
        raise LocalFolderError(
            f"The file {path} holds no token.",
            hint="Delete it and start again: a new one is made, which clients must be told.",
        )
    return token


def _make(path: Path) -> None:
    """Write a new token; of two programs that do so at once, both read the same one."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_urlsafe(32)}\n")
        try:
            os.link(aside, path)
        except FileExistsError:
            return
        except OSError:  # a file system without links
            if not path.exists():
                aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
