"""Jobs and messages as signed bytes: what does not carry our signature is never opened."""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import pickle
import secrets
from pathlib import Path
from typing import Any

from huey.serializer import Serializer

from queue_core.errors import JobQueueError, LocalFolderError, UntrustedBlobError

_MAGIC = b"DM1\x00"
_MAC_BYTES = 32
_PROTOCOL = 5


class VerifiedPayload(bytes):
    """What stood behind a signature that was found good; it needs no second look."""


class SignedSerializer(Serializer):  # type: ignore[misc]
    """Serialises with pickle or dill and signs with HMAC-SHA256.

    Loading runs code, so a blob is verified before it is opened.
    """

    def __init__(self, key: bytes) -> None:
        super().__init__()
        self._key = key

    def _serialize(self, data: Any) -> bytes:
        return self.sign(pickle.dumps(data, _PROTOCOL))

    def _deserialize(self, data: bytes) -> Any:
        return pickle.loads(data if isinstance(data, VerifiedPayload) else self.verify(data))

    def dump_job(self, job: Any) -> bytes:
        """Return *job* as signed bytes; by value where its code cannot be imported elsewhere.

        Raises:
            JobQueueError: It holds something that cannot be serialised; the message names it.
        """
        return self.sign(dump_by_value(job))

    def sign(self, payload: bytes) -> bytes:
        """Put our signature in front of *payload*."""
        return _MAGIC + hmac.digest(self._key, payload, hashlib.sha256) + payload

    def verify(self, blob: bytes | memoryview | None) -> VerifiedPayload:
        """Return the payload of a blob that carries our signature.

        Raises:
            UntrustedBlobError: It does not.
        """
        data = bytes(blob or b"")
        start = len(_MAGIC) + _MAC_BYTES
        mac, payload = data[len(_MAGIC) : start], data[start:]
        good = data.startswith(_MAGIC) and hmac.compare_digest(
            mac, hmac.digest(self._key, payload, hashlib.sha256)
        )
        if not good:
            raise UntrustedBlobError(
                "The stored job does not carry this folder's signature and was not opened.",
                hint="It was written by another program, or monitor/secret.key was replaced.",
            )
        return VerifiedPayload(payload)


def dump_by_value(value: Any) -> bytes:
    """Serialise with pickle where another process can import the code, else with dill.

    Pickle stores code by its module's name, which fits installed modules and is ten times faster;
    what lives in `__main__` or in a function has no name elsewhere and is stored by value.
    """
    try:
        data = pickle.dumps(value, _PROTOCOL)
    except Exception:  # noqa: BLE001 - pickle raises anything; dill has the last word
        data = b"__main__"
    if b"__main__" not in data:
        return data
    import dill

    try:
        with io.BytesIO() as buffer:
            dill.dump(value, buffer, protocol=_PROTOCOL, recurse=True)
            return buffer.getvalue()
    except Exception as error:
        raise JobQueueError(
            f"{type(value).__name__} cannot be stored: {error}.",
            hint="Give the job plain data, paths and functions; open files, locks, connections "
            "and threads cannot go to another process.",
        ) from error


def load_key(path: Path) -> bytes:
    """Return the folder's secret key; made at first use, readable by the owner only.

    Raises:
        LocalFolderError: The key cannot be read or made.
    """
    try:
        if not path.exists():
            # Written aside and linked into place, so that of two programs that start at once
            # both read the same whole key.
            aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(aside, path)
            except FileExistsError:
                pass
            except OSError:
                if not path.exists():
                    aside.replace(path)
            aside.unlink(missing_ok=True)
        key = path.read_bytes()
    except OSError as error:
        raise LocalFolderError(
            f"The key {path} cannot be used: {error.strerror or error}.",
            hint="Make the folder writable for its owner.",
        ) from error
    if len(key) < 16:
        raise LocalFolderError(
            f"The key {path} is damaged.",
            hint="Move it away; waiting jobs that it signed must then be submitted again.",
        )
    return key
