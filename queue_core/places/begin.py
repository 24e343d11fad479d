"""Begins on another machine: looks whether its Python is the right one, finds the code, goes on.

A file of its own that any Python 3 reads and that imports the standard library alone: it is copied
to the shared storage, and a machine runs it there before it has anything of this program. Where
the storage is a URL, it is in the command itself, and fetches what it needs by `fsspec`.
"""

import hashlib
import io
import json
import os
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from typing import Any

MOST_BYTES = 200 << 20


def main(place: str, digest: str, output: str = "") -> None:
    """Become the process that runs the ticket in the folder, or below the URL, *place*."""
    url = place if "://" in place else ""
    folder = fetched(url) if url else place
    with open(os.path.join(folder, "ticket.json"), "rb") as file:  # noqa: PTH118, PTH123
        data = file.read()
    if hashlib.sha256(data).hexdigest() != digest:
        refuse(place, digest, output, "The ticket of the job was changed after it was handed over.")
    ticket = json.loads(data.decode())
    here = "{}.{}".format(*sys.version_info[:2])
    if here != ticket["python"]:
        refuse(
            place,
            digest,
            output,
            "The Python of the machine is {}, and the job was stored by {}.".format(
                here, ticket["python"]
            ),
            "Name an interpreter of the same version as `python` of the place in the settings.",
        )
    packages = ticket["packages"]
    if url:
        packages = [name and unpacked(url, digest, output, name) for name in packages]
    path = [*packages[:1], os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    if url:
        os.environ["DASHAI_STORAGE_URL"] = url.rpartition("/jobs/")[0]
        clear(output)
    told = [folder, digest, url, *packages[1:]] if url else [folder, digest]
    os.execv(sys.executable, [sys.executable, "-P", "-m", "queue_core.places.node", *told])


def refuse(place: str, digest: str, output: str, message: str, hint: str = "") -> None:
    """Write an outcome that says why the job did not begin, and leave."""
    error = {"type": "PlaceError", "message": message, "hint": hint}
    outcome = json.dumps({"ticket": digest, "outcome": {"reason": "raised", "error": error}})
    if "://" in place:
        tried(lambda fs, path: fs.pipe_file(path, outcome.encode()), place + "/outcome.json")
        clear(output)
        sys.exit(message)
    handle, aside = tempfile.mkstemp(dir=place)
    with os.fdopen(handle, "w") as file:
        file.write(outcome)
    try:
        os.link(aside, os.path.join(place, "outcome.json"))  # noqa: PTH118
    finally:
        os.unlink(aside)  # noqa: PTH108
    sys.exit(message)


def clear(output: str) -> None:
    """Delete what the start has printed: it is for one of which nothing else is heard."""
    if output and os.path.exists(output):  # noqa: PTH110
        os.unlink(output)  # noqa: PTH108


def fetched(url: str) -> str:
    """Bring the files of the start into a new folder of this machine; return that."""
    folder = os.path.join(tempfile.mkdtemp(prefix="dashai-monitor-"), "start")  # noqa: PTH118
    os.mkdir(folder, 0o700)  # noqa: PTH102
    for name in ("ticket.json", "job.bin"):
        data = tried(lambda fs, path: fs.cat_file(path), url + "/" + name)
        with open(os.path.join(folder, name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(data)
    return folder


def unpacked(url: str, digest: str, output: str, name: str) -> str:
    """Return where this machine has a package, fetched if it has not had it before."""
    home = os.path.expanduser(os.path.join("~", ".cache", "dashai-monitor"))  # noqa: PTH111, PTH118
    target = os.path.join(home, name)  # noqa: PTH118
    if os.path.isdir(target):  # noqa: PTH112
        return target
    storage = url.rpartition("/jobs/")[0]
    data = tried(lambda fs, path: fs.cat_file(path), storage + "/packages/" + name + ".zip")
    if hashlib.sha256(data).hexdigest() != name:
        refuse(url, digest, output, "The code of the job was changed after it was handed over.")
    os.makedirs(home, 0o700, exist_ok=True)  # noqa: PTH103
    aside = tempfile.mkdtemp(dir=home, prefix=".")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
            refuse(url, digest, output, "The code of the job is too much for a machine.")
        archive.extractall(aside)
    try:
        os.rename(aside, target)  # noqa: PTH104
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        if not os.path.isdir(target):  # noqa: PTH112 - another start may have been faster
            raise
    return target


def tried(work: Callable[[Any, str], Any], url: str) -> Any:
    """Return what *work* makes of the file system and the path of a URL; tried a few times."""
    from fsspec.core import url_to_fs

    for pause_s in (0.5, 2.0, None):
        try:
            fs, path = url_to_fs(url, use_listings_cache=False)
            return work(fs, path)
        except Exception:
            if pause_s is None:
                raise
            time.sleep(pause_s)
    raise AssertionError


def source() -> str:
    """Return this file's own text, for a machine that has nothing yet."""
    with open(__file__, encoding="utf-8") as file:  # noqa: PTH123
        return file.read()


if __name__ == "__main__":
    main(*sys.argv[1:4])
