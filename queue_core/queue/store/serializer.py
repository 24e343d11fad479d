"""Jobs and messages as signed bytes: what does not carry our signature is never opened."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import pickle
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huey.serializer import Serializer

from queue_core.errors import JobQueueError, LocalFolderError, UntrustedBlobError

MAGIC = b"DM2\x00"
# Format of an earlier version: a signature over the job alone, bound to nothing.
OLD_MAGIC = b"DM1\x00"
_MAC_BYTES = 32
_LENGTH_BYTES = 4
_PROTOCOL = 5
# SQLite holds 1,000,000,000 bytes in a value; a job of half of that belongs into a file anyway.
MOST_BYTES = 900_000_000
# As bytes also where files of text have line ends of their own.
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What is executed of a job, whole: this is what the signature covers.

    Attributes:
        payload: The serialised job.
        cwd: The submitter's working folder; None where it is unknown or gone.
        import_path: The submitter's own import path entries.
        changes: Parameters that a retry changes.
        reuse_key: Whose used process may run it; None: a fresh one.
        place: Where it is to run; None: on this computer.
    """

    payload: bytes
    cwd: str | None = None
    import_path: tuple[str, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    reuse_key: str | None = None
    place: str | None = None


class Signer:
    """Signs errands with HMAC-SHA256, each bound to the one job or schedule that it is for.

    Loading a job runs code, so an errand is verified before anything of it is opened, and neither
    an edit of it nor a copy in another row is good.

    Args:
        key: The folder's secret key.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, errand: Errand, for_id: str) -> bytes:
        """Return *errand* as signed bytes for the job or schedule *for_id*.

        Raises:
            JobQueueError: It is too large, or its changes cannot be stored.
        """
        head = {
            "cwd": errand.cwd, "path": list(errand.import_path), "changes": dict(errand.changes),
            "reuse_key": errand.reuse_key, "place": errand.place,
        }  # fmt: skip
        try:
            header = json.dumps(head).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise JobQueueError(
                f"The changed parameters cannot be stored: {error}.",
                hint="Change parameters to plain text, numbers, lists and objects.",
            ) from error
        if len(header) + len(errand.payload) > MOST_BYTES:
            raise JobQueueError(
                f"The job is too large to be stored ({len(errand.payload):,} bytes).",
                hint="Keep its data in a file, and give it the file's path.",
            )
        body = len(header).to_bytes(_LENGTH_BYTES, "big") + header + errand.payload
        return MAGIC + self._mac(for_id, body) + body

    def verify(self, blob: object, for_id: str) -> Errand:
        """Return what stands behind a signature that is good for *for_id*.

        Raises:
            UntrustedBlobError: It is not signed, not by us, not whole, or for another job.
        """
        data = blob if isinstance(blob, bytes) else b""
        start = len(MAGIC) + _MAC_BYTES
        body = memoryview(data)[start:]
        mac = data[len(MAGIC) : start]
        if not data.startswith(MAGIC) or not hmac.compare_digest(mac, self._mac(for_id, body)):
            raise UntrustedBlobError(
                "The stored job does not carry this folder's signature and was not opened.",
                hint="It was written or changed by another program, or monitor/secret.key was "
                "replaced: submit it again.",
            )
        length = int.from_bytes(body[:_LENGTH_BYTES], "big")
        head = json.loads(bytes(body[_LENGTH_BYTES : _LENGTH_BYTES + length]))
        return Errand(
            payload=bytes(body[_LENGTH_BYTES + length :]),
            cwd=head["cwd"],
            import_path=tuple(head["path"]),
            changes=head["changes"],
            reuse_key=head["reuse_key"],
            place=head.get("place"),
        )

    def verify_old(self, blob: bytes) -> bytes:
        """Return the payload of a blob of an earlier version, to be signed anew.

        Raises:
            UntrustedBlobError: It does not carry our signature.
        """
        start = len(OLD_MAGIC) + _MAC_BYTES
        mac, payload = blob[len(OLD_MAGIC) : start], blob[start:]
        if not hmac.compare_digest(mac, hmac.digest(self._key, payload, hashlib.sha256)):
            raise UntrustedBlobError("The stored job does not carry this folder's signature.")
        return payload

    def _mac(self, for_id: str, body: bytes | memoryview) -> bytes:
        maker = hmac.new(self._key, f"{for_id}\0".encode("utf-8", "surrogatepass"), hashlib.sha256)
        maker.update(body)
        return maker.digest()


class MessageSerializer(Serializer):  # type: ignore[misc]
    """Serialises Huey's messages; they carry an id for other tools to count, and are not opened.

    The row is the truth: a claimed job's task is made anew from it.
    """

    def _serialize(self, data: Any) -> bytes:
        return pickle.dumps(data, _PROTOCOL)

    def _deserialize(self, data: bytes) -> Any:  # noqa: ARG002 - Huey's signature
        raise UntrustedBlobError("Messages of the queue are not opened; the job's row is used.")


def one_line(error: BaseException) -> str:
    """Return what an exception says, which may itself raise, as one line."""
    try:
        said = " ".join(str(error).split())
    except BaseException:  # noqa: BLE001 - a user's __str__
        said = ""
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


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
            descriptor = os.open(aside, _NEW_FILE, 0o600)
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
        if not path.is_file():
            raise FileNotFoundError(2, "It is no file")  # to read a pipe would take for ever
        if path.stat().st_mode & 0o077:  # who reads the key signs what others run
            path.chmod(0o600)
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
